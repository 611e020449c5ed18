"""Minutes by version. What all agree to be so stands apart from what was offered for the sake of peace: the one may be
used later, the other never (人民法院在线调解规则 18)."""

import json
from collections.abc import Sequence
from typing import ClassVar
from uuid import UUID

from backend.accounts.actors import Actor, ResidentActor, StaffActor
from backend.core.deps import Deps
from backend.core.errors import HejieError, InvalidFieldsError, NotFoundError
from backend.core.mediation_rules import StandingKind
from backend.mediation import access, acts, meeting_views, meetings, running
from backend.mediation.access import Standing
from backend.mediation.meeting_schemas import (
    MinutesAnswerIn,
    MinutesAnswerOut,
    MinutesIn,
    MinutesListOut,
    MinutesOut,
    WindowAnswerIn,
)
from backend.mediation.meetings import MeetingNotOpenError
from backend.mediation.talks import SIDES
from models import (
    Attendance,
    Meeting,
    MeetingParticipant,
    Minutes,
    MinutesAnswer,
    MinutesAnswerKind,
    Party,
)
from models.base import uuid7

_MANY = 2**15
_WAS_THERE = (Attendance.PRESENT, Attendance.LATE, Attendance.LEFT_EARLY)


class MinutesSupersededError(HejieError):
    code: ClassVar[str] = "minutes_superseded"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "会议记录有了新的版本，请刷新后阅读并确认最新的一版。"


class MinutesAnsweredError(HejieError):
    code: ClassVar[str] = "minutes_answered"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "这一版已经确认或者拒绝过了，不能更改；需要时请调解员另写一版。"


async def write(deps: Deps, actor: StaffActor, dispute_id: UUID, meeting_id: UUID, fields: MinutesIn) -> MinutesOut:
    """A new version: whatever was said to earlier ones counts no more. Raises NotFoundError, RoleNotAllowedError,
    MediationNotOpenError, MediationRestsError, MeetingNotOpenError before it has begun."""
    standing, meeting = await _locked(deps, actor, dispute_id, meeting_id)
    access.require(standing, StandingKind.MEDIATOR)
    if meeting.begun_at is None:
        raise MeetingNotOpenError
    latest = await Minutes.filter(meeting_id=meeting.id).order_by("-version").first()
    row_id = uuid7()
    row = Minutes(
        id=row_id,
        meeting_id=meeting.id,
        version=latest.version + 1 if latest else 1,
        text_sealed=deps.keyring.seal(fields.text, "minutes", "text", row_id),
        facts_sealed=_seal_list(deps, fields.facts, "facts", row_id),
        concessions_sealed=_seal_list(deps, fields.concessions, "concessions", row_id),
        written_by_id=actor.id,
        written_at=deps.clock.now(),
    )
    await row.save(force_create=True)
    await meetings.record(deps, actor, standing.dispute, meeting, "minutes_written", version=row.version)
    return await _out(deps, standing, meeting, row, current=row.version)


async def answer_by_phone(
    deps: Deps, actor: ResidentActor, dispute_id: UUID, meeting_id: UUID, *, version: int, fields: MinutesAnswerIn
) -> MinutesOut:
    """By a party that was there. Raises NotFoundError, MediationNotOpenError, MinutesSupersededError,
    MinutesAnsweredError."""
    standing, meeting = await _locked(deps, actor, dispute_id, meeting_id)
    own = [party for party in await _there(meeting) if party.id in standing.party_ids]
    if not own:
        raise NotFoundError
    row = await _version(meeting, version)
    for party in own:
        await _answer(deps, actor, row, party, fields)
    await meetings.record(deps, actor, standing.dispute, meeting, "minutes_answered", version=row.version)
    return await _out(deps, standing, meeting, row, current=row.version)


async def answer_at_window(
    deps: Deps, actor: StaffActor, dispute_id: UUID, meeting_id: UUID, *, version: int, fields: WindowAnswerIn
) -> MinutesOut:
    """What a party said in person, written down by the mediator or the center's staff. Raises as `answer_by_phone`,
    RoleNotAllowedError, InvalidFieldsError at `party_id`."""
    standing, meeting = await _locked(deps, actor, dispute_id, meeting_id)
    access.require(standing, StandingKind.MEDIATOR, StandingKind.CENTER)
    party = next((each for each in await _there(meeting) if each.id == fields.party_id), None)
    if party is None:
        raise InvalidFieldsError.at("party_id", "这位当事人没有参加这次会议，请重新选择。")
    row = await _version(meeting, version)
    await _answer(deps, actor, row, party, fields)
    await meetings.record(deps, actor, standing.dispute, meeting, "minutes_answered", version=row.version)
    return await _out(deps, standing, meeting, row, current=row.version)


async def versions(deps: Deps, actor: Actor, dispute_id: UUID, meeting_id: UUID) -> MinutesListOut:
    """Superseded ones are for staff. Raises NotFoundError, also for who looks at the whole city."""
    standing = await acts.standing(actor, dispute_id)
    meeting = await _meeting(deps, actor, standing, meeting_id)
    rows = await Minutes.filter(meeting_id=meeting.id).order_by("-version")
    shown = rows if standing.kind in (StandingKind.MEDIATOR, StandingKind.CENTER) else rows[:1]
    return MinutesListOut(items=[await _out(deps, standing, meeting, row, rows[0].version) for row in shown])


def opened_list(deps: Deps, row: Minutes, column: str) -> list[str]:
    sealed = row.facts_sealed if column == "facts" else row.concessions_sealed
    opened: list[str] = json.loads(deps.keyring.open(sealed, "minutes", column, row.id))
    return opened


async def _locked(deps: Deps, actor: Actor, dispute_id: UUID, meeting_id: UUID) -> tuple[Standing, Meeting]:
    standing = await acts.standing(actor, dispute_id, lock=True)
    meeting = await _meeting(deps, actor, standing, meeting_id)
    running.require_recorded(standing.dispute)
    return standing, meeting


async def _meeting(deps: Deps, actor: Actor, standing: Standing, meeting_id: UUID) -> Meeting:
    meeting = await meeting_views.readable(deps, actor, standing).get_or_none(id=meeting_id)
    if meeting is None or standing.kind is StandingKind.SUPERVISOR:
        raise NotFoundError
    return meeting


async def _there(meeting: Meeting) -> list[Party]:
    came = MeetingParticipant.filter(meeting_id=meeting.id, party_id__isnull=False, attendance__in=_WAS_THERE)
    return await Party.filter(id__in=list(await came.values_list("party_id", flat=True))).order_by("ordinal")


async def _version(meeting: Meeting, version: int) -> Minutes:
    """The latest one, if that is meant. Raises NotFoundError, MinutesSupersededError."""
    row = await Minutes.get_or_none(meeting_id=meeting.id, version=version) if version < _MANY else None
    if row is None:
        raise NotFoundError
    if await Minutes.exists(meeting_id=meeting.id, version__gt=version):
        raise MinutesSupersededError
    return row


async def _answer(deps: Deps, actor: Actor, row: Minutes, party: Party, fields: MinutesAnswerIn) -> None:
    given = await MinutesAnswer.get_or_none(minutes_id=row.id, party_id=party.id)
    if given is not None and given.answer is not MinutesAnswerKind.COMMENTED:
        raise MinutesAnsweredError
    is_new, given = given is None, given or MinutesAnswer(id=uuid7(), minutes_id=row.id, party_id=party.id)
    given.answer, given.at = fields.answer, deps.clock.now()
    given.given_by_kind, given.given_by_id = actor.kind, actor.id
    if fields.comment is not None:
        given.comment_sealed = deps.keyring.seal(fields.comment, "minutes_answer", "comment", given.id)
    await given.save(force_create=is_new)


async def _out(deps: Deps, standing: Standing, meeting: Meeting, row: Minutes, current: int) -> MinutesOut:
    given = {each.party_id: each for each in await MinutesAnswer.filter(minutes_id=row.id)}
    parties = await _there(meeting)
    return MinutesOut(
        id=str(row.id),
        version=row.version,
        is_current=row.version == current,
        text=deps.keyring.open(row.text_sealed, "minutes", "text", row.id),
        facts=opened_list(deps, row, "facts"),
        concessions=opened_list(deps, row, "concessions"),
        written_at=row.written_at,
        answers=[_answer_out(deps, standing, party, given.get(party.id)) for party in parties],
    )


def _answer_out(deps: Deps, standing: Standing, party: Party, given: MinutesAnswer | None) -> MinutesAnswerOut:
    if given is None:
        return MinutesAnswerOut(
            party_id=str(party.id), side_text=SIDES[party.side], answer="pending", comment=None, by=None, at=None
        )
    own = standing.kind in (StandingKind.MEDIATOR, StandingKind.CENTER) or party.id in standing.party_ids
    comment = given.comment_sealed if own else None
    return MinutesAnswerOut(
        party_id=str(party.id),
        side_text=SIDES[party.side],
        answer=given.answer.value,
        comment=deps.keyring.open(comment, "minutes_answer", "comment", given.id) if comment else None,
        by=given.given_by_kind,
        at=given.at,
    )


def _seal_list(deps: Deps, items: Sequence[str], column: str, row_id: UUID) -> bytes:
    return deps.keyring.seal(json.dumps(list(items), ensure_ascii=False), "minutes", column, row_id)
