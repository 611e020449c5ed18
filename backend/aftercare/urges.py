"""催办: a resident's tap reaches who has the case, and whoever answers for them; it is answered in words."""

from typing import ClassVar
from uuid import UUID

from tortoise.expressions import Subquery
from tortoise.queryset import QuerySet

from backend.accounts.actors import ResidentActor, StaffActor
from backend.casework import staff_notices
from backend.core.deps import Deps
from backend.core.errors import HejieError, RoleNotAllowedError
from backend.core.pagination import cut, decode_id
from backend.core.schema import In, Moment, Out, Page, PageQuery, Text
from backend.disputes import actions as disputes
from backend.disputes import history, queries
from backend.disputes.actions import ENDED
from backend.disputes.history import Entry
from backend.notices import actions as notices
from backend.notices.actions import News
from models import Audience, Dispute, Role, Urge


class NothingToAnswerError(HejieError):
    code: ClassVar[str] = "nothing_to_answer"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "没有等待答复的催办，可能同事已经答复。请刷新后再看。"


class UrgeAnswerIn(In):
    text: Text


class UrgeAnsweredOut(Out):
    dispute_id: str
    answered: int
    """All urges of the case that waited."""


class WaitingUrgeOut(Out):
    id: str
    dispute_id: str
    number: str
    case_number: str | None
    center: str
    mediator: str | None
    at: Moment
    escalated: bool


async def urge(deps: Deps, actor: ResidentActor, dispute_id: UUID) -> None:
    """Tells who has the case and the director; each so many without an answer, those above too. Raises NotFoundError,
    DisputeEndedError, AlreadyUrgedError."""
    dispute = await disputes.urge(deps, actor, dispute_id)
    kind = "urged" if dispute.mediator_id else "urged_at_desk"
    await staff_notices.tell(deps, dispute, kind, but=None)
    waiting = _waiting().filter(dispute_id=dispute.id)
    if await waiting.count() % deps.catalog.aftercare.urging.escalate_after == 0:
        await waiting.filter(escalated_at=None).update(escalated_at=deps.clock.now())
        await staff_notices.tell(deps, dispute, "urges_unanswered", but=None)
        entry = Entry("urges_escalated", Audience.STAFF, {"count": await waiting.count()})
        await history.record(deps, dispute, None, entry)


async def answer(deps: Deps, actor: StaffActor, dispute_id: UUID, text: str) -> UrgeAnsweredOut:
    """Each who urged reads it. Raises NotFoundError, RoleNotAllowedError, NothingToAnswerError."""
    dispute = await queries.for_staff(actor, dispute_id, lock=True)
    if actor.center_id != dispute.center_id or (actor.role is Role.MEDIATOR and dispute.mediator_id != actor.id):
        raise RoleNotAllowedError
    waiting = await _waiting().filter(dispute_id=dispute.id).order_by("id")
    if not waiting:
        raise NothingToAnswerError
    await Urge.filter(id__in=[each.id for each in waiting]).update(
        answered_at=deps.clock.now(), answered_by_id=actor.id
    )
    residents = sorted({each.resident_id for each in waiting if each.resident_id})
    entries = []
    for resident_id in residents:
        audience, reader_id = history.own(dispute, resident_id)
        entries.append(Entry("urge_answered", audience, {}, {"text": text}, reader_id))
    await history.record(deps, dispute, actor, *entries)
    words = {"center": dispute.center.name}
    await notices.notify(deps, [News(each, "urge_answered", dispute.id, words) for each in residents])
    return UrgeAnsweredOut(dispute_id=str(dispute.id), answered=len(waiting))


async def page(actor: StaffActor, query: PageQuery) -> Page[WaitingUrgeOut]:
    """Without an answer, the oldest first: of the own cases, the center, or the city. Raises RoleNotAllowedError."""
    if actor.role is Role.ADMIN:
        raise RoleNotAllowedError
    cases = Dispute.exclude(status__in=list(ENDED))
    if actor.center_id is not None:
        cases = cases.filter(center_id=actor.center_id)
    if actor.role is Role.MEDIATOR:
        cases = cases.filter(mediator_id=actor.id)
    found, last = _waiting().filter(dispute_id__in=Subquery(cases.values("id"))), decode_id(query.cursor)
    if last is not None:
        found = found.filter(id__gt=last)
    rows = await found.order_by("id").limit(query.limit + 1).select_related("dispute__center", "dispute__mediator")
    urges, next_cursor = cut(rows, query.limit, lambda row: (str(row.id),))
    return Page[WaitingUrgeOut](items=[_out(each) for each in urges], next_cursor=next_cursor)


def _waiting() -> QuerySet[Urge]:
    return Urge.filter(answered_at=None, resident_id__not_isnull=True)


def _out(urge: Urge) -> WaitingUrgeOut:
    dispute = urge.dispute
    return WaitingUrgeOut(
        id=str(urge.id),
        dispute_id=str(dispute.id),
        number=dispute.number,
        case_number=dispute.case_number,
        center=dispute.center.name,
        mediator=dispute.mediator.name if dispute.mediator_id and dispute.mediator else None,
        at=urge.created_at,
        escalated=urge.escalated_at is not None,
    )
