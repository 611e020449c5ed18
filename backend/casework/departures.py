"""Mediation is voluntary: any party leaves at any time. When the other side is gone, the mediation is over, and the
lawful next steps are shown."""

from uuid import UUID

from backend.accounts.actors import ResidentActor
from backend.appointments import actions as appointments
from backend.appointments import people
from backend.casework import actions as casework
from backend.casework import filing, rights, staff_notices
from backend.casework.done import Done
from backend.casework.invitations import SIDES
from backend.core.catalog import Catalog
from backend.core.deps import Deps
from backend.core.signposts import suggested
from backend.disputes import history, queries
from backend.disputes.history import Entry
from backend.disputes.workflow import ActionNotAllowedError
from backend.mediation import guests, meetings
from models import Dispute, Side, Status

_OPEN = (Status.SUBMITTED, Status.ACCEPTED, Status.IN_MEDIATION, Status.TRANSFERRED)


async def depart(deps: Deps, actor: ResidentActor, dispute_id: UUID, reason: str | None) -> None:
    """Who asked for the mediation withdraws it. Raises NotFoundError, ActionNotAllowedError."""
    dispute = await queries.for_resident(actor, dispute_id, lock=True)
    if dispute.resident_id == actor.id:
        await withdraw(deps, actor, dispute_id, reason or "不愿继续调解")
    else:
        await _leave(deps, actor, dispute, reason)


async def withdraw(deps: Deps, actor: ResidentActor, dispute_id: UUID, reason: str) -> None:
    """The own application: where those of others were merged into the case, it goes on for them. Raises NotFoundError,
    RoleNotAllowedError, ActionNotAllowedError."""
    dispute = await queries.for_resident(actor, dispute_id, lock=True)
    if dispute.resident_id == actor.id and await queries.holds_applications_of_others(dispute):
        await _leave(deps, actor, dispute, reason)
    else:
        await casework.withdraw(deps, actor, dispute_id, reason)


async def _leave(deps: Deps, actor: ResidentActor, dispute: Dispute, reason: str | None) -> None:
    parties = await queries.parties(dispute.id)
    own = [party for party in parties if rights.stands_for(actor, dispute, party) and party.left_at is None]
    if not own or dispute.status not in _OPEN:
        raise ActionNotAllowedError(status=dispute.status, version=dispute.version)
    for party in own:
        party.left_at = deps.clock.now()
        await party.save(update_fields=["left_at"])
    for leave in (guests.party_left, meetings.party_left):
        await leave(deps, actor, dispute, [party.id for party in own])
    await filing.watch(deps, dispute, reason)
    data = {"party_ids": [str(party.id) for party in own], "side_text": SIDES[own[0].side]}
    entry = Entry("departed", data=data, detail={"reason": reason} if reason else {})
    await history.record(deps, dispute, actor, entry)
    await staff_notices.tell(deps, dispute, "party_departed", but=actor)
    if {party.side for party in parties if party.left_at is None} == set(Side):
        await people.changed(deps, dispute, actor)
        return
    await _end(deps, actor, dispute)


async def _end(deps: Deps, actor: ResidentActor, dispute: Dispute) -> None:
    """As a mediator would end it, from whatever state it is in."""
    await appointments.release_for(deps, dispute, actor, "对方不愿调解")
    ways = routes(deps.catalog, dispute.category)
    done = Done(
        data={"reason_code": "party_refuses", "reason_text": deps.catalog.ending_reasons["party_refuses"]},
        detail={"routes": ways, "routes_text": "；".join(ways)},
    )
    row = deps.catalog.flow_by_action["end_without_agreement"][0]
    await casework.finish(deps, actor, dispute, row, done)


def routes(catalog: Catalog, category: str) -> list[str]:
    """What the law leaves open when a party refuses: 人民调解法 26."""
    rows = suggested(catalog.redirects, "other_party_refuses", catalog.codes_of(category))
    known = [f"向{row.authority}提出（电话{row.phone}，{row.time_limit}）" for row in rows]
    return [*known, "拨打12348咨询法律援助"]
