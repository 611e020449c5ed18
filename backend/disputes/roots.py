"""One root a day over the history of all cases, to be kept where the database's administrator cannot write."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from hashlib import sha256
from typing import Self

from tortoise import connections
from tortoise.transactions import in_transaction

from backend.core import clock, rows
from backend.core.clock import SHANGHAI
from backend.core.deps import Deps
from models import HistoryRoot

_SETTLED_AFTER = timedelta(minutes=30)
"""After midnight: by then whatever began on the day before has been committed."""

_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtext('history roots'))"
_FIRST_DAY = "SELECT min(at) AS at FROM event WHERE ordinal > 0"
_LINKS = """
SELECT link FROM event WHERE at >= $1 AND at < $2 AND ordinal > 0 ORDER BY dispute_id, ordinal
"""


@dataclass(frozen=True, slots=True)
class Root:
    """As it is written outside: digests in hexadecimal."""

    day: date
    events: int
    digest: str
    root: str

    @classmethod
    def of(cls, row: HistoryRoot) -> Self:
        return cls(row.day, row.events, bytes(row.digest).hex(), bytes(row.root).hex())

    @classmethod
    def from_record(cls, record: Mapping[str, str | int]) -> Self:
        """Raises KeyError, ValueError."""
        day = date.fromisoformat(str(record["day"]))
        return cls(day, int(record["events"]), str(record["digest"]), str(record["root"]))

    def as_record(self) -> dict[str, str | int]:
        return {"day": self.day.isoformat(), "events": self.events, "digest": self.digest, "root": self.root}


async def make_due(deps: Deps) -> int:
    """For every day that is over and has none yet; how many were made. In a transaction of its own."""
    until = clock.local(deps.clock.now() - _SETTLED_AFTER).date()
    async with in_transaction():
        _ = await connections.get("default").execute_query(_ONE_AT_A_TIME)
        last = await HistoryRoot.all().order_by("-day").first()
        day = last.day + timedelta(days=1) if last else await _first_day()
        made: list[HistoryRoot] = []
        while day is not None and day < until:
            before = made[-1] if made else last
            made.append(await _made(day, before, deps.clock.now()))
            day += timedelta(days=1)
        await rows.insert(made)
    return len(made)


async def unsent() -> list[HistoryRoot]:
    return await HistoryRoot.filter(sent_at=None).order_by("day")


async def mark_sent(root: HistoryRoot, at: datetime) -> None:
    root.sent_at = at
    await root.save(update_fields=["sent_at"])


async def differing(kept: Mapping[date, Root]) -> AsyncIterator[tuple[date, str]]:
    """Days whose events are no longer what they were, with what does not fit: `events` against what is kept outside,
    `root` where the roots themselves do not follow from each other, `outside` where one of the two lists lacks it."""
    own = {row.day: Root.of(row) for row in await HistoryRoot.all().order_by("day")}
    before: str | None = None
    for day in sorted({*own, *kept}):
        known = kept.get(day) or own[day]
        if kept and kept.get(day) != own.get(day):
            yield day, "outside"
        count, digest = await _digest(day)
        if (count, digest.hex()) != (known.events, known.digest):
            yield day, "events"
        if before is not None and known.root != _root(bytes.fromhex(before), day, bytes.fromhex(known.digest)).hex():
            yield day, "root"
        before = known.root


async def _made(day: date, before: HistoryRoot | None, at: datetime) -> HistoryRoot:
    count, digest = await _digest(day)
    root = _root(bytes(before.root) if before else b"", day, digest)
    return HistoryRoot(day=day, events=count, digest=digest, root=root, made_at=at)


def _root(before: bytes, day: date, digest: bytes) -> bytes:
    return sha256(before + day.isoformat().encode() + digest).digest()


async def _digest(day: date) -> tuple[int, bytes]:
    begin = datetime.combine(day, time.min, SHANGHAI)
    links = await connections.get("default").execute_query_dict(_LINKS, [begin, begin + timedelta(days=1)])
    total = sha256()
    for row in links:
        total.update(row["link"])
    return len(links), total.digest()


async def _first_day() -> date | None:
    found = await connections.get("default").execute_query_dict(_FIRST_DAY)
    return clock.local(found[0]["at"]).date() if found[0]["at"] else None
