"""A worker that is killed: what it had not begun is done again once; what it had begun is unknown, never repeated."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager

import httpx
import pytest
from tortoise import connections
from tortoise.transactions import in_transaction

from backend import worker
from backend.web.operations import HEARTBEAT_KEY
from config.settings import Settings
from models import Notice
from tests.clock import TravellingClock
from tests.conftest import App
from tests.native import ROOT
from tests.notices.pushes import PROGRESS, Phone, outcome
from tests.people import People
from tests.simulator import Simulator

SEND = "cgi-bin/message/subscribe/send"
_PATIENCE_S = 10.0
_LOOK_S = 0.02


@pytest.fixture
async def phones(
    app: App, people: People, simulator: Simulator, clock: TravellingClock
) -> AsyncIterator[tuple[Phone, Phone]]:
    await simulator.sim("reset")
    simulator.callback.to = httpx.ASGITransport(app=app)
    wang, zhao = [Phone(app, simulator, name, await people.resident(name), clock) for name in ("wang", "zhao")]
    yield wang, zhao
    simulator.callback.to = None
    await simulator.sim("reset")


@contextmanager
def worker_process(settings: Settings) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "backend.cli", "worker"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "HEJIE_DATA_DIR": str(settings.data_dir)},
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(_PATIENCE_S):
        while not await holds():  # noqa: ASYNC110 - another process does it
            await asyncio.sleep(_LOOK_S)


async def test_kill_before_and_after_begun(
    phones: tuple[Phone, Phone], settings: Settings, clock: TravellingClock
) -> None:
    begun, waiting = phones
    for phone in phones:
        await phone.tap(PROGRESS)
    await begun.simulator.fault(SEND, delay_ms=2500)
    begun_id, waiting_id = await begun.told("accepted"), await waiting.told("accepted")
    with worker_process(settings) as process:
        async with in_transaction():
            await Notice.filter(id=waiting_id).select_for_update().first()  # the worker has its job, and waits here

            async def both_are_under_way() -> bool:
                return bool(await begun.outbox()) and await _picked() == 2

            await until(both_are_under_way)
            process.kill()
            process.wait()
    assert (await outcome(begun_id), await outcome(waiting_id)) == ("begun", "pending")

    async def both_have_ended() -> bool:
        return (await outcome(begun_id), await outcome(waiting_id)) == ("unknown", "delivered")

    stopping = asyncio.Event()
    next_worker = asyncio.create_task(worker.work(settings, clock, stopping))
    await until(both_have_ended)
    stopping.set()
    await next_worker
    for phone in phones:
        assert len(await phone.outbox()) == 1
        assert await phone.live_grants(PROGRESS) == 0
        assert len((await phone.person.get("/notices")).json()["items"]) == 1


async def test_a_polite_end_finishes_what_is_running(phones: tuple[Phone, Phone], app: App, settings: Settings) -> None:
    phone, _other = phones
    await phone.tap(PROGRESS)
    await phone.simulator.fault(SEND, delay_ms=700)
    notice_id = await phone.told("accepted")

    async def is_sent() -> bool:
        return bool(await phone.outbox())

    with worker_process(settings) as process:
        await until(is_sent)
        assert await app.ctx.redis.exists(HEARTBEAT_KEY)
        process.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(process.wait, 4) == 0
    assert await outcome(notice_id) == "delivered"
    assert await _picked() == 0


async def test_the_database_goes_away_for_a_moment(
    phones: tuple[Phone, Phone], settings: Settings, clock: TravellingClock
) -> None:
    phone, _other = phones
    await phone.tap(PROGRESS)
    stopping = asyncio.Event()
    working = asyncio.create_task(worker.work(settings, clock, stopping))

    async def connections_end() -> bool:
        rows = await connections.get("default").execute_query_dict(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name IN ('hejie-queue', 'hejie-worker')"
        )
        return len(rows) >= 2

    await until(connections_end)
    notice_id = await phone.told("accepted")

    async def is_delivered() -> bool:
        return await outcome(notice_id) == "delivered"

    await until(is_delivered)
    stopping.set()
    await working


async def _picked() -> int:
    rows = await connections.get("default").execute_query_dict(
        "SELECT count(*) AS n FROM pgqueuer WHERE status = 'picked'"
    )
    return int(rows[0]["n"])
