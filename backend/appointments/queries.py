"""Times to choose from, and appointments for those who may see them."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from tortoise import connections
from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from backend.accounts.actors import ResidentActor, StaffActor
from backend.appointments import availability, views
from backend.appointments.availability import SlotTime
from backend.appointments.schemas import (
    AppointmentOut,
    CenterAppointmentOut,
    CenterAppointmentsQuery,
    SlotQuery,
    SlotsOut,
)
from backend.centers import queries as centers
from backend.core import clock, identity
from backend.core.clock import SHANGHAI
from backend.core.deps import Deps
from backend.core.errors import InvalidFieldsError, NotFoundError, RoleNotAllowedError
from backend.core.opening import OpeningRules
from backend.core.pagination import bad_cursor, cut, decode
from backend.core.schema import Page, PageQuery
from backend.core.wording import date_text
from models import Appointment, AppointmentKind, Center, Dispute, Party, Role, Status

_ONE_DAY = timedelta(days=1)
_DEFAULT_SPAN = timedelta(days=13)
_CLOSED_TO_BOOKING = {
    Status.WITHDRAWN: "这件事已经撤回，不能再预约。",
    Status.REFUSED: "这件事没有受理，不能预约。请按进度里写明的方式继续办理。",
    Status.CLOSED: "这件事已经办结，不能再预约。如有新的情况，请联系综治中心。",
    Status.TRANSFERRED: "这件事正在转办，等新的单位接收后就可以预约。",
}
_TAKEN = """
SELECT kind, starts_at, taken FROM slot_count
 WHERE center_id = $1 AND kind = ANY($2) AND starts_at BETWEEN $3 AND $4
"""


async def slots(deps: Deps, dispute: Dispute, query: SlotQuery, *, placeholders_open: bool) -> SlotsOut:
    """Full ones too: `remaining` is 0. What is read here may be gone a moment later; booking decides."""
    closed = why_closed_to_booking(dispute)
    if closed is not None:
        return SlotsOut(items=[], note=closed)
    center, now = dispute.center, deps.clock.now()
    rules = rules_of(deps, center, placeholders_open=placeholders_open)
    first = max(query.first or clock.today(deps.clock), clock.today(deps.clock))
    last = query.last or first + min(_DEFAULT_SPAN, date.max - first)
    times = list(availability.slot_times(rules, deps.calendar, now, kind=query.kind, first=first, last=last))
    if not times:
        return SlotsOut(items=[], note=_where_else(deps, rules, center, query.kind))
    taken = await _taken(center.id, times)
    return SlotsOut(
        items=[views.slot_out(slot, center, taken.get((slot.kind, slot.starts_at), 0), deps.calendar) for slot in times]
    )


def why_closed_to_booking(dispute: Dispute) -> str | None:
    """In words for the resident; None while times may be booked."""
    return _CLOSED_TO_BOOKING.get(dispute.status)


def rules_of(deps: Deps, center: Center, *, placeholders_open: bool) -> OpeningRules:
    """`placeholders_open`: whether one may go to a place whose address nobody has confirmed yet. Only where
    everything is a rehearsal."""
    rules = centers.rules(deps, center)
    if center.deactivated_at is not None:
        return rules.model_copy(update={"kinds": {}})
    if center.placeholder and not placeholders_open:
        kinds = {kind: rule for kind, rule in rules.kinds.items() if kind is not AppointmentKind.ONSITE}
        return rules.model_copy(update={"kinds": kinds})
    return rules


async def for_resident(actor: ResidentActor, appointment_id: UUID) -> Appointment:
    """Only whoever it was booked for: the code on it opens a door."""
    appointment = await Appointment.filter(id=appointment_id, resident_id=actor.id).select_related("center").first()
    if appointment is None:
        raise NotFoundError
    return appointment


async def for_staff(actor: StaffActor, appointment_id: UUID) -> Appointment:
    """A center its own, a supervisor any."""
    appointment = await Appointment.filter(id=appointment_id).select_related("center", "dispute").first()
    if appointment is None or actor.role == Role.ADMIN or actor.center_id not in (None, appointment.center_id):
        raise NotFoundError
    return appointment


async def of_resident(deps: Deps, actor: ResidentActor, *, limit: int, cursor: str | None) -> Page[AppointmentOut]:
    """Latest booking first."""
    rows = Appointment.filter(resident_id=actor.id)
    key = decode(cursor, 1)
    if key is not None:
        rows = rows.filter(id__lt=_uuid(key[0]))
    found = await rows.order_by("-id").limit(limit + 1).select_related("center")
    page, next_cursor = cut(found, limit, lambda row: (str(row.id),))
    return Page[AppointmentOut](
        items=[views.appointment_out(row, deps.calendar) for row in page], next_cursor=next_cursor
    )


async def of_dispute(deps: Deps, actor: ResidentActor, dispute: Dispute) -> list[AppointmentOut]:
    """The actor's own ones, latest first."""
    rows = Appointment.filter(dispute_id=dispute.id, resident_id=actor.id).order_by("-id").select_related("center")
    return [views.appointment_out(row, deps.calendar) for row in await rows]


async def of_center(deps: Deps, actor: StaffActor, query: CenterAppointmentsQuery) -> Page[CenterAppointmentOut]:
    """In order of time. A supervisor without a center in the query reads the whole city."""
    first = query.first or clock.today(deps.clock)
    rows = Appointment.filter(starts_at__gte=_midnight(first))
    if query.last is not None and query.last < date.max:
        rows = rows.filter(starts_at__lt=_midnight(query.last + _ONE_DAY))
    center_id = await center_to_read(actor, query.center_id)
    if center_id is not None:
        rows = rows.filter(center_id=center_id)
    return await in_order_of_time(deps, actor, rows, query)


async def in_order_of_time(
    deps: Deps, actor: StaffActor, rows: QuerySet[Appointment], query: PageQuery
) -> Page[CenterAppointmentOut]:
    """One page of them. The actor must be one who may see them."""
    key = decode(query.cursor, 2)
    if key is not None:
        starts_at, last_id = _moment(key[0]), _uuid(key[1])
        rows = rows.filter(Q(starts_at__gt=starts_at) | Q(starts_at=starts_at, id__gt=last_id))
    found = await rows.order_by("starts_at", "id").limit(query.limit + 1).select_related("center", "dispute")
    page, next_cursor = cut(found, query.limit, lambda row: (row.starts_at.isoformat(), str(row.id)))
    visitors = await _visitors(deps, actor, page)
    return Page[CenterAppointmentOut](
        items=[views.center_appointment_out(row, visitors.get((row.dispute_id, row.resident_id))) for row in page],
        next_cursor=next_cursor,
    )


async def of_case(deps: Deps, actor: StaffActor, dispute: Dispute) -> list[CenterAppointmentOut]:
    """The case must be one that the actor may see. Oldest first."""
    rows = await Appointment.filter(dispute_id=dispute.id).order_by("id").select_related("center", "dispute")
    visitors = await _visitors(deps, actor, rows) if rows else {}
    return [views.center_appointment_out(row, visitors.get((row.dispute_id, row.resident_id))) for row in rows]


async def center_appointment(deps: Deps, actor: StaffActor, appointment: Appointment) -> CenterAppointmentOut:
    visitors = await _visitors(deps, actor, [appointment])
    return views.center_appointment_out(appointment, visitors.get((appointment.dispute_id, appointment.resident_id)))


async def _taken(center_id: UUID, times: Sequence[SlotTime]) -> dict[tuple[str, datetime], int]:
    kinds = sorted({slot.kind for slot in times})
    values: list[Any] = [center_id, kinds, times[0].starts_at, times[-1].starts_at]
    rows = await connections.get("default").execute_query_dict(_TAKEN, values)
    return {(row["kind"], row["starts_at"]): row["taken"] for row in rows}


def _where_else(deps: Deps, rules: OpeningRules, center: Center, kind: AppointmentKind | None) -> str:
    """What to do when nothing can be chosen."""
    phone = f"，或拨打{center.phone}" if center.phone else ""
    earliest = next(availability.slot_times(rules, deps.calendar, deps.clock.now(), kind=kind), None)
    if earliest is None:
        return f"{center.name}目前没有可以预约的时间。请联系中心{phone}。"
    day = date_text(clock.local(earliest.starts_at).date())
    return f"这几天没有可以预约的时间，最早可约{day}。请换一段日期{phone}。"


async def center_to_read(actor: StaffActor, wanted: str | None) -> UUID | None:
    """None = the whole city. Raises RoleNotAllowedError, InvalidFieldsError."""
    if actor.role == Role.ADMIN:
        raise RoleNotAllowedError
    if wanted is None:
        return actor.center_id
    center_id = _uuid_or_none(wanted)
    is_allowed = center_id == actor.center_id if actor.center_id else await _is_center(center_id)
    if not is_allowed:
        raise InvalidFieldsError.at("center_id", "只能查看自己中心的预约，请重新选择中心。")
    return center_id


async def _is_center(center_id: UUID | None) -> bool:
    return center_id is not None and await Center.filter(id=center_id).exists()


async def _visitors(deps: Deps, actor: StaffActor, page: list[Appointment]) -> dict[tuple[UUID, UUID | None], str]:
    """Names of those the appointments are for; a supervisor reads them masked."""
    found = await Party.filter(dispute_id__in=[row.dispute_id for row in page], resident_id__not_isnull=True)
    names = {
        (party.dispute_id, party.resident_id): deps.keyring.open(party.name_sealed, "party", "name", party.id)
        for party in found
    }
    if actor.role == Role.SUPERVISOR:
        return {key: identity.mask_name(name) for key, name in names.items()}
    return names


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI)


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise bad_cursor() from error
    if moment.tzinfo is None:
        raise bad_cursor()
    return moment


def _uuid(text: str) -> UUID:
    found = _uuid_or_none(text)
    if found is None:
        raise bad_cursor()
    return found


def _uuid_or_none(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
