"""The morning list: who comes today, who is to be tried again, what is overdue or soon due, and for whom everything
else waits."""

from collections.abc import Sequence
from typing import Any, Literal

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from backend.accounts.actors import StaffActor
from backend.appointments import lists as appointments
from backend.appointments.schemas import CenterAppointmentOut, CenterAppointmentsQuery
from backend.casework import information, outcomes, unfinished, views
from backend.casework.outcomes import FollowUpBrief
from backend.casework.queries import parties_of
from backend.casework.views import CaseBrief
from backend.commitments import lists
from backend.commitments.lists import OpenOut, OpenQuery
from backend.core import clock
from backend.core.deps import Deps
from backend.core.errors import RoleNotAllowedError
from backend.core.schema import Out
from backend.disputes import case_clock
from models import Dispute, Role, Status

_MOST, _MOST_OF_CITY = 100, 20


class WaitingCase(Out):
    case: CaseBrief
    waits_for: Literal["party", "target_center", "director", "other"]
    waits_for_text: str
    until: str | None


class UnfinishedAgreement(Out):
    case: CaseBrief
    missing: list[unfinished.What]
    missing_text: str


class TodayOut(Out):
    """At most a hundred of each, of the city's twenty; the queue has the rest. Of a mediator the own cases, else the
    center's."""

    appointments: list[CenterAppointmentOut]
    to_contact: list[CaseBrief]
    """The next try noted with the last contact is for today, or was for a day before."""
    overdue: list[CaseBrief]
    due_soon: list[CaseBrief]
    waiting: list[WaitingCase]
    agreements: list[UnfinishedAgreement]
    """Not signed by all, not in everybody's hands, or with a court that is late; the earliest filed first."""
    unkept: list[OpenOut]
    """What was promised, has fallen due and is not done; the longest overdue first."""
    follow_ups: list[FollowUpBrief]
    """Visits (回访) to be made today, or that should have been made."""


async def of(deps: Deps, actor: StaffActor) -> TodayOut:
    """Raises RoleNotAllowedError."""
    if actor.role is Role.ADMIN:
        raise RoleNotAllowedError
    now, mine, today = deps.clock.now(), _mine(actor), clock.today(deps.clock)
    most = _MOST if actor.center_id else _MOST_OF_CITY
    waiting = Q(resumes_at__isnull=False) | Q(status=Status.TRANSFERRED) | Q(recusal_pending=True)
    overdue = await _read(mine.filter(due_at__lt=now), most)
    soon = await _read(mine.filter(due_at__gte=now, yellow_at__lte=now), most)
    held = await _read(mine.filter(waiting, due_at__gte=now), most)
    tries = await _read(mine.filter(next_try_on__lte=today), most, "next_try_on")
    lacking = await unfinished.of(deps, actor, most)
    agreed = await _whole(list(lacking))
    cases = {each.id: each for each in (*overdue, *soon, *held, *tries, *agreed)}
    parties = await parties_of(list(cases.values()))
    briefs = {each.id: views.brief(deps, actor, each, parties[each.id]) for each in cases.values()}
    return TodayOut(
        appointments=await _visits(deps, actor, most),
        to_contact=[briefs[each.id] for each in tries],
        overdue=[briefs[each.id] for each in overdue],
        due_soon=[briefs[each.id] for each in soon],
        waiting=[_waiting(each, briefs[each.id]) for each in held],
        agreements=[_unfinished(lacking[each.id], briefs[each.id]) for each in agreed],
        unkept=(await lists.of_center(deps, actor, OpenQuery(state="overdue", limit=most))).items,
        follow_ups=await outcomes.briefs(deps, outcomes.due_for(deps, mine if actor.center_id else None), most),
    )


def _mine(actor: StaffActor) -> QuerySet[Dispute]:
    if actor.role is Role.MEDIATOR:
        return Dispute.filter(mediator_id=actor.id, center_id=actor.center_id)
    return Dispute.all() if actor.center_id is None else Dispute.filter(center_id=actor.center_id)


async def _read(cases: QuerySet[Dispute], most: int, order: str = "due_at") -> list[Dispute]:
    """The most urgent first. Only what is shown is read whole."""
    return await _whole(await cases.order_by(order, "id").limit(most).values_list("id", flat=True), order)


async def _whole(ids: Sequence[Any], *order: str) -> list[Dispute]:
    rows = Dispute.filter(id__in=ids).order_by(*order, "id")
    return await rows.select_related("center", "mediator", "transfer_to") if ids else []


async def _visits(deps: Deps, actor: StaffActor, most: int) -> list[CenterAppointmentOut]:
    today = clock.today(deps.clock).isoformat()
    query = CenterAppointmentsQuery.model_validate({"from": today, "to": today, "limit": most})
    visits = (await appointments.of_center(deps, actor, query)).items
    if actor.role is not Role.MEDIATOR:
        return visits
    own = await _mine(actor).filter(id__in=[each.dispute_id for each in visits]).values_list("id", flat=True)
    return [each for each in visits if each.dispute_id in set(map(str, own))]


def _unfinished(missing: list[unfinished.What], brief: CaseBrief) -> UnfinishedAgreement:
    return UnfinishedAgreement(
        case=brief, missing=missing, missing_text="".join(unfinished.TEXTS[what] for what in missing)
    )


def _waiting(dispute: Dispute, brief: CaseBrief) -> WaitingCase:
    pause = case_clock.pause_of(dispute)
    until = pause.until.isoformat() if pause else None
    if dispute.recusal_pending:
        return WaitingCase(case=brief, waits_for="director", waits_for_text="中心主任决定回避", until=until)
    if dispute.status is Status.TRANSFERRED:
        target = dispute.transfer_to.name if dispute.transfer_to else ""
        due = brief.due_at.date().isoformat() if brief.due_at else None
        return WaitingCase(case=brief, waits_for="target_center", waits_for_text=f"{target}接收", until=due)
    if pause is not None and pause.reason == information.REASON:
        return WaitingCase(case=brief, waits_for="party", waits_for_text="当事人补充材料", until=until)
    return WaitingCase(case=brief, waits_for="other", waits_for_text="暂停计时", until=until)
