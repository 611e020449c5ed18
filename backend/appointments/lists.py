"""The appointments of a center or a mediator, in order of time and day by day."""

from collections import defaultdict
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from uuid import UUID

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from backend.accounts.actors import StaffActor
from backend.appointments import queries
from backend.appointments.schemas import CenterAppointmentOut, CenterAppointmentsQuery, DayOut, DaysOut, DaysQuery
from backend.core import clock
from backend.core.clock import SHANGHAI, local
from backend.core.deps import Deps
from backend.core.errors import InvalidFieldsError
from backend.core.schema import Page
from backend.core.wording import weekday_text
from models import Appointment, AppointmentStatus, Role, Staff

_ONE_DAY = timedelta(days=1)
_OFF = (AppointmentStatus.CANCELLED, AppointmentStatus.DECLINED, AppointmentStatus.EXPIRED)


class Scope(NamedTuple):
    """Whose appointments are read; a center of None is the whole city."""

    center_id: UUID | None
    mediator: Staff | None

    @property
    def rows(self) -> QuerySet[Appointment]:
        rows = Appointment.all() if self.center_id is None else Appointment.filter(center_id=self.center_id)
        return rows if self.mediator is None else rows.filter(mediator_id=self.mediator.id)


async def of_center(deps: Deps, actor: StaffActor, query: CenterAppointmentsQuery) -> Page[CenterAppointmentOut]:
    """In order of time, cancelled ones too. A supervisor without a center in the query reads the whole city."""
    first = query.first or clock.today(deps.clock)
    rows = (await _scope(actor, query.center_id, query.mediator_id)).rows.filter(starts_at__gte=_midnight(first))
    if query.last is not None:
        rows = rows.filter(starts_at__lt=_midnight(query.last + _ONE_DAY))
    return await queries.in_order_of_time(deps, actor, rows, query)


async def scope_of(actor: StaffActor, query: DaysQuery) -> Scope:
    """Of one center, or of one mediator: the whole city's week is no list. Raises InvalidFieldsError,
    RoleNotAllowedError."""
    scope = await _scope(actor, query.center_id, query.mediator_id)
    if scope == (None, None):
        raise InvalidFieldsError.at("center_id", "请选择要查看哪个中心或哪位调解员的预约。")
    return scope


async def by_day(deps: Deps, actor: StaffActor, scope: Scope, query: DaysQuery) -> DaysOut:
    """Without what was called off: the windows, rooms and mediators there are limit how many these can be."""
    days = query.dates(clock.today(deps.clock))
    lapsed = Q(status=AppointmentStatus.PROPOSED, respond_by__isnull=False, respond_by__lte=deps.clock.now())
    rows = scope.rows.filter(starts_at__gte=_midnight(days[0]), starts_at__lt=_midnight(days[-1] + _ONE_DAY))
    rows = rows.exclude(status__in=_OFF).filter(~lapsed).order_by("starts_at", "id")
    found = await rows.select_related("center", "dispute", "mediator", "room")
    items = defaultdict[date, list[CenterAppointmentOut]](list)
    for each in await queries.shown_to_staff(deps, actor, found):
        items[local(each.starts_at).date()].append(each)
    return DaysOut(
        days=[
            DayOut(
                date=day.isoformat(),
                weekday_text=weekday_text(day),
                is_workday=deps.calendar.is_workday(day),
                items=items[day],
            )
            for day in days
        ]
    )


async def _scope(actor: StaffActor, center_id: str | None, mediator_id: str | None) -> Scope:
    center = await queries.center_to_read(actor, center_id)
    if mediator_id is None:
        return Scope(center, None)
    wanted = actor.id if mediator_id == "me" else queries.uuid_or_none(mediator_id)
    mediator = await Staff.get_or_none(id=wanted, role=Role.MEDIATOR) if wanted else None
    if mediator is None or center not in (None, mediator.center_id):
        raise InvalidFieldsError.at("mediator_id", "没有这位调解员，请从本中心的调解员中选择。")
    return Scope(center, mediator)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI)
