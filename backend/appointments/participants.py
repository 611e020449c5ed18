"""The parties of a mediation time: who is asked, what they answered."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tortoise.expressions import Q

from backend.appointments.availability import SlotTime
from backend.appointments.codes import new_code
from backend.appointments.errors import SlotPastError
from backend.appointments.persons import Person
from backend.core import rows
from backend.core.deps import Deps
from models import Answer, Appointment, AppointmentStatus, Participant, Purpose
from models.base import uuid7


@dataclass(frozen=True, slots=True)
class Asked:
    person: Person
    is_required: bool
    answer: Answer = Answer.PENDING
    recorded_by: UUID | None = None


def asked_by_party(everybody: Sequence[Person], asker: Person | None) -> list[Asked]:
    """Who chose the time agrees to it; the others who have joined are asked, and have to agree."""
    mine = asker.party_id if asker else None
    return [
        Asked(each, is_required=each.resident_id is not None, answer=Answer.ACCEPTED)
        if each.party_id == mine
        else Asked(each, is_required=each.resident_id is not None)
        for each in everybody
    ]


def asked_by_staff(
    everybody: Sequence[Person], required: Collection[UUID] | None, accepted: Collection[UUID], recorder: UUID
) -> list[Asked]:
    """By default all have to agree. `accepted`: parties who have not joined and said yes on the phone."""
    return [
        Asked(
            each,
            is_required=required is None or each.party_id in required,
            answer=Answer.ACCEPTED,
            recorded_by=recorder,
        )
        if each.party_id in accepted
        else Asked(each, is_required=required is None or each.party_id in required)
        for each in everybody
    ]


def answered_by(resident_id: UUID) -> Q:
    """For whom this account speaks: itself, or a party for whom it acts by phone."""
    acts = Q(party__representations__resident_id=resident_id, party__representations__ended_at__isnull=True)
    return Q(party__resident_id=resident_id) | acts


def set_status(deps: Deps, appointment: Appointment, slot: SlotTime, asked: Sequence[Asked]) -> None:
    """Proposed while an answer is missing that is required, else booked. Raises SlotPastError when it starts too soon
    for anybody to answer."""
    appointment.status, appointment.respond_by = AppointmentStatus.BOOKED, None
    if slot.purpose is Purpose.MEDIATION and any(each.is_required and each.answer is Answer.PENDING for each in asked):
        appointment.status, appointment.respond_by = AppointmentStatus.PROPOSED, _respond_by(deps, slot)


async def write(deps: Deps, appointment: Appointment, asked: Sequence[Asked]) -> None:
    """In place of those who were asked about an earlier time; codes given out stay the same."""
    if appointment.purpose is not Purpose.MEDIATION:
        return
    old = {row.party_id: row.checkin_code for row in await Participant.filter(appointment_id=appointment.id)}
    await Participant.filter(appointment_id=appointment.id).delete()
    now = deps.clock.now()
    await rows.insert([_row(appointment, each, old.get(each.person.party_id) or new_code(), now) for each in asked])


def _row(appointment: Appointment, asked: Asked, code: str, now: datetime | None) -> Participant:
    return Participant(
        id=uuid7(),
        appointment_id=appointment.id,
        party_id=asked.person.party_id,
        is_required=asked.is_required,
        answer=asked.answer,
        answered_at=None if asked.answer is Answer.PENDING else now,
        recorded_by=asked.recorded_by,
        checkin_code=code,
    )


async def follow(appointment: Appointment, everybody: Sequence[Person]) -> None:
    """Who takes part no longer is asked no longer; who has come in hears of the time and need not agree to it."""
    there = set(await Participant.filter(appointment_id=appointment.id).values_list("party_id", flat=True))
    now_in = {each.party_id for each in everybody}
    await Participant.filter(appointment_id=appointment.id, party_id__in=there - now_in).delete()
    new = [Asked(each, is_required=False) for each in everybody if each.party_id not in there]
    await rows.insert([_row(appointment, each, new_code(), None) for each in new])


def _respond_by(deps: Deps, slot: SlotTime) -> datetime:
    rules, now = deps.catalog.booking, deps.clock.now()
    latest = min(now + rules.answer_within, slot.starts_at - rules.answer_before).replace(microsecond=0)
    if latest <= now:
        raise SlotPastError
    return latest
