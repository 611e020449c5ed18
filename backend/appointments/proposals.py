"""Times that staff arrange, and mediation times that the parties agree to."""

from uuid import UUID

from backend.accounts.actors import Actor, ResidentActor, StaffActor
from backend.appointments import access, actions, diaries, lapsing, participants, persons, taking, telling
from backend.appointments.errors import AlreadyBookedError, FixingTooEarlyError, NotProposedError
from backend.appointments.lapsing import settle
from backend.appointments.participants import Asked
from backend.appointments.persons import Person
from backend.appointments.schemas import ArrangementIn
from backend.appointments.taking import STAFF
from backend.core.deps import Deps
from backend.core.errors import FieldProblem, InvalidFieldsError
from models import Answer, Appointment, AppointmentStatus, Dispute, Participant, Purpose

_NO_PARTY = "这一位不是本案当事人，请重新选择。"
_ANSWERS_ALONE = "这位当事人已经在小程序里，请由本人答复。"


async def arrange(deps: Deps, actor: StaffActor, dispute_id: UUID, wish: ArrangementIn) -> Appointment:
    """A time at the window is booked for a party; a mediation is proposed to all, or fixed when they could not agree.

    Raises RoleNotAllowedError, InvalidFieldsError, SlotPastError, SlotFullError, AlreadyBookedError, NoMediatorError,
    DisputeEndedError, ActionNotAllowedError, FixingTooEarlyError.
    """
    dispute = await access.locked_dispute(actor, dispute_id)
    chosen = await taking.choose(deps, dispute, wish.slot_id, STAFF)
    live = await settle(deps, dispute)
    everybody = await persons.of_dispute(dispute.id)
    _check_parties(everybody, wish)
    if any(each.purpose is chosen.slot.purpose for each in live):
        raise AlreadyBookedError
    if chosen.slot.purpose is Purpose.REGISTRATION:
        who = next((each for each in everybody if each.party_id == wish.party_id), everybody[0])
        return await actions.create(deps, dispute, actor, chosen, everybody, asker=who)
    asked = await _asked(deps, actor, dispute, everybody, wish)
    return await actions.create(deps, dispute, actor, chosen, everybody, asker=None, asked=asked)


async def answer(
    deps: Deps, actor: ResidentActor, appointment_id: UUID, given: Answer, wish: str | None
) -> Appointment:
    """Of a party who has joined, or of whoever acts for one by phone. Raises NotFoundError, NotProposedError."""
    dispute, appointment = await access.locked_for_resident(deps, actor, appointment_id)
    mine = await Participant.filter(participants.answered_by(actor.id), appointment_id=appointment.id).first()
    if mine is None:
        raise NotProposedError
    await _note(deps, dispute, actor, appointment, mine, given=given, wish=wish)
    return appointment


async def record_answer(
    deps: Deps, actor: StaffActor, appointment_id: UUID, party_id: UUID, given: Answer, *, wish: str | None
) -> Appointment:
    """What a party without the mini-program said on the phone. Raises NotFoundError, RoleNotAllowedError,
    InvalidFieldsError at `party_id`, NotProposedError."""
    dispute, appointment = await access.locked_for_staff(deps, actor, appointment_id)
    rows = Participant.filter(appointment_id=appointment.id, party_id=party_id)
    theirs = await rows.select_related("party").first()
    if theirs is None:
        raise InvalidFieldsError.at("party_id", _NO_PARTY)
    if theirs.party.resident_id is not None:
        raise InvalidFieldsError.at("party_id", _ANSWERS_ALONE)
    theirs.recorded_by = actor.id
    await _note(deps, dispute, actor, appointment, theirs, given=given, wish=wish)
    return appointment


async def _note(
    deps: Deps,
    dispute: Dispute,
    actor: Actor,
    appointment: Appointment,
    theirs: Participant,
    *,
    given: Answer,
    wish: str | None,
) -> None:
    if appointment.status is not AppointmentStatus.PROPOSED:
        raise NotProposedError
    theirs.answer, theirs.answered_at = given, deps.clock.now()
    await theirs.save(update_fields=["answer", "answered_at", "recorded_by"])
    if given is not Answer.ACCEPTED:
        await telling.record(deps, dispute, actor, appointment, "time_refused", detail={"wish": wish})
        if theirs.is_required:
            await lapsing.end_proposal(deps, dispute, appointment, AppointmentStatus.DECLINED, "proposal_declined")
        return
    await stand_if_agreed(deps, dispute, actor, appointment)


async def stand_if_agreed(deps: Deps, dispute: Dispute, actor: Actor | None, appointment: Appointment) -> None:
    """Raises NotProposedError when it has lapsed."""
    missing = Participant.filter(appointment_id=appointment.id, is_required=True).exclude(answer=Answer.ACCEPTED)
    if await missing.exists():
        return
    if not await diaries.confirm(appointment):
        raise NotProposedError
    appointment.status, appointment.respond_by = AppointmentStatus.BOOKED, None
    appointment.updated_at = deps.clock.now()
    await appointment.save(update_fields=["status", "respond_by", "updated_at"])
    await telling.tell(deps, dispute, actor, appointment, "booked")


async def _asked(
    deps: Deps, actor: StaffActor, dispute: Dispute, everybody: list[Person], wish: ArrangementIn
) -> list[Asked]:
    if not wish.fixed:
        return participants.asked_by_staff(everybody, wish.required_party_ids, wish.accepted_party_ids, actor.id)
    refused = Appointment.filter(dispute_id=dispute.id, purpose=Purpose.MEDIATION, status=AppointmentStatus.DECLINED)
    if await refused.count() < deps.catalog.booking.refusals_before_fixing:
        raise FixingTooEarlyError
    return participants.asked_by_staff(everybody, (), (), actor.id)


def _check_parties(everybody: list[Person], wish: ArrangementIn) -> None:
    """Raises InvalidFieldsError naming every stranger, and everybody who answers for themselves."""
    joined = {each.party_id: each.resident_id is not None for each in everybody}
    named: list[tuple[str, UUID]] = [("party_id", wish.party_id)] if wish.party_id else []
    for field in ("required_party_ids", "accepted_party_ids"):
        named += [(f"{field}.{place}", party_id) for place, party_id in enumerate(getattr(wish, field) or ())]
    found = [FieldProblem(path, _NO_PARTY) for path, party_id in named if party_id not in joined]
    found += [
        FieldProblem(path, _ANSWERS_ALONE)
        for path, party_id in named
        if path.startswith("accepted") and joined.get(party_id)
    ]
    if found:
        raise InvalidFieldsError(fields=tuple(found))
