"""The worker process: takes jobs off the queue, and sweeps. Pure wiring."""

import asyncio
import json
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from math import ceil
from typing import Any, Final
from uuid import UUID

import asyncpg
import prometheus_client
import structlog
import uvloop
from pgqueuer import RetryRequested
from pgqueuer.adapters.drivers.asyncpg import AsyncpgPoolDriver
from pgqueuer.adapters.persistence.queries import Queries
from pgqueuer.core.qm import QueueManager
from pgqueuer.models import Job
from pgqueuer.types import QueueEntrypoint, QueueExecutionMode
from redis.asyncio import Redis
from redis.exceptions import RedisError
from tortoise.context import TortoiseContext

from backend import exchange_office, outside, partner_lists, sweeping, wechat_events
from backend.casework import invitation_texts
from backend.content import checking
from backend.content.checking import Inspector
from backend.core import jobs
from backend.core.catalog import Catalog
from backend.core.clock import Clock, SystemClock
from backend.core.crypto import Keyring
from backend.core.jobs import LaterError
from backend.files import links
from backend.files.store import FileStore, open_store
from backend.notices import delivery
from backend.notices.delivery import Post
from backend.papers import making
from backend.statistics import export_making
from backend.sweeping import STORE_AWAY
from backend.web.operations import HEARTBEAT_KEY, HEARTBEAT_S
from backend.wiring import CurrentDeps
from config import logging
from config.catalog_files import read_catalog
from config.orm import nothing_to_reset, tortoise_config
from config.settings import Settings

log = structlog.get_logger("hejie.worker")

_PICKED_FOR_EACH = 8
"""Jobs taken off the queue for each that runs: the next one is at hand when a place is free, and the queue, whose
every look costs as much as several messages, is looked at seldom."""
_AT_WORK_FOR_EACH = 1.4
"""Jobs at work for each place: what is read before a message and written after it must not keep its place empty."""
_POLL_BUSY, _POLL_IDLE = timedelta(milliseconds=200), timedelta(milliseconds=250)
_TAKEN_FOR_DEAD_AFTER = timedelta(seconds=4)
_SOON = timedelta(seconds=5)
_STOP_WITHIN_S = 3.5
_BEAT_S, _PAUSE_S = 5.0, 0.5
_NOTIFYING = "SELECT FROM pg_trigger WHERE tgrelid = 'pgqueuer'::regclass AND NOT tgisinternal"


class NotifyingQueueError(Exception):
    """PgQueuer's trigger is on the table: it serialises all commits. Its installer and upgrade must not be run."""


def run(settings: Settings) -> None:
    """Until SIGINT or SIGTERM: what is running may finish, for 3.5 s at most."""
    logging.configure(settings, "worker")
    uvloop.run(_run(settings))


async def _run(settings: Settings) -> None:
    stopping = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    if settings.worker_metrics_port:
        prometheus_client.start_http_server(settings.worker_metrics_port)
    await work(settings, SystemClock(), stopping)


async def work(settings: Settings, clock: Clock, stopping: asyncio.Event, *, drain: bool = False) -> None:
    """`drain` ends when no job is left that is due within seconds. Raises NotifyingQueueError."""
    redis = Redis.from_url(settings.redis_url.get_secret_value(), socket_timeout=3, socket_connect_timeout=1)
    post = _post(settings, clock, redis)
    config = tortoise_config(
        settings.database_url.get_secret_value(), settings.database_pool, application_name="hejie-worker"
    )
    async with TortoiseContext() as context:
        await context.init(config=config)
        taking = asyncio.create_task(_take_jobs(settings, post, redis, stopping, drain=drain))
        at_hand = exchange_office.tools(settings, clock, post.catalog, post.keyring)
        exchanging = [] if drain else [asyncio.create_task(exchange_office.run(settings, at_hand, stopping))]
        beside = (_beat(redis), sweeping.run(settings, clock, redis), sweeping.count(settings, clock), stopping.wait())
        others = [asyncio.create_task(each) for each in beside]
        try:
            await asyncio.wait({taking, others[-1]}, return_when=asyncio.FIRST_COMPLETED)
            _, cut_off = await asyncio.wait({taking, *exchanging}, timeout=_STOP_WITHIN_S)
            if cut_off:
                log.warning("jobs_cut_off")
        finally:
            await _end([taking, *exchanging, *others])
            await post.wechat.aclose()
            await post.sms.aclose()
            await redis.aclose()
        if not taking.cancelled():
            await taking  # raises what it has ended with


async def _end(tasks: Iterable[asyncio.Task[Any]]) -> None:
    """Cancelled again where a library has taken the cancellation for a lost connection, or tidies up for minutes over
    one."""
    pending = set(tasks)
    while pending:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=0.5)


def _post(settings: Settings, clock: Clock, redis: Redis) -> Post:
    return Post(
        clock=clock,
        catalog=Catalog.parse(read_catalog()),
        keyring=Keyring.parse(settings.encryption_keys.get_secret_value(), settings.search_key.get_secret_value()),
        wechat=outside.wechat(settings, redis, clock),
        sms=outside.sms(settings, clock),
        state=settings.program_state,
        places=asyncio.Semaphore(settings.worker_concurrency),
    )


def _inspector(settings: Settings, post: Post) -> Inspector:
    base_url = f"{_base_url(settings)}/mini/v1"
    return Inspector(
        post.clock,
        post.keyring,
        post.wechat,
        lambda file_id: links.link_for_check(post.keyring, file_id, post.clock.now(), base_url),
    )


def _base_url(settings: Settings) -> str:
    return (settings.public_url or f"http://{settings.host}:{settings.port}").rstrip("/")


@dataclass(frozen=True, slots=True)
class _Workbench:
    """What the jobs need."""

    post: Post
    store: FileStore
    inspector: Inspector
    current: CurrentDeps
    redis: Redis
    check_url: str
    """Before the code of a paper."""


_Work = Callable[[_Workbench, Job], Awaitable[None]]


async def _take_jobs(settings: Settings, post: Post, redis: Redis, stopping: asyncio.Event, *, drain: bool) -> None:
    """Again and again while the database is away."""
    store = open_store(settings.storage_url, settings.data_dir)
    current = CurrentDeps(settings, post.clock)
    bench = _Workbench(post, store, _inspector(settings, post), current, redis, f"{_base_url(settings)}/verify/")
    picked = _PICKED_FOR_EACH * settings.worker_concurrency
    at_work = ceil(_AT_WORK_FOR_EACH * settings.worker_concurrency)
    while not stopping.is_set():
        try:
            async with _pool(settings) as pool:
                if await pool.fetch(_NOTIFYING):
                    raise NotifyingQueueError
                await _queue(pool, bench, asyncio.Semaphore(at_work), stopping).run(
                    dequeue_timeout=_POLL_IDLE,
                    batch_size=picked // 2,
                    max_concurrent_tasks=picked,
                    heartbeat_timeout=_TAKEN_FOR_DEAD_AFTER,
                    mode=QueueExecutionMode.drain if drain else QueueExecutionMode.continuous,
                )
        except STORE_AWAY:
            log.warning("queue_not_reached", exc_info=True)
            await asyncio.sleep(_PAUSE_S)


def _pool(settings: Settings) -> asyncpg.Pool:
    """PgQueuer's own: one connection listens, the others pick and log."""
    return asyncpg.create_pool(
        settings.database_url.get_secret_value(),
        min_size=1,
        max_size=4,
        command_timeout=30,
        reset=nothing_to_reset,
        server_settings={"application_name": "hejie-queue"},
    )


class _SoonDue(Queries):
    """Draining does not wait for what was put off for hours: PgQueuer's own counts that too."""

    async def queued_work(self, entrypoints: list[QueueEntrypoint]) -> int:
        eta = await self.next_deferred_eta(entrypoints)
        return await self.eligible_queued_work(entrypoints) or int(eta is not None and eta < _SOON)


def _queue(pool: asyncpg.Pool, bench: _Workbench, desk: asyncio.Semaphore, stopping: asyncio.Event) -> QueueManager:
    queue = QueueManager(_SoonDue(AsyncpgPoolDriver(pool)))
    queue.min_dequeue_poll_interval = _POLL_BUSY
    queue.shutdown = stopping

    for name, work_on in _WORK.items():
        queue.entrypoint(name)(_at_the_desk(bench, desk, stopping, work_on))
    return queue


def _at_the_desk(
    bench: _Workbench, desk: asyncio.Semaphore, stopping: asyncio.Event, work_on: _Work
) -> Callable[[Job], Awaitable[None]]:
    async def take(job: Job) -> None:
        async with desk, _or_later(stopping):
            await work_on(bench, job)

    return take


async def _deliver_notice(bench: _Workbench, job: Job) -> None:
    await delivery.deliver(bench.post, _id_in(job, "notice_id"), job.attempts)


async def _take_effect(bench: _Workbench, job: Job) -> None:
    await wechat_events.take_effect(bench.post, bench.store, _id_in(job, "callback_id"))


async def _check_content(bench: _Workbench, job: Job) -> None:
    await checking.check(bench.inspector, _id_in(job, "check_id"), job.attempts)


async def _make_paper(bench: _Workbench, job: Job) -> None:
    deps = await bench.current.get()
    await making.make(deps, bench.store, _id_in(job, "paper_id"), bench.check_url)
    await sweeping.announce(deps, bench.redis)


async def _make_export(bench: _Workbench, job: Job) -> None:
    await export_making.make(await bench.current.get(), bench.store, _id_in(job, "export_id"))


async def _text_invitation(bench: _Workbench, job: Job) -> None:
    await invitation_texts.text(bench.post, _id_in(job, "invitation_id"), job.attempts)


async def _ask_partner(bench: _Workbench, job: Job) -> None:
    async with partner_lists.client() as http:
        await partner_lists.ask_again(await bench.current.get(), _id_in(job, "difference_id"), http)


_WORK: Final[Mapping[str, _Work]] = {
    jobs.DELIVER_NOTICE: _deliver_notice,
    jobs.TAKE_EFFECT: _take_effect,
    jobs.CHECK_CONTENT: _check_content,
    jobs.MAKE_PAPER: _make_paper,
    jobs.MAKE_EXPORT: _make_export,
    jobs.TEXT_INVITATION: _text_invitation,
    jobs.ASK_PARTNER: _ask_partner,
}


@asynccontextmanager
async def _or_later(stopping: asyncio.Event) -> AsyncIterator[None]:
    """What cannot be done now goes back into the queue."""
    if stopping.is_set():
        raise RetryRequested(reason="stopping")
    try:
        yield
    except LaterError as error:
        raise RetryRequested(delay=error.pause, reason="not yet") from None
    except STORE_AWAY as error:
        raise RetryRequested(delay=timedelta(seconds=_PAUSE_S), reason="the database is away") from error


def _id_in(job: Job, name: str) -> UUID:
    return UUID(json.loads(job.payload or b"")[name])


async def _beat(redis: Redis) -> None:
    while True:
        try:
            await redis.set(HEARTBEAT_KEY, "1", ex=HEARTBEAT_S)
        except (RedisError, OSError):
            log.warning("no_heartbeat")
        await asyncio.sleep(_BEAT_S)
