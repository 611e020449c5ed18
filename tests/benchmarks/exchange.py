"""`make bench-exchange`: 10,000 events to three partners, of which one is dead and one answers after 2 s.

The healthy one takes 50 ms for each. With ten at once nobody can do better than 200 in a second; what is reached is a
ratio to that. The worker is killed in the middle; the dead partner comes back at the end.
"""

import asyncio
import os
import tempfile
import time
from typing import Any

from rich.console import Console

from backend import database, seed
from backend.core.clock import SystemClock
from backend.core.crypto import new_key
from backend.core.deps import Deps
from backend.wiring import load_deps
from config.settings import Settings
from tests.engines import engines
from tests.exchange.cases import KINDS, pour
from tests.exchange.workers import Partner, WorkerProcess, working
from tests.server_time import eventually

CASES, LATENCY_S, SLOW_S, AT_ONCE, GOAL = 2_000, 0.05, 2.0, 10, 0.8
EVENTS = CASES * len(KINDS)

console = Console()


def main() -> None:
    with engines() as (database_url, redis_url), tempfile.TemporaryDirectory() as folder:
        os.environ.update(
            HEJIE_DATABASE_URL=database_url, HEJIE_REDIS_URL=redis_url, HEJIE_DATA_DIR=folder, HEJIE_LOG_LEVEL="ERROR",
            HEJIE_ENCRYPTION_KEYS=f"bench:{new_key()}", HEJIE_SEARCH_KEY=new_key(),
        )  # fmt: skip
        asyncio.run(_measure(Settings()))


async def _measure(settings: Settings) -> None:
    url = settings.database_url.get_secret_value()
    await database.migrate(url)
    await seed.load_into(settings)
    async with database.connected(url):
        deps = await load_deps(settings, SystemClock())
        healthy, slow, dead = Partner("healthy"), Partner("slow"), Partner("dead")
        await _prepare(deps, healthy, slow, dead)
        async with healthy.listening(int(LATENCY_S * 1000)), slow.listening(int(SLOW_S * 1000)):
            with working() as worker:
                await _run(worker, healthy, slow, dead)


async def _prepare(deps: Deps, *partners: Partner) -> None:
    for partner in partners:
        await partner.enter(deps)
    await pour(deps.keyring, deps.clock, CASES)


async def _run(worker: WorkerProcess, healthy: Partner, slow: Partner, dead: Partner) -> None:
    rate, slow_rate = await _rate(healthy, slow)
    worker.kill_and_start_anew()
    await eventually(lambda: healthy.has(EVENTS), within_s=120)
    _say("healthy", await healthy.received(), rate, AT_ONCE / LATENCY_S)
    _say("slow", await slow.received(), slow_rate, AT_ONCE / SLOW_S, whole=False)
    began = time.perf_counter()
    async with dead.listening():
        await eventually(lambda: dead.has(EVENTS), within_s=120)
        took = time.perf_counter() - began
        received = await dead.received()
    _say("dead, returned", received, EVENTS / took, None)


async def _rate(healthy: Partner, slow: Partner) -> tuple[float, float]:
    """In a second, over half of the events, from the first hundred on."""
    await eventually(lambda: healthy.has(100), within_s=60)
    first, slow_first, began = (
        (await healthy.received())["events"],
        (await slow.received())["events"],
        time.perf_counter(),
    )
    await eventually(lambda: healthy.has(EVENTS // 2), within_s=120)
    took = time.perf_counter() - began
    last, slow_last = (await healthy.received())["events"], (await slow.received())["events"]
    return (last - first) / took, (slow_last - slow_first) / took


def _say(who: str, received: dict[str, Any], rate: float, limit: float | None, *, whole: bool = True) -> None:
    good = not received["misplaced"] and not received["unsigned"] and received["most_at_once"] <= AT_ONCE
    good = good and (not whole or received["events"] == EVENTS) and (limit is None or rate / limit >= GOAL)
    ratio = "" if limit is None else f" = {rate / limit:.2f} of the limit (goal {GOAL})"
    verdict = "[green]reached[/green]" if good else "[red]missed[/red]"
    console.print(
        f"{who}: {received['events']:,} events, {rate:.0f}/s{ratio}; {len(received['misplaced'])} cases out of order, "
        f"{received['duplicates']} sent twice, {received['most_at_once']} at once at most; {verdict}"
    )


if __name__ == "__main__":
    main()
