"""The daily root, kept where the database's administrator cannot write."""

import asyncio
import json
import os
import subprocess
import sys
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path

import httpx
import pytest
from tortoise import connections

from backend import history_sink
from backend.core.crypto import Keyring
from backend.disputes import chain, roots
from config.settings import Settings
from models import Dispute, Event, HistoryRoot
from tests.clock import START, TravellingClock
from tests.conftest import App
from tests.native import ROOT
from tests.people import People, file_dispute

DAY = START.date()
_LATER = START + timedelta(hours=1)


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    return tmp_path / "roots.jsonl"


@pytest.fixture
async def kept(app: App, people: People, clock: TravellingClock, outside: Path) -> list[date]:
    """Two days with a filing each, a day without anything, published on the fourth."""
    resident = await people.resident()
    await file_dispute(resident)
    clock.advance(days=1)
    await file_dispute(resident)
    clock.advance(days=2)
    assert await history_sink.publish(app.ctx.deps, history_sink.FileSink(outside)) == 3
    return [DAY, DAY + timedelta(days=1), DAY + timedelta(days=2)]


async def test_every_day_that_is_over_has_one_line(app: App, kept: list[date], outside: Path) -> None:
    lines = [root.as_record() for root in history_sink.read(outside).values()]

    assert [(line["day"], line["events"]) for line in lines] == [
        (day.isoformat(), events) for day, events in zip(kept, (1, 1, 0), strict=True)
    ]
    before = b""
    for line in lines:
        proofs = bytes.fromhex(str(line["digest"])) + bytes.fromhex(str(line["looks_digest"]))
        before = sha256(before + str(line["day"]).encode() + proofs).digest()
        assert line["root"] == before.hex()
    assert await history_sink.publish(app.ctx.deps, history_sink.FileSink(outside)) == 0
    assert await _differing(outside) == []


async def test_a_day_counts_from_midnight_in_yichang_and_is_closed_half_an_hour_later(
    app: App, people: People, clock: TravellingClock, outside: Path
) -> None:
    resident = await people.resident()
    clock.set(START.replace(hour=23, minute=59))
    await file_dispute(resident)
    clock.set(START.replace(hour=0, minute=29) + timedelta(days=1))
    await file_dispute(resident)
    assert await roots.make_due(app.ctx.deps) == 0
    clock.advance(minutes=1)

    assert await roots.make_due(app.ctx.deps) == 1
    assert [(row.day, row.events) for row in await HistoryRoot.all()] == [(DAY, 1)]


@pytest.mark.parametrize(
    ("statements", "day"),
    [
        (["UPDATE event SET at = at + interval '1 day' WHERE at < $1"], 0),
        (["DELETE FROM event WHERE at > $1"], 1),
        (["UPDATE event SET link = sha256(link) WHERE at < $1"], 0),
    ],
)
async def test_the_day_whose_events_were_changed_is_named(
    statements: list[str], day: int, kept: list[date], outside: Path
) -> None:
    for statement in statements:
        await connections.get("default").execute_query(statement, [_LATER])

    found = await _differing(outside)

    assert (kept[day], "events") in found
    assert {what for _, what in found} == {"events"}


async def test_even_who_holds_the_key_cannot_write_the_past_anew(app: App, kept: list[date], outside: Path) -> None:
    """Every chain fits again, and the roots in the database too: only what lies outside tells."""
    keyring: Keyring = app.ctx.deps.keyring
    event = await Event.all().order_by("at").first()
    assert event is not None
    event.kind = "accepted"
    event.link = chain.next_link(None, chain.of_event(keyring, event))
    await event.save(update_fields=["kind", "link"])
    await Dispute.filter(id=event.dispute_id).update(history_head=event.link)
    await HistoryRoot.all().delete()
    await roots.make_due(app.ctx.deps)

    found = await _differing(outside)

    assert (kept[0], "events") in found
    assert {day for day, what in found if what == "outside"} == set(kept)


async def test_a_place_outside_that_is_away_gets_it_later(
    app: App, people: People, clock: TravellingClock, tmp_path: Path
) -> None:
    await file_dispute(await people.resident())
    clock.advance(days=2)
    nowhere = history_sink.FileSink(tmp_path / "missing" / "roots.jsonl")

    assert await history_sink.publish(app.ctx.deps, nowhere) == 0
    assert await HistoryRoot.filter(sent_at=None).count() == 2
    (tmp_path / "missing").mkdir()
    assert await history_sink.publish(app.ctx.deps, nowhere) == 2
    assert await HistoryRoot.filter(sent_at=None).count() == 0


async def test_it_may_be_an_http_address(kept: list[date], settings: Settings) -> None:
    bodies: list[dict[str, object]] = []

    async def receive(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(head.split("content-length: ")[1].split("\r\n")[0])
        bodies.append(json.loads(await reader.readexactly(length)))
        writer.write(b"HTTP/1.1 204 No Content\r\n\r\n" if len(bodies) > 1 else b"HTTP/1.1 500 No\r\n\r\n")
        writer.close()

    row = await HistoryRoot.get(day=kept[0])
    async with await asyncio.start_server(receive, "127.0.0.1", 0) as listening:
        port = listening.sockets[0].getsockname()[1]
        sink = history_sink.open_sink(f"http://127.0.0.1:{port}/roots", settings.data_dir)
        with pytest.raises(httpx.HTTPStatusError):
            await sink.write(roots.Root.of(row))
        await sink.write(roots.Root.of(row))

    assert bodies == [roots.Root.of(row).as_record()] * 2


async def test_the_command_says_so_and_fails(kept: list[date], outside: Path) -> None:
    clean = await _verify(outside)
    await connections.get("default").execute_query("UPDATE event SET status = 'agreed' WHERE at < $1", [_LATER])
    tampered = await _verify(outside)
    number = (await Dispute.all().order_by("created_at").first().values("number"))["number"]

    assert (clean.returncode, tampered.returncode) == (0, 1)
    assert "3 days compared" in clean.stdout
    assert f"case {number}, entry 1, event" in tampered.stdout
    assert number not in clean.stdout


async def _verify(outside: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "backend.cli", "verify-history", "--roots", str(outside)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "200"}
    return await asyncio.to_thread(
        subprocess.run, command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False
    )


async def _differing(outside: Path) -> list[tuple[date, str]]:
    return [found async for found in roots.differing(history_sink.read(outside))]
