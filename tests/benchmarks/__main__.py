"""`make bench`: engines and servers of its own, two cores or more, some minutes. See each part for what it does."""

import asyncio
import contextlib
import json
import os
import pickle
import statistics
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass
from pathlib import Path

import httpx
import uvloop
from rich.console import Console
from rich.table import Table
from sanic import Sanic

from backend import database, seed
from backend.core.crypto import new_key
from backend.server import create_app
from config import logging
from config.settings import Settings
from tests import native
from tests.benchmarks import bare, booking, delivery, exactness, nation, rebuild, routing
from tests.benchmarks.load import Order, Result
from tests.benchmarks.sql_calls import Call, recorded
from tests.conftest import App, lifespan
from tests.engines import engines
from tests.people import People, Person, file_dispute, filing
from tests.simulator import Simulator, running_simulator

CLIENTS = 16
PROCESSES = 2
ROUNDS = 3
ROUND_S = 3.0
RATIO_GOAL, FILING_GOAL, LIST_GOAL = 0.45, 12, 4

console = Console()


@dataclass(frozen=True)
class SqlCalls:
    filing: list[Call]
    list_of_20: dict[str, int]


def main() -> None:
    Sanic.test_mode = True
    with engines() as (database_url, redis_url), tempfile.TemporaryDirectory() as folder:
        os.environ.update(
            HEJIE_DATABASE_URL=database_url,
            HEJIE_REDIS_URL=redis_url,
            HEJIE_ENCRYPTION_KEYS=f"bench:{new_key()}",
            HEJIE_SEARCH_KEY=new_key(),
            HEJIE_DATA_DIR=folder,
            HEJIE_ACTOR_LIMIT_PER_S="0",
            HEJIE_ADDRESS_LIMIT_PER_S="0",
            HEJIE_LOG_LEVEL="WARNING",
            HEJIE_WORKERS=str(PROCESSES),
        )
        uvloop.run(_measure(Path(folder)))


async def _measure(folder: Path) -> None:
    async with running_simulator() as simulator:
        settings = _settings(simulator)
        logging.configure(settings)
        await database.migrate(settings.database_url.get_secret_value())
        await seed.load_into(settings)
        async with _in_process(settings) as client:
            tokens = [(await People(client).resident(f"bench{number}")).token for number in range(CLIENTS)]
            sql, recording = await _count_sql(client)
        async with _app(settings, "delivery") as app:  # first: else workers have the cases of the others to count
            runs = await delivery.measure(app, simulator)
        (folder / "filing.pickle").write_bytes(pickle.dumps(recording))
        ours, rod = await _compare(folder / "filing.pickle", tokens)
        async with _app(settings, "booking") as app:
            transport = httpx.ASGITransport(app=app)
            async with httpx.AsyncClient(transport=transport, base_url="http://bench") as client:
                contention, choosing = await booking.measure(app, client, folder)
        await rebuild.fill(settings.database_url.get_secret_value())
        async with _app(settings, "nation") as app:
            transport = httpx.ASGITransport(app=app)
            async with httpx.AsyncClient(transport=transport, base_url="http://bench") as client:
                rebuilt = await rebuild.measure(app, await People(client).resident("nation"))
        speeds = await routing.measure(settings.database_url.get_secret_value(), settings.redis_url.get_secret_value())
    _print_throughput(ours, rod)
    _print_booking(contention, choosing)
    _print_delivery(runs)
    _print_sql(sql)
    _print_routing(speeds)
    _print_rebuild(rebuilt)
    _print_exactness(exactness.measure())


def _settings(simulator: Simulator) -> Settings:
    os.environ["HEJIE_WECHAT_URL"] = simulator.url
    return Settings()


@contextlib.asynccontextmanager
async def _in_process(settings: Settings, name: str = "bench") -> AsyncIterator[httpx.AsyncClient]:
    async with (
        _app(settings, name) as app,
        httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://bench") as client,
    ):
        yield client


@contextlib.asynccontextmanager
async def _app(settings: Settings, name: str) -> AsyncIterator[App]:
    app = create_app(settings, name=name)
    async with lifespan(app):
        yield app


async def _count_sql(client: httpx.AsyncClient) -> tuple[SqlCalls, bare.Recording]:
    people = People(client)
    resident, clerk = await people.resident("counter"), await people.staff("clerk")
    answers = []
    filings: list[list[Call]] = []
    for key in ("first", "second"):
        with recorded() as calls:
            answers.append(await resident.post("/disputes", filing(), key=key))
        filings.append(calls)
    for _ in range(20):
        await file_dispute(resident)
    lists = {
        "GET /mini/v1/disputes": await _calls_of(resident, "/disputes"),
        "GET /mini/v1/notices": await _calls_of(resident, "/notices"),
        "GET /staff/v1/disputes": await _calls_of(clerk, "/disputes"),
    }
    return SqlCalls(filings[0], lists), bare.Recording.of(filings[0], filings[1], answers[0].content)


async def _calls_of(person: Person, path: str) -> int:
    with recorded() as calls:
        (await person.get(path, limit=20)).raise_for_status()
    return len(calls)


async def _compare(recording: Path, tokens: list[str]) -> tuple[list[Result], list[Result]]:
    """In turns, so that whatever else the machine does meets both."""
    rod_port = native.free_port()
    rod = native.Server(("tests.benchmarks.bare", str(recording)), rod_port, {"HEJIE_PORT": str(rod_port)})
    ours = native.api(native.free_port())
    async with native.running(ours), native.running(rod):
        results = [(await _load(ours, tokens), await _load(rod, tokens)) for _ in range(ROUNDS)]
    return [mine for mine, _ in results], [yours for _, yours in results]


async def _load(server: native.Server, tokens: list[str]) -> Result:
    order = Order(server.port, bare.PATH, json.dumps(filing()), tokens, ROUND_S)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.benchmarks.load"), cwd=native.ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    out, _ = await process.communicate(json.dumps(asdict(order)).encode())
    return Result(**json.loads(out))


def _print_throughput(ours: list[Result], rod: list[Result]) -> None:
    table = Table(
        title=f"Filing a dispute: {CLIENTS} clients, {PROCESSES} server processes, {ROUNDS} × {ROUND_S:.0f} s in turns"
    )
    for name in ("", "filings/s", "p50 ms", "p99 ms", "failures"):
        table.add_column(name, justify="right" if name else "left")
    for name, results in (("whole stack", ours), ("bare Sanic + asyncpg, same statements", rod)):
        table.add_row(
            name,
            f"{_median_rate(results):.0f}",
            f"{statistics.median(each.percentile_ms(0.5) for each in results):.1f}",
            f"{statistics.median(each.percentile_ms(0.99) for each in results):.1f}",
            str(sum(each.failures for each in results)),
        )
    console.print(table)
    ratio = _median_rate(ours) / _median_rate(rod)
    console.print(f"ratio {ratio:.2f} (goal ≥ {RATIO_GOAL}) {_verdict(good=ratio >= RATIO_GOAL)}\n")


def _median_rate(results: list[Result]) -> float:
    return statistics.median(each.per_second for each in results)


def _print_delivery(runs: list[delivery.Run]) -> None:
    limit = f"places / {delivery.LATENCY_S * 1000:.0f} ms"
    table = Table(
        title=f"{delivery.NOTICES:,} notices through workers, WeChat takes {delivery.LATENCY_S * 1000:.0f} ms"
    )
    names = ("workers", "places each", "notices/s", f"ratio to {limit}", "outcomes", "grew by MB", "first … last")
    for name in names:
        table.add_column(name, justify="right")
    for run in runs:
        outcomes = ", ".join(f"{name}: {count}" for name, count in run.outcomes.items())
        table.add_row(
            str(run.workers), str(run.concurrency), f"{run.per_second:.0f}", f"{run.ratio:.2f}", outcomes,
            f"{run.growth_mb:.0f}", " ".join(run.order),
        )  # fmt: skip
    console.print(table)
    one, two = runs[0], runs[1]
    all_arrived = all(run.all_arrived for run in runs)
    scaling = two.per_second / one.per_second
    console.print(
        f"one worker: ratio {one.ratio:.2f} (goal ≥ {delivery.RATIO_GOAL}) "
        f"{_verdict(good=one.ratio >= delivery.RATIO_GOAL)}; two: {scaling:.2f} times as fast "
        f"(goal ≥ {delivery.SCALING_GOAL}) {_verdict(good=scaling >= delivery.SCALING_GOAL)}; memory "
        f"{_verdict(good=one.growth_mb <= delivery.GROWTH_GOAL_MB)}; each delivered once {_verdict(good=all_arrived)}\n"
    )


def _print_booking(contention: booking.Contention, choosing: booking.Choosing) -> None:
    console.print(
        f"{booking.CLIENTS} clients book and cancel one slot: {statistics.median(contention.ours):.0f} times a second, "
        f"bare Sanic + asyncpg with the same {contention.statements} statements "
        f"{statistics.median(contention.bare):.0f}: ratio {contention.ratio:.2f} (goal ≥ {booking.RATIO_GOAL}) "
        f"{_verdict(good=contention.ratio >= booking.RATIO_GOAL)}"
    )
    growth = choosing.many_ms / choosing.few_ms
    console.print(
        f"times of four weeks with {booking.EXISTING} bookings: p50 {choosing.p50_ms:.1f} ms (goal < "
        f"{booking.SLOTS_GOAL_MS:.0f}) {_verdict(good=choosing.p50_ms < booking.SLOTS_GOAL_MS)}; {booking.MANY:,} past "
        f"ones against {booking.FEW:,}: × {growth:.2f} (goal ≤ {booking.GROWTH_GOAL}) "
        f"{_verdict(good=growth <= booking.GROWTH_GOAL)}"
    )


def _print_sql(sql: SqlCalls) -> None:
    table = Table(title="SQL client calls, BEGIN and COMMIT included")
    for name in ("request", "calls", "goal", ""):
        table.add_column(name)
    rows = [("POST /mini/v1/disputes", len(sql.filing), FILING_GOAL)]
    rows += [(f"{path}, 20 items", count, LIST_GOAL) for path, count in sql.list_of_20.items()]
    for name, count, goal in rows:
        table.add_row(name, str(count), f"≤ {goal}", _verdict(good=count <= goal))
    console.print(table)
    for number, call in enumerate(sql.filing, 1):
        console.print(f"  {number:2} {call.method:11} {' '.join(call.sql.split())[:90]}", markup=False, highlight=False)
    console.print()


def _print_routing(speeds: list[routing.Speed]) -> None:
    load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    table = Table(title=f"Routing over {nation.CENTERS:,} centers, one core of {os.cpu_count()}, load {load}")
    for name in ("", "p50 µs", "p99 µs", "worst detour m"):
        table.add_column(name, justify="right" if name else "left")
    for speed in speeds:
        table.add_row(speed.name, f"{speed.p50_us:.0f}", f"{speed.p99_us:.0f}", f"{speed.worst_detour_m:.1f}")
    console.print(table)
    by_name = {speed.name: speed for speed in speeds}
    ours = by_name[routing.DECISION]
    good = ours.p50_us <= routing.P50_GOAL_US and ours.p99_us <= routing.P99_GOAL_US
    console.print(
        f"a decision: goal ≤ {routing.P50_GOAL_US:.0f} and ≤ {routing.P99_GOAL_US:.0f} µs {_verdict(good=good)}"
    )
    for name in (routing.REDIS, routing.POSTGRESQL):
        times = by_name[name].p50_us / ours.p50_us
        verdict = _verdict(good=times >= routing.TIMES_GOAL)
        console.print(f"{name}: {times:.1f} times as long (goal ≥ {routing.TIMES_GOAL:.0f}) {verdict}")


def _print_rebuild(found: rebuild.Rebuild) -> None:
    slowest, one = max(found.all_ms), statistics.median(found.one_ms)
    console.print(
        f"{nation.CENTERS:,} centers read anew in {slowest:.0f} ms, the slowest of {len(found.all_ms)} "
        f"(goal < {rebuild.REBUILD_GOAL_MS:.0f}) {_verdict(good=slowest < rebuild.REBUILD_GOAL_MS)}; one that was "
        f"changed in {one:.0f} ms; at the start of a process in {found.first_ms:.0f} ms; they take "
        f"{found.memory_mb:.0f} MB (goal < {rebuild.MEMORY_GOAL_MB:.0f}) "
        f"{_verdict(good=found.memory_mb < rebuild.MEMORY_GOAL_MB)}"
    )
    waits = (
        ("quiet", found.quiet_ms),
        ("while all centers are read", found.meanwhile_ms),
        ("while one center is taken up", found.while_one_ms),
    )
    for name, sample in waits:
        middle, last = sample[len(sample) // 2], sample[-1]
        console.print(f"  a preview, {name}: p50 {middle:.1f} ms, slowest of {len(sample)} {last:.1f} ms")
    longest = found.meanwhile_ms[-1]
    verdict = _verdict(good=longest < rebuild.WAIT_GOAL_MS)
    console.print(f"  longest wait {longest:.0f} ms (goal < {rebuild.WAIT_GOAL_MS:.0f}) {verdict}")


def _print_exactness(found: exactness.Exactness) -> None:
    console.print(
        f"{found.points:,} points in China against the geodesic: {found.not_nearest} answers not the nearest, "
        f"the worst {found.worst_excess_m:.1f} m farther (goal ≤ {exactness.GOAL_M:.0f} m); rows in another order: "
        f"{'the same answers' if found.same_when_shuffled else 'other answers'} "
        f"{_verdict(good=found.worst_excess_m <= exactness.GOAL_M and found.same_when_shuffled)}"
    )


def _verdict(*, good: bool) -> str:
    return "[green]reached[/green]" if good else "[red]missed[/red]"


if __name__ == "__main__":
    main()
