"""The morning list: who comes today, what is overdue or soon due, and for whom everything else waits."""

from typing import Literal

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from backend.accounts.actors import StaffActor
from backend.appointments import lists as appointments
from backend.appointments.schemas import CenterAppointmentOut, CenterAppointmentsQuery
from backend.casework import information, outcomes, views
from backend.casework.outcomes import FollowUpBrief
from backend.casework.queries import parties_of
from backend.casework.views import CaseBrief
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


class TodayOut(Out):
    """At most a hundred of each, of the city's twenty; the queue has the rest. Of a mediator the own cases, else the
    center's."""

    appointments: list[CenterAppointmentOut]
    overdue: list[CaseBrief]
    due_soon: list[CaseBrief]
    waiting: list[WaitingCase]
    follow_ups: list[FollowUpBrief]
    """Visits (回访) to be made today, or that should have been made."""


async def of(deps: Deps, actor: StaffActor) -> TodayOut:
    """Raises RoleNotAllowedError."""
    if actor.role is Role.ADMIN:
        raise RoleNotAllowedError
    now, mine = deps.clock.now(), _mine(actor)
    most = _MOST if actor.center_id else _MOST_OF_CITY
    waiting = Q(resumes_at__isnull=False) | Q(status=Status.TRANSFERRED) | Q(recusal_pending=True)
    overdue = await _read(mine.filter(due_at__lt=now), most)
    soon = await _read(mine.filter(due_at__gte=now, yellow_at__lte=now), most)
    held = await _read(mine.filter(waiting, due_at__gte=now), most)
    cases = {each.id: each for each in (*overdue, *soon, *held)}
    parties = await parties_of(list(cases.values()))
    briefs = {each.id: views.brief(deps, actor, each, parties[each.id]) for each in cases.values()}
    return TodayOut(
        appointments=await _visits(deps, actor, most),
        overdue=[briefs[each.id] for each in overdue],
        due_soon=[briefs[each.id] for each in soon],
        waiting=[_waiting(each, briefs[each.id]) for each in held],
        follow_ups=await outcomes.briefs(deps, outcomes.due_for(deps, mine if actor.center_id else None), most),
    )


def _mine(actor: StaffActor) -> QuerySet[Dispute]:
    if actor.role is Role.MEDIATOR:
        return Dispute.filter(mediator_id=actor.id, center_id=actor.center_id)
    return Dispute.all() if actor.center_id is None else Dispute.filter(center_id=actor.center_id)


async def _read(cases: QuerySet[Dispute], most: int) -> list[Dispute]:
    """The most urgent first. Only what is shown is read whole."""
    ids = await cases.order_by("due_at", "id").limit(most).values_list("id", flat=True)
    rows = Dispute.filter(id__in=ids).order_by("due_at", "id")
    return await rows.select_related("center", "mediator", "transfer_to") if ids else []


async def _visits(deps: Deps, actor: StaffActor, most: int) -> list[CenterAppointmentOut]:
    today = clock.today(deps.clock).isoformat()
    query = CenterAppointmentsQuery.model_validate({"from": today, "to": today, "limit": most})
    visits = (await appointments.of_center(deps, actor, query)).items
    if actor.role is not Role.MEDIATOR:
        return visits
    own = await _mine(actor).filter(id__in=[each.dispute_id for each in visits]).values_list("id", flat=True)
    return [each for each in visits if each.dispute_id in set(map(str, own))]


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
