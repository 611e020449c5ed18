"""The one append-only record of a case. Every audience's timeline is a filter over it, so that no timeline can
contradict the file."""

import json
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from backend.accounts.actors import Actor
from backend.core import rows
from backend.core.deps import Deps
from models import ActorKind, Audience, Dispute, Event
from models.base import uuid7


@dataclass(frozen=True, slots=True)
class Entry:
    """`data` is nothing personal; `detail` is what people wrote and is sealed."""

    kind: str
    audience: Audience = Audience.PARTIES
    data: dict[str, Any] = field(default_factory=dict)
    detail: dict[str, Any] = field(default_factory=dict)


async def record(deps: Deps, dispute: Dispute, actor: Actor | None, *entries: Entry) -> None:
    """Appends in this order, in the transaction that is open; `actor` None is the system itself."""
    await rows.insert([_event(deps, dispute, actor, entry) for entry in entries])
    if dispute.resident_id is not None and any(entry.audience != Audience.STAFF for entry in entries):
        deps.touched.add(str(dispute.resident_id))


def detail_of(deps: Deps, event: Event) -> dict[str, Any]:
    if event.detail_sealed is None:
        return {}
    opened: dict[str, Any] = json.loads(deps.keyring.open(event.detail_sealed, "event", "detail", event.id))
    return opened


def _event(deps: Deps, dispute: Dispute, actor: Actor | None, entry: Entry) -> Event:
    event_id: UUID = uuid7()
    sealed = None
    if entry.detail:
        text = json.dumps(entry.detail, ensure_ascii=False)
        sealed = deps.keyring.seal(text, "event", "detail", event_id)
    return Event(
        id=event_id,
        dispute_id=dispute.id,
        kind=entry.kind,
        audience=entry.audience,
        at=deps.clock.now(),
        actor_kind=actor.kind if actor else ActorKind.SYSTEM,
        actor_id=actor.id if actor else None,
        actor_role=actor.role if actor else "",
        data=entry.data,
        detail_sealed=sealed,
    )
