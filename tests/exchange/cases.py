"""Many cases with a history, written at once: what is told of them is measured, not how they came about."""

from datetime import timedelta
from uuid import UUID

from tortoise.transactions import in_transaction

from backend.core import rows
from backend.core.clock import Clock
from backend.core.crypto import Keyring
from backend.disputes import chain
from models import ActorKind, Audience, Center, Dispute, Event, Source, Status
from models.base import uuid7

KINDS = ("submitted", "accepted", "mediation_started", "agreed", "fulfilled")
_STATUSES = (Status.SUBMITTED, Status.ACCEPTED, Status.IN_MEDIATION, Status.AGREED, Status.FULFILLED)


async def pour(keyring: Keyring, clock: Clock, cases: int) -> list[str]:
    """Their numbers; each has the five events of `KINDS`."""
    center = await Center.filter(code="420581001").first() or await Center.first()
    assert center is not None
    made = [_case(keyring, clock, center.id) for _ in range(cases)]
    async with in_transaction():
        for first in range(0, cases, 200):
            batch = made[first : first + 200]
            await rows.insert([case for case, _ in batch])
            await rows.insert([event for _, events in batch for event in events])
    return [case.number for case, _ in made]


def _case(keyring: Keyring, clock: Clock, center_id: UUID) -> tuple[Dispute, list[Event]]:
    now = clock.now()
    case = Dispute(
        id=uuid7(), number=uuid7().hex, source=Source.WINDOW, center_id=center_id, status=Status.FULFILLED,
        category="property", preferred_mode="onsite", created_at=now, updated_at=now,
    )  # fmt: skip
    events = [
        Event(
            id=uuid7(), dispute_id=case.id, kind=kind, audience=Audience.PARTIES, at=now + timedelta(minutes=n),
            status=status, flow="1/2026-01-01", actor_kind=ActorKind.SYSTEM, data={},
        )
        for n, (kind, status) in enumerate(zip(KINDS, _STATUSES, strict=True))
    ]  # fmt: skip
    chain.begin(keyring, case, events, [b""] * len(events))
    return case, events
