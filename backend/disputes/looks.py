"""Who looked at what of a case. Reading takes no lock and joins no chain: each row proves itself by a keyed digest, and
the root of its day proves that none is gone. The same look counts once per hour."""

import hmac
from datetime import datetime
from typing import Final
from uuid import UUID

from tortoise import connections

from backend.accounts.actors import Actor
from backend.core.crypto import Keyring
from backend.core.deps import Deps
from models import Look, LookKind
from models.base import uuid7

_PURPOSE: Final = "hejie look 1"
_ONCE_AN_HOUR: Final = """
INSERT INTO look (id, dispute_id, kind, subject_id, actor_id, actor_role, hour, at, digest)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT (dispute_id, actor_id, kind, subject_id, hour) DO NOTHING
"""


async def note(deps: Deps, actor: Actor, dispute_id: UUID, kind: LookKind, subject_id: UUID | None = None) -> None:
    """Once the actor has been let in. `subject_id`: the file or the paper."""
    now = deps.clock.now()
    look = Look(
        id=uuid7(),
        dispute_id=dispute_id,
        kind=kind,
        subject_id=subject_id or dispute_id,
        actor_id=actor.id,
        actor_role=actor.role,
        hour=now.replace(minute=0, second=0, microsecond=0),
        at=now,
    )
    values = [
        look.id, look.dispute_id, look.kind.value, look.subject_id, look.actor_id, look.actor_role, look.hour, look.at,
        digest(deps.keyring, look.id, look.dispute_id, look.kind, look.subject_id, look.actor_id, look.actor_role, now),
    ]  # fmt: skip
    await connections.get("default").execute_query(_ONCE_AN_HOUR, values)


def digest(keyring: Keyring, *said: UUID | str | datetime) -> bytes:
    """`said`: all columns but the hour, in their order; moments in one zone."""
    words = (str(each.timestamp()) if isinstance(each, datetime) else str(each) for each in said)
    return hmac.digest(keyring.search_key, "\x1f".join((_PURPOSE, *words)).encode(), "sha256")
