"""What an open room reads: for all its sockets of one process at once."""

from collections.abc import Mapping
from typing import NamedTuple
from uuid import UUID

from tortoise import connections

from backend.accounts.actors import Actor
from backend.core.deps import Deps
from backend.core.mediation_rules import StandingKind
from backend.mediation import talks
from backend.mediation.access import Standing
from models import TalkMessage

_AT_MOST = 500

_CHANNELS = "SELECT id, party_id, last_seq FROM talk_channel WHERE dispute_id = $1"
# The channel's row is locked by whoever writes into it, so what is committed has no gaps before it.
_NEWS = """
SELECT m.id, m.channel_id, m.party_id, m.seq, m.said_by_id, m.author_name, m.text_sealed, m.is_concession, m.at
  FROM talk_channel c
  LEFT JOIN unnest($2::uuid[], $3::bigint[]) AS known(id, seq) ON known.id = c.id
  JOIN talk_message m ON m.channel_id = c.id AND m.seq > COALESCE(known.seq, 0)
 WHERE c.dispute_id = $1 ORDER BY m.channel_id, m.seq LIMIT $4
"""


_HIDDEN = """
SELECT m.id, m.channel_id, m.party_id, m.seq, m.said_by_id, m.author_id, m.author_name, m.text_sealed, m.is_concession,
       m.at
  FROM content_check k JOIN talk_message m ON m.id = k.subject_id
 WHERE k.dispute_id = $1 AND k.subject = 'message' AND k.status = ANY($2)
"""


class Veiled(NamedTuple):
    """A message that only its author and the mediator go on reading."""

    author_id: UUID
    line: str
    """For who had read it."""
    written: str
    """As it was, and is again once somebody has released it."""

    def is_kept_from(self, actor: Actor, standing: Standing) -> bool:
        return standing.kind is not StandingKind.MEDIATOR and actor.id != self.author_id


class Written(NamedTuple):
    """One message, opened and written out once for everybody."""

    id: UUID
    channel_id: UUID
    party_id: UUID | None
    seq: int
    line: str


async def reached(dispute_id: UUID) -> tuple[dict[UUID, int], dict[UUID, UUID | None]]:
    """How far each channel is, and whose it is."""
    rows = await connections.get("default").execute_query_dict(_CHANNELS, [dispute_id])
    return {row["id"]: row["last_seq"] for row in rows}, {row["id"]: row["party_id"] for row in rows}


async def news(deps: Deps, dispute_id: UUID, cursor: Mapping[UUID, int]) -> tuple[list[Written], bool]:
    """One statement; whether there is more."""
    values = [dispute_id, list(cursor), list(cursor.values()), _AT_MOST]
    rows = await connections.get("default").execute_query_dict(_NEWS, values)
    return [_written(deps, row) for row in rows], len(rows) == _AT_MOST


async def hidden(deps: Deps, dispute_id: UUID) -> dict[UUID, Veiled]:
    """By message: what a check, or a person, has found unfit for the others."""
    rows = await connections.get("default").execute_query_dict(_HIDDEN, [dispute_id, list(talks.HIDDEN)])
    return {row["id"]: _veiled(deps, row) for row in rows}


def hears(standing: Standing, party_id: UUID | None) -> bool:
    """What is said from now on: the mediator in whom it is confided is the one that the case has."""
    return party_id is None or standing.kind is StandingKind.MEDIATOR or party_id in standing.party_ids


def _written(deps: Deps, row: dict[str, object]) -> Written:
    message = TalkMessage(**row)
    shown = talks.out(deps, message).model_dump_json()
    line = f'{{"type":"message",{shown[1:]}'
    return Written(message.id, message.channel_id, message.party_id, message.seq, line)


def _veiled(deps: Deps, row: dict[str, object]) -> Veiled:
    message = TalkMessage(**row)
    shown = talks.out(deps, message, is_hidden=True).model_dump_json()
    return Veiled(message.author_id, f'{{"type":"hidden",{shown[1:]}', _written(deps, row).line)
