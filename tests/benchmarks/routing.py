"""Decisions of the routing policy, and the same question put to PostgreSQL and to Redis over their Unix sockets."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

import asyncpg
import redis

from backend.centers import policy
from backend.centers.index import GridIndex
from backend.core.boundaries import CountyBoundaries
from backend.core.catalog import Catalog
from backend.core.deps import CenterPoint
from backend.core.divisions import DivisionDirectory
from backend.core.geo import Wgs84, distance_m
from backend.core.policies import NEAREST
from config.catalog_files import read_catalog
from tests.benchmarks import nation
from tests.benchmarks.nation import Question

DECISION, REDIS, POSTGRESQL = "a decision as for a filing", "Redis GEOSEARCH", "PostgreSQL <-> (GiST), 32 ranked anew"
P50_GOAL_US, P99_GOAL_US, TIMES_GOAL = 30.0, 200.0, 5.0

_QUESTIONS = 3_000
_TAKEN = 32
"""PostgreSQL's `<->` is planar: so many of its nearest are ranked anew."""
_FIRST_RADIUS_M, _WIDER = 50_000.0, 4.0


@dataclass(frozen=True, slots=True)
class Speed:
    name: str
    p50_us: float
    p99_us: float
    worst_detour_m: float
    """How much farther than the best answer of the three the worst one was."""


@dataclass(frozen=True, slots=True)
class _Run:
    name: str
    microseconds: list[float]
    metres: list[float]


async def measure(database_url: str, redis_url: str) -> list[Speed]:
    """Index and decision of ours first, then the two stores, all for the same questions."""
    parents = {each.code: each.parent for each in _CATALOG.categories if each.parent}
    centers = list(nation.centers())
    index = GridIndex(centers, nation.QUEUE, parents)
    rules = policy.Rules(NEAREST, CountyBoundaries())
    divisions = DivisionDirectory(())
    questions = nation.questions(_QUESTIONS)

    def look_up(question: Question) -> float:
        [(metres, _), *_] = index.nearest(question.point, levels=(question.level,), category=question.category, limit=2)
        return metres

    def decide(question: Question, most: int = policy.CHOSEN_AND_RUNNER_UP) -> float:
        decision = policy.choose(index, divisions, _CATALOG, question.category, question.point, rules=rules, most=most)
        assert decision.distance_m is not None
        return decision.distance_m

    runs = [
        _timed("index alone, the nearest two", look_up, questions),
        _timed(DECISION, decide, questions),
        _timed("the same with six candidates, for the preview", partial(decide, most=policy.MAX_CANDIDATES), questions),
        _timed(REDIS, _Redis(redis_url, index, centers).nearest, questions),
        await _postgresql(database_url, centers, parents, questions),
    ]
    best = [min(answers) for answers in zip(*(run.metres for run in runs), strict=True)]
    return [_speed(run, best) for run in runs]


_CATALOG = Catalog.parse(read_catalog())


def _timed(name: str, call: Callable[[Question], float], questions: list[Question]) -> _Run:
    for question in questions[:50]:
        call(question)
    took, metres = [], []
    for question in questions:
        began = time.perf_counter_ns()
        answer = call(question)
        took.append((time.perf_counter_ns() - began) / 1000)
        metres.append(answer)
    return _Run(name, took, metres)


def _speed(run: _Run, best: list[float]) -> Speed:
    took = sorted(run.microseconds)
    detours = (mine - least for mine, least in zip(run.metres, best, strict=True))
    return Speed(run.name, took[len(took) // 2], took[len(took) * 99 // 100], max(detours))


class _Redis:
    """Its geographical sets know no filter, so there is one for each question that may come: to its advantage."""

    def __init__(self, url: str, index: GridIndex, centers: Iterable[CenterPoint]) -> None:
        self._redis = redis.Redis.from_url(url)
        self._point_of = {center.code.encode(): center.point for center in centers}
        for category, level in ((nation.COMMON, "township"), (nation.RARE, "township"), (nation.AT_COUNTY, "county")):
            eligible = index.nearest(nation.QUEUE.point, levels=(level,), category=category, limit=nation.CENTERS)
            values = [value for _, center in eligible for value in (*center.point, center.code)]
            for start in range(0, len(values), 3_000):
                self._redis.geoadd(f"bench:{level}:{category}", values[start : start + 3_000])

    def nearest(self, question: Question) -> float:
        radius = _FIRST_RADIUS_M
        while True:
            found = cast(
                "list[bytes]",
                self._redis.geosearch(
                    f"bench:{question.level}:{question.category}",
                    longitude=question.point.lon,
                    latitude=question.point.lat,
                    radius=radius,
                    unit="m",
                    sort="ASC",
                    count=2,
                ),
            )
            if len(found) == 2:
                return distance_m(question.point, self._point_of[found[0]])
            radius *= _WIDER


async def _postgresql(url: str, centers: list[CenterPoint], parents: dict[str, str], questions: list[Question]) -> _Run:
    """A table for each level, so that the index holds nothing else: to its advantage."""
    connection = await asyncpg.connect(url)
    try:
        statements = {level: await _prepared(connection, level, centers) for level in ("township", "county")}
        took, metres = [], []
        for question in (*questions[:50], *questions):
            names = sorted({question.category, parents.get(question.category, question.category)})
            began = time.perf_counter_ns()
            rows = await statements[question.level].fetch(asyncpg.Point(*question.point), names)
            ranked = sorted((distance_m(question.point, Wgs84(*row["at"])), row["code"]) for row in rows)
            took.append((time.perf_counter_ns() - began) / 1000)
            metres.append(ranked[0][0])
    finally:
        await connection.close()
    return _Run(POSTGRESQL, took[50:], metres[50:])


async def _prepared(connection: Any, level: str, centers: list[CenterPoint]) -> Any:
    table = f"bench_{level}"
    await connection.execute(
        f"CREATE TEMPORARY TABLE {table} (code text PRIMARY KEY, at point NOT NULL, categories text[] NOT NULL)"
    )
    rows = [
        (center.code, asyncpg.Point(*center.point), sorted(center.categories))
        for center in centers
        if center.level == level
    ]
    await connection.copy_records_to_table(table, records=rows)
    await connection.execute(f"CREATE INDEX ON {table} USING gist (at)")
    await connection.execute(f"ANALYZE {table}")
    return await connection.prepare(
        f"SELECT code, at FROM {table} WHERE categories = '{{}}' OR categories && $2::text[] "  # noqa: S608
        f"ORDER BY at <-> $1 LIMIT {_TAKEN}"
    )
