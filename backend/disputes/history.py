"""The one append-only record of a case. Every audience's timeline is a filter over it, so that no timeline can
contradict the file."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from backend.accounts.actors import Filer
from backend.core import rows
from backend.core.deps import Deps
from backend.disputes import chain
from backend.disputes.deadlines import Step
from models import ActorKind, Audience, Dispute, Event
from models.base import uuid7

_FOR_THE_APPLICANT = (Audience.PARTIES, Audience.APPLICANT)


@dataclass(frozen=True, slots=True)
class Entry:
    """`data` is nothing personal; `detail` is what people wrote and is sealed."""

    kind: str
    audience: Audience = Audience.PARTIES
    data: dict[str, Any] = field(default_factory=dict)
    detail: dict[str, Any] = field(default_factory=dict)
    reader_id: UUID | None = None
    """With the audience `reader`: the one resident who may read it."""
    step: Step | None = None
    """What it did to the clock."""
    id: UUID = field(default_factory=uuid7)


CITY = "city"
"""Whom every case concerns: supervisors."""


async def record(deps: Deps, dispute: Dispute, actor: Filer | None, *entries: Entry) -> None:
    """Appends in this order, in the transaction that is open; `actor` None is the system itself."""
    detail = [_written(entry) for entry in entries]
    events = _events(deps, dispute, actor, entries, detail)
    await chain.link(deps.keyring, dispute, events, detail)
    await rows.insert(events)
    touch(deps, dispute, entries)


def begin(deps: Deps, dispute: Dispute, actor: Filer | None, *entries: Entry) -> list[Event]:
    """The first events of a case that is not stored yet, to be inserted after it."""
    detail = [_written(entry) for entry in entries]
    events = _events(deps, dispute, actor, entries, detail)
    chain.begin(deps.keyring, dispute, events, detail)
    touch(deps, dispute, entries)
    return events


def touch(deps: Deps, dispute: Dispute, entries: Sequence[Entry]) -> None:
    """Whoever may read them is told that there is news, after the commit."""
    deps.touched.update(
        [CITY, of_case(dispute.id), *(f"center:{each}" for each in (dispute.center_id, dispute.transfer_to_id) if each)]
    )
    if dispute.resident_id is not None and any(entry.audience in _FOR_THE_APPLICANT for entry in entries):
        deps.touched.add(str(dispute.resident_id))
    deps.touched.update(str(entry.reader_id) for entry in entries if entry.reader_id is not None)


def of_case(dispute_id: UUID) -> str:
    """Under which whoever sits in its room is woken."""
    return f"case:{dispute_id}"


def own(dispute: Dispute, resident_id: UUID | None) -> tuple[Audience, UUID | None]:
    """Audience and reader of what concerns one resident alone: nobody on the other side reads it."""
    if resident_id is None or resident_id == dispute.resident_id:
        return Audience.APPLICANT, None
    return Audience.READER, resident_id


async def steps_of(dispute_id: UUID) -> list[Step]:
    """What has been done to the clock, in order."""
    events = await Event.filter(dispute_id=dispute_id, clock__isnull=False).order_by("id")
    return [Step.from_record(event.clock) for event in events if event.clock is not None]


def detail_of(deps: Deps, event: Event) -> dict[str, Any]:
    if event.detail_sealed is None:
        return {}
    opened: dict[str, Any] = json.loads(deps.keyring.open(event.detail_sealed, "event", "detail", event.id))
    return opened


def _written(entry: Entry) -> bytes:
    return json.dumps(entry.detail, ensure_ascii=False).encode() if entry.detail else b""


def _events(
    deps: Deps, dispute: Dispute, actor: Filer | None, entries: Sequence[Entry], detail: Sequence[bytes]
) -> list[Event]:
    return [_event(deps, dispute, actor, *each) for each in zip(entries, detail, strict=True)]


def _event(deps: Deps, dispute: Dispute, actor: Filer | None, entry: Entry, written: bytes) -> Event:
    sealed = deps.keyring.seal_bytes(written, "event", "detail", entry.id) if written else None
    return Event(
        id=entry.id,
        dispute_id=dispute.id,
        kind=entry.kind,
        audience=entry.audience,
        at=deps.clock.now(),
        status=dispute.status,
        flow=deps.catalog.flow_stamp,
        clock=entry.step.as_record() if entry.step else None,
        actor_kind=actor.kind if actor else ActorKind.SYSTEM,
        actor_id=actor.id if actor else None,
        actor_role=actor.role if actor else "",
        reader_id=entry.reader_id,
        data=entry.data,
        detail_sealed=sealed,
    )
