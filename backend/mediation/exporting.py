"""What of a mediation may leave with the file. Concessions never do, nor anything of a separate talk that was not
shown to the other side; of minutes what all who were there confirmed, facts apart (人民法院在线调解规则 18)."""

from collections import defaultdict
from uuid import UUID

from tortoise.expressions import Q, Subquery

from backend.core.deps import Deps
from backend.core.schema import Moment, Out
from backend.mediation import minutes, talks
from models import (
    Attendance,
    ContentCheck,
    Dispute,
    Meeting,
    MeetingParticipant,
    Minutes,
    MinutesAnswer,
    MinutesAnswerKind,
    Share,
    TalkMessage,
)

_ABSENT = (Attendance.ABSENT, Attendance.EXPECTED)


class ExportedMessage(Out):
    at: Moment
    name: str
    text: str


class ExportedMinutes(Out):
    meeting_id: str
    version: int
    text: str
    facts: list[str]


class Exportable(Out):
    messages: list[ExportedMessage]
    minutes: list[ExportedMinutes]


async def exportable(deps: Deps, dispute: Dispute) -> Exportable:
    """Whoever calls has checked that the file may go out at all."""
    shown = Subquery(Share.filter(dispute_id=dispute.id, resource="caucus").values("item_id"))
    hidden = Subquery(ContentCheck.filter(dispute_id=dispute.id, status__in=talks.HIDDEN).values("subject_id"))
    rows = TalkMessage.filter(Q(party_id__isnull=True) | Q(id__in=shown), dispute_id=dispute.id, is_concession=False)
    return Exportable(
        messages=[_message(deps, row) for row in await rows.exclude(id__in=hidden).order_by("id")],
        minutes=await _confirmed(deps, dispute),
    )


async def of_party(deps: Deps, resident_id: UUID, party_ids: list[UUID]) -> list[ExportedMessage]:
    """For a resident about themselves: what they wrote, and all of their own separate talks."""
    rows = TalkMessage.filter(Q(author_id=resident_id) | Q(party_id__in=party_ids))
    return [_message(deps, row) for row in await rows.order_by("id")]


def _message(deps: Deps, row: TalkMessage) -> ExportedMessage:
    text = deps.keyring.open(row.text_sealed, "talk_message", "text", row.id)
    return ExportedMessage(at=row.at, name=row.author_name, text=text)


async def _confirmed(deps: Deps, dispute: Dispute) -> list[ExportedMinutes]:
    """The latest version of each meeting that was no separate talk, once nobody who was there has anything to add."""
    meetings = Meeting.filter(dispute_id=dispute.id, caucus_party_id__isnull=True)
    latest: dict[UUID, Minutes] = {}
    for row in await Minutes.filter(meeting_id__in=Subquery(meetings.values("id"))).order_by("meeting_id", "version"):
        latest[row.meeting_id] = row
    there, confirmed = defaultdict[UUID, set[UUID]](set), defaultdict[UUID, set[UUID]](set)
    came = MeetingParticipant.filter(meeting_id__in=list(latest), party_id__isnull=False)
    for each in await came.exclude(attendance__in=_ABSENT):
        there[each.meeting_id].update(filter(None, [each.party_id]))
    given = MinutesAnswer.filter(minutes_id__in=[row.id for row in latest.values()])
    for answer in await given.filter(answer=MinutesAnswerKind.CONFIRMED):
        confirmed[answer.minutes_id].add(answer.party_id)
    return [
        ExportedMinutes(
            meeting_id=str(row.meeting_id),
            version=row.version,
            text=deps.keyring.open(row.text_sealed, "minutes", "text", row.id),
            facts=minutes.opened_list(deps, row, "facts"),
        )
        for row in latest.values()
        if there[row.meeting_id] <= confirmed[row.id]
    ]
