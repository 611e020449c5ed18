"""`python -m tests.benchmarks.importing`: what an import of centers costs itself, and those who file meanwhile.
Two API processes; some minutes."""

import asyncio
import contextlib
import csv
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import asyncpg
import httpx
from rich.console import Console
from sanic import Sanic

from backend import database, seed
from backend.core import geo
from backend.core.crypto import new_key
from config.settings import Settings
from tests import native
from tests.benchmarks import nation
from tests.engines import engines
from tests.people import People, Person, filing
from tests.simulator import running_simulator

MANY: Final = 100_000
REACH_GOAL_S: Final = 1.0
_WRONG: Final = 20
_QUIET_S: Final = 6.0
_TAKEN_UP_S: Final = 3.0
_CHANGES: Final = 20
_HEADINGS: Final = ("code", "name", "level", "division_code", "lon", "lat", "crs", "address", "phone", "categories")

console = Console()


@dataclass(frozen=True)
class Import:
    seconds: float
    memory_mb: float
    """Of the command at its largest."""
    answer: str


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
        )
        asyncio.run(_measure(database_url, Path(folder)))


async def _measure(database_url: str, folder: Path) -> None:
    async with running_simulator() as simulator:
        os.environ["HEJIE_WECHAT_URL"] = simulator.url
        await database.migrate(database_url)
        await seed.load_into(Settings())
        async with contextlib.AsyncExitStack() as stack:
            people = []
            for name in ("one", "two"):
                server = await stack.enter_async_context(native.running(native.api(native.free_port())))
                client = httpx.AsyncClient(base_url=server.url, timeout=30, trust_env=False)
                people.append(await People(await stack.enter_async_context(client)).resident(name))
            nationwide = _file(folder / "nation.csv", "utf-8-sig", nation.CENTERS)
            await _beside(people, nationwide)
            await _spread(database_url, people)
            await _alone(folder)


async def _beside(people: Sequence[Person], file: Path) -> None:
    """Residents file and ask for the way while 44,000 centers come in, and until both processes have them."""
    for name, path, body in (
        ("POST /disputes", "/disputes", filing()),
        ("POST /routing/preview", "/routing/preview", {each: filing()[each] for each in ("category", "location")}),
    ):
        quiet = await _asked(people, path, body, asyncio.create_task(asyncio.sleep(_QUIET_S)))
        importing = asyncio.create_task(_import_and_follow(file))
        meanwhile = await _asked(people, path, body, importing)
        done = importing.result()
        console.print(f"{name} beside an import of {nation.CENTERS:,} ({done.seconds:.1f} s, {done.answer}):")
        for when, took in (("before", quiet), ("meanwhile", meanwhile)):
            console.print(f"  {when}: {len(took):,}, p50 {_at(took, 0.5):.1f}, p99 {_at(took, 0.99):.1f}, "
                          f"slowest {took[-1]:.1f} ms")  # fmt: skip
        file = _file(file, "utf-8-sig", nation.CENTERS, phone="0717-5")


async def _import_and_follow(file: Path) -> Import:
    """Until both processes have read them anew."""
    done = await _import(file)
    await asyncio.sleep(_TAKEN_UP_S)
    return done


async def _asked(
    people: Sequence[Person], path: str, body: dict[str, object], until: "asyncio.Task[object]"
) -> list[float]:
    """One resident at each process, one question after the other: milliseconds, sorted."""

    async def ask(person: Person) -> list[float]:
        took = []
        while not until.done():
            began = time.perf_counter()
            (await person.post(path, body)).raise_for_status()
            took.append((time.perf_counter() - began) * 1000)
        return took

    return sorted(each for took in await asyncio.gather(*map(ask, people)) for each in took)


async def _spread(database_url: str, people: Sequence[Person]) -> None:
    """One center changes; until the answers of both processes show it."""
    body = {each: filing()[each] for each in ("category", "location")}
    center = (await people[0].post("/routing/preview", body)).json()["center"]["id"]
    took = []
    connection = await asyncpg.connect(database_url)
    try:
        for number in range(_CHANGES):
            phone = f"0717-48{number:05}"
            await connection.execute("UPDATE center SET phone = $1 WHERE id = $2::uuid", phone, center)
            began = time.perf_counter()
            await asyncio.gather(*(_shown(person, body, phone) for person in people))
            took.append(time.perf_counter() - began)
    finally:
        await connection.close()
    verdict = "[green]reached[/green]" if max(took) < REACH_GOAL_S else "[red]missed[/red]"
    console.print(
        f"a change among {nation.CENTERS:,} is in both processes after {sorted(took)[len(took) // 2]:.2f} s, the "
        f"slowest of {len(took)} {max(took):.2f} s (goal < {REACH_GOAL_S:.0f}) {verdict}"
    )


async def _shown(person: Person, body: dict[str, object], phone: str) -> None:
    shown = ""
    while shown != phone:
        shown = (await person.post("/routing/preview", body)).json()["center"]["phone"]


async def _alone(folder: Path) -> None:
    for name, encoding, wrong in (
        ("UTF-8 with a byte order mark, all changed or new", "utf-8-sig", 0),
        (f"GBK, {_WRONG} rows wrong", "gbk", _WRONG),
    ):
        done = await _import(_file(folder / "many.csv", encoding, MANY, wrong=wrong, phone="0717-7"))
        console.print(f"{MANY:,} rows, {name}: {done.seconds:.1f} s, {done.memory_mb:.0f} MB at most; {done.answer}")


async def _import(file: Path) -> Import:
    """The command as an operator runs it."""
    return await asyncio.to_thread(_imported, file)


def _imported(file: Path) -> Import:
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "backend.cli", "import-centers", str(file)],
        cwd=native.ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    lines = [line.strip() for line in process.stdout if line.strip()]
    _, _, usage = os.wait4(process.pid, 0)
    return Import(time.perf_counter() - began, usage.ru_maxrss / 1024, lines[-1])


def _file(path: Path, encoding: str, count: int, *, wrong: int = 0, phone: str = "0717-6") -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file)
        writer.writerow(_HEADINGS)
        writer.writerows(_lines(count, wrong, phone))
    return path


def _lines(count: int, wrong: int, phone: str) -> Iterator[Sequence[object]]:
    """The nation's, and more of the same kind; of those that are wrong the system is missing."""
    centers = [each for each in nation.centers() if geo.in_china(*each.point)]
    for number in range(count):
        each = centers[number % len(centers)]
        crs = "" if number < wrong else "gcj02"
        lon, lat = (round(degrees, 6) for degrees in geo.to_gcj02(each.point))
        yield (f"N{number:06}", each.name, each.level, f"99{each.division_code[2:]}", lon, lat, crs, each.address,
               f"{phone}{number % 1_000_000:06}", ";".join(sorted(each.categories)) or "all")  # fmt: skip


def _at(took: Sequence[float], share: float) -> float:
    return took[min(len(took) - 1, int(len(took) * share))]


if __name__ == "__main__":
    main()
