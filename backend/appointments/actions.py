"""Booking and what may become of it. Every transaction locks in one order: the dispute, the resident, the slots."""

import secrets
from uuid import UUID

from tortoise import connections
from tortoise.exceptions import IntegrityError

from backend.accounts.actors import Actor, ResidentActor, StaffActor
from backend.appointments import availability, places, queries, views
from backend.appointments.availability import SlotKey, SlotTime
from backend.appointments.errors import (
    AlreadyBookedError,
    AlreadyCheckedInError,
    AppointmentNotLiveError,
    SlotFullError,
    SlotPastError,
)
from backend.core.clock import iso
from backend.core.deps import Deps
from backend.core.errors import InvalidFieldsError, RoleNotAllowedError
from backend.core.wording import when_text
from backend.disputes import history
from backend.disputes import queries as disputes
from backend.disputes.actions import DisputeEndedError
from backend.disputes.history import Entry
from backend.disputes.workflow import ActionNotAllowedError
from backend.notices import actions as notices
from backend.notices.actions import News
from models import Appointment, AppointmentStatus, Audience, Dispute, Role, Status
from models.base import uuid7

_CHECKIN_DIGITS = 6
_CHANGING = (
    "center_id", "kind", "status", "starts_at", "ends_at", "sequence", "checked_in_at", "updated_at",
)  # fmt: skip
_WINDOW_ROLES = (Role.CLERK, Role.MEDIATOR, Role.DIRECTOR)

_LOCK_RESIDENT = "SELECT id FROM resident WHERE id = $1 FOR NO KEY UPDATE"
_IN_THE_WAY = """
SELECT EXISTS (SELECT FROM appointment
                WHERE status = 'booked' AND dispute_id = $1 AND id <> $2) AS is_booked,
       EXISTS (SELECT FROM appointment
                WHERE status = 'booked' AND resident_id = $3 AND id <> $2
                  AND starts_at < $5 AND ends_at > $4) AS is_busy,
       COALESCE((SELECT taken FROM slot_count
                  WHERE center_id = $6 AND kind = $7 AND starts_at = $4), 0) AS taken
"""


async def book(
    deps: Deps, actor: ResidentActor, dispute_id: UUID, slot_id: str, *, placeholders_open: bool
) -> Appointment:
    """Raises InvalidFieldsError at `slot_id`, SlotPastError, SlotFullError, AlreadyBookedError,
    DisputeEndedError, ActionNotAllowedError."""
    dispute = await disputes.for_resident(actor, dispute_id, lock=True)
    slot = _chosen(deps, dispute, slot_id, placeholders_open=placeholders_open)
    await _mark_missed(deps, dispute)
    appointment = _appointment(deps, actor, dispute, slot)
    await _check_free(appointment, slot.capacity)
    try:
        await appointment.save(force_create=True)
    except IntegrityError as error:
        raise AlreadyBookedError from error
    await _tell(deps, dispute, actor, appointment, "booked")
    await places.take(_key(appointment), slot.capacity)
    return appointment


async def reschedule(
    deps: Deps, actor: ResidentActor, appointment_id: UUID, slot_id: str, *, placeholders_open: bool
) -> Appointment:
    """To the time it has already: nothing changes. Raises what `book` raises, and AppointmentNotLiveError."""
    dispute, appointment = await _locked(actor, appointment_id)
    slot = _chosen(deps, dispute, slot_id, placeholders_open=placeholders_open)
    _check_live(appointment)
    old = _key(appointment)
    new = SlotKey(str(dispute.center_id), slot.kind, slot.starts_at)
    if new == old:
        return appointment
    appointment.center, appointment.kind = dispute.center, slot.kind
    appointment.starts_at, appointment.ends_at = slot.starts_at, slot.ends_at
    await _check_free(appointment, slot.capacity)
    appointment.sequence += 1
    await _save(deps, appointment)
    await _tell(deps, dispute, actor, appointment, "rescheduled")
    await places.move(old, new, slot.capacity)
    return appointment


async def cancel(deps: Deps, actor: ResidentActor, appointment_id: UUID, reason: str) -> Appointment:
    """Raises AppointmentNotLiveError."""
    dispute, appointment = await _locked(actor, appointment_id)
    _check_live(appointment)
    await _cancel(deps, dispute, actor, appointment, reason)
    return appointment


async def release_for(deps: Deps, dispute: Dispute, actor: Actor | None, reason: str) -> None:
    """Cancels what is still to come when a case ends or leaves the center. The caller holds the lock on the
    dispute; its own slow work comes before, for the slot stays locked until the commit."""
    coming = Appointment.filter(
        dispute_id=dispute.id, status=AppointmentStatus.BOOKED, starts_at__gt=deps.clock.now()
    ).select_related("center")
    for appointment in await coming:
        await _cancel(deps, dispute, actor, appointment, reason)


async def check_in(deps: Deps, actor: StaffActor, appointment_id: UUID, code: str) -> Appointment:
    """Raises RoleNotAllowedError, InvalidFieldsError at `code`, AlreadyCheckedInError, AppointmentNotLiveError."""
    dispute_id = (await queries.for_staff(actor, appointment_id)).dispute_id
    dispute = await disputes.for_staff(actor, dispute_id, lock=True)
    appointment = await queries.for_staff(actor, appointment_id)
    if actor.role not in _WINDOW_ROLES:
        raise RoleNotAllowedError
    if not secrets.compare_digest(code.encode(), appointment.checkin_code.encode()):
        raise InvalidFieldsError.at("code", "签到码不对，请核对来访人手机上的六位数字。")
    if appointment.status is AppointmentStatus.CHECKED_IN:
        raise AlreadyCheckedInError
    _check_live(appointment)
    appointment.status, appointment.checked_in_at = AppointmentStatus.CHECKED_IN, deps.clock.now()
    await _save(deps, appointment)
    await history.record(deps, dispute, actor, _entry(dispute, appointment, "checked_in"))
    return appointment


async def _mark_missed(deps: Deps, dispute: Dispute) -> None:
    """An appointment that went by without a check-in must not stand in the way of the next one."""
    missed = Appointment.filter(dispute_id=dispute.id, status=AppointmentStatus.BOOKED, ends_at__lte=deps.clock.now())
    await missed.update(status=AppointmentStatus.NO_SHOW, updated_at=deps.clock.now())


async def _locked(actor: ResidentActor, appointment_id: UUID) -> tuple[Dispute, Appointment]:
    """The dispute's lock guards its appointments, so the appointment is read again behind it."""
    dispute_id = (await queries.for_resident(actor, appointment_id)).dispute_id
    dispute = await disputes.for_resident(actor, dispute_id, lock=True)
    return dispute, await queries.for_resident(actor, appointment_id)


def _chosen(deps: Deps, dispute: Dispute, slot_id: str, *, placeholders_open: bool) -> SlotTime:
    """The slot that the id stands for, if this case may have it now."""
    key = availability.parse_slot_id(slot_id)
    if key is None or key.center_id != str(dispute.center_id):
        raise InvalidFieldsError.at("slot_id", "没有这个时间，请从可预约的时间里选择。")
    rules, now = queries.rules_of(deps, dispute.center, placeholders_open=placeholders_open), deps.clock.now()
    slot = availability.offered(rules, deps.calendar, now, key.kind, key.starts_at)
    if slot is None and not availability.is_too_soon(rules, now, key.starts_at):
        raise InvalidFieldsError.at("slot_id", "这个时间不能预约，请从可预约的时间里选择。")
    closed = queries.why_closed_to_booking(dispute)
    if closed is not None:
        raise (ActionNotAllowedError if dispute.status is Status.TRANSFERRED else DisputeEndedError)(closed)
    if slot is None:
        raise SlotPastError
    return slot


def _appointment(deps: Deps, actor: ResidentActor, dispute: Dispute, slot: SlotTime) -> Appointment:
    now = deps.clock.now()
    return Appointment(
        id=uuid7(),
        dispute=dispute,
        resident_id=actor.id,
        center=dispute.center,
        kind=slot.kind,
        status=AppointmentStatus.BOOKED,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        checkin_code=f"{secrets.randbelow(10**_CHECKIN_DIGITS):0{_CHECKIN_DIGITS}}",
        created_at=now,
        updated_at=now,
    )


async def _check_free(wanted: Appointment, capacity: int) -> None:
    """Nobody can be in two places: the resident's row is locked, so that bookings for several disputes of one
    resident come one after the other. A dispute's second booking and a full slot are refused early here, before
    anything is written; the judges are the unique index and `places`."""
    connection = connections.get("default")
    await connection.execute_query_dict(_LOCK_RESIDENT, [wanted.resident_id])
    values = [wanted.dispute_id, wanted.id, wanted.resident_id, wanted.starts_at, wanted.ends_at]
    rows = await connection.execute_query_dict(_IN_THE_WAY, [*values, wanted.center_id, wanted.kind])
    if rows[0]["is_booked"]:
        raise AlreadyBookedError
    if rows[0]["is_busy"]:
        raise AlreadyBookedError("您在这个时间已有另一件事的预约，请换一个时间。")
    if rows[0]["taken"] >= capacity:
        raise SlotFullError


def _check_live(appointment: Appointment) -> None:
    if appointment.status is not AppointmentStatus.BOOKED:
        raise AppointmentNotLiveError


async def _cancel(deps: Deps, dispute: Dispute, actor: Actor | None, appointment: Appointment, reason: str) -> None:
    appointment.status = AppointmentStatus.CANCELLED
    appointment.sequence += 1
    await _save(deps, appointment)
    await _tell(deps, dispute, actor, appointment, "cancelled", reason=reason)
    await places.free(_key(appointment))


async def _save(deps: Deps, appointment: Appointment) -> None:
    appointment.updated_at = deps.clock.now()
    await appointment.save(update_fields=_CHANGING)


async def _tell(
    deps: Deps, dispute: Dispute, actor: Actor | None, appointment: Appointment, kind: str, **detail: str
) -> None:
    entry = _entry(dispute, appointment, kind, **detail)
    await history.record(deps, dispute, actor, entry)
    if appointment.resident_id is not None:
        words = {"when_text": entry.data["when_text"], "place": entry.data["place"], "center": appointment.center.name}
        await notices.notify(deps, [News(appointment.resident_id, kind, dispute.id, words, appointment.starts_at)])


def _entry(dispute: Dispute, appointment: Appointment, kind: str, **detail: str) -> Entry:
    """Where the applicant will be at which hour is nothing for the other side to read."""
    is_applicant = appointment.resident_id == dispute.resident_id
    return Entry(
        kind,
        Audience.APPLICANT if is_applicant else Audience.PARTIES,
        data={
            "appointment_id": str(appointment.id),
            "kind": appointment.kind,
            "starts_at": iso(appointment.starts_at),
            "when_text": when_text(appointment.starts_at),
            "place": views.place_text(appointment.kind, appointment.center),
        },
        detail=detail,
    )


def _key(appointment: Appointment) -> SlotKey:
    return SlotKey(str(appointment.center_id), appointment.kind, appointment.starts_at)
