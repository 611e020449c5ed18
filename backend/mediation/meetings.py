"""Meetings of any kind: planned, begun once everybody there has been told their rights, adjourned, ended. Anybody may
leave at any time."""

import json
from collections.abc import Sequence
from typing import Any, ClassVar
from uuid import UUID

from backend.accounts.actors import Actor, ResidentActor, StaffActor
from backend.appointments.errors import KeptApartError
from backend.core.deps import Deps
from backend.core.errors import FieldProblem, HejieError, InvalidFieldsError, NotFoundError, RoleNotAllowedError
from backend.core.mediation_rules import StandingKind
from backend.core.talk_rules import MeetingKind
from backend.disputes import rights_told, safety
from backend.mediation import access, acts, meeting_views, running, steering, telling
from backend.mediation.access import Standing
from backend.mediation.meeting_schemas import (
    AdjournIn,
    AttendanceIn,
    BeginIn,
    MeetingIn,
    MeetingOut,
    ParticipantIn,
)
from backend.mediation.running import MediationRestsError
from models import (
    Appointment,
    Attendance,
    CaseMember,
    Dispute,
    Meeting,
    MeetingParticipant,
    MeetingRole,
    MeetingStatus,
    MemberStatus,
    Role,
    Staff,
)
from models.base import uuid7

THERE = (Attendance.PRESENT, Attendance.LATE)
_ARRANGING = (Role.CLERK, Role.DIRECTOR)
_NOBODY = "本案没有这位参加人，或者已经退出，请重新选择。"


class MeetingNotOpenError(HejieError):
    code: ClassVar[str] = "meeting_not_open"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "会议现在不能进行这一步：可能还没有开始，或者已经结束。请刷新后再看。"


async def plan(deps: Deps, actor: StaffActor, dispute_id: UUID, fields: MeetingIn) -> MeetingOut:
    """By the mediator; all but separate talks also by the center's clerk or director. Raises NotFoundError,
    RoleNotAllowedError, MediationNotOpenError, MediationRestsError, KeptApartError, InvalidFieldsError."""
    standing = await acts.standing(actor, dispute_id, lock=True)
    acts.require_seen(deps, standing, "meeting")
    dispute, kind = standing.dispute, deps.catalog.talks.kinds[fields.kind]
    _require_planner(actor, standing, kind)
    await _require_may_meet(deps, dispute, kind)
    wanted = await _wanted(standing, kind, fields)
    meeting = Meeting(
        id=uuid7(),
        dispute_id=dispute.id,
        kind=fields.kind,
        caucus_party_id=wanted[0].party_id if kind.separate else None,
        mediator_id=_mediator_of(dispute),
        status=MeetingStatus.PLANNED,
        created_at=deps.clock.now(),
    )
    _arrange(deps, meeting, fields)
    await meeting.save(force_create=True)
    await _seat(deps, meeting, wanted)
    await record(deps, actor, dispute, meeting, "meeting_planned")
    return await meeting_views.one(deps, actor, standing, meeting)


async def move(deps: Deps, actor: StaffActor, dispute_id: UUID, meeting_id: UUID, fields: MeetingIn) -> MeetingOut:
    """Before it begins all of it but what kind it is; who is not asked any more hears of it too. Raises as `plan`,
    MeetingNotOpenError, InvalidFieldsError at `kind`."""
    standing, meeting = await _to_plan(deps, actor, dispute_id, meeting_id)
    if fields.kind != meeting.kind:
        raise InvalidFieldsError.at("kind", "会议的种类不能更改，需要时请取消后另行安排。")
    kind = deps.catalog.talks.kinds[meeting.kind]
    await _require_may_meet(deps, standing.dispute, kind)
    wanted = await _wanted(standing, kind, fields)
    if kind.separate and wanted[0].party_id != meeting.caucus_party_id:
        raise InvalidFieldsError.at("participants", "单独谈话的当事人不能更换，需要时请取消后另行安排。")
    _arrange(deps, meeting, fields)
    await meeting.save()
    await record(deps, actor, standing.dispute, meeting, "meeting_moved")
    await MeetingParticipant.filter(meeting_id=meeting.id).delete()
    await _seat(deps, meeting, wanted)
    return await meeting_views.one(deps, actor, standing, meeting)


async def cancel(deps: Deps, actor: StaffActor, dispute_id: UUID, meeting_id: UUID, reason: str) -> MeetingOut:
    """Before it has begun. Raises as `move`."""
    standing, meeting = await _to_plan(deps, actor, dispute_id, meeting_id)
    await _stop(deps, meeting, MeetingStatus.CANCELLED, reason)
    await record(deps, actor, standing.dispute, meeting, "meeting_cancelled")
    return await meeting_views.one(deps, actor, standing, meeting)


async def begin(deps: Deps, actor: StaffActor, dispute_id: UUID, meeting_id: UUID, fields: BeginIn) -> MeetingOut:
    """Also again after it was adjourned. Raises beside what `plan` raises MeetingNotOpenError; InvalidFieldsError at
    `rights_notice` while somebody there has not been told."""
    standing, meeting = await _locked(deps, actor, dispute_id, meeting_id)
    await _require_may_meet(deps, standing.dispute, deps.catalog.talks.kinds[meeting.kind])
    _require(meeting, MeetingStatus.PLANNED, MeetingStatus.ADJOURNED)
    there = await _mark(deps, meeting, fields.attendance)
    parties = [each.party_id for each in there if each.party_id and each.attendance in THERE]
    if parties:
        dispute = standing.dispute
        await rights_told.told_at_session(deps, actor, dispute, parties, read_out=fields.rights_notice)
    meeting.status, meeting.begun_at = MeetingStatus.RUNNING, meeting.begun_at or deps.clock.now()
    await meeting.save(update_fields=["status", "begun_at"])
    await record(deps, actor, standing.dispute, meeting, "meeting_begun")
    return await meeting_views.one(deps, actor, standing, meeting)


async def attend(deps: Deps, actor: StaffActor, dispute_id: UUID, meeting_id: UUID, fields: AttendanceIn) -> MeetingOut:
    """Who comes late or goes while it is on. Raises as `begin`."""
    standing, meeting = await _locked(deps, actor, dispute_id, meeting_id)
    _require(meeting, MeetingStatus.RUNNING)
    everybody = await _mark(deps, meeting, [fields])
    came = [each.party_id for each in everybody if each.id == fields.participant_id and each.attendance in THERE]
    if came and came[0]:
        await rights_told.told_at_session(deps, actor, standing.dispute, [came[0]], read_out=False)
    await record(deps, actor, standing.dispute, meeting, "meeting_attendance")
    return await meeting_views.one(deps, actor, standing, meeting)


async def leave(deps: Deps, actor: ResidentActor, dispute_id: UUID, meeting_id: UUID, reason: str | None) -> MeetingOut:
    """A party goes in the middle of it, which it may at any time. Raises NotFoundError, MeetingNotOpenError."""
    standing, meeting = await _found(deps, actor, dispute_id, meeting_id)
    if standing.kind is not StandingKind.PARTY:
        raise NotFoundError
    _require(meeting, MeetingStatus.RUNNING)
    own = await MeetingParticipant.filter(meeting_id=meeting.id, party_id__in=list(standing.party_ids))
    leaving = [
        AttendanceIn(participant_id=each.id, attendance=Attendance.LEFT_EARLY, reason=reason)
        for each in own
        if each.attendance in THERE
    ]
    if not leaving:
        raise MeetingNotOpenError
    await _mark(deps, meeting, leaving)
    await record(deps, actor, standing.dispute, meeting, "meeting_left")
    return await meeting_views.one(deps, actor, standing, meeting)


async def adjourn(deps: Deps, actor: StaffActor, dispute_id: UUID, meeting_id: UUID, fields: AdjournIn) -> MeetingOut:
    """Raises as `begin`."""
    standing, meeting = await _locked(deps, actor, dispute_id, meeting_id)
    _require(meeting, MeetingStatus.PLANNED, MeetingStatus.RUNNING)
    await _stop(deps, meeting, MeetingStatus.ADJOURNED, fields.reason)
    await record(deps, actor, standing.dispute, meeting, "meeting_adjourned")
    return await meeting_views.one(deps, actor, standing, meeting)


async def end(deps: Deps, actor: StaffActor, dispute_id: UUID, meeting_id: UUID) -> MeetingOut:
    """Who never came was absent. Raises as `begin`."""
    standing, meeting = await _locked(deps, actor, dispute_id, meeting_id)
    _require(meeting, MeetingStatus.RUNNING)
    expected = MeetingParticipant.filter(meeting_id=meeting.id, attendance=Attendance.EXPECTED)
    _ = await expected.update(attendance=Attendance.ABSENT)
    meeting.status, meeting.ended_at = MeetingStatus.ENDED, deps.clock.now()
    await meeting.save(update_fields=["status", "ended_at"])
    await record(deps, actor, standing.dispute, meeting, "meeting_ended")
    return await meeting_views.one(deps, actor, standing, meeting)


async def _locked(deps: Deps, actor: StaffActor, dispute_id: UUID, meeting_id: UUID) -> tuple[Standing, Meeting]:
    standing, meeting = await _found(deps, actor, dispute_id, meeting_id)
    access.require(standing, StandingKind.MEDIATOR)
    running.require_talks(standing.dispute)
    return standing, meeting


async def _to_plan(deps: Deps, actor: StaffActor, dispute_id: UUID, meeting_id: UUID) -> tuple[Standing, Meeting]:
    standing, meeting = await _found(deps, actor, dispute_id, meeting_id)
    _require_planner(actor, standing, deps.catalog.talks.kinds[meeting.kind])
    _require(meeting, MeetingStatus.PLANNED)
    return standing, meeting


async def _found(deps: Deps, actor: Actor, dispute_id: UUID, meeting_id: UUID) -> tuple[Standing, Meeting]:
    standing = await acts.standing(actor, dispute_id, lock=True)
    meeting = await meeting_views.readable(deps, actor, standing).get_or_none(id=meeting_id)
    if meeting is None:
        raise NotFoundError
    return standing, meeting


def _require_planner(actor: StaffActor, standing: Standing, kind: MeetingKind) -> None:
    """The center, which hosts, sets times; whom the mediator talks to alone is between the two."""
    is_arranging = actor.role in _ARRANGING and steering.is_of_center(actor, standing)
    if standing.kind is not StandingKind.MEDIATOR and (kind.separate or not is_arranging):
        raise RoleNotAllowedError
    running.require_talks(standing.dispute)


def _mediator_of(dispute: Dispute) -> UUID:
    if dispute.mediator_id is None:
        raise MediationRestsError("本件现在没有调解员，请先指派调解员，再安排会议。")
    return dispute.mediator_id


def _arrange(deps: Deps, meeting: Meeting, fields: MeetingIn) -> None:
    meeting.venue, meeting.planned_at, meeting.appointment_id = fields.venue, fields.planned_at, fields.appointment_id
    agenda = json.dumps(fields.agenda, ensure_ascii=False)
    meeting.agenda_sealed = deps.keyring.seal(agenda, "meeting", "agenda", meeting.id)


async def _seat(deps: Deps, meeting: Meeting, wanted: Sequence[ParticipantIn]) -> None:
    mediator = MeetingParticipant(
        id=uuid7(),
        meeting_id=meeting.id,
        role=MeetingRole.MEDIATOR,
        staff_id=meeting.mediator_id,
        attendance=Attendance.EXPECTED,
    )
    await MeetingParticipant.bulk_create([mediator, *(_one(deps, meeting, each) for each in wanted)])


async def _stop(deps: Deps, meeting: Meeting, status: MeetingStatus, reason: str) -> None:
    meeting.status = status
    meeting.reason_sealed = deps.keyring.seal(reason, "meeting", "reason", meeting.id)
    await meeting.save(update_fields=["status", "reason_sealed"])


async def _require_may_meet(deps: Deps, dispute: Dispute, kind: MeetingKind) -> None:
    if kind.together and await safety.is_held(deps, dispute):
        raise KeptApartError


def _require(meeting: Meeting, *statuses: MeetingStatus) -> None:
    if meeting.status not in statuses:
        raise MeetingNotOpenError


async def _wanted(standing: Standing, kind: MeetingKind, fields: MeetingIn) -> Sequence[ParticipantIn]:
    """Without anybody named, all parties. Raises InvalidFieldsError."""
    everybody = [] if kind.separate else [ParticipantIn(role=MeetingRole.PARTY, party_id=each.id)
                                          for each in await acts.taking_part(standing.dispute.id)]  # fmt: skip
    wanted = fields.participants or everybody
    await _check(standing, kind, fields, wanted)
    return wanted


async def _check(standing: Standing, kind: MeetingKind, fields: MeetingIn, wanted: Sequence[ParticipantIn]) -> None:
    """All that only the case can tell, at once."""
    dispute = standing.dispute
    parties = {party.id for party in await acts.taking_part(dispute.id)}
    accepted = CaseMember.filter(dispute_id=dispute.id, status=MemberStatus.ACCEPTED)
    members = {member.id for member in await accepted.only("id")}
    colleagues = Staff.filter(id__in=[each.staff_id for each in wanted if each.staff_id], is_active=True)
    staff = {each.id for each in await colleagues.filter(center_id=dispute.center_id).only("id")}
    known = {"party_id": parties, "member_id": members, "staff_id": staff}
    found = [
        FieldProblem(f"participants.{place}.{name}", _NOBODY)
        for place, each in enumerate(wanted)
        for name, ids in known.items()
        if getattr(each, name) is not None and getattr(each, name) not in ids
    ]
    if kind.separate and [each.role for each in wanted] != [MeetingRole.PARTY]:
        found.append(FieldProblem("participants", "单独谈话只能有一位当事人参加，请只选一位。"))
    if fields.appointment_id is not None and not await Appointment.exists(
        id=fields.appointment_id, dispute_id=dispute.id
    ):
        found.append(FieldProblem("appointment_id", "本案没有这次预约，请重新选择。"))
    if found:
        raise InvalidFieldsError(fields=tuple(found))


def _one(deps: Deps, meeting: Meeting, fields: ParticipantIn) -> MeetingParticipant:
    row_id = uuid7()
    name = fields.name
    return MeetingParticipant(
        id=row_id,
        meeting_id=meeting.id,
        role=fields.role,
        party_id=fields.party_id,
        member_id=fields.member_id,
        staff_id=fields.staff_id,
        name_sealed=deps.keyring.seal(name, "meeting_participant", "name", row_id) if name else None,
        attendance=Attendance.EXPECTED,
    )


async def _mark(deps: Deps, meeting: Meeting, marks: Sequence[AttendanceIn]) -> list[MeetingParticipant]:
    """All participants, as they are then. The mediator who begins it is there. Raises InvalidFieldsError."""
    everybody = await MeetingParticipant.filter(meeting_id=meeting.id).order_by("id")
    by_id, now = {each.id: each for each in everybody}, deps.clock.now()
    strangers = [place for place, mark in enumerate(marks) if mark.participant_id not in by_id]
    if strangers:
        raise InvalidFieldsError(
            fields=tuple(FieldProblem(f"attendance.{place}.participant_id", _NOBODY) for place in strangers)
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


async def record(deps: Deps, actor: Actor, dispute: Dispute, meeting: Meeting, event: str, **more: Any) -> None:
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
    asked = MeetingParticipant.filter(meeting_id=meeting.id, party_id__isnull=False)
    parties = {UUID(str(each)) for each in await asked.values_list("party_id", flat=True)}
    await telling.tell_between(deps, dispute, actor, parties, event, data=data)
