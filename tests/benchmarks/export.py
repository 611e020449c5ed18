"""`make bench-export`: 100,000 cases carried out, the worker killed amid the rows and again while the book is bound."""

import asyncio
import csv
import io
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import asyncpg
import openpyxl
import psutil
from rich.console import Console
from rich.table import Table
from sanic import Sanic

from backend import database, seed
from backend.core.crypto import new_key
from config.settings import Settings
from tests.benchmarks import city
from tests.benchmarks.queue import _running
from tests.engines import engines
from tests.people import Person

CASES, FLAT_MB = 100_000, 60
_LOOK_S = 0.1

console = Console(width=110)


def main() -> None:
    Sanic.test_mode = True
    with engines() as (database_url, redis_url), tempfile.TemporaryDirectory() as folder:
        os.environ.update(
            HEJIE_DATABASE_URL=database_url, HEJIE_REDIS_URL=redis_url, HEJIE_DATA_DIR=folder,
            HEJIE_ENCRYPTION_KEYS=f"bench:{new_key()}", HEJIE_SEARCH_KEY=new_key(), HEJIE_LOG_LEVEL="ERROR",
            HEJIE_ACTOR_LIMIT_PER_S="0", HEJIE_ADDRESS_LIMIT_PER_S="0",
        )  # fmt: skip
        asyncio.run(_measure(Settings()))


async def _measure(settings: Settings) -> None:
    url = settings.database_url.get_secret_value()
    await database.migrate(url)
    await seed.load_into(settings)
    table = Table("100,000 cases", "s", "MB", "memory at the start, at most", "killed", "rows", "each once")
    async with _running(settings, "export") as (app, people):
        connection = await asyncpg.connect(url, command_timeout=600)
        clerk, resident = await people.staff("clerk"), await people.resident("export")
        await city.settle(connection, clerk, resident, app.ctx.deps.keyring, CASES)
        numbers = {row["number"] for row in await connection.fetch("SELECT number FROM dispute")}
        await connection.execute("DELETE FROM statistic_due")
        await connection.close()
        supervisor = await people.staff("supervisor")
        for form in ("csv", "xlsx"):
            table.add_row(form, *await _carried_out(supervisor, form, numbers))
        log = (await supervisor.get("/exports/log")).json()["items"]
    console.print(table)
    console.print(f"in the log: {[(each['requester'], each['done_rows'], each['downloads']) for each in log]}")


async def _carried_out(supervisor: Person, form: str, numbers: set[str]) -> tuple[str, ...]:
    began = time.monotonic()
    asked = (await supervisor.post("/exports", {"format": form})).raise_for_status().json()
    watch = Watch(supervisor, asked["id"])
    await watch.until_killed(0.4)
    if form == "xlsx":
        await watch.until_killed(0.98)
    ready = await watch.until_ready()
    took = time.monotonic() - began
    answer = await supervisor.get(f"/exports/{asked['id']}/content")
    assert sha256(answer.content).hexdigest() == ready["sha256"]
    found = [row[0] for row in _rows(form, answer.content)][1:]
    is_whole = len(found) == len(set(found)) and set(found) == numbers
    verdict = "[green]yes[/green]" if is_whole and watch.grown_mb < FLAT_MB else "[red]no[/red]"
    memory = f"{watch.first_mb:.0f} MB, {watch.most_mb:.0f} MB"
    return f"{took:.0f}", f"{len(answer.content) / 1e6:.1f}", memory, str(watch.killed), f"{len(found):,}", verdict


def _rows(form: str, content: bytes) -> Iterator[Any]:
    if form == "csv":
        return csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True)
    return book.worksheets[0].iter_rows(values_only=True)


@dataclass
class Watch:
    """Over a worker in a process of its own. Its memory is `first` after three parts."""

    supervisor: Person
    export_id: str
    killed: int = 0
    first_mb: float = 0.0
    most_mb: float = 0.0

    @property
    def grown_mb(self) -> float:
        return self.most_mb - self.first_mb

    async def until_killed(self, progress: float) -> None:
        with _worker() as process:
            while (await self._look(process))["progress"] < progress:  # noqa: ASYNC110 - another process does it
                await asyncio.sleep(_LOOK_S)
            self.killed += 1

    async def until_ready(self) -> dict[str, Any]:
        with _worker() as process:
            while (found := await self._look(process))["state"] == "running":  # noqa: ASYNC110
                await asyncio.sleep(_LOOK_S)
        assert found["state"] == "ready", found
        return found

    async def _look(self, process: subprocess.Popen[bytes]) -> dict[str, Any]:
        found: dict[str, Any] = (await self.supervisor.get(f"/exports/{self.export_id}")).json()
        memory = psutil.Process(process.pid).memory_info().rss / 1e6
        if found["done_rows"] >= 3_000:
            self.first_mb = self.first_mb or memory
            self.most_mb = max(self.most_mb, memory)
        return found


@contextmanager
def _worker() -> Iterator[subprocess.Popen[bytes]]:
    """Ends by kill -9."""
    root = Path(__file__).parents[2]
    process = subprocess.Popen([sys.executable, "-m", "backend.cli", "worker"], cwd=root, start_new_session=True)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


if __name__ == "__main__":
    main()
