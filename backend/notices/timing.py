"""When a push leaves, and which others it makes superfluous. Decides; reads and writes nothing.

What answers an act of the resident or of staff leaves at once, at night too. Small news of one case wait a minute for
what comes next and leave as one message. News of a time that has changed overtakes the older one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from backend.core.catalog import Catalog, NoticeText
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


def plan(catalog: Catalog, kind: str, now: datetime, rhythm: Rhythm, others: Sequence[Other]) -> Plan:
    """`others` of kinds that the catalog does not know any more are left alone."""
    words = catalog.notices[kind]
    known = [(other, catalog.notices[other.kind]) for other in others if other.kind in catalog.notices]
    overtaken = [other for other, its in known if other.is_waiting and words.topic and its.topic == words.topic]
    same = [(other, its) for other, its in known if its.template == words.template and other not in overtaken]
    held = [(other, its) for other, its in same if other.is_waiting and its.waits]
    weaker = [other for other, its in held if its.small or not words.small]
    overtakes = tuple(other.id for other in overtaken)
    if not (rhythm.coalesce and words.waits):
        leaves = rhythm.quiet_hours.next_open(now) if words.by_day else now
        merges = tuple(other.id for other, its in held if its.small) if rhythm.coalesce else ()
        return Plan(leaves if leaves > now else None, merges=merges, overtakes=overtakes)
    if words.small and (len(weaker) < len(held) or any(_speaks(other, its) for other, its in same)):
        return Plan(is_merged=True, overtakes=overtakes)
    leaves = min((other.send_after for other in weaker if other.send_after), default=now + rhythm.coalesce)
    if words.by_day:
        leaves = rhythm.quiet_hours.next_open(leaves)
    return Plan(leaves, merges=tuple(other.id for other in weaker), overtakes=overtakes)


def _speaks(other: Other, its: NoticeText) -> bool:
    """Whoever taps it will see the small news too. Once it was read, it says nothing any more."""
    return not other.is_read and not (other.is_waiting and its.waits)
