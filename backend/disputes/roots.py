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
"""Nobody looks at a case before its first event."""
_LINKS = """
SELECT link AS proof FROM event WHERE at >= $1 AND at < $2 AND ordinal > 0 ORDER BY dispute_id, ordinal
"""
_LOOKS = "SELECT digest AS proof FROM look WHERE at >= $1 AND at < $2 ORDER BY id"


@dataclass(frozen=True, slots=True)
class Root:
    """As it is written outside: digests in hexadecimal."""

    day: date
    events: int
    digest: str
    root: str
    looks: int = 0
    looks_digest: str = ""
    """Of who looked at cases on that day; empty = from before that was kept."""

    @classmethod
    def of(cls, row: HistoryRoot) -> Self:
        looks_digest = bytes(row.looks_digest or b"").hex()
        return cls(row.day, row.events, bytes(row.digest).hex(), bytes(row.root).hex(), row.looks, looks_digest)

    @classmethod
    def from_record(cls, record: Mapping[str, str | int]) -> Self:
        """Raises KeyError, ValueError."""
        day = date.fromisoformat(str(record["day"]))
        looks, looks_digest = int(record.get("looks", 0)), str(record.get("looks_digest", ""))
        return cls(day, int(record["events"]), str(record["digest"]), str(record["root"]), looks, looks_digest)

    def as_record(self) -> dict[str, str | int]:
        day = self.day.isoformat()
        record: dict[str, str | int] = {"day": day, "events": self.events, "digest": self.digest, "root": self.root}
        if self.looks_digest:
            record |= {"looks": self.looks, "looks_digest": self.looks_digest}
        return record


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
    """Days that are no longer what they were, with what does not fit: `events`, `looks` against what is kept outside,
    `root` where the roots themselves do not follow from each other, `outside` where one of the two lists lacks it."""
    own = {row.day: Root.of(row) for row in await HistoryRoot.all().order_by("day")}
    before: str | None = None
    for day in sorted({*own, *kept}):
        known = kept.get(day) or own[day]
        if kept and kept.get(day) != own.get(day):
            yield day, "outside"
        count, digest = await _digest(day, _LINKS)
        if (count, digest.hex()) != (known.events, known.digest):
            yield day, "events"
        looks, looks_digest = await _digest(day, _LOOKS)
        if known.looks_digest and (looks, looks_digest.hex()) != (known.looks, known.looks_digest):
            yield day, "looks"
        if before is not None and known.root != _root(before, day, known.digest, known.looks_digest):
            yield day, "root"
        before = known.root


async def _made(day: date, before: HistoryRoot | None, at: datetime) -> HistoryRoot:
    events, digest = await _digest(day, _LINKS)
    looks, looks_digest = await _digest(day, _LOOKS)
    root = _root(bytes(before.root).hex() if before else "", day, digest.hex(), looks_digest.hex())
    return HistoryRoot(
        day=day,
        events=events,
        digest=digest,
        looks=looks,
        looks_digest=looks_digest,
        root=bytes.fromhex(root),
        made_at=at,
    )


def _root(before: str, day: date, digest: str, looks_digest: str) -> str:
    """All in hexadecimal."""
    said = bytes.fromhex(before) + day.isoformat().encode() + bytes.fromhex(digest) + bytes.fromhex(looks_digest)
    return sha256(said).hexdigest()


async def _digest(day: date, proofs: str) -> tuple[int, bytes]:
    begin = datetime.combine(day, time.min, SHANGHAI)
    found = await connections.get("default").execute_query_dict(proofs, [begin, begin + timedelta(days=1)])
    total = sha256()
    for row in found:
        total.update(row["proof"])
    return len(found), total.digest()


async def _first_day() -> date | None:
    found = await connections.get("default").execute_query_dict(_FIRST_DAY)
    return clock.local(found[0]["at"]).date() if found[0]["at"] else None
