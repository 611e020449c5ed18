"""The worker's side of figures: whatever was written in a case's history, its facts are told anew, and what is
different is taken out of the sums or put into them. One worker at a time."""

import json
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import date, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

from tortoise import connections
from tortoise.transactions import in_transaction

from backend.core.deps import Deps
from backend.disputes.deadlines import Step
from backend.statistics import facts
from backend.statistics.facts import Case, Fact, Rated, Told

BATCH: Final = 1_000
"""Cases in one statement."""
DIMS: Final = ("", "mode", "category", "source", "center")
SPREAD: Final = """
CASE GROUPING(mode, category, source, center_id)
     WHEN 7 THEN 'mode' WHEN 11 THEN 'category' WHEN 13 THEN 'source' WHEN 14 THEN 'center' ELSE '' END AS dim,
coalesce(mode, category, source, center_id::text, '') AS code"""
"""Which of the grouping sets a row belongs to, and its code there."""

_ONE_AT_A_TIME: Final = 0x6669677572
"""Key of an advisory lock: "figur" in ASCII."""
_MINE: Final = "SELECT pg_try_advisory_xact_lock($1) AS mine"
_WAIT: Final = "SELECT pg_advisory_xact_lock($1)"
_TAKE: Final = """
DELETE FROM statistic_due WHERE id IN (SELECT id FROM statistic_due ORDER BY id LIMIT $1) RETURNING dispute_id"""
_CASES: Final = """
SELECT d.id, d.center_id, d.category, d.source, d.created_at, coalesce(d.amount_fen, 0) AS claimed,
       coalesce(d.agreed_fen, 0) AS agreed, coalesce(d.mode, '') AS mode, r.dispute_id IS NOT NULL AS is_repeat
  FROM dispute d LEFT JOIN repeat_quarrel r ON r.dispute_id = d.id WHERE d.id = ANY($1)"""
_EVENTS: Final = """
SELECT dispute_id, kind, at, status, data, clock FROM event WHERE dispute_id = ANY($1)
   AND (clock IS NOT NULL OR kind = ANY($2)) ORDER BY dispute_id, id"""
_RATINGS: Final = """
SELECT r.dispute_id, r.created_at, r.satisfaction, r.resolved,
       CASE WHEN d.resident_id = r.resident_id THEN 'applicant'
            ELSE coalesce((SELECT min(p.side) FROM party p WHERE p.dispute_id = r.dispute_id
                              AND p.resident_id = r.resident_id), 'applicant') END AS side
  FROM rating r JOIN dispute d ON d.id = r.dispute_id WHERE r.dispute_id = ANY($1) ORDER BY r.dispute_id, r.id"""
_KNOWN: Final = """
SELECT id, dispute_id, kind, day, center_id, category, mode, source, fen, next_on
  FROM statistic_fact WHERE dispute_id = ANY($1)"""
_DROP: Final = "DELETE FROM statistic_fact WHERE id = ANY($1)"
_PUT: Final = """
INSERT INTO statistic_fact (dispute_id, kind, day, center_id, category, mode, source, fen, next_on)
SELECT * FROM unnest($1::uuid[], $2::text[], $3::date[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::bigint[],
                     $9::date[])"""
_ADD: Final = """
INSERT INTO statistic_month AS m (month, kind, dim, code, cases, fen)
SELECT * FROM unnest($1::date[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[])
    ON CONFLICT (month, kind, dim, code) DO UPDATE SET cases = m.cases + excluded.cases, fen = m.fen + excluded.fen"""
_REPEATED: Final = """
WITH key AS (
    SELECT p.dispute_id, p.side, k.name, k.key FROM party p,
           LATERAL (VALUES ('phone', p.phone_hash), ('id', p.id_number_hash),
                           ('name', CASE WHEN p.kind = 'organization' THEN p.name_hash END)) k (name, key)
     WHERE p.dispute_id = ANY($1) AND k.key IS NOT NULL AND p.removed_at IS NULL
)
INSERT INTO repeat_quarrel (dispute_id, earlier_id)
SELECT d.id, earlier.id FROM dispute d, LATERAL (
    SELECT e.id FROM key a
      JOIN party x ON (a.name = 'phone' AND x.phone_hash = a.key) OR (a.name = 'id' AND x.id_number_hash = a.key)
                   OR (a.name = 'name' AND x.name_hash = a.key AND x.kind = 'organization')
      JOIN dispute e ON e.id = x.dispute_id AND e.id < d.id
                    AND e.created_at >= d.created_at - $2::interval
      JOIN key b ON b.dispute_id = d.id AND b.side <> a.side
      JOIN party y ON y.dispute_id = e.id AND y.side <> x.side
                  AND (y.phone_hash = b.key OR y.id_number_hash = b.key OR (b.name = 'name' AND y.name_hash = b.key))
     WHERE a.dispute_id = d.id ORDER BY e.id DESC LIMIT 1) earlier
 WHERE d.id = ANY($1) AND d.source <> 'historic'
   AND NOT EXISTS (SELECT FROM statistic_fact f WHERE f.dispute_id = d.id)
    ON CONFLICT DO NOTHING"""
_WAITING: Final = "SELECT dispute_id FROM statistic_due WHERE dispute_id = ANY($1)"
"""Read after their events: of these a difference is only that they are not counted yet."""
_NEXT: Final = "SELECT id FROM dispute WHERE id > $1 ORDER BY id LIMIT $2"
_SUMMED: Final = f"""
SELECT month, kind, {SPREAD}, count(*) AS cases, sum(fen)::bigint AS fen
  FROM (SELECT date_trunc('month', day)::date AS month, * FROM statistic_fact) f
 GROUP BY GROUPING SETS ((month, kind), (month, kind, mode), (month, kind, category), (month, kind, source),
                         (month, kind, center_id))"""  # noqa: S608 - our own text
_SUM_ANEW: Final = (
    "DELETE FROM statistic_month",
    f"INSERT INTO statistic_month (month, kind, dim, code, cases, fen) {_SUMMED}",
)
_DIFFERING: Final = f"""
WITH anew AS ({_SUMMED}), kept AS (SELECT * FROM statistic_month WHERE cases <> 0 OR fen <> 0)
SELECT month, kind, dim, code, coalesce(k.cases, 0) AS kept, coalesce(a.cases, 0) AS counted
  FROM kept k FULL JOIN anew a USING (month, kind, dim, code)
 WHERE (k.cases, k.fen) IS DISTINCT FROM (a.cases, a.fen) ORDER BY 1, 2, 3, 4 LIMIT $1"""  # noqa: S608 - our own text

_COUNTING_EVENTS: Final = [*facts.TELLING]
_REPEATS_WITHIN: Final = timedelta(days=365)
_FIRST: Final = UUID(int=0)


class Kept(NamedTuple):
    """A fact with all that it is counted by."""

    dispute_id: UUID
    kind: str
    day: date
    center_id: UUID
    category: str
    mode: str
    source: str
    fen: int
    next_on: date | None

    def code(self, dim: str) -> str:
        if dim == "center":
            return str(self.center_id)
        return str(getattr(self, dim)) if dim else ""


class Difference(NamedTuple):
    """What is kept against what the history says."""

    what: str
    kept: int
    counted: int
    dispute_id: UUID | None = None


async def is_behind() -> bool:
    return bool(await select("SELECT FROM statistic_due LIMIT 1"))


async def follow(deps: Deps) -> int:
    """Counts the cases in which something has happened; how many. None while another worker is at it."""
    async with in_transaction():
        if not (await select(_MINE, _ONE_AT_A_TIME))[0]["mine"]:
            return 0
        due = {row["dispute_id"] for row in await select(_TAKE, BATCH)}
        if due:
            await _add_up(*await _count_anew(deps, sorted(due)))
    return len(due)


async def every_case(deps: Deps, *, repair: bool) -> AsyncIterator[tuple[int, list[Difference]]]:
    """Counts every case from its history: how many in each step, and what was kept otherwise. After a repair the sums
    are to be made anew."""
    last = _FIRST
    while True:
        async with in_transaction():
            await select(_WAIT, _ONE_AT_A_TIME)
            ids = [row["id"] for row in await select(_NEXT, last, BATCH)]
            if not ids:
                return
            gone, new = await (_count_anew if repair else _compare)(deps, ids)
            waiting = set[UUID]() if repair else {row["dispute_id"] for row in await select(_WAITING, ids)}
        last = ids[-1]
        yield len(ids), [each for each in _named(gone, new) if each.dispute_id not in waiting]


async def sums_differing(limit: int) -> list[Difference]:
    """Monthly sums that are not those of the facts."""
    found = await select(_DIFFERING, limit)
    return [
        Difference(
            f"{row['month']:%Y-%m} {row['kind']} {row['dim']} {row['code']}".rstrip(), row["kept"], row["counted"]
        )
        for row in found
    ]


def _both(row: dict[str, Any]) -> tuple[int, int]:
    return row["kept"], row["counted"]


async def sum_anew() -> None:
    async with in_transaction():
        await select(_WAIT, _ONE_AT_A_TIME)
        for statement in _SUM_ANEW:
            await connections.get("default").execute_query(statement)


async def told(deps: Deps, ids: Sequence[UUID]) -> list[Kept]:
    """The facts of these cases as their history tells them."""
    events, ratings = defaultdict[UUID, list[Told]](list), defaultdict[UUID, list[Rated]](list)
    for row in await select(_EVENTS, list(ids), _COUNTING_EVENTS):
        step = Step.from_record(json.loads(row["clock"])) if row["clock"] else None
        events[row["dispute_id"]].append(Told(row["kind"], row["at"], row["status"], json.loads(row["data"]), step))
    for row in await select(_RATINGS, list(ids)):
        rated = Rated(row["created_at"], row["side"], row["satisfaction"], row["resolved"])
        ratings[row["dispute_id"]].append(rated)
    found: list[Kept] = []
    for row in await select(_CASES, list(ids)):
        case = Case(row["center_id"], row["claimed"], row["agreed"], row["created_at"], row["mode"], row["is_repeat"],
                    events[row["id"]], ratings[row["id"]])  # fmt: skip
        told_of = facts.of_case(case, deps.catalog.time_rules, deps.calendar)
        found += [_kept(row, fact) for fact in told_of]
    return found


async def known(ids: Sequence[UUID]) -> list[tuple[int, Kept]]:
    """The facts of these cases as they are kept, with their ids."""
    return [(row.pop("id"), Kept(**row)) for row in await select(_KNOWN, list(ids))]


async def select(sql: str, *values: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = await connections.get("default").execute_query_dict(sql, list(values))
    return rows


def _kept(row: dict[str, Any], fact: Fact) -> Kept:
    return Kept(row["id"], fact.kind, fact.day, fact.center_id, row["category"], fact.mode, row["source"], fact.fen,
                fact.next_on)  # fmt: skip


async def _count_anew(deps: Deps, ids: Sequence[UUID]) -> tuple[list[tuple[int, Kept]], list[Kept]]:
    """What went and what came."""
    await connections.get("default").execute_query(_REPEATED, [list(ids), _REPEATS_WITHIN])
    gone, new = await _compare(deps, ids)
    if gone:
        await connections.get("default").execute_query(_DROP, [[row_id for row_id, _ in gone]])
    if new:
        await connections.get("default").execute_query(_PUT, [list(column) for column in zip(*new, strict=True)])
    return gone, new


async def _compare(deps: Deps, ids: Sequence[UUID]) -> tuple[list[tuple[int, Kept]], list[Kept]]:
    """What is kept and should not be, what should be kept and is not."""
    wanted = Counter(await told(deps, ids))
    gone = []
    for row_id, fact in await known(ids):
        if wanted[fact]:
            wanted[fact] -= 1
        else:
            gone.append((row_id, fact))
    return gone, list(wanted.elements())


async def _add_up(gone: Iterable[tuple[int, Kept]], new: Iterable[Kept]) -> None:
    sums = defaultdict[tuple[date, str, str, str], list[int]](lambda: [0, 0])
    for sign, each in [*((-1, fact) for _, fact in gone), *((1, fact) for fact in new)]:
        for dim in DIMS:
            cell = sums[each.day.replace(day=1), each.kind, dim, each.code(dim)]
            cell[0] += sign
            cell[1] += sign * each.fen
    rows = [(*key, *cell) for key, cell in sorted(sums.items()) if any(cell)]
    if rows:
        await connections.get("default").execute_query(_ADD, [list(column) for column in zip(*rows, strict=True)])


def _named(gone: Iterable[tuple[int, Kept]], new: Iterable[Kept]) -> list[Difference]:
    kept = Counter((fact.dispute_id, fact.kind, fact.day) for _, fact in gone)
    counted = Counter((fact.dispute_id, fact.kind, fact.day) for fact in new)
    return [
        Difference(f"case {case} {kind} {day}", kept[case, kind, day], counted[case, kind, day], case)
        for case, kind, day in sorted(kept.keys() | counted.keys())
    ]
