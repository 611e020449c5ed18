"""Booking and what may become of it. Every transaction locks in one order: the dispute, the diaries, the slots."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from tortoise.exceptions import IntegrityError

from backend.accounts.actors import Actor, ResidentActor, StaffActor
from backend.appointments import access, diaries, misses, participants, passing_on, persons, taking, telling
from backend.appointments.access import check_live
from backend.appointments.codes import new_code
from backend.appointments.errors import AlreadyBookedError, NotTakingPartError
from backend.appointments.lapsing import LIVE, settle
from backend.appointments.participants import Asked
from backend.appointments.persons import Person
from backend.appointments.taking import STAFF, Chosen, exchange_places, key_of
from backend.core import rows
from backend.core.deps import Deps
from backend.core.errors import HejieError, InvalidFieldsError
from backend.core.wording import when_text
from backend.disputes import queries as disputes
from models import Appointment, AppointmentStatus, Dispute, Purpose
from models.base import uuid7

_CHANGING = (
    "center_id", "purpose", "kind", "status", "starts_at", "ends_at", "buffer_minutes", "mediator_id", "room_id",
    "respond_by", "sequence", "video_room", "updated_at",
)  # fmt: skip


async def book(
    deps: Deps, actor: ResidentActor, dispute_id: UUID, slot_id: str, *, placeholders_open: bool
) -> Appointment:
    """A mediation is proposed to the other parties who have joined; when there are none it is booked.

    Raises InvalidFieldsError at `slot_id`, SlotPastError, SlotFullError, AlreadyBookedError, NoMediatorError,
    DisputeEndedError, ActionNotAllowedError.
    """
    dispute = await disputes.for_resident(actor, dispute_id, lock=True)
    terms = await misses.terms(deps, actor.id, placeholders_open=placeholders_open)
    chosen = await taking.choose(deps, dispute, slot_id, terms)
    if await settle(deps, dispute):
        raise AlreadyBookedError
    everybody = await persons.of_dispute(dispute.id)
    me = person_of(dispute, everybody, actor)
    asked = participants.asked_by_party(everybody, me)
    return await create(deps, dispute, actor, chosen, everybody, asker=me, asked=asked)


async def create(
    deps: Deps,
    dispute: Dispute,
    actor: Actor,
    chosen: Chosen,
    everybody: Sequence[Person],
    *,
    asker: Person | None,
    asked: Sequence[Asked] = (),
    holds_place: bool = False,
) -> Appointment:
    """One new appointment with all that it takes. `asker`: for whom it is. `holds_place`: an offer has it already.
    Raises AlreadyBookedError, SlotFullError, SlotPastError, InvalidFieldsError at `slot_id`."""
    appointment = _new(deps, dispute, asker)
    concerned = _concerned(chosen, everybody, asker)
    reserved = await taking.reserve(deps, appointment, chosen, concerned, asking=[asker] if asker else ())
    participants.set_status(deps, appointment, chosen.slot, asked)
    if not holds_place:
        await taking.look_for_place(deps, reserved)
    try:
        await rows.insert([appointment])
    except IntegrityError as error:
        raise AlreadyBookedError from error
    await taking.enter(deps, reserved)
    await participants.write(deps, appointment, asked)
    await telling.tell(deps, dispute, actor, appointment, _kind_of_news(appointment, "booked"))
    if not holds_place:
        await exchange_places(deps, None, key_of(appointment), reserved.capacity)
    return appointment


async def reschedule(
    deps: Deps,
    actor: ResidentActor,
    appointment_id: UUID,
    slot_id: str,
    *,
    placeholders_open: bool,
    reason: str | None = None,
) -> Appointment:
    """To the time it has already: nothing changes. Raises what `book` raises, and AppointmentNotLiveError."""
    dispute, appointment = await access.locked_for_resident(deps, actor, appointment_id)
    terms = await misses.terms(deps, actor.id, placeholders_open=placeholders_open)
    everybody = await persons.of_dispute(dispute.id)
    me = person_of(dispute, everybody, actor)
    chosen = await taking.choose(deps, dispute, slot_id, terms)
    asked = participants.asked_by_party(everybody, me)
    return await move(
        deps, dispute, actor, appointment, chosen, everybody=everybody, asked=asked, asking=me, reason=reason
    )


async def reschedule_by_staff(
    deps: Deps, actor: StaffActor, appointment_id: UUID, slot_id: str, reason: str
) -> Appointment:
    """A mediation is proposed anew. Raises what `reschedule` raises, and RoleNotAllowedError."""
    dispute, appointment = await access.locked_for_staff(deps, actor, appointment_id)
    chosen = await taking.choose(deps, dispute, slot_id, STAFF)
    everybody = await persons.of_dispute(dispute.id)
    asked = participants.asked_by_staff(everybody, None, (), actor.id)
    return await move(deps, dispute, actor, appointment, chosen, everybody=everybody, asked=asked, reason=reason)


async def move(
    deps: Deps,
    dispute: Dispute,
    actor: Actor | None,
    appointment: Appointment,
    chosen: Chosen,
    *,
    everybody: Sequence[Person],
    asked: Sequence[Asked] | None,
    asking: Person | None = None,
    reason: str | None = None,
    notice: str | None = None,
) -> Appointment:
    """The old time is freed and the new one taken, or nothing changes. Without `asked` what was answered stands.
    Raises AppointmentNotLiveError and what `create` raises."""
    check_live(appointment)
    old, detail = key_of(appointment), {"reason": reason, "before": when_text(appointment.starts_at)}
    if asked is not None and _is_the_same(chosen, appointment):
        return appointment
    owner = asking or next((each for each in everybody if each.party_id == appointment.party_id), None)
    concerned = _concerned(chosen, everybody, owner)
    reserved = await taking.reserve(deps, appointment, chosen, concerned, asking=[owner] if owner else ())
    await taking.look_for_place(deps, reserved)
    if asked is not None:
        participants.set_status(deps, appointment, chosen.slot, asked)
    appointment.center = dispute.center
    await _save_next(deps, appointment)
    await diaries.leave(appointment)
    await taking.enter(deps, reserved)
    if asked is not None:
        await participants.write(deps, appointment, asked)
    kind = _kind_of_news(appointment, "rescheduled")
    await telling.tell(deps, dispute, actor, appointment, kind, notice=notice, detail=detail)
    await exchange_places(deps, old, key_of(appointment), reserved.capacity)
    return appointment


async def cancel(deps: Deps, actor: ResidentActor, appointment_id: UUID, reason: str) -> Appointment:
    """Too near to its start it counts like a no-show. Raises AppointmentNotLiveError."""
    dispute, appointment = await access.locked_for_resident(deps, actor, appointment_id)
    check_live(appointment)
    if misses.is_late_to_cancel(deps, appointment):
        await misses.note_late_cancellation(deps, appointment, _part_of(await persons.of_dispute(dispute.id), actor))
    await end(deps, dispute, actor, appointment, reason)
    return appointment


async def cancel_by_staff(deps: Deps, actor: StaffActor, appointment_id: UUID, reason: str) -> Appointment:
    """Counts against nobody. Raises AppointmentNotLiveError, RoleNotAllowedError."""
    dispute, appointment = await access.locked_for_staff(deps, actor, appointment_id)
    check_live(appointment)
    await end(deps, dispute, actor, appointment, reason)
    return appointment


async def release_for(deps: Deps, dispute: Dispute, actor: Actor | None, reason: str) -> None:
    """Cancels what is still to come when a case ends or leaves the center; nobody waits for it any more. The caller
    holds the lock on the dispute; its own slow work comes before, for the slot stays locked until the commit."""
    await passing_on.leave_for(deps, dispute)
    coming = Appointment.filter(dispute_id=dispute.id, status__in=LIVE, starts_at__gt=deps.clock.now())
    for appointment in await coming.select_related("center").order_by("starts_at", "kind"):
        await end(deps, dispute, actor, appointment, reason)


async def hand_over(deps: Deps, dispute: Dispute, actor: StaffActor, *, reason: str) -> None:
    """Another mediator has the case: a mediation that is to come keeps its time if they are free then, else it is
    cancelled and the parties book anew. The caller holds the lock on the dispute."""
    coming = Appointment.filter(
        dispute_id=dispute.id, status__in=LIVE, purpose=Purpose.MEDIATION, starts_at__gt=deps.clock.now()
    )
    for appointment in await coming.exclude(mediator_id=dispute.mediator_id).select_related("center"):
        try:
            chosen = await taking.choose(deps, dispute, taking.slot_id_of(appointment), STAFF)
            everybody = await persons.of_dispute(dispute.id)
            _ = await move(
                deps, dispute, actor, appointment, chosen, everybody=everybody, asked=None, notice="mediator_changed"
            )
        except HejieError:  # before anything was written
            await end(deps, dispute, actor, appointment, reason)


async def end(deps: Deps, dispute: Dispute, actor: Actor | None, appointment: Appointment, reason: str) -> None:
    appointment.status, appointment.respond_by = AppointmentStatus.CANCELLED, None
    await _save_next(deps, appointment)
    await diaries.leave(appointment)
    await telling.tell(deps, dispute, actor, appointment, "cancelled", detail={"reason": reason})
    await exchange_places(deps, key_of(appointment), None)


def person_of(dispute: Dispute, everybody: Sequence[Person], actor: ResidentActor) -> Person:
    """A resident's own part in a case that they may see; who filed it for somebody is its applicant. Raises
    NotTakingPartError for who has left, or is spoken for."""
    mine = _part_of(everybody, actor)
    acts_for_another = dispute.resident_id == actor.id and mine.resident_id is None and mine.ordinal == 0
    if mine.resident_id != actor.id and not acts_for_another:
        raise NotTakingPartError
    return replace(mine, resident_id=actor.id)


def _part_of(everybody: Sequence[Person], actor: ResidentActor) -> Person:
    return next((each for each in everybody if each.resident_id == actor.id), everybody[0])


def _new(deps: Deps, dispute: Dispute, asker: Person | None) -> Appointment:
    now = deps.clock.now()
    return Appointment(
        id=uuid7(),
        dispute=dispute,
        center=dispute.center,
        party_id=asker.party_id if asker else None,
        resident_id=asker.resident_id if asker else None,
        checkin_code=new_code(),
        created_at=now,
        updated_at=now,
    )


def _concerned(chosen: Chosen, everybody: Sequence[Person], owner: Person | None) -> list[Person]:
    """A mediation takes all parties, a time at the window only whoever goes there."""
    if chosen.slot.purpose is Purpose.MEDIATION:
        return [owner if owner and each.party_id == owner.party_id else each for each in everybody]
    return [owner] if owner else []


def _is_the_same(chosen: Chosen, appointment: Appointment) -> bool:
    """Raises InvalidFieldsError at `slot_id`: what all parties agreed to is no time at the window."""
    slot = chosen.slot
    if appointment.purpose is Purpose.MEDIATION and slot.purpose is Purpose.REGISTRATION:
        raise InvalidFieldsError.at("slot_id", "这次约的是调解，请选择调解的时间。")
    return (chosen.offer.center.id, slot.kind, slot.starts_at, slot.purpose) == key_of(appointment)


def _kind_of_news(appointment: Appointment, firm: str) -> str:
    return firm if appointment.status is AppointmentStatus.BOOKED else "proposed"


async def _save_next(deps: Deps, appointment: Appointment) -> None:
    """Another version of it, as calendar files count them. Raises AlreadyBookedError: a time at the window may become
    a mediation, of which the case has one already."""
    appointment.sequence += 1
    appointment.updated_at = deps.clock.now()
    try:
        await rows.change(appointment, _CHANGING)
    except IntegrityError as error:
        raise AlreadyBookedError from error
