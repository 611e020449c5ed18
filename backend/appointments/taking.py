"""How one appointment takes, and gives back, everything that it needs. The dispute is locked already; then come the
diaries in the order of their ids, then the places of slots in the order of their keys."""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from backend.appointments import availability, diaries, offers, passing_on, places
from backend.appointments.availability import SlotKey, SlotTime
from backend.appointments.diaries import Subject
from backend.appointments.errors import (
    AlreadyBookedError,
    KeptApartError,
    NoMediatorError,
    SlotFullError,
    SlotPastError,
)
from backend.appointments.offers import Busy, Offer
from backend.appointments.persons import Person
from backend.core.deps import Deps
from backend.core.errors import InvalidFieldsError
from backend.disputes import safety
from backend.disputes.actions import DisputeEndedError
from backend.disputes.workflow import ActionNotAllowedError
from models import Appointment, AppointmentKind, Dispute, Purpose, Status

CLOSED_TO_BOOKING = {
    Status.WITHDRAWN: "这件事已经撤回，不能再预约。",
    Status.REFUSED: "这件事没有受理，不能预约。请按进度里写明的方式继续办理。",
    Status.CLOSED: "这件事已经办结，不能再预约。如有新的情况，请联系综治中心。",
    Status.TRANSFERRED: "这件事正在转办，等新的单位接收后就可以预约。",
}
_NOT_OFFERED = "这个时间不能预约，请从可预约的时间里选择。"
_ELSEWHERE = "您在这个时间已有另一件事的预约，请换一个时间。"


@dataclass(frozen=True, slots=True)
class Terms:
    """For whom a time is chosen: what applies to this person beside the center's rules."""

    placeholders_open: bool
    notice_minutes: int | None = None
    horizon_days: int | None = None


STAFF = Terms(placeholders_open=True, notice_minutes=0)
"""Somebody at the window may be seen at once."""


@dataclass(frozen=True, slots=True)
class Chosen:
    offer: Offer
    slot: SlotTime


async def choose(deps: Deps, dispute: Dispute, slot_id: str, terms: Terms) -> Chosen:
    """The slot that the id stands for, if this case may have it now. Raises InvalidFieldsError at `slot_id`,
    NoMediatorError, KeptApartError, SlotPastError, DisputeEndedError, ActionNotAllowedError."""
    key = availability.parse_slot_id(slot_id)
    if key is None or key.center_id != str(dispute.center_id):
        raise InvalidFieldsError.at("slot_id", "没有这个时间，请从可预约的时间里选择。")
    offer = await offer_for(deps, dispute, key.purpose, terms)
    now, rule = deps.clock.now(), offer.rules.slot_rules(key.purpose).get(key.kind)
    slot = offer.slot(now, key)
    if slot is None and not (rule and availability.is_too_soon(rule, now, key.starts_at)):
        raise InvalidFieldsError.at("slot_id", _NOT_OFFERED)
    if dispute.status in CLOSED_TO_BOOKING:
        is_moving = dispute.status is Status.TRANSFERRED
        raise (ActionNotAllowedError if is_moving else DisputeEndedError)(CLOSED_TO_BOOKING[dispute.status])
    if key.purpose is Purpose.MEDIATION and dispute.mediator_id is None:
        raise NoMediatorError
    if key.purpose is Purpose.MEDIATION and await safety.is_held(deps, dispute):
        raise KeptApartError
    if slot is None:
        raise SlotPastError
    return Chosen(offer, slot)


async def offer_for(deps: Deps, dispute: Dispute, purpose: Purpose, terms: Terms) -> Offer:
    return await offers.offer(
        deps,
        dispute.center,
        purpose,
        dispute.mediator_id,
        placeholders_open=terms.placeholders_open,
        organization_id=dispute.organization_id,
        notice_minutes=terms.notice_minutes,
        horizon_days=terms.horizon_days,
    )


@dataclass(frozen=True, slots=True)
class Reserved:
    """Locked and judged; nothing is written yet."""

    appointment: Appointment
    capacity: int
    diaries: dict[Subject, int]
    taken: list[Subject]


async def reserve(
    deps: Deps, appointment: Appointment, chosen: Chosen, persons: Sequence[Person], *, asking: Iterable[Person] = ()
) -> Reserved:
    """Writes the time into `appointment`, unsaved. `asking` are told that it is they who are busy.

    Raises AlreadyBookedError, SlotFullError, InvalidFieldsError at `slot_id`.
    """
    offer, slot = chosen.offer, chosen.slot
    people = {subject for person in persons for subject in person.diaries}
    things = {*offer.rooms, *filter(None, [offer.mediator])}
    locked = await diaries.lock(UUID(offer.center.id), {*people, *things})
    busy = Busy(
        await diaries.spans(
            {*people, *offer.subjects()}, slot.starts_at, slot.free_from, deps.clock.now(), without=appointment.id
        )
    )
    found = offer.places(slot, busy)
    if not found.open:
        raise InvalidFieldsError.at("slot_id", _NOT_OFFERED)
    own = {subject for person in asking for subject in person.diaries}
    if any(busy.is_taken(each, slot.starts_at, slot.ends_at) for each in own):
        raise AlreadyBookedError(_ELSEWHERE)
    if not found.free or any(busy.is_taken(each, slot.starts_at, slot.ends_at) for each in people):
        raise SlotFullError
    _write(appointment, slot, offer, found.room)
    return Reserved(appointment, found.open, locked, [*people, *filter(None, (offer.mediator, found.room))])


async def enter(deps: Deps, reserved: Reserved) -> None:
    """Into the diaries. The appointment has been saved; whatever it had there before is gone already."""
    await diaries.enter(reserved.appointment, reserved.diaries, reserved.taken, deps.clock.now())


async def look_for_place(deps: Deps, reserved: Reserved) -> None:
    """Refused early, before anything is written; the judge is `exchange_places`. Raises SlotFullError."""
    slot = key_of(reserved.appointment)
    is_counted = slot.purpose is Purpose.REGISTRATION
    if is_counted and await places.looks_full(slot, reserved.capacity, deps.clock.now()):
        raise SlotFullError


async def exchange_places(deps: Deps, old: SlotKey | None, new: SlotKey | None, capacity: int = 0) -> None:
    """Both or neither. Slots are locked in the order of their keys, so that two residents who swap don't wait for each
    other. An offer that lapsed goes to the next who waits before anybody else. Raises SlotFullError."""
    for slot in sorted(each for each in (old, new) if each is not None and each.purpose is Purpose.REGISTRATION):
        if slot == old:
            await passing_on.pass_on(deps, slot)
        elif not await places.take(slot, capacity):
            await passing_on.pass_on_lapsed(deps, slot)
            if not await places.take(slot, capacity):
                raise SlotFullError


def key_of(appointment: Appointment) -> SlotKey:
    return SlotKey(str(appointment.center_id), appointment.kind, appointment.starts_at, appointment.purpose)


def slot_id_of(appointment: Appointment) -> str:
    return availability.slot_id(*key_of(appointment))


def _write(appointment: Appointment, slot: SlotTime, offer: Offer, room: Subject | None) -> None:
    appointment.center_id = UUID(offer.center.id)
    appointment.purpose, appointment.kind = slot.purpose, slot.kind
    appointment.starts_at, appointment.ends_at = slot.starts_at, slot.ends_at
    appointment.buffer_minutes = slot.buffer // timedelta(minutes=1)
    appointment.mediator_id = UUID(offer.mediator.id) if offer.mediator else None
    appointment.room_id = UUID(room.id) if room else None
    if slot.kind is AppointmentKind.VIDEO and appointment.video_room is None:
        appointment.video_room = secrets.token_urlsafe(16)
