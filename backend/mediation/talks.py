"""云沟通: a joint channel and one for each party's separate talk. Whoever writes locks the channel, so that its numbers
have no gaps and are the order in which everybody gets the messages."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID, uuid5

from tortoise import connections
from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from backend.accounts.actors import Actor, StaffActor
from backend.appointments.errors import KeptApartError
from backend.content import actions as content
from backend.content.actions import Brought
from backend.core.deps import Deps
from backend.core.errors import InvalidFieldsError, NotFoundError
from backend.core.mediation_rules import StandingKind
from backend.disputes import safety
from backend.mediation import access, acts, running
from backend.mediation.access import Standing
from backend.mediation.talk_schemas import JOINT, MessageIn, MessageOut, MessagesOut, MessagesQuery
from models import CheckStatus, CheckSubject, ContentCheck, Party, Side, TalkMessage
from models.base import uuid7

SIDES = {Side.APPLICANT: "申请人一方", Side.RESPONDENT: "被申请人一方"}
HIDDEN = (CheckStatus.RISKY, CheckStatus.REVIEW, CheckStatus.WITHHELD)
"""Then only who wrote it, and the mediator, still read it."""
CAUCUS = Q(party_id__isnull=False)

_POST = """
WITH seat AS (
    INSERT INTO talk_channel (id, dispute_id, party_id, last_seq) VALUES ($1, $2, $3, 1)
    ON CONFLICT (id) DO UPDATE SET last_seq = talk_channel.last_seq + 1 RETURNING last_seq
)
INSERT INTO talk_message (channel_id, dispute_id, party_id, seq, id, author_kind, author_id, said_by_id, author_name,
                          text_sealed, is_concession, mediator_id, ref, at)
SELECT $1, $2, $3, last_seq, $4::uuid, $5::text, $6::uuid, $7::uuid, $8::text, $9::bytea, $10::boolean, $11::uuid,
       $12::text, $13::timestamptz FROM seat RETURNING seq
"""


class Voice(NamedTuple):
    """Who says it, and where."""

    party: Party | None
    """Of the channel; None = the joint one."""
    said_by: Party | None
    """None = the mediator."""


def room(dispute_id: UUID) -> str:
    """Under which open sockets are woken."""
    return f"room:{dispute_id}"


def channel_id(dispute_id: UUID, party_id: UUID | None) -> UUID:
    return uuid5(dispute_id, str(party_id or JOINT))


async def post(deps: Deps, actor: Actor, standing: Standing, fields: MessageIn, ref: str | None = None) -> MessageOut:
    """Locks the channel until the commit, not the case. Raises NotFoundError, RoleNotAllowedError, InvalidFieldsError,
    MediationNotOpenError, MediationRestsError, KeptApartError, PartyLeftError."""
    voice = await _voice(deps, standing, fields)
    if known := await _known(actor, ref):
        return out(deps, known)
    message = _message(deps, actor, standing, fields, voice)
    values = [message.channel_id, message.dispute_id, message.party_id, message.id, message.author_kind,
              message.author_id, message.said_by_id, message.author_name, message.text_sealed, message.is_concession,
              message.mediator_id, ref, message.at]  # fmt: skip
    (row,) = await connections.get("default").execute_query_dict(_POST, values)
    message.seq = row["seq"]
    if voice.party is None:
        await content.request(deps, actor, Brought(CheckSubject.MESSAGE, message.id, message.dispute_id))
    deps.touched.add(room(message.dispute_id))
    return _shown(message, fields.text)


async def messages(deps: Deps, actor: Actor, dispute_id: UUID, query: MessagesQuery) -> MessagesOut:
    """Of one channel, in its order. Raises NotFoundError."""
    standing = await acts.standing(actor, dispute_id)
    wanted = None if query.channel == JOINT else UUID(query.channel)
    found = readable(deps, actor, standing, wanted).filter(seq__gt=query.after)
    rows = await found.order_by("seq").limit(query.limit + 1)
    page = rows[: query.limit]
    hidden = await hidden_from(actor, standing, page)
    return MessagesOut(
        items=[out(deps, row, is_hidden=row.id in hidden) for row in page],
        after=page[-1].seq if page else query.after,
        has_more=len(rows) > query.limit,
    )


def readable(deps: Deps, actor: Actor, standing: Standing, party_id: UUID | None) -> QuerySet[TalkMessage]:
    """Of one channel. Raises NotFoundError: for a separate talk of others too."""
    rows = TalkMessage.filter(dispute_id=standing.dispute.id, party_id=party_id)
    if party_id is None:
        return access.readable(deps, standing, "message", rows, own=Q(party_id__isnull=True))
    if standing.kind is StandingKind.PARTY and party_id not in standing.party_ids:
        raise NotFoundError
    own = Q(party_id__in=list(standing.party_ids))
    return access.readable(deps, standing, "caucus", rows, own).filter(acts.confided_in(actor, standing, secret=CAUCUS))


async def hidden_from(actor: Actor, standing: Standing, rows: Sequence[TalkMessage]) -> set[UUID]:
    if standing.kind is StandingKind.MEDIATOR or not rows:
        return set()
    others = [row.id for row in rows if row.author_id != actor.id]
    checks = ContentCheck.filter(subject_id__in=others, status__in=HIDDEN)
    return {UUID(str(each)) for each in await checks.values_list("subject_id", flat=True)}


def out(deps: Deps, message: TalkMessage, *, is_hidden: bool = False) -> MessageOut:
    text = None if is_hidden else deps.keyring.open(message.text_sealed, "talk_message", "text", message.id)
    return _shown(message, text)


def _shown(message: TalkMessage, text: str | None) -> MessageOut:
    return MessageOut(
        id=str(message.id),
        channel=str(message.party_id) if message.party_id else JOINT,
        seq=message.seq,
        said_by="party" if message.said_by_id else "mediator",
        party_id=str(message.said_by_id) if message.said_by_id else None,
        name=message.author_name,
        text=text,
        is_hidden=text is None,
        is_concession=message.is_concession,
        at=message.at,
    )


async def _voice(deps: Deps, standing: Standing, fields: MessageIn) -> Voice:
    acts.require_seen(deps, standing, "message")
    access.require(standing, StandingKind.PARTY, StandingKind.MEDIATOR)
    running.require_talks(standing.dispute)
    is_mediator = standing.kind is StandingKind.MEDIATOR
    if fields.said_by_party and (not is_mediator or fields.channel == JOINT):
        raise InvalidFieldsError.at("said_by_party", "只有调解员在单独谈话里才能代为记录当事人的话。")
    if fields.channel != JOINT:
        party = await acts.chosen_party(standing, UUID(fields.channel), "channel")
        return Voice(party, None if is_mediator and not fields.said_by_party else party)
    if fields.is_concession:
        raise InvalidFieldsError.at("is_concession", "让步只在单独谈话里记录。")
    if await safety.is_held(deps, standing.dispute):
        raise KeptApartError
    return Voice(None, None if is_mediator else await acts.own_party(standing))


def _message(deps: Deps, actor: Actor, standing: Standing, fields: MessageIn, voice: Voice) -> TalkMessage:
    message_id, dispute = uuid7(), standing.dispute
    party_id = voice.party.id if voice.party else None
    return TalkMessage(
        id=message_id,
        channel_id=channel_id(dispute.id, party_id),
        dispute_id=dispute.id,
        party_id=party_id,
        author_kind=actor.kind,
        author_id=actor.id,
        said_by_id=voice.said_by.id if voice.said_by else None,
        author_name=_name(actor, voice),
        text_sealed=deps.keyring.seal(fields.text, "talk_message", "text", message_id),
        is_concession=fields.is_concession,
        mediator_id=dispute.mediator_id,
        at=deps.clock.now(),
    )


def _name(actor: Actor, voice: Voice) -> str:
    if voice.said_by is not None:
        return SIDES[voice.said_by.side]
    assert isinstance(actor, StaffActor), "a resident speaks as a party"
    return actor.name


async def _known(actor: Actor, ref: str | None) -> TalkMessage | None:
    return await TalkMessage.get_or_none(author_id=actor.id, ref=ref) if ref is not None else None
