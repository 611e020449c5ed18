"""Meetings as whoever takes part, or answers for the case, reads them."""

import json
from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from tortoise.expressions import Q, Subquery
from tortoise.queryset import QuerySet

from backend.accounts.actors import Actor
from backend.core.deps import Deps
from backend.core.errors import NotFoundError
from backend.core.mediation_rules import StandingKind
from backend.core.pagination import cut, decode_id
from backend.core.schema import Page, PageQuery
from backend.core.wording import when_text
from backend.mediation import access, acts
from backend.mediation.access import Standing
from backend.mediation.guests import MEMBERS
from backend.mediation.meeting_schemas import MeetingOut, ParticipantOut
from backend.mediation.talks import SIDES
from models import CaseMember, Meeting, MeetingParticipant, Party, Staff

_SEPARATE = Q(caucus_party_id__isnull=False)


async def page(deps: Deps, actor: Actor, dispute_id: UUID, query: PageQuery) -> Page[MeetingOut]:
    """The latest first. Raises NotFoundError."""
    standing = await acts.standing(actor, dispute_id)
    meetings, last = readable(deps, actor, standing), decode_id(query.cursor)
    if last is not None:
        meetings = meetings.filter(id__lt=last)
    found = await meetings.order_by("-id").limit(query.limit + 1)
    rows, next_cursor = cut(found, query.limit, lambda row: (str(row.id),))
    return Page[MeetingOut](items=await _out(deps, standing, rows), next_cursor=next_cursor)


async def get(deps: Deps, actor: Actor, dispute_id: UUID, meeting_id: UUID) -> MeetingOut:
    """Raises NotFoundError."""
    standing = await acts.standing(actor, dispute_id)
    meeting = await readable(deps, actor, standing).get_or_none(id=meeting_id)
    if meeting is None:
        raise NotFoundError
    return await one(deps, standing, meeting)


async def one(deps: Deps, standing: Standing, meeting: Meeting) -> MeetingOut:
    return (await _out(deps, standing, [meeting]))[0]


def readable(deps: Deps, actor: Actor, standing: Standing) -> QuerySet[Meeting]:
    """A separate talk is that party's and the mediator's. Raises NotFoundError."""
    meetings = Meeting.filter(dispute_id=standing.dispute.id)
    mine = Q(party_id__in=list(standing.party_ids))
    if standing.member is not None:
        mine = Q(member_id=standing.member.id)
    if standing.kind is not StandingKind.MEDIATOR:
        meetings = meetings.filter(~_SEPARATE | Q(caucus_party_id__in=list(standing.party_ids)))
    own = Q(id__in=Subquery(MeetingParticipant.filter(mine).values("meeting_id")))
    found = access.readable(deps, standing, "meeting", meetings, own)
    return found.filter(acts.confided_in(actor, standing, secret=_SEPARATE))


def when(meeting: Meeting) -> str:
    return when_text(meeting.planned_at)


async def _out(deps: Deps, standing: Standing, meetings: Sequence[Meeting]) -> list[MeetingOut]:
    ids = [meeting.id for meeting in meetings]
    found = await MeetingParticipant.filter(meeting_id__in=ids).order_by("id")
    names, by_meeting = await _names(deps, standing, found), defaultdict[UUID, list[ParticipantOut]](list)
    for row in found:
        by_meeting[row.meeting_id].append(_participant(deps, standing, row, names))
    masked = standing.kind is StandingKind.SUPERVISOR
    return [_meeting(deps, meeting, by_meeting[meeting.id], masked=masked) for meeting in meetings]


def _meeting(deps: Deps, meeting: Meeting, participants: list[ParticipantOut], *, masked: bool) -> MeetingOut:
    """What people wrote is not for who looks at the whole city."""
    agenda = "[]" if masked else deps.keyring.open(meeting.agenda_sealed, "meeting", "agenda", meeting.id)
    reason = None if masked else meeting.reason_sealed
    return MeetingOut(
        id=str(meeting.id),
        kind=meeting.kind,
        kind_text=deps.catalog.talks.kinds[meeting.kind].title,
        venue=meeting.venue,
        status=meeting.status,
        planned_at=meeting.planned_at,
        appointment_id=str(meeting.appointment_id) if meeting.appointment_id else None,
        agenda=json.loads(agenda),
        begun_at=meeting.begun_at,
        ended_at=meeting.ended_at,
        reason=deps.keyring.open(reason, "meeting", "reason", meeting.id) if reason else None,
        participants=participants,
    )


def _participant(deps: Deps, standing: Standing, row: MeetingParticipant, names: dict[UUID, str]) -> ParticipantOut:
    own = standing.kind is StandingKind.MEDIATOR or row.party_id in standing.party_ids
    reason = row.reason_sealed if own else None
    return ParticipantOut(
        id=str(row.id),
        role=row.role,
        **{
            name: str(value) if (value := getattr(row, name)) else None
            for name in ("party_id", "member_id", "staff_id")
        },
        name=names.get(row.id, ""),
        attendance=row.attendance,
        reason=deps.keyring.open(reason, "meeting_participant", "reason", row.id) if reason else None,
        arrived_at=row.arrived_at,
        left_at=row.left_at,
    )


async def _names(deps: Deps, standing: Standing, rows: Sequence[MeetingParticipant]) -> dict[UUID, str]:
    """By participant. Of parties the side, of members what they are: who may know more reads it in the case."""
    sides = {each.id: SIDES[each.side] for each in await Party.filter(id__in=_set(rows, "party_id"))}
    staff = {each.id: each.name for each in await Staff.filter(id__in=_set(rows, "staff_id"))}
    members = CaseMember.filter(id__in=_set(rows, "member_id")).select_related("organization", "staff")
    known: dict[Any, str] = sides | staff | {each.id: _member(each) for each in await members}
    found = {row.id: known.get(row.party_id or row.staff_id or row.member_id, "") for row in rows}
    if standing.kind is not StandingKind.SUPERVISOR:
        found |= {
            row.id: deps.keyring.open(row.name_sealed, "meeting_participant", "name", row.id)
            for row in rows
            if row.name_sealed is not None
        }
    return found


def _member(member: CaseMember) -> str:
    known = member.organization or member.staff
    return known.name if known else MEMBERS.get(member.kind, "参加人")


def _set(rows: Sequence[MeetingParticipant], name: str) -> list[UUID]:
    return [value for row in rows if (value := getattr(row, name)) is not None]
