"""A filing by whatever door, and what is added to it later: signs of danger in it reach the duty desk at once."""

from uuid import UUID

from backend.accounts.actors import Actor, Filer, ResidentActor, StaffActor
from backend.casework import staff_notices
from backend.centers.decision import RouteDecision
from backend.core.deps import Deps
from backend.core.travel import OFF, TravelTimes
from backend.disputes import actions, safety
from backend.disputes.safety import Signs
from backend.disputes.schemas import DisputeIn
from models import Dispute, RedCard, Source

RED_CARD = "red_card"


async def file_dispute(
    deps: Deps, draft: DisputeIn, *, filer: Filer, source: Source, times: TravelTimes = OFF
) -> tuple[Dispute, RouteDecision, str | None]:
    """With what to do first, where somebody may be in danger. Raises what `disputes.actions.file_dispute` raises."""
    dispute, decision = await actions.file_dispute(deps, draft, filer=filer, source=source, times=times)
    found = safety.signs(deps.catalog, draft.safety_signals, draft.description, draft.claim)
    if found:
        await dispute.fetch_related("center")
        _ = await alarm(deps, dispute, _who_said_so(filer, draft), found)
    return dispute, decision, safety.advice(deps.catalog, found)


async def supplement(deps: Deps, actor: ResidentActor, dispute_id: UUID, text: str, file_ids: tuple[UUID, ...]) -> None:
    """Raises what `disputes.actions.supplement` raises."""
    dispute = await actions.supplement(deps, actor, dispute_id, text, file_ids)
    await watch(deps, dispute, text)


async def watch(deps: Deps, dispute: Dispute, *texts: str | None) -> None:
    """Over whatever a resident writes in a case."""
    if found := safety.signs(deps.catalog, (), *texts):
        _ = await alarm(deps, dispute, None, found)


async def watch_talk(deps: Deps, dispute: Dispute, text: str) -> None:
    """Of what is said many times one card speaks, until it is cleared."""
    open_ones = RedCard.filter(dispute_id=dispute.id, cleared_at=None)
    if fresh := await safety.unnamed(safety.signs(deps.catalog, (), text), open_ones):
        _ = await alarm(deps, dispute, None, fresh)


async def watch_staff(deps: Deps, dispute: Dispute, text: str | None) -> None:
    """What staff have heard or seen. Of signals that a card has named they know, and they raise the next one
    themselves: "no violence was found" must not be an alarm."""
    if fresh := await safety.unnamed(safety.signs(deps.catalog, (), text), RedCard.filter(dispute_id=dispute.id)):
        _ = await alarm(deps, dispute, None, fresh)


async def alarm(deps: Deps, dispute: Dispute, actor: Actor | None, found: Signs, reason: str = "") -> RedCard:
    """`actor` None: nobody said so, words did."""
    card = await safety.raise_card(deps, dispute, actor, found, reason)
    await staff_notices.tell(deps, dispute, RED_CARD, but=actor)
    return card


def _who_said_so(filer: Filer, draft: DisputeIn) -> Actor | None:
    return filer if draft.safety_signals and isinstance(filer, ResidentActor | StaffActor) else None
