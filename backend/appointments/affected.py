"""Bookings on a day that a later notice of days off has taken away. Nobody is moved silently: the resident is told, the
booking stands, and people move or keep it."""

from datetime import date
from typing import Any
from uuid import UUID

from tortoise import connections

from backend.accounts.actors import StaffActor
from backend.appointments import queries, telling
from backend.appointments.errors import NotAffectedError
from backend.appointments.schemas import AffectedQuery, CenterAppointmentOut
from backend.calendars.opening_hours import hours_on
from backend.centers import queries as centers
from backend.core import rows
from backend.core.deps import Deps
from backend.core.errors import RoleNotAllowedError
from backend.core.schema import Page
from backend.disputes import queries as disputes
from models import AffectedAppointment, Appointment, AppointmentStatus, Audience, Center, Role

_DAYS = """
SELECT DISTINCT center_id, (starts_at AT TIME ZONE 'Asia/Shanghai')::date AS day FROM appointment
 WHERE status = 'booked' AND ends_at > $1 AND starts_at > $1
"""
_BOOKED = """
SELECT a.id FROM appointment a
  JOIN unnest($1::uuid[], $2::date[]) AS closed (center_id, day)
    ON closed.center_id = a.center_id AND closed.day = (a.starts_at AT TIME ZONE 'Asia/Shanghai')::date
 WHERE a.status = 'booked' AND a.ends_at > $3 AND a.starts_at > $3
   AND NOT EXISTS (SELECT FROM affected_appointment f WHERE f.appointment_id = a.id AND f.sequence = a.sequence)
   FOR UPDATE OF a SKIP LOCKED
"""
"""What somebody is changing at this moment is found by the next sweep, as it is then."""

_UNDECIDED = """
SELECT a.id FROM affected_appointment f JOIN appointment a ON a.id = f.appointment_id AND a.sequence = f.sequence
 WHERE f.kept_at IS NULL AND a.status = 'booked' AND a.starts_at > $1
"""
_REOPENED = """
SELECT f.id, f.appointment_id FROM affected_appointment f JOIN appointment a ON a.id = f.appointment_id
 WHERE f.kept_at IS NULL AND f.sequence = a.sequence AND a.status = 'booked' AND a.starts_at > $3
   AND NOT EXISTS (SELECT FROM unnest($1::uuid[], $2::date[]) AS closed (center_id, day)
                    WHERE closed.center_id = a.center_id
                      AND closed.day = (a.starts_at AT TIME ZONE 'Asia/Shanghai')::date)
   FOR UPDATE OF a, f SKIP LOCKED
"""
_DECIDING_ROLES = (Role.CLERK, Role.MEDIATOR, Role.DIRECTOR)


async def find(deps: Deps) -> list[Appointment]:
    """Those not found before, by the calendar of `deps`; their residents are told, in the transaction that is open.
    Who was told and has the day back, is told that too."""
    closed, now = await _closed_days(deps), deps.clock.now()
    values = [[center_id for center_id, _ in closed], [day for _, day in closed], now]
    connection = connections.get("default")
    booked = await connection.execute_query_dict(_BOOKED, values)
    found = await _with_centers([row["id"] for row in booked])
    await rows.insert(
        [AffectedAppointment(appointment_id=each.id, sequence=each.sequence, found_at=now) for each in found]
    )
    await _tell(deps, found, "day_taken_off")
    reopened = await connection.execute_query_dict(_REOPENED, values)
    await AffectedAppointment.filter(id__in=[row["id"] for row in reopened]).update(kept_at=now)
    await _tell(deps, await _with_centers([row["appointment_id"] for row in reopened]), "day_kept")
    return found


async def open_ones(deps: Deps, actor: StaffActor, query: AffectedQuery) -> Page[CenterAppointmentOut]:
    """Those that nobody has decided on yet, in order of time."""
    found = await connections.get("default").execute_query_dict(_UNDECIDED, [deps.clock.now()])
    undecided = Appointment.filter(id__in=[row["id"] for row in found])
    center_id = await queries.center_to_read(actor, query.center_id)
    if center_id is not None:
        undecided = undecided.filter(center_id=center_id)
    return await queries.in_order_of_time(deps, actor, undecided, query)


async def keep(deps: Deps, actor: StaffActor, appointment_id: UUID) -> Appointment:
    """The booking takes place although the day is off. Raises RoleNotAllowedError, NotAffectedError."""
    dispute_id = (await queries.for_staff(actor, appointment_id)).dispute_id
    dispute = await disputes.for_staff(actor, dispute_id, lock=True)
    appointment = await queries.for_staff(actor, appointment_id)
    if actor.role not in _DECIDING_ROLES:
        raise RoleNotAllowedError
    finding = await AffectedAppointment.get_or_none(
        appointment_id=appointment.id, sequence=appointment.sequence, kept_at__isnull=True
    )
    if finding is None or appointment.status is not AppointmentStatus.BOOKED:
        raise NotAffectedError
    finding.kept_at, finding.kept_by_id = deps.clock.now(), actor.id
    await finding.save(update_fields=["kept_at", "kept_by_id"])
    await telling.record(deps, dispute, actor, appointment, "day_kept", audience=Audience.STAFF)
    await _tell(deps, [appointment], "day_kept")
    return appointment


async def _closed_days(deps: Deps) -> list[tuple[UUID, date]]:
    """Of centers with bookings to come: the days on which the calendar closes them. A center that the calendar alone
    would have closed may have opened the day by an exception."""
    booked: list[dict[str, Any]] = await connections.get("default").execute_query_dict(_DAYS, [deps.clock.now()])
    off = [row for row in booked if not deps.calendar.is_workday(row["day"])]
    known = {center.id: center for center in await Center.filter(id__in={row["center_id"] for row in off})}
    return [
        (row["center_id"], row["day"])
        for row in off
        if not hours_on(centers.rules(deps, known[row["center_id"]]), deps.calendar, row["day"])
    ]


async def _with_centers(ids: list[UUID]) -> list[Appointment]:
    if not ids:
        return []
    return await Appointment.filter(id__in=ids).order_by("starts_at", "id").select_related("center", "dispute")


async def _tell(deps: Deps, appointments: list[Appointment], kind: str) -> None:
    for each in appointments:
        await telling.notify(deps, each, kind, await telling.residents_of(each))
