"""`make bench-queue`: the staff queue and the case page among a thousand cases and among a million.

python -m tests.benchmarks.queue fill               once, some minutes; stays in the data folder
python -m tests.benchmarks.queue measure            five minutes, nothing else running beside it
python -m tests.benchmarks.queue measure clerk      the half of it; the other one is the supervisor's
"""

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import httpx
from rich.console import Console
from rich.table import Table
from sanic import Sanic

from backend import database, embedded, seed
from backend.server import create_app
from config import logging
from config.settings import Settings
from tests.benchmarks import city
from tests.conftest import App, lifespan
from tests.people import People, Person
from tests.simulator import running_simulator

FEW, MANY = 1_000, 1_000_000
ROUNDS, REQUESTS = 5, 40
RATIO_GOAL = 1.5
READERS = ["clerk", "supervisor"]
FOLDER = Path(os.environ.get("HEJIE_DATA_DIR", ".data-queue"))

Json = dict[str, Any]
Calls = dict[str, tuple[str, str, Json]]
console = Console(width=120)


def main() -> None:
    Sanic.test_mode = True
    os.environ.update(HEJIE_LOG_LEVEL="WARNING", HEJIE_ACTOR_LIMIT_PER_S="0", HEJIE_ADDRESS_LIMIT_PER_S="0")
    with embedded.running(Settings(data_dir=FOLDER), durable=False) as settings:
        server = settings.database_url.get_secret_value()
        wanted = sys.argv[1:] or ["fill", "measure"]
        if "fill" in wanted:
            for cases in (FEW, MANY):
                if not _notes(cases).exists():
                    asyncio.run(_fill(_renewed(settings, server, cases), cases))
        if "measure" in wanted:
            asyncio.run(_measure(settings, server, [who for who in READERS if who in wanted] or READERS))


def _renewed(settings: Settings, server: str, cases: int) -> Settings:
    """Unfinished fillings are thrown away."""
    name = f"city_{cases}"
    for statement in (f"DROP DATABASE IF EXISTS {name}", f"CREATE DATABASE {name}"):
        subprocess.run([str(embedded.postgresql_program("psql")), server, "-qc", statement], check=True)
    return _with(settings, server, cases)


def _with(settings: Settings, server: str, cases: int) -> Settings:
    url = urlsplit(server)._replace(path=f"/city_{cases}").geturl()
    return settings.model_copy(update={"database_url": type(settings.database_url)(url)})


def _notes(cases: int) -> Path:
    return FOLDER / f"city_{cases}.json"


async def _fill(settings: Settings, cases: int) -> None:
    began = time.monotonic()
    url = settings.database_url.get_secret_value()
    await database.migrate(url)
    await seed.load_into(settings)
    async with _running(settings, f"fill-{cases}") as (app, people):
        connection = await asyncpg.connect(url, timeout=60, command_timeout=600)
        clerk, resident = await people.staff("clerk"), await people.resident("queue")
        filed = await city.settle(connection, clerk, resident, app.ctx.deps.keyring, cases)
        await connection.close()
    _notes(cases).write_text(json.dumps(filed), encoding="utf-8")
    console.print(f"{cases:,} cases in {time.monotonic() - began:.0f} s")


@asynccontextmanager
async def _running(settings: Settings, name: str) -> AsyncIterator[tuple[App, People]]:
    async with running_simulator() as simulator:
        ready = settings.model_copy(update={"wechat_url": simulator.url})
        logging.configure(ready)
        app = create_app(ready, name=name)
        async with (
            lifespan(app),
            httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://bench") as client,
        ):
            yield app, People(client)


async def _measure(settings: Settings, server: str, readers: list[str]) -> None:
    """Turn by turn, so that what else the machine does falls on both."""
    for cases in (FEW, MANY):
        url = _with(settings, server, cases).database_url.get_secret_value()
        await database.migrate(url)
        connection = await asyncpg.connect(url)
        await connection.execute("ANALYZE")
        await connection.close()
    found: dict[tuple[str, int], list[float]] = {}
    rows: dict[tuple[str, int], int] = {}
    for nth in range(ROUNDS):
        for cases in (FEW, MANY):
            async with _running(_with(settings, server, cases), f"queue-{nth}-{cases}") as (_, people):
                staff = {name: await people.staff(name) for name in READERS}
                filed = json.loads(_notes(cases).read_text(encoding="utf-8"))
                for name, (who, path, query) in (await _calls(staff, readers, filed)).items():
                    times, many = await _times(staff[who], path, query, filed)
                    found.setdefault((name, cases), []).extend(times)
                    rows[name, cases] = many
    _print(found, rows)


async def _calls(staff: dict[str, Person], readers: list[str], filed: list[str]) -> Calls:
    in_mediation = (await staff["clerk"].get("/disputes", limit=100, status="in_mediation")).json()["items"]
    mediator = next(each["mediator"]["id"] for each in in_mediation if each["mediator"])
    number = (await staff["clerk"].get(f"/disputes/{filed[0]}")).json()["case_number"]
    queries: dict[str, Json] = {
        "newest first": {},
        "accepted": {"status": "accepted"},
        "closed": {"status": "closed"},
        "red": {"light": "red"},
        "yellow": {"light": "yellow"},
        "green": {"light": "green"},
        "red cards": {"safety": "red"},
        "one kind": {"category": "labour"},
        "one category": {"category": city.CATEGORIES[0]},
        "one mediator": {"assignee": mediator},
        "one mediator's open ones": {"assignee": mediator, "status": "in_mediation"},
        "a month": {"from": "2026-10-20", "to": "2026-11-19"},
        "two years ago": {"to": "2025-01-01"},
        "historic": {"source": "historic"},
        "a number": {"q": number},
        "a name": {"q": "张三"},
        "a phone": {"q": "13872560001"},
        "red and in mediation": {"light": "red", "status": "in_mediation"},
        "red cards in mediation": {"safety": "red", "status": "in_mediation"},
    }
    calls: Calls = {}
    for who in readers:
        for name, query in queries.items():
            calls[f"{who}: {name}"] = (who, "/disputes", query)
            calls[f"{who}: {name}, by light"] = (who, "/disputes", query | {"sort": "light"})
        calls[f"{who}: case page"] = (who, "", {})
        calls[f"{who}: the morning list"] = (who, "/me/today", {})
    return calls


async def _times(person: Person, path: str, query: Json, filed: list[str]) -> tuple[list[float], int]:
    sample, rows = [], 0
    for nth in range(REQUESTS):
        asked = path or f"/disputes/{filed[nth % len(filed)]}"
        began = time.perf_counter()
        answer = await person.get(asked, **(query | ({"limit": 20} if path == "/disputes" else {})))
        sample.append((time.perf_counter() - began) * 1000)
        rows = len(answer.raise_for_status().json().get("items", ()))
    return sample, rows


def _print(found: dict[tuple[str, int], list[float]], rows: dict[tuple[str, int], int]) -> None:
    table = Table("p95 in ms", *(f"{cases:,}" for cases in (FEW, MANY)), "times", "rows", f"goal ≤ {RATIO_GOAL}")
    p95 = {key: sorted(sample)[int(len(sample) * 0.95)] for key, sample in found.items()}
    for name, _ in [key for key in found if key[1] == FEW]:
        few, many = p95[name, FEW], p95[name, MANY]
        verdict = "[green]reached[/green]" if many <= RATIO_GOAL * few else "[red]missed[/red]"
        shown = f"{rows[name, FEW]}/{rows[name, MANY]}"
        table.add_row(name, f"{few:.1f}", f"{many:.1f}", f"{many / few:.2f}", shown, verdict)
    console.print(table)


if __name__ == "__main__":
    main()
