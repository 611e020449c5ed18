"""A worker that is killed: what it had not begun is done again once; what it had begun is unknown, never repeated."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import UUID

import asyncpg
import httpx
import pytest
from tortoise import connections

from backend import worker
from backend.core import jobs
from backend.web.operations import HEARTBEAT_KEY
from config.settings import Settings
from tests.clock import TravellingClock
from tests.conftest import App
from tests.native import ROOT
from tests.notices.pushes import PROGRESS, Phone, outcome, waiting_jobs, work
from tests.people import People
from tests.simulator import Simulator

SEND = "cgi-bin/message/subscribe/send"
_WITHIN_S = 10.0
"""What was not begun is delivered after a crash."""
_PATIENCE_S = 30.0
"""With a worker that has to start first, on processors that others use too."""
_LOOK_S = 0.02


@pytest.fixture
async def phones(
    app: App, people: People, simulator: Simulator, clock: TravellingClock
) -> AsyncIterator[tuple[Phone, ...]]:
    """Of four residents, each of whom has allowed one message."""
    await simulator.sim("reset")
    simulator.callback.to = httpx.ASGITransport(app=app)
    clock.set(datetime.now(UTC))  # the workers that are killed go by the machine's clock
    names = ("wang", "zhao", "qian", "sun")
    phones = tuple([Phone(app, simulator, name, await people.resident(name), clock) for name in names])
    for phone in phones:
        await phone.tap(PROGRESS)
        assert await phone.live_grants(PROGRESS) == 1
    yield phones
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


CLAIMED_THEN_STUCK = """
CREATE FUNCTION stuck_when_claimed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.delivery = 'begun' AND NEW.id = '{notice_id}' THEN PERFORM pg_advisory_xact_lock(4711); END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER stuck_when_claimed BEFORE UPDATE ON notice FOR EACH ROW EXECUTE FUNCTION stuck_when_claimed();
"""
UNSTUCK = "DROP TRIGGER stuck_when_claimed ON notice; DROP FUNCTION stuck_when_claimed();"


@asynccontextmanager
async def holding(settings: Settings, lock: str) -> AsyncIterator[None]:
    """A transaction on a connection of its own, which the test's other statements are no part of."""
    connection = await asyncpg.connect(settings.database_url.get_secret_value())
    try:
        async with connection.transaction():
            await connection.execute(lock)
            yield
    finally:
        await connection.close()


@asynccontextmanager
async def stuck_when_claimed(notice_id: UUID) -> AsyncIterator[None]:
    """Whoever has claimed an acceptance for it waits, before it is marked begun, for a lock that the test holds."""
    await connections.get("default").execute_script(CLAIMED_THEN_STUCK.format(notice_id=notice_id))
    try:
        yield
    finally:
        await connections.get("default").execute_script(UNSTUCK)


def row_of(notice_id: UUID) -> str:
    return f"SELECT FROM notice WHERE id = '{notice_id}' FOR UPDATE"


async def test_killed_at_each_point(phones: tuple[Phone, ...], settings: Settings, clock: TravellingClock) -> None:
    """Before the claim, claimed, send begun, answered but not recorded: one worker is killed at all four at once."""
    before, claimed, begun, answered = phones
    before_id, claimed_id = await before.told("accepted"), await claimed.told("accepted")
    async with (
        stuck_when_claimed(claimed_id),
        holding(settings, row_of(before_id)),
        holding(settings, "SELECT pg_advisory_xact_lock(4711)"),
    ):
        with worker_process(settings) as process:
            await until(partial(_are_stuck, 2))
            begun_id = await _told_and_sent(begun, answer_ms=2900)
            answered_id = await _told_and_sent(answered, answer_ms=1200)
            process.send_signal(signal.SIGSTOP)
            await _is_answered(answered.simulator, answer_ms=1200)
            process.kill()
            process.wait()
    ids = [before_id, claimed_id, begun_id, answered_id]
    assert [await outcome(each) for each in ids] == ["pending", "pending", "begun", "begun"]
    started = time.monotonic()
    await _work_until(settings, clock, ids, ["delivered", "delivered", "unknown", "unknown"])
    assert time.monotonic() - started < _WITHIN_S
    for phone in phones:
        assert len(await phone.outbox()) == 1
        assert await phone.live_grants(PROGRESS) == 0 == await phone.grants_at_wechat(PROGRESS)
        assert len((await phone.person.get("/notices")).json()["items"]) == 1


async def _told_and_sent(phone: Phone, *, answer_ms: int) -> UUID:
    """The message is out; its answer is on the way."""
    await phone.simulator.fault(SEND, delay_ms=answer_ms)
    notice_id = await phone.told("accepted")

    async def is_out() -> bool:
        return bool(await phone.outbox())

    await until(is_out)
    return notice_id


async def _is_answered(simulator: Simulator, *, answer_ms: int) -> None:
    """Whatever was asked earlier and is answered as slowly is answered by now."""
    await simulator.fault(SEND, delay_ms=answer_ms)
    await simulator.http.post(f"/{SEND}", params={"access_token": "none"}, json={})


async def _are_stuck(count: int) -> bool:
    """So many transactions of the worker wait for a lock."""
    rows = await connections.get("default").execute_query_dict(
        "SELECT count(*) AS n FROM pg_stat_activity"
        " WHERE application_name = 'hejie-worker' AND wait_event_type = 'Lock' AND state = 'active'"
    )
    return int(rows[0]["n"]) == count


async def _work_until(settings: Settings, clock: TravellingClock, ids: list[UUID], outcomes: list[str]) -> None:
    """A worker in this process, until the notices have these outcomes."""

    async def all_have_ended() -> bool:
        return [await outcome(each) for each in ids] == outcomes

    stopping = asyncio.Event()
    next_worker = asyncio.create_task(worker.work(settings, clock, stopping))
    await until(all_have_ended)
    stopping.set()
    await next_worker


async def test_a_polite_end_finishes_what_is_running(phones: tuple[Phone, ...], app: App, settings: Settings) -> None:
    phone = phones[0]
    await phone.simulator.fault(SEND, delay_ms=1500)
    notice_id = await phone.told("accepted")

    async def is_sent() -> bool:
        return bool(await phone.outbox())

    with worker_process(settings) as process:
        await until(is_sent)
        assert await app.ctx.redis.exists(HEARTBEAT_KEY)
        process.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(process.wait, 10) == 0
    assert await outcome(notice_id) == "delivered"
    assert await _picked() == 0


async def test_an_end_is_never_far(phones: tuple[Phone, ...], settings: Settings, clock: TravellingClock) -> None:
    """Not even while nobody gets at the queue: what was sent is written down, its job left for the next worker."""
    phone = phones[0]
    stopping = asyncio.Event()
    working = asyncio.create_task(worker.work(settings, clock, stopping))
    notice_id = await _told_and_sent(phone, answer_ms=700)

    async def is_delivered() -> bool:
        return await outcome(notice_id) == "delivered"

    async with holding(settings, "LOCK TABLE pgqueuer"):
        await until(is_delivered)
        stopping.set()
        started = time.monotonic()
        await working
        assert time.monotonic() - started < 8
    await _work_until(settings, clock, [notice_id], ["delivered"])
    assert len(await phone.outbox()) == 1


async def test_draining_does_not_wait_for_what_is_put_off(
    phones: tuple[Phone, ...], settings: Settings, clock: TravellingClock
) -> None:
    await jobs.enqueue(jobs.DELIVER_NOTICE, [{"notice_id": str(UUID(int=0))}], delay=timedelta(hours=1))
    async with asyncio.timeout(_PATIENCE_S):
        await work(settings, clock)
    assert await waiting_jobs(jobs.DELIVER_NOTICE) == 1


async def test_the_database_goes_away_for_a_moment(
    phones: tuple[Phone, ...], settings: Settings, clock: TravellingClock
) -> None:
    phone = phones[0]
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
