"""5,000 notices through real workers to a WeChat that takes 50 ms for each. A worker can do no better than its places
divided by those 50 ms; what it does is a ratio to that."""

import asyncio
import contextlib
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import psutil
from tortoise import connections
from tortoise.transactions import in_transaction

from backend.notices import actions
from backend.notices.actions import News
from models import Notice, Resident
from models.base import uuid7
from tests import native
from tests.conftest import App
from tests.simulator import Simulator

LATENCY_S: Final = 0.05
RATIO_GOAL, SCALING_GOAL, GROWTH_GOAL_MB = 0.8, 1.7, 20.0
NOTICES: Final = 5000

_RESIDENTS: Final = 500
_BATCH: Final = 500
_PATIENCE_S: Final = 300.0
_KINDS: Final = ("note", "refused", "information_requested")
_GRANTS = """
INSERT INTO subscription_grant (id, resident_id, template_id, source, scene, granted_at)
SELECT gen_random_uuid(), r.id, 'tmpl-progress', 'page', '', now()
  FROM resident r, generate_series(1, $1) WHERE r.app_id = 'delivery'
"""
_FINISHED = """
SELECT count(*) AS finished, extract(epoch FROM max(finished_at) - min(finished_at)) AS seconds
  FROM notice WHERE finished_at IS NOT NULL
"""
_OUTCOMES = """
SELECT delivery || COALESCE(' ' || errcode, '') AS outcome, count(*) AS n FROM notice GROUP BY 1 ORDER BY 2 DESC
"""
_ORDER = """
SELECT kind, percentile_cont(0.5) WITHIN GROUP (ORDER BY place) AS middle
  FROM (SELECT kind, row_number() OVER (ORDER BY finished_at) AS place FROM notice) ranked
 GROUP BY kind ORDER BY middle
"""


@dataclass(frozen=True, slots=True)
class Run:
    workers: int
    concurrency: int
    notices: int
    outcomes: dict[str, int]
    """How many by what WeChat said: `delivered 0`, `refused 47003`; without a number there was no answer."""
    per_second: float
    growth_mb: float
    """Of the largest worker, from a fifth of the work to its end."""
    order: tuple[str, ...]
    """Kinds, the one that was finished first in front."""

    @property
    def all_arrived(self) -> bool:
        return self.outcomes == {"delivered 0": self.notices}

    @property
    def ratio(self) -> float:
        return self.per_second * LATENCY_S / (self.workers * self.concurrency)


async def measure(app: App, simulator: Simulator) -> list[Run]:
    """With nobody else on these two cores."""
    await simulator.sim("settings", {"latency_ms": int(LATENCY_S * 1000)})
    await simulator.sim("templates", {"items": [_TEMPLATE]})
    await _make_residents(app, simulator)
    runs = [await _run(app, workers, concurrency) for workers, concurrency in ((1, 10), (2, 10), (1, 20), (1, 50))]
    await simulator.sim("reset")
    return runs


_TEMPLATE = {
    "id": "tmpl-progress",
    "arguments": ["thing1", "phrase2", "time3", "thing4"],
    "kind": "long_term",  # to the simulator, so that it need not be tapped 20,000 times
}


async def _make_residents(app: App, simulator: Simulator) -> None:
    now = app.ctx.deps.clock.now()
    for number in range(_RESIDENTS):
        openid = await simulator.accept(f"delivery{number}", "tmpl-progress")
        resident = Resident(id=uuid7(), app_id="delivery", openid=openid, created_at=now, last_login_at=now)
        await resident.save(force_create=True)


async def _run(app: App, workers: int, concurrency: int) -> Run:
    await _fill(app, NOTICES)
    async with _working(workers, concurrency) as processes:
        sizes = await _watch(processes, NOTICES)
    (found,) = await connections.get("default").execute_query_dict(_FINISHED)
    order = await connections.get("default").execute_query_dict(_ORDER)
    outcomes = await connections.get("default").execute_query_dict(_OUTCOMES)
    return Run(
        workers,
        concurrency,
        NOTICES,
        {row["outcome"]: row["n"] for row in outcomes},
        found["finished"] / float(found["seconds"]),
        max(last - first for first, last in sizes) / 2**20,
        tuple(row["kind"] for row in order),
    )


async def _fill(app: App, count: int) -> None:
    """As many of each kind, none of them about a case, so that none waits for another."""
    await connections.get("default").execute_script(
        "DELETE FROM pgqueuer; DELETE FROM pgqueuer_log; DELETE FROM notice; DELETE FROM subscription_grant"
    )
    await connections.get("default").execute_query(_GRANTS, [2 * count // _RESIDENTS])
    ids = [UUID(str(each)) for each in await Resident.filter(app_id="delivery").values_list("id", flat=True)]
    words = {"center": "陆城街道综治中心", "due_text": "11月30日 周一"}
    for start in range(0, count, _BATCH):
        numbers = range(start, min(start + _BATCH, count))
        news = [News(ids[n % len(ids)], _KINDS[n % len(_KINDS)], None, words) for n in numbers]
        async with in_transaction():
            await actions.notify(app.ctx.deps, news)


@contextlib.asynccontextmanager
async def _working(workers: int, concurrency: int) -> AsyncIterator[list[psutil.Process]]:
    started = [
        subprocess.Popen(  # noqa: ASYNC220 - returns at once
            [sys.executable, "-m", "backend.cli", "worker"],
            cwd=native.ROOT,
            env={**os.environ, "PYTHONPATH": str(native.ROOT), "HEJIE_WORKER_CONCURRENCY": str(concurrency)},
            stdout=subprocess.DEVNULL,
        )
        for _ in range(workers)
    ]
    try:
        yield [psutil.Process(process.pid) for process in started]
    finally:
        for process in started:
            process.terminate()
            await asyncio.to_thread(process.wait, 10)


async def _watch(processes: list[psutil.Process], count: int) -> list[tuple[int, int]]:
    """Until all are finished. The size of each worker after a fifth of the work, and at its end."""
    first: list[int] = []
    until = time.monotonic() + _PATIENCE_S
    while (done := await Notice.exclude(finished_at=None).count()) < count:
        if time.monotonic() > until:
            raise TimeoutError(f"{done} of {count} notices in {_PATIENCE_S} s")
        if not first and done >= count // 5:
            first = [process.memory_info().rss for process in processes]
        await asyncio.sleep(0.5)  # counted seldom: counting takes from what is measured
    return list(zip(first, [process.memory_info().rss for process in processes], strict=True))
