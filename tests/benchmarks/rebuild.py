"""What a change of one center costs a process that serves the whole country: time, memory, and the others' patience."""

import asyncio
import gc
import json
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

import asyncpg
import httpx
import psutil
from tortoise import connections

from backend.centers import loading
from backend.centers.loading import Snapshot
from backend.core.catalog import Catalog
from config.catalog_files import read_catalog
from models import Center
from models.base import uuid7
from tests.benchmarks import nation
from tests.conftest import App
from tests.people import Person, filing

REBUILD_GOAL_MS: Final = 500.0
WAIT_GOAL_MS: Final = 50.0
MEMORY_GOAL_MB: Final = 60.0
_ALL_CHANGED: Final = "UPDATE center SET phone = '0717-' || (6000000 + random() * 999999)::int WHERE code LIKE 'C0%'"
_PREVIEWS: Final = 150
_REBUILDS: Final = 3
_CHANGES: Final = 10


@dataclass
class Rebuild:
    first_ms: float = 0.0
    """At the start of a process: every point comes from GCJ-02."""
    all_ms: list[float] = field(default_factory=list)
    """Every center read anew, each of them changed, nobody else asking."""
    one_ms: list[float] = field(default_factory=list)
    """One center taken up that was changed."""
    memory_mb: float = 0.0
    quiet_ms: list[float] = field(default_factory=list)
    """Previews of a resident while nothing is read, sorted."""
    meanwhile_ms: list[float] = field(default_factory=list)
    """While all centers are being read anew."""
    while_one_ms: list[float] = field(default_factory=list)
    """While one changed center after another is taken up."""


async def fill(database_url: str) -> None:
    """Before the process that is measured begins."""
    now = datetime.now(UTC)
    rows = [
        (uuid7(), each.code, each.name, f"第{number}", each.level, each.division_code, *each.point, "gcj02",
         each.address, each.phone, True, sorted(each.categories), now)
        for number, each in enumerate(nation.centers())
    ]  # fmt: skip
    connection = await asyncpg.connect(database_url)
    try:
        await connection.set_type_codec("jsonb", schema="pg_catalog", encoder=_jsonb, decoder=bytes, format="binary")
        columns = [
            "id",
            "code",
            "name",
            "short_name",
            "level",
            "division_code",
            "lon",
            "lat",
            "crs",
            "address",
            "phone",
        ]
        columns += ["placeholder", "categories", "updated_at"]
        await connection.copy_records_to_table("center", records=rows, columns=columns)
    finally:
        await connection.close()


async def measure(app: App, resident: Person) -> Rebuild:
    """In the process of a server that was started after `fill`. Its own follower rests: it would read the same centers
    a second time meanwhile."""
    app.ctx.follow_changes.cancel()
    catalog = Catalog.parse(read_catalog())
    found = Rebuild()
    before = _memory_mb()
    began = time.perf_counter()
    snapshot = await loading.load(catalog)
    found.first_ms = _since(began)
    found.memory_mb = _memory_mb() - before
    found.quiet_ms = sorted([await _preview_ms(resident) for _ in range(_PREVIEWS)])
    for _ in range(_REBUILDS):
        await _change_all()
        began = time.perf_counter()
        snapshot = await loading.load(catalog, snapshot)
        found.all_ms.append(_since(began))
        await _change_all()
        reading = asyncio.create_task(loading.load(catalog, snapshot))
        found.meanwhile_ms += await _previews(resident, reading)
        snapshot = reading.result()
    for number in range(_CHANGES):
        await Center.filter(code=f"C{number:08}").update(phone="0717-6000000")
        began = time.perf_counter()
        snapshot = await loading.follow(catalog, snapshot)
        found.one_ms.append(_since(began))
        await Center.filter(code=f"C{number:08}").update(phone="0717-6000001")
        following = asyncio.create_task(loading.follow(catalog, snapshot))
        found.while_one_ms += await _previews(resident, following)
        snapshot = following.result()
    found.meanwhile_ms.sort()
    found.while_one_ms.sort()
    return found


async def _change_all() -> None:
    """And have PostgreSQL tidy up at once: what it does in the background afterwards is not the process's doing."""
    for statement in (_ALL_CHANGED, "VACUUM ANALYZE center"):
        await connections.get("default").execute_query(statement)


async def _previews(resident: Person, reading: "asyncio.Task[Snapshot]") -> list[float]:
    took = []
    while not reading.done():
        took.append(await _preview_ms(resident))
    return took


async def _preview_ms(resident: Person) -> float:
    began = time.perf_counter()
    body = filing()
    answer: httpx.Response = await resident.post(
        "/routing/preview", {"category": body["category"], "location": body["location"]}
    )
    answer.raise_for_status()
    return _since(began)


def _since(began: float) -> float:
    return (time.perf_counter() - began) * 1000


def _memory_mb() -> float:
    gc.collect()
    return float(psutil.Process().memory_full_info().uss) / 1e6


def _jsonb(value: list[str]) -> bytes:
    """The wire format's version, then the text."""
    return b"\x01" + json.dumps(value).encode()
