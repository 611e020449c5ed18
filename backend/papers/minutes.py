"""The record of a meeting. Concessions stay out of it: they are never evidence (人民法院在线调解规则 18). Nor is
there a paper of a separate talk."""

import json
from collections.abc import Sequence
from uuid import UUID

from backend.core.paper_rules import PaperKind
from backend.mediation import minutes
from backend.papers.case import SIDES, Case, when
from backend.papers.heads import head
from backend.papers.shapes import AnswerLine, FactLine, MinutesData, PresentLine
from models import (
    Attendance,
    CaseMember,
    Meeting,
    MeetingParticipant,
    MeetingRole,
    Minutes,
    MinutesAnswer,
    MinutesAnswerKind,
    Staff,
    Venue,
)

_VENUES = {Venue.ONSITE: "现场", Venue.VIDEO: "视频", Venue.PHONE: "电话"}
_ROLES = {MeetingRole.MEMBER: "参加人", MeetingRole.MEDIATOR: "调解员", MeetingRole.STAFF: "工作人员",
          MeetingRole.OTHER: "在场人"}  # fmt: skip
_ATTENDED = {Attendance.EXPECTED: "未登记", Attendance.PRESENT: "到场", Attendance.LATE: "迟到",
             Attendance.ABSENT: "未到", Attendance.LEFT_EARLY: "提前离开"}  # fmt: skip
_ANSWERED = {MinutesAnswerKind.CONFIRMED: "确认无误", MinutesAnswerKind.COMMENTED: "有补充意见",
             MinutesAnswerKind.REFUSED: "拒绝确认"}  # fmt: skip


async def gather(case: Case, kind: PaperKind, meeting: Meeting) -> MinutesData:
    """Of the latest version; without one there is little to say."""
    row = await Minutes.filter(meeting_id=meeting.id).order_by("-version").first()
    agenda = json.loads(case.deps.keyring.open(meeting.agenda_sealed, "meeting", "agenda", meeting.id))
    return MinutesData(
        **await head(case, kind),
        kind=case.deps.catalog.talks.kinds[meeting.kind].title,
        venue=_VENUES[meeting.venue],
        began_at=when(meeting.begun_at),
        ended_at=when(meeting.ended_at),
        agenda="；".join(agenda),
        present=await _present(case, meeting),
        **({} if row is None else await _written(case, row)),
    )


async def _written(case: Case, row: Minutes) -> dict[str, object]:
    return {
        "version": str(row.version),
        "text": case.deps.keyring.open(row.text_sealed, "minutes", "text", row.id),
        "facts": tuple(FactLine(text=fact) for fact in minutes.opened_list(case.deps, row, "facts")),
        "answers": await _answers(case, row),
        "written_at": when(row.written_at),
    }


async def _answers(case: Case, row: Minutes) -> tuple[AnswerLine, ...]:
    names = {party.id: case.name(party) for party in case.everybody}
    given = await MinutesAnswer.filter(minutes_id=row.id).order_by("id")
    return tuple(
        AnswerLine(name=names.get(each.party_id, ""), answer=_ANSWERED[each.answer], answered_at=when(each.at))
        for each in given
    )


async def _present(case: Case, meeting: Meeting) -> tuple[PresentLine, ...]:
    rows = await MeetingParticipant.filter(meeting_id=meeting.id).order_by("id")
    names, sides = await _names(case, rows), {party.id: SIDES[party.side] for party in case.everybody}
    return tuple(
        PresentLine(
            name=names.get(row.id, ""),
            role=sides.get(row.party_id, "当事人") if row.party_id else _ROLES[row.role],
            attendance=_ATTENDED[row.attendance],
        )
        for row in rows
    )


async def _names(case: Case, rows: Sequence[MeetingParticipant]) -> dict[UUID, str]:
    parties = {party.id: case.name(party) for party in case.everybody}
    staff = {each.id: each.name for each in await Staff.filter(id__in=[row.staff_id for row in rows if row.staff_id])}
    members = CaseMember.filter(id__in=[row.member_id for row in rows if row.member_id])
    known = parties | staff | {each.id: _member(case, each) for each in await members.select_related("organization")}
    return {row.id: _own_name(case, row) or _known(known, row) for row in rows}


def _known(known: dict[UUID, str], row: MeetingParticipant) -> str:
    return next((known[key] for key in (row.party_id, row.staff_id, row.member_id) if key in known), "")


def _own_name(case: Case, row: MeetingParticipant) -> str:
    sealed = row.name_sealed
    return "" if sealed is None else case.deps.keyring.open(sealed, "meeting_participant", "name", row.id)


def _member(case: Case, member: CaseMember) -> str:
    if member.name_sealed is not None:
        return case.deps.keyring.open(member.name_sealed, "case_member", "name", member.id)
    return member.organization.name if member.organization_id and member.organization else ""
