"""Meetings of any kind: begun once everybody there has been told their rights, adjourned, ended. Anybody may leave at
any time."""

from collections.abc import Collection, Sequence
from typing import Any, ClassVar
from uuid import UUID

from backend.accounts.actors import Actor, ResidentActor, StaffActor
from backend.appointments.errors import KeptApartError
from backend.core.deps import Deps
from backend.core.errors import FieldProblem, HejieError, InvalidFieldsError, NotFoundError
from backend.core.mediation_rules import StandingKind
from backend.core.talk_rules import MeetingKind
from backend.disputes import rights_told, safety
from backend.mediation import access, acts, meeting_views, running, telling
from backend.mediation.access import Standing
from backend.mediation.meeting_schemas import (
    AdjournIn,
    AttendanceIn,
    BeginIn,
    MeetingOut,
)
from models import (
    Attendance,
    Dispute,
    Meeting,
    MeetingParticipant,
    MeetingRole,
    MeetingStatus,
)
from models.base import uuid7

THERE = (Attendance.PRESENT, Attendance.LATE)
NOBODY = "本案没有这位参加人，或者已经退出，请重新选择。"


class MeetingNotOpenError(HejieError):
    code: ClassVar[str] = "meeting_not_open"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "会议现在不能进行这一步：可能还没有开始，或者已经结束。请刷新后再看。"


async def begin(deps: Deps, actor: StaffActor, dispute_id: UUID, meeting_id: UUID, fields: BeginIn) -> MeetingOut:
    """Also again after it was adjourned. Raises beside what `plan` raises MeetingNotOpenError; InvalidFieldsError at
    `rights_notice` while somebody there has not been told."""
    standing, meeting = await _locked(deps, actor, dispute_id, meeting_id)
    await require_may_meet(deps, standing.dispute, deps.catalog.talks.kinds[meeting.kind])
    require(meeting, MeetingStatus.PLANNED, MeetingStatus.ADJOURNED)
    await _host(meeting, actor)
    there = await _mark(deps, meeting, fields.attendance)
    parties = [each.party_id for each in there if each.party_id and each.attendance in THERE]
    if parties:
        dispute = standing.dispute
        await rights_told.told_at_session(deps, actor, dispute, parties, read_out=fields.rights_notice)
    meeting.status, meeting.begun_at = MeetingStatus.RUNNING, meeting.begun_at or deps.clock.now()
    await meeting.save(update_fields=["status", "begun_at", "mediator_id"])
    await record(deps, actor, standing.dispute, meeting, "meeting_begun")
    return await meeting_views.one(deps, standing, meeting)


async def attend(deps: Deps, actor: StaffActor, dispute_id: UUID, meeting_id: UUID, fields: AttendanceIn) -> MeetingOut:
    """Who comes late or goes while it is on. Raises as `begin`."""
    standing, meeting = await _locked(deps, actor, dispute_id, meeting_id)
    require(meeting, MeetingStatus.RUNNING)
    everybody = await _mark(deps, meeting, [fields])
    came = [each.party_id for each in everybody if each.id == fields.participant_id and each.attendance in THERE]
    if came and came[0]:
        await rights_told.told_at_session(deps, actor, standing.dispute, [came[0]], read_out=False)
    await record(deps, actor, standing.dispute, meeting, "meeting_attendance")
    return await meeting_views.one(deps, standing, meeting)


async def leave(deps: Deps, actor: ResidentActor, dispute_id: UUID, meeting_id: UUID, reason: str | None) -> MeetingOut:
    """A party goes in the middle of it, which it may at any time. Raises NotFoundError, MeetingNotOpenError."""
    standing, meeting = await found(deps, actor, dispute_id, meeting_id)
    if standing.kind is not StandingKind.PARTY:
        raise NotFoundError
    require(meeting, MeetingStatus.RUNNING)
    if not await _go(deps, meeting, standing.party_ids, reason):
        raise MeetingNotOpenError
    await record(deps, actor, standing.dispute, meeting, "meeting_left")
    return await meeting_views.one(deps, standing, meeting)


async def adjourn(deps: Deps, actor: StaffActor, dispute_id: UUID, meeting_id: UUID, fields: AdjournIn) -> MeetingOut:
    """Raises as `begin`."""
    standing, meeting = await _locked(deps, actor, dispute_id, meeting_id)
    require(meeting, MeetingStatus.PLANNED, MeetingStatus.RUNNING)
    await _stop(deps, meeting, MeetingStatus.ADJOURNED, fields.reason)
    await record(deps, actor, standing.dispute, meeting, "meeting_adjourned")
    return await meeting_views.one(deps, standing, meeting)


async def end(deps: Deps, actor: StaffActor, dispute_id: UUID, meeting_id: UUID) -> MeetingOut:
    """Who never came was absent. Raises as `begin`."""
    standing, meeting = await _locked(deps, actor, dispute_id, meeting_id)
    require(meeting, MeetingStatus.RUNNING)
    await close(deps, actor, standing.dispute, meeting)
    return await meeting_views.one(deps, standing, meeting)


async def close(deps: Deps, actor: Actor | None, dispute: Dispute, meeting: Meeting) -> None:
    expected = MeetingParticipant.filter(meeting_id=meeting.id, attendance=Attendance.EXPECTED)
    _ = await expected.update(attendance=Attendance.ABSENT)
    meeting.status, meeting.ended_at = MeetingStatus.ENDED, deps.clock.now()
    await meeting.save(update_fields=["status", "ended_at"])
    await record(deps, actor, dispute, meeting, "meeting_ended")


async def call_off(deps: Deps, actor: Actor | None, dispute: Dispute, meeting: Meeting, reason: str) -> None:
    await _stop(deps, meeting, MeetingStatus.CANCELLED, reason)
    await record(deps, actor, dispute, meeting, "meeting_cancelled")


async def party_left(deps: Deps, actor: ResidentActor, dispute: Dispute, parties: Collection[UUID]) -> None:
    """Who leaves the mediation leaves the meeting that is on. The caller holds the lock on the dispute."""
    for meeting in await Meeting.filter(dispute_id=dispute.id, status=MeetingStatus.RUNNING):
        if await _go(deps, meeting, parties, None):
            await record(deps, actor, dispute, meeting, "meeting_left")


async def _locked(deps: Deps, actor: StaffActor, dispute_id: UUID, meeting_id: UUID) -> tuple[Standing, Meeting]:
    standing, meeting = await found(deps, actor, dispute_id, meeting_id)
    access.require(standing, StandingKind.MEDIATOR)
    running.require_talks(standing.dispute)
    return standing, meeting


async def found(deps: Deps, actor: Actor, dispute_id: UUID, meeting_id: UUID) -> tuple[Standing, Meeting]:
    standing = await acts.standing(actor, dispute_id, lock=True)
    meeting = await meeting_views.readable(deps, actor, standing).get_or_none(id=meeting_id)
    if meeting is None:
        raise NotFoundError
    return standing, meeting


async def _host(meeting: Meeting, actor: StaffActor) -> None:
    """It may have been planned when somebody else had the case."""
    meeting.mediator_id = actor.id
    hosts = MeetingParticipant.filter(meeting_id=meeting.id, role=MeetingRole.MEDIATOR)
    if not await hosts.filter(staff_id=actor.id).exists():
        _ = await hosts.filter(attendance=Attendance.EXPECTED).delete()
        await MeetingParticipant.bulk_create([host_row(meeting)])


def host_row(meeting: Meeting) -> MeetingParticipant:
    return MeetingParticipant(
        id=uuid7(),
        meeting_id=meeting.id,
        role=MeetingRole.MEDIATOR,
        staff_id=meeting.mediator_id,
        attendance=Attendance.EXPECTED,
    )


async def _stop(deps: Deps, meeting: Meeting, status: MeetingStatus, reason: str) -> None:
    meeting.status = status
    meeting.reason_sealed = deps.keyring.seal(reason, "meeting", "reason", meeting.id)
    await meeting.save(update_fields=["status", "reason_sealed"])


async def require_may_meet(deps: Deps, dispute: Dispute, kind: MeetingKind) -> None:
    if kind.together and await safety.is_held(deps, dispute):
        raise KeptApartError


def require(meeting: Meeting, *statuses: MeetingStatus) -> None:
    if meeting.status not in statuses:
        raise MeetingNotOpenError


async def _mark(deps: Deps, meeting: Meeting, marks: Sequence[AttendanceIn]) -> list[MeetingParticipant]:
    """All participants, as they are then. The mediator who begins it is there. Raises InvalidFieldsError."""
    everybody = await MeetingParticipant.filter(meeting_id=meeting.id).order_by("id")
    by_id, now = {each.id: each for each in everybody}, deps.clock.now()
    strangers = [place for place, mark in enumerate(marks) if mark.participant_id not in by_id]
    if strangers:
        raise InvalidFieldsError(
            fields=tuple(FieldProblem(f"attendance.{place}.participant_id", NOBODY) for place in strangers)
        )
    for mark in marks:
        row = by_id[mark.participant_id]
        row.attendance = mark.attendance
        if mark.attendance in THERE:
            row.arrived_at = row.arrived_at or now
        row.left_at = now if mark.attendance is Attendance.LEFT_EARLY else None
        if mark.reason is not None:
            row.reason_sealed = deps.keyring.seal(mark.reason, "meeting_participant", "reason", row.id)
    for row in everybody:
        if row.role is MeetingRole.MEDIATOR and row.attendance is Attendance.EXPECTED:
            row.attendance, row.arrived_at = Attendance.PRESENT, now
        await row.save(update_fields=["attendance", "arrived_at", "left_at", "reason_sealed"])
    return everybody


async def _go(deps: Deps, meeting: Meeting, parties: Collection[UUID], reason: str | None) -> bool:
    """Whether any of them was there."""
    there = MeetingParticipant.filter(meeting_id=meeting.id, party_id__in=list(parties), attendance__in=THERE)
    leaving = [
        AttendanceIn(participant_id=each.id, attendance=Attendance.LEFT_EARLY, reason=reason) for each in await there
    ]
    await _mark(deps, meeting, leaving)
    return bool(leaving)


async def record(
    deps: Deps,
    actor: Actor | None,
    dispute: Dispute,
    meeting: Meeting,
    event: str,
    *,
    also: Collection[UUID] = (),
    **more: Any,
) -> None:
    """For who is asked to it. Of a separate talk the other side learns nothing."""
    data = more | {
        "meeting_id": str(meeting.id),
        "kind": meeting.kind,
        "kind_text": deps.catalog.talks.kinds[meeting.kind].title,
        "venue": meeting.venue,
        "planned_at": meeting.planned_at.isoformat(),
        "planned_text": meeting_views.when(meeting),
    }
    if meeting.caucus_party_id is not None:
        await telling.tell_parties(deps, dispute, actor, [meeting.caucus_party_id], event, data=data)
        return
    parties = {*await asked(meeting), *also}
    await telling.tell_between(deps, dispute, actor, parties, event, data=data)


async def asked(meeting: Meeting) -> set[UUID]:
    rows = MeetingParticipant.filter(meeting_id=meeting.id, party_id__isnull=False)
    return {UUID(str(each)) for each in await rows.values_list("party_id", flat=True)}
