"""Walks the chains of all cases, and names what does not fit. Reads only; what is written meanwhile does no harm, for
each batch is one statement."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from typing import Any
from uuid import UUID

from tortoise import connections

from backend.core.crypto import Keyring, SealError
from backend.disputes import chain
from backend.disputes import looks as digests
from backend.disputes.chain import Said
from models import Look

BATCH = 1_000
"""Cases in one statement."""
LOOKS = 10_000

FIRST, LAST = UUID(int=0), UUID(int=2**128 - 1)
# LATERAL with OFFSET goes case by case through the index; a plain join reads all events there are for each batch.
_CASES = """
WITH cases AS (SELECT id, number, case_number, history_length, history_head
                 FROM dispute WHERE id > $1 AND id <= $3 ORDER BY id LIMIT $2)
SELECT c.id AS case_id, c.number, c.case_number, c.history_length, c.history_head,
       e.ordinal, e.link, e.detail_sealed, e.id, e.dispute_id, e.kind, e.audience, e.at, e.status, e.flow, e.clock,
       e.actor_kind, e.actor_id, e.actor_role, e.reader_id, e.data, e.detail_digest
  FROM cases c LEFT JOIN LATERAL (SELECT * FROM event WHERE dispute_id = c.id OFFSET 0) AS e ON TRUE
 ORDER BY c.id, e.ordinal, e.id
"""
_LOOKS = """
SELECT l.id, l.dispute_id AS case_id, l.kind, l.subject_id, l.actor_id, l.actor_role, l.at, l.digest, 0 AS ordinal,
       d.number, d.case_number
  FROM look l JOIN dispute d ON d.id = l.dispute_id WHERE l.id > $1 ORDER BY l.id LIMIT $2
"""
_ENDS = """
SELECT id FROM (SELECT id, row_number() OVER (ORDER BY id) AS place, count(*) OVER () AS total FROM dispute) AS c
 WHERE place % $1 = 0 OR place = total ORDER BY id
"""
_COUNT = "SELECT count(*) AS events, count(*) FILTER (WHERE ordinal = 0) AS unchained FROM event"

_Row = Mapping[str, Any]
Fetch = Callable[..., Awaitable[Sequence[_Row]]]


class Flaw(StrEnum):
    CHANGED = "changed"
    """Its row, or its place among the others."""
    MISSING = "missing"
    EXTRA = "extra"
    """Slipped in beside the chain."""
    DETAIL = "detail"
    """What people wrote is not what was written then."""
    HEAD = "head"
    """The case row knows another last link."""
    LOOK = "look"
    """Who looked at it; `event_id` is the look's."""


@dataclass(frozen=True, slots=True)
class Finding:
    flaw: Flaw
    dispute_id: UUID
    number: str
    """The official number, or the public one."""
    ordinal: int
    event_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    events: int
    findings: list[Finding]


async def count() -> tuple[int, int]:
    """Events, and how many of them are from before there were chains."""
    rows = await connections.get("default").execute_query_dict(_COUNT)
    return rows[0]["events"], rows[0]["unchained"]


async def count_looks() -> int:
    return await Look.all().count()


async def looks(keyring: Keyring) -> AsyncIterator[Batch]:
    """Each by itself: that none is gone is for the roots to prove."""
    last = FIRST
    while rows := await connections.get("default").execute_query_dict(_LOOKS, [last, LOOKS]):
        wrong = [row for row in rows if _look_digest(keyring, row) != row["digest"]]
        yield Batch(len(rows), [_finding(Flaw.LOOK, row) for row in wrong])
        last = rows[-1]["id"]


def _look_digest(keyring: Keyring, row: _Row) -> bytes:
    said = ("id", "case_id", "kind", "subject_id", "actor_id", "actor_role", "at")
    return digests.digest(keyring, *(row[name] for name in said))


async def ends_of_ranges(size: int) -> list[UUID]:
    """The last case of every so many, and of all."""
    rows = await connections.get("default").execute_query_dict(_ENDS, [size])
    return [row["id"] for row in rows]


async def batches(
    keyring: Keyring, *, after: UUID = FIRST, up_to: UUID = LAST, fetch: Fetch | None = None
) -> AsyncIterator[Batch]:
    """`fetch`: over another connection than the application's."""
    fetch, last = fetch or _fetched, after
    while rows := await fetch(_CASES, last, BATCH, up_to):
        findings = [
            finding
            for _, case in groupby(rows, lambda row: row["case_id"])
            for finding in _of_case(keyring, list(case))
        ]
        yield Batch(sum(row["id"] is not None for row in rows), findings)
        last = rows[-1]["case_id"]


async def _fetched(statement: str, *values: Any) -> Sequence[_Row]:
    rows: Sequence[_Row] = await connections.get("default").execute_query_dict(statement, list(values))
    return rows


def _of_case(keyring: Keyring, rows: list[_Row]) -> Iterator[Finding]:
    events = [row for row in rows if row["id"] is not None]
    chained = [row for row in events if row["ordinal"] > 0]
    earliest = min((row["id"] for row in chained), default=None)
    for row in events:
        if row["ordinal"] == 0 and earliest is not None and row["id"] > earliest:
            yield _finding(Flaw.EXTRA, row)
    yield from _links(keyring, rows[0], chained)


def _links(keyring: Keyring, case: _Row, chained: Iterable[_Row]) -> Iterator[Finding]:
    before, expected = None, 1
    for row in chained:
        if row["ordinal"] < expected:
            yield _finding(Flaw.EXTRA, row)
            continue
        yield from _missing(case, expected, row["ordinal"])
        follows = row["ordinal"] == expected
        if follows and row["link"] != chain.next_link(before, chain.digest(keyring, _said(row))):
            yield _finding(Flaw.CHANGED, row)
        if not _detail_fits(keyring, row):
            yield _finding(Flaw.DETAIL, row)
        before, expected = row["link"], row["ordinal"] + 1
    yield from _missing(case, expected, case["history_length"] + 1)
    if expected > case["history_length"] and before != case["history_head"]:
        yield _finding(Flaw.HEAD, case, expected - 1)


def _missing(case: _Row, first: int, end: int) -> Iterator[Finding]:
    """What comes after a missing event cannot be proved, it has its own link only."""
    return (_finding(Flaw.MISSING, case, lost) for lost in range(first, end))


def _said(row: _Row) -> Said:
    return Said(
        row["id"], row["dispute_id"], row["kind"], row["audience"], row["at"], row["status"], row["flow"],
        _parsed(row["clock"]), row["actor_kind"], row["actor_id"], row["actor_role"], row["reader_id"],
        _parsed(row["data"]) or {}, row["detail_digest"],
    )  # fmt: skip


def _parsed(value: Any) -> Any:
    """JSON columns come as text."""
    return json.loads(value) if isinstance(value, str) else value


def _detail_fits(keyring: Keyring, row: _Row) -> bool:
    if row["detail_sealed"] is None:
        return row["detail_digest"] is None
    try:
        written = keyring.open_bytes(bytes(row["detail_sealed"]), "event", "detail", row["id"])
    except SealError:
        return False
    return bool(chain.detail_digest(keyring, written) == row["detail_digest"])


def _finding(flaw: Flaw, row: _Row, ordinal: int | None = None) -> Finding:
    event_id = row["id"] if ordinal is None else None
    place = row["ordinal"] if ordinal is None else ordinal
    return Finding(flaw, row["case_id"], row["case_number"] or row["number"], place, event_id)
