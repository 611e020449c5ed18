"""Who takes part in a case has changed: somebody joined, left, was corrected or removed, or took the case over. What is
to come must stand in the diaries of those whom it concerns now."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from backend.accounts.actors import Actor
from backend.appointments import actions, diaries, participants, persons, proposals
from backend.appointments.diaries import Subject
from backend.appointments.lapsing import settle
from backend.appointments.persons import Person
from backend.core.deps import Deps
from models import Appointment, AppointmentStatus, DiaryEntry, DiaryKind, Dispute, Purpose

_BUSY = "参加人有变动，有人在这个时间另有预约，请重新约时间"
_PEOPLE = (DiaryKind.RESIDENT, DiaryKind.IDENTITY)


async def changed(deps: Deps, dispute: Dispute, actor: Actor | None) -> None:
    """The caller holds the lock on the dispute and has written the change. A time at which somebody is elsewhere
    already is cancelled, and all are told; a proposal that waits for nobody any more stands."""
    live = [each for each in await settle(deps, dispute) if each.starts_at > deps.clock.now()]
    if not live:
        return
    everybody = await persons.of_dispute(dispute.id)
    wanted = {each.id: _subjects(each, everybody) for each in live}
    present = {each.id: await _present(each.id) for each in live}
    locked = await diaries.lock(dispute.center_id, {*_all(wanted.values()), *_all(present.values())})
    for appointment in live:
        if not await _rewrite(deps, appointment, locked, wanted[appointment.id], present[appointment.id]):
            await actions.end(deps, dispute, actor, appointment, _BUSY)
        elif appointment.purpose is Purpose.MEDIATION:
            await _forget_asker(dispute, appointment, everybody)
            await participants.follow(appointment, everybody)
            if appointment.status is AppointmentStatus.PROPOSED:
                await proposals.stand_if_agreed(deps, dispute, actor, appointment)


async def _rewrite(
    deps: Deps, appointment: Appointment, locked: dict[Subject, int], wanted: set[Subject], present: set[Subject]
) -> bool:
    """False, and nothing written, when one of the new ones is busy at the time."""
    missing, gone = wanted - present, present - wanted
    now = deps.clock.now()
    busy = await diaries.spans(missing, appointment.starts_at, appointment.ends_at, now, without=appointment.id)
    if any(not span.is_blocked for span in busy):
        return False
    await DiaryEntry.filter(appointment_id=appointment.id, diary_id__in=[locked[each] for each in gone]).delete()
    await diaries.enter(appointment, locked, sorted(missing), now)
    return True


async def _forget_asker(dispute: Dispute, appointment: Appointment, everybody: Sequence[Person]) -> None:
    """Who chose the time and takes part no longer has no say in it."""
    if appointment.resident_id not in (None, dispute.resident_id, *(each.resident_id for each in everybody)):
        appointment.resident_id = None
        await appointment.save(update_fields=["resident_id"])


def _subjects(appointment: Appointment, everybody: Sequence[Person]) -> set[Subject]:
    """A time at the window is its owner's, under the account that holds it now."""
    if appointment.purpose is Purpose.MEDIATION:
        return _all(each.diaries for each in everybody)
    owners = [each for each in everybody if each.party_id == appointment.party_id]
    account = appointment.resident_id
    own = {Subject(DiaryKind.RESIDENT, str(account))} if account is not None else set()
    return own | {each for each in _all(owner.diaries for owner in owners) if each.kind is DiaryKind.IDENTITY}


async def _present(appointment_id: UUID) -> set[Subject]:
    rows = DiaryEntry.filter(appointment_id=appointment_id, diary__kind__in=_PEOPLE)
    found = await rows.values_list("diary__kind", "diary__subject")
    return {Subject(DiaryKind(str(kind)), str(subject)) for kind, subject in found}


def _all(groups: Iterable[set[Subject]]) -> set[Subject]:
    return {subject for group in groups for subject in group}
