"""回避: a mediator says whether there is any relation or interest; a party may challenge. Until the director has
decided, mediation and clock rest."""

from typing import ClassVar
from uuid import UUID

from backend.accounts.actors import Actor, ResidentActor, StaffActor
from backend.casework import filing, schemas, staff_notices
from backend.casework.done import Done, keep
from backend.core import clock
from backend.core.deps import Deps
from backend.core.errors import HejieError
from backend.disputes import case_clock, history, queries
from backend.disputes.case_clock import Span
from backend.disputes.history import Entry
from models import Audience, Conflict, Dispute, Recusal, Status
from models.base import uuid7

REASON = "recusal"
"""Why the clock rests meanwhile."""

_CHALLENGEABLE = (Status.ACCEPTED, Status.IN_MEDIATION)
_DECIDED = {True: "回避申请成立，将另行安排调解员。", False: "回避申请不成立，仍由原调解员调解。"}


class ChallengeNotPossibleError(HejieError):
    code: ClassVar[str] = "challenge_not_possible"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "现在没有调解员可以申请回避，或者已有申请等待决定，请稍后再看。"


async def declare_none(_deps: Deps, _actor: StaffActor, dispute: Dispute, _fields: schemas.DeclareNoConflict) -> Done:
    dispute.conflict = Conflict.NONE
    return Done(audience=Audience.STAFF)


async def declare(deps: Deps, actor: StaffActor, dispute: Dispute, fields: schemas.DeclareConflict) -> Done:
    """The mediator's own wish to withdraw."""
    dispute.conflict = Conflict.DECLARED
    await _ask(deps, actor, dispute, fields.reason)
    return Done(detail={"reason": fields.reason}, audience=Audience.STAFF, span=_rest(deps, dispute))


async def challenge(deps: Deps, actor: ResidentActor, dispute_id: UUID, reason: str) -> None:
    """By a party. Raises NotFoundError, ChallengeNotPossibleError."""
    dispute = await queries.for_resident(actor, dispute_id, lock=True)
    if dispute.status not in _CHALLENGEABLE or dispute.mediator_id is None or dispute.recusal_pending:
        raise ChallengeNotPossibleError
    await filing.watch(deps, dispute, reason)
    await _ask(deps, actor, dispute, reason)
    span, step = _rest(deps, dispute), None
    if span is not None:
        step = case_clock.wind(deps, dispute, case_clock.step(deps, "pause", span=span, actor=actor))
    audience, reader_id = history.own(dispute, actor.id)
    entry = Entry("challenged", audience, detail={"reason": reason}, reader_id=reader_id, step=step)
    await keep(deps, dispute, actor, entry)
    await staff_notices.tell(deps, dispute, "recusal_asked", but=None)


async def decide(deps: Deps, actor: StaffActor, dispute: Dispute, fields: schemas.DecideRecusal) -> Done:
    recusal = await Recusal.filter(dispute_id=dispute.id, decided_at=None).order_by("-id").first()
    assert recusal is not None, "a pending recusal has its row"
    recusal.decided_at, recusal.decided_by_id, recusal.upheld = deps.clock.now(), actor.id, fields.upheld
    await recusal.save(update_fields=["decided_at", "decided_by_id", "upheld"])
    dispute.recusal_pending = False
    dispute.conflict = None if fields.upheld else Conflict.NONE
    if fields.upheld:
        dispute.mediator = None
    data = {"upheld": fields.upheld, "decision_text": _DECIDED[fields.upheld]}
    pause = case_clock.pause_of(dispute)
    rests_on = pause is not None and pause.reason != REASON
    return Done(data=data, detail={"reason": fields.reason}, keeps_clock=rests_on)


async def _ask(deps: Deps, actor: Actor, dispute: Dispute, reason: str) -> None:
    recusal_id = uuid7()
    await Recusal(
        id=recusal_id,
        dispute_id=dispute.id,
        mediator_id=dispute.mediator_id,
        asked_by_kind=actor.kind,
        asked_by_id=actor.id,
        asked_at=deps.clock.now(),
        reason_sealed=deps.keyring.seal(reason, "recusal", "reason", recusal_id),
    ).save(force_create=True)
    dispute.recusal_pending = True


def _rest(deps: Deps, dispute: Dispute) -> Span | None:
    """What rests already for another reason needs no second pause."""
    if case_clock.pause_of(dispute) is not None or dispute.clock is None:
        return None
    return until_decided(deps)


def until_decided(deps: Deps) -> Span:
    """Until the director has to have decided."""
    until = deps.calendar.add_working_days(clock.today(deps.clock), deps.catalog.recusal.decide_days)
    return Span(until=until, reason=REASON)
