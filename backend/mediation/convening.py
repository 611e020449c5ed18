"""Who calls a meeting, when, where, of whom; moves it or calls it off before it has begun."""

import json
from collections.abc import Sequence
from uuid import UUID

from backend.accounts.actors import StaffActor
from backend.core.deps import Deps
from backend.core.errors import FieldProblem, InvalidFieldsError, RoleNotAllowedError
from backend.core.mediation_rules import StandingKind
from backend.core.talk_rules import MeetingKind
from backend.mediation import acts, meeting_views, meetings, running, steering
from backend.mediation.access import Standing
from backend.mediation.meeting_schemas import MeetingIn, MeetingOut, ParticipantIn
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

_ARRANGING = (Role.CLERK, Role.DIRECTOR)


async def plan(deps: Deps, actor: StaffActor, dispute_id: UUID, fields: MeetingIn) -> MeetingOut:
    """By the mediator; all but separate talks also by the center's clerk or director. Raises NotFoundError,
    RoleNotAllowedError, MediationNotOpenError, MediationRestsError, KeptApartError, InvalidFieldsError."""
    standing = await acts.standing(actor, dispute_id, lock=True)
    acts.require_seen(deps, standing, "meeting")
    dispute, kind = standing.dispute, deps.catalog.talks.kinds[fields.kind]
    _require_planner(actor, standing, kind)
    await meetings.require_may_meet(deps, dispute, kind)
    wanted = await _wanted(standing, kind, fields)
    meeting = Meeting(
        id=uuid7(),
        dispute_id=dispute.id,
        kind=fields.kind,
        caucus_party_id=wanted[0].party_id if kind.separate else None,
        status=MeetingStatus.PLANNED,
        created_at=deps.clock.now(),
    )
    _arrange(deps, dispute, meeting, fields)
    await meeting.save(force_create=True)
    await _seat(deps, meeting, wanted)
    await meetings.record(deps, actor, dispute, meeting, "meeting_planned")
    return await meeting_views.one(deps, standing, meeting)


async def move(deps: Deps, actor: StaffActor, dispute_id: UUID, meeting_id: UUID, fields: MeetingIn) -> MeetingOut:
    """Before it begins all of it but what kind it is; who is not asked any more hears of it too. Raises as `plan`,
    MeetingNotOpenError, InvalidFieldsError at `kind`."""
    standing, meeting = await _to_plan(deps, actor, dispute_id, meeting_id)
    if fields.kind != meeting.kind:
        raise InvalidFieldsError.at("kind", "会议的种类不能更改，需要时请取消后另行安排。")
    kind = deps.catalog.talks.kinds[meeting.kind]
    await meetings.require_may_meet(deps, standing.dispute, kind)
    wanted = await _wanted(standing, kind, fields)
    if kind.separate and wanted[0].party_id != meeting.caucus_party_id:
        raise InvalidFieldsError.at("participants", "单独谈话的当事人不能更换，需要时请取消后另行安排。")
    _arrange(deps, standing.dispute, meeting, fields)
    await meeting.save()
    before = await meetings.asked(meeting)
    await MeetingParticipant.filter(meeting_id=meeting.id).delete()
    await _seat(deps, meeting, wanted)
    await meetings.record(deps, actor, standing.dispute, meeting, "meeting_moved", also=before)
    return await meeting_views.one(deps, standing, meeting)


async def cancel(deps: Deps, actor: StaffActor, dispute_id: UUID, meeting_id: UUID, reason: str) -> MeetingOut:
    """Before it has begun. Raises as `move`."""
    standing, meeting = await _to_plan(deps, actor, dispute_id, meeting_id)
    await meetings.call_off(deps, actor, standing.dispute, meeting, reason)
    return await meeting_views.one(deps, standing, meeting)


async def _to_plan(deps: Deps, actor: StaffActor, dispute_id: UUID, meeting_id: UUID) -> tuple[Standing, Meeting]:
    standing, meeting = await meetings.found(deps, actor, dispute_id, meeting_id)
    _require_planner(actor, standing, deps.catalog.talks.kinds[meeting.kind])
    meetings.require(meeting, MeetingStatus.PLANNED)
    return standing, meeting


def _require_planner(actor: StaffActor, standing: Standing, kind: MeetingKind) -> None:
    """The center, which hosts, sets times; whom the mediator talks to alone is between the two."""
    is_arranging = actor.role in _ARRANGING and steering.is_of_center(actor, standing)
    if standing.kind is not StandingKind.MEDIATOR and (kind.separate or not is_arranging):
        raise RoleNotAllowedError
    running.require_talks(standing.dispute)


def _arrange(deps: Deps, dispute: Dispute, meeting: Meeting, fields: MeetingIn) -> None:
    if dispute.mediator_id is None:
        raise MediationRestsError("本件现在没有调解员，请先指派调解员，再安排会议。")
    meeting.mediator_id = dispute.mediator_id
    meeting.venue, meeting.planned_at, meeting.appointment_id = fields.venue, fields.planned_at, fields.appointment_id
    agenda = json.dumps(fields.agenda, ensure_ascii=False)
    meeting.agenda_sealed = deps.keyring.seal(agenda, "meeting", "agenda", meeting.id)


async def _seat(deps: Deps, meeting: Meeting, wanted: Sequence[ParticipantIn]) -> None:
    await MeetingParticipant.bulk_create([meetings.host_row(meeting), *(_one(deps, meeting, each) for each in wanted)])


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
        FieldProblem(f"participants.{place}.{name}", meetings.NOBODY)
        for place, each in enumerate(wanted)
        for name, ids in known.items()
        if getattr(each, name) is not None and getattr(each, name) not in ids
    ]
    named = [each.model_dump(exclude={"role"}) for each in wanted]
    found += [FieldProblem(f"participants.{place}", "这一位已经在参加人里了，请去掉重复的。")
              for place, each in enumerate(named) if each in named[:place] and not kind.separate]  # fmt: skip
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
