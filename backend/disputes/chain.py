"""The chain of a case's history: whoever changes, drops or reorders a row of it later is found.

Each event's digest is keyed, so that nobody who holds only the database can make one; each link is the SHA-256 of the
link before it and the digest. The case row carries how many there are and the last link, and hands out both: events
of one case are linked one after the other, whoever writes them.
"""

import hmac
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, NamedTuple
from uuid import UUID

from tortoise import connections

from backend.core.crypto import Keyring
from models import Dispute, Event

_PURPOSE = b"hejie history 1"
_BETWEEN = "\x1f"
"""No value holds it: JSON escapes it, everything else is ours."""
_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode
_NEXT = """
UPDATE dispute SET history_length = history_length + 1, history_head = sha256(COALESCE(history_head, '') || $2)
 WHERE id = $1
RETURNING history_length, history_head
"""


class Said(NamedTuple):
    """All that a row says but its place in the chain."""

    id: UUID
    dispute_id: UUID
    kind: str
    audience: str
    at: datetime
    status: str
    flow: str
    clock: dict[str, Any] | None
    actor_kind: str
    actor_id: UUID | None
    actor_role: str
    reader_id: UUID | None
    data: dict[str, Any]
    detail_digest: bytes | None


async def link(keyring: Keyring, dispute: Dispute, events: Sequence[Event], detail: Sequence[bytes]) -> None:
    """Of a case that is stored; keeps its row locked until the commit. `detail`: what was sealed into each, b"" for
    nothing."""
    for event, written in zip(events, detail, strict=True):
        event.detail_digest = detail_digest(keyring, written)
        values = [dispute.id, of_event(keyring, event)]
        rows = await connections.get("default").execute_query_dict(_NEXT, values)
        event.ordinal, event.link = rows[0]["history_length"], bytes(rows[0]["history_head"])


def begin(keyring: Keyring, dispute: Dispute, events: Sequence[Event], detail: Sequence[bytes]) -> None:
    """Of a case that is not stored yet: nobody else can write to it."""
    for event, written in zip(events, detail, strict=True):
        event.detail_digest = detail_digest(keyring, written)
        event.link = next_link(dispute.history_head, of_event(keyring, event))
        dispute.history_length += 1
        event.ordinal, dispute.history_head = dispute.history_length, event.link


def next_link(before: bytes | None, own: bytes) -> bytes:
    return sha256((before or b"") + own).digest()


def detail_digest(keyring: Keyring, written: bytes) -> bytes | None:
    """Of what people wrote, unsealed: it outlives a change of keys, and an erasure leaves it behind."""
    return hmac.digest(keyring.search_key, _PURPOSE + b" detail" + written, "sha256") if written else None


def of_event(keyring: Keyring, event: Event) -> bytes:
    return digest(keyring, Said._make(getattr(event, name) for name in Said._fields))


def digest(keyring: Keyring, said: Said) -> bytes:
    text = _BETWEEN.join(
        (
            str(said.id), str(said.dispute_id), said.kind, said.audience, said.at.astimezone(UTC).isoformat(),
            said.status, said.flow, _json(said.clock), said.actor_kind, str(said.actor_id), said.actor_role,
            str(said.reader_id), _json(said.data), bytes(said.detail_digest or b"").hex(),
        )
    )  # fmt: skip
    return hmac.digest(keyring.search_key, _PURPOSE + text.encode(), "sha256")
