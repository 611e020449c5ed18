"""When a push leaves, and which others it makes superfluous. Decides; reads and writes nothing.

What answers an act of the resident or of staff leaves at once, at night too. Of small news of one case the first one
leaves, and speaks for those of the minute after it until it has been read. News of a time that has changed overtakes
the older one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from backend.core.catalog import Catalog
from backend.core.quiet_hours import QuietHours


@dataclass(frozen=True, slots=True)
class Other:
    """Another push to the same resident about the same case: one that waits, or one of the last minute."""

    id: UUID
    kind: str
    is_waiting: bool
    is_read: bool
    send_after: datetime | None


@dataclass(frozen=True, slots=True)
class Plan:
    """`is_merged`: another one speaks for it, and it never leaves by itself."""

    send_after: datetime | None = None
    is_merged: bool = False
    merges: tuple[UUID, ...] = ()
    overtakes: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class Rhythm:
    quiet_hours: QuietHours
    coalesce: timedelta
    """0: every message leaves by itself."""


def plan(catalog: Catalog, kind: str, now: datetime, rhythm: Rhythm, others: Sequence[Other]) -> Plan:
    """`others` of kinds that the catalog does not know any more are left alone."""
    words = catalog.notices[kind]
    leaves = rhythm.quiet_hours.next_open(now) if words.by_day else now
    known = [(other, catalog.notices[other.kind]) for other in others if other.kind in catalog.notices]
    overtaken = [other for other, its in known if other.is_waiting and words.topic and its.topic == words.topic]
    overtakes = tuple(other.id for other in overtaken)
    same = [(other, its) for other, its in known if its.template == words.template and other not in overtaken]
    if words.small and rhythm.coalesce and any(_speaks(other, leaves) for other, _ in same):
        return Plan(is_merged=True, overtakes=overtakes)
    merges = tuple(other.id for other, its in same if other.is_waiting and its.small) if rhythm.coalesce else ()
    return Plan(leaves if leaves > now else None, merges=merges, overtakes=overtakes)


def _speaks(other: Other, leaves: datetime) -> bool:
    """Whoever taps it will see the small news too. Once it was read, it says nothing any more."""
    return not other.is_read and (other.send_after is None or other.send_after <= leaves)
