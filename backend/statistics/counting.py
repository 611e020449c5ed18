"""Sums of facts over a period. The city's whole months come out of the monthly sums, the days around them and single
centers out of the facts; what has just happened is counted on top, so that an answer is never behind."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

from backend.core.deps import Deps
from backend.statistics import keeping
from backend.statistics.facts import EXITS
from backend.statistics.keeping import DIMS, SPREAD, Kept

_ON_TOP: Final = 200
"""So many cases that are not counted yet are counted with the answer; more would take long."""
_DUE: Final = "SELECT count(*) AS rows, min(at) AS since FROM (SELECT at FROM statistic_due LIMIT 10000) d"
_WHICH: Final = "SELECT DISTINCT dispute_id FROM statistic_due LIMIT $1"
_TOTALS: Final = ("'' AS dim, '' AS code", "kind")
_IN_ALL_WAYS: Final = (
    SPREAD,
    "GROUPING SETS ((kind), (kind, mode), (kind, category), (kind, source), (kind, center_id))",
)
"""What is selected, and how it is grouped."""
_MONTHS: Final = """
SELECT kind, dim, code, sum(cases)::bigint AS cases, sum(fen)::bigint AS fen FROM statistic_month
 WHERE month >= $1 AND month <= $2 AND kind = ANY($3) AND ($4 OR dim = '') GROUP BY 1, 2, 3"""
_FACTS: Final = """
SELECT kind, {}, count(*) AS cases, sum(fen)::bigint AS fen FROM statistic_fact
 WHERE day >= $1 AND day <= $2 AND ($3::uuid[] IS NULL OR center_id = ANY($3)) AND kind = ANY($4) GROUP BY {}"""
_OVERTAKEN: Final = """
SELECT kind, {}, -count(*) AS cases, -sum(fen)::bigint AS fen FROM statistic_fact
 WHERE next_on IS NOT NULL AND next_on <= $2 AND day >= $1 AND ($3::uuid[] IS NULL OR center_id = ANY($3))
 GROUP BY {}"""
"""Outcomes that the same case has left behind within the period."""


class Sum(NamedTuple):
    cases: int = 0
    fen: int = 0

    def plus(self, cases: int, fen: int) -> "Sum":
        return Sum(self.cases + cases, self.fen + fen)


@dataclass(slots=True)
class Table:
    """Sums by dimension, code and kind."""

    cells: dict[str, dict[str, dict[str, Sum]]] = field(
        default_factory=lambda: {dim: defaultdict(lambda: defaultdict(Sum)) for dim in DIMS}
    )

    def add(self, dim: str, code: str, kind: str, cases: int, fen: int) -> None:
        row = self.cells[dim][code]
        row[kind] = row[kind].plus(cases, fen)

    @property
    def total(self) -> dict[str, Sum]:
        return self.cells[""][""]


@dataclass(frozen=True, slots=True)
class Scope:
    """Null: the whole city."""

    center_ids: Sequence[UUID] | None

    def has(self, fact: Kept) -> bool:
        return self.center_ids is None or fact.center_id in self.center_ids


@dataclass(frozen=True, slots=True)
class Recent:
    """What is not in the sums yet."""

    new: Sequence[Kept]
    gone: Sequence[Kept]
    behind_since: datetime | None
    """Null: nothing is missing."""


async def recent(deps: Deps) -> Recent:
    due = (await keeping.select(_DUE))[0]
    if not due["rows"]:
        return Recent((), (), None)
    ids = [row["dispute_id"] for row in await keeping.select(_WHICH, _ON_TOP + 1)]
    if len(ids) > _ON_TOP:
        return Recent((), (), due["since"])
    return Recent(await keeping.told(deps, ids), [fact for _, fact in await keeping.known(ids)], None)


async def table(
    deps: Deps, scope: Scope, first: date, last: date, fresh: Recent, *, only_totals: bool = False
) -> Table:
    ways = _TOTALS if only_totals else _IN_ALL_WAYS
    found, kinds = Table(), sorted(deps.catalog.statistics.kinds)
    values = [scope.center_ids if scope.center_ids is None else list(scope.center_ids)]
    months = _whole_months(first, last) if scope.center_ids is None else None
    edges = [(first, last)]
    if months is not None:
        _put(found, await keeping.select(_MONTHS, *months, kinds, not only_totals))
        edges = [(first, months[0] - timedelta(days=1)), (_end_of(months[1]) + timedelta(days=1), last)]
    for begin, end in edges:
        if begin <= end:
            _put(found, await keeping.select(_FACTS.format(*ways), begin, end, *values, kinds))
    _put(found, await keeping.select(_OVERTAKEN.format(*ways), first, last, *values))
    for sign, facts in ((-1, fresh.gone), (1, fresh.new)):
        _put_facts(found, sign, [fact for fact in facts if scope.has(fact) and counts(fact, first, last)])
    return found


def counts(fact: Kept, first: date, last: date) -> bool:
    """Of outcomes of one case within the period only the last."""
    is_overtaken = fact.kind in EXITS and fact.next_on is not None and fact.next_on <= last
    return first <= fact.day <= last and not is_overtaken


def _put(found: Table, rows: Iterable[dict[str, Any]]) -> None:
    for row in rows:
        found.add(**row)


def _put_facts(found: Table, sign: int, facts: Iterable[Kept]) -> None:
    for fact in facts:
        for dim in DIMS:
            found.add(dim, fact.code(dim), fact.kind, sign, sign * fact.fen)


def _whole_months(first: date, last: date) -> tuple[date, date] | None:
    """The first days of the first and the last month that lie in the period as a whole."""
    begin = first if first.day == 1 else _end_of(first) + timedelta(days=1)
    end = last.replace(day=1) if last == _end_of(last) else (last.replace(day=1) - timedelta(days=1)).replace(day=1)
    return (begin, end) if begin <= end else None


def _end_of(day: date) -> date:
    following = (day.replace(day=28) + timedelta(days=4)).replace(day=1)
    return following - timedelta(days=1)
