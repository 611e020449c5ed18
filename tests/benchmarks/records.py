"""`make bench-records`: 100,000 records of GB/T 31000 in and out again, in each format, by the commands themselves.
Their memory must not grow with the number: it is compared with that for a tenth."""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import psutil
from rich.console import Console
from rich.table import Table

from backend import database, seed
from backend.core.clock import SystemClock
from backend.core.crypto import new_key
from backend.exchange.record_files import FORMATS
from config.settings import Settings
from models import Partner
from tests import native
from tests.engines import engines

MANY, FEW, FLAT_MB = 100_000, 10_000, 40
_LOOK_S: Final = 0.1
_BASIS: Final = "履行法定职责所必需（个人信息保护法第十三条第三项）"


@dataclass(frozen=True)
class Run:
    seconds: float
    memory_mb: float
    """Of the command at its largest, looked at ten times a second: what the kernel reports at the end begins with the
    memory of whoever started it."""
    told: str


def main() -> None:
    with engines() as (database_url, redis_url), tempfile.TemporaryDirectory() as folder:
        os.environ.update(
            HEJIE_DATABASE_URL=database_url, HEJIE_REDIS_URL=redis_url, HEJIE_DATA_DIR=folder, HEJIE_LOG_LEVEL="ERROR",
            HEJIE_ENCRYPTION_KEYS=f"bench:{new_key()}", HEJIE_SEARCH_KEY=new_key(),
        )  # fmt: skip
        asyncio.run(_prepare(Settings()))
        sys.exit(not _measure(Path(folder)))


async def _prepare(settings: Settings) -> None:
    await database.migrate(settings.database_url.get_secret_value())
    await seed.load_into(settings)
    async with database.connected(settings.database_url.get_secret_value()):
        now = SystemClock().now()
        may_know = dict.fromkeys(("description", "parties", "place", "id_number"), _BASIS)
        await Partner(code="bench", name="bench", may_know=may_know, since=now, created_at=now).save(force_create=True)


def _measure(folder: Path) -> bool:
    """A tenth first, in and out, then all of it; XLSX and CSV are read once more, when every record is known."""
    few = {"import jsonl": _import(_file(folder / "few.jsonl", FEW))} | _exports(folder / "few")
    few |= _imports(folder / "few")
    many = {"import jsonl": _import(_file(folder / "many.jsonl", MANY))} | _exports(folder / "many")
    many |= _imports(folder / "many")
    table = Table(f"{MANY:,} records", "s", f"MB, {FEW:,}", f"MB, {MANY:,}", "flat", "told")
    flat = {name: many[name].memory_mb - few[name].memory_mb < FLAT_MB for name in many}
    for name, run in many.items():
        verdict = "[green]yes[/green]" if flat[name] else "[red]no[/red]"
        memory = f"{few[name].memory_mb:.0f}", f"{run.memory_mb:.0f}"
        table.add_row(name, f"{run.seconds:.0f}", *memory, verdict, run.told)
    Console(width=140).print(table)
    return all(flat.values())


def _exports(folder: Path) -> dict[str, Run]:
    options = ("--partner", "bench", "--format")
    return {f"export {each}": _run("export", str(folder / each), *options, each) for each in FORMATS}


def _imports(folder: Path) -> dict[str, Run]:
    return {f"check {each}": _import(folder / each / "manifest.json", "--dry-run") for each in FORMATS}


def _import(file: Path, *options: str) -> Run:
    return _run("import", str(file), "--partner", "bench", *options)


def _run(*arguments: str) -> Run:
    began = time.perf_counter()
    command = [sys.executable, "-m", "backend.cli", "exchange", *arguments]
    process = subprocess.Popen(command, cwd=native.ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    watched, most = psutil.Process(process.pid), 0
    while process.poll() is None:
        with suppress(psutil.NoSuchProcess):
            most = max(most, watched.memory_info().rss)
        time.sleep(_LOOK_S)  # how often memory is read, not a wait for anything
    told, _ = process.communicate()
    assert process.returncode == 0, told
    return Run(time.perf_counter() - began, most / 1e6, told.strip().splitlines()[-1])


def _file(path: Path, count: int) -> Path:
    with path.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(_record(nth), ensure_ascii=False) + "\n" for nth in range(count))
    return path


def _record(nth: int) -> dict[str, Any]:
    return {
        "number": f"B{nth:06}", "center_code": "C420581001", "status": "agreed", "filed_on": "20240501",
        "ended_on": "20240520", "event_name": "物业纠纷", "event_date": "20240430", "event_scale": "01",
        "event_address": f"宜都市陆城街道清江大道{nth}号", "event_type": "0402", "people_count": 2, "resolved": "1",
        "summary": f"第{nth}件：" + "楼上长期漏水，物业一直不修，客厅的墙已经发霉。" * 4, "orgs": "某某物业有限公司",
        "party_name": f"张{nth}", "resolve_method": "人民调解", "lon": "111.4775", "lat": "30.3789",
    }  # fmt: skip


if __name__ == "__main__":
    main()
