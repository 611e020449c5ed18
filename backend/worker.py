"""The worker process: takes jobs off the queue, and sweeps. Pure wiring."""

import asyncio
import json
import signal
from collections.abc import AsyncIterator, Awaitable, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from math import ceil
from typing import Any
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
from tortoise import connections
from tortoise.context import TortoiseContext
from tortoise.exceptions import BaseORMException
from tortoise.transactions import in_transaction

from backend import history_sink, outside, partner_lists, wechat_events
from backend.agreements import confirmation_sweeps
from backend.appointments import affected, lapsing, reminders
from backend.casework import invitation_texts, performance
from backend.casework import sweeps as cases
from backend.centers.loading import NoCityQueueError
from backend.content import checking
from backend.content.checking import Inspector
from backend.core import jobs
from backend.core.catalog import Catalog
from backend.core.clock import Clock, SystemClock
from backend.core.crypto import Keyring
from backend.core.deps import Deps
from backend.core.jobs import LaterError
from backend.files import links
from backend.files.store import FileStore, open_store
from backend.mediation import motions
from backend.notices import delivery
from backend.notices.delivery import Post
from backend.papers import making
from backend.web import live
from backend.web.operations import HEARTBEAT_KEY, HEARTBEAT_S
from backend.wiring import CurrentDeps
from config import logging
from config.catalog_files import read_catalog
from config.orm import nothing_to_reset, tortoise_config
from config.settings import Settings

log = structlog.get_logger("hejie.worker")

_PICKED_FOR_EACH = 4
"""Jobs taken off the queue for each that runs: the next one is at hand when a place is free."""
_AT_WORK_FOR_EACH = 1.4
"""Jobs at work for each place: what is read before a message and written after it must not keep its place empty."""
_POLL_BUSY, _POLL_IDLE = timedelta(milliseconds=50), timedelta(milliseconds=250)
_TAKEN_FOR_DEAD_AFTER = timedelta(seconds=4)
_SOON = timedelta(seconds=5)
_STOP_WITHIN_S = 3.5
_BEAT_S, _SWEEP_S, _PAUSE_S = 5.0, 60.0, 0.5
_STORE_AWAY = (
    OSError,
    TimeoutError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # what asyncpg says of a connection that the server has just ended
    BaseORMException,
)

_NOTIFYING = "SELECT FROM pg_trigger WHERE tgrelid = 'pgqueuer'::regclass AND NOT tgisinternal"
_WORN_OUT = {
    "idempotent_request": "created_at",
    "resident_session": "expires_at",
    "staff_session": "expires_at",
    "phone_code": "created_at",
    "pgqueuer_log": "created",
    "wechat_callback": "handled_at",
    "diary_entry": "ends_at",
}
_DELETE = "DELETE FROM {table} WHERE id IN (SELECT id FROM {table} WHERE {column} < $1 LIMIT 10000)"


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
        others = [asyncio.create_task(each) for each in (_beat(redis), _sweep(settings, clock, redis), stopping.wait())]
        try:
            await asyncio.wait({taking, others[-1]}, return_when=asyncio.FIRST_COMPLETED)
            done, _ = await asyncio.wait({taking}, timeout=_STOP_WITHIN_S)
            if not done:
                log.warning("jobs_cut_off")
        finally:
            await _end([taking, *others])
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
        except _STORE_AWAY:
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

    @queue.entrypoint(jobs.DELIVER_NOTICE)
    async def deliver_notice(job: Job) -> None:
        async with desk, _or_later(stopping):
            await delivery.deliver(bench.post, _id_in(job, "notice_id"), job.attempts)

    @queue.entrypoint(jobs.TAKE_EFFECT)
    async def take_effect(job: Job) -> None:
        async with desk, _or_later(stopping):
            await wechat_events.take_effect(bench.post, bench.store, _id_in(job, "callback_id"))

    @queue.entrypoint(jobs.CHECK_CONTENT)
    async def check_content(job: Job) -> None:
        async with desk, _or_later(stopping):
            await checking.check(bench.inspector, _id_in(job, "check_id"), job.attempts)

    @queue.entrypoint(jobs.MAKE_PAPER)
    async def make_paper(job: Job) -> None:
        async with desk, _or_later(stopping):
            deps = await bench.current.get()
            await making.make(deps, bench.store, _id_in(job, "paper_id"), bench.check_url)
            await _announce(deps, bench.redis)

    @queue.entrypoint(jobs.TEXT_INVITATION)
    async def text_invitation(job: Job) -> None:
        async with desk, _or_later(stopping):
            await invitation_texts.text(bench.post, _id_in(job, "invitation_id"), job.attempts)

    @queue.entrypoint(jobs.ASK_PARTNER)
    async def ask_partner(job: Job) -> None:
        async with desk, _or_later(stopping), partner_lists.client() as http:
            await partner_lists.ask_again(await bench.current.get(), _id_in(job, "difference_id"), http)

    return queue


@asynccontextmanager
async def _or_later(stopping: asyncio.Event) -> AsyncIterator[None]:
    """What cannot be done now goes back into the queue."""
    if stopping.is_set():
        raise RetryRequested(reason="stopping")
    try:
        yield
    except LaterError as error:
        raise RetryRequested(delay=error.pause, reason="not yet") from None
    except _STORE_AWAY as error:
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


async def _sweep(settings: Settings, clock: Clock, redis: Redis) -> None:
    current = CurrentDeps(settings, clock)
    sink = history_sink.open_sink(settings.history_sink, settings.data_dir)
    while True:
        await _try_to("throw_away", sweep(clock, timedelta(days=settings.idempotency_days)))
        await _try_to("sweep_cases", sweep_cases(current, redis))
        await _try_to("look_after_appointments", look_after_appointments(current, redis))
        await _try_to("publish_history", publish_history(current, sink))
        await asyncio.sleep(_SWEEP_S)


async def _try_to(do: str, work: Awaitable[None]) -> None:
    """What fails keeps the rest from nothing, and is tried again with the next sweep."""
    try:
        await work
    except NoCityQueueError:
        log.warning("not_seeded")
    except _STORE_AWAY:
        log.warning("not_swept", what=do, exc_info=True)
    except Exception:
        log.exception("not_swept", what=do)


async def look_after_appointments(current: CurrentDeps, redis: Redis) -> None:
    """Reminds, and finds bookings on days that are off now."""
    deps = await current.get()
    await reminders.send_due(deps)
    async with in_transaction():
        found = await affected.find(deps)
    if found:
        log.warning("appointments_affected", count=len(found))
    await _announce(deps, redis)


async def sweep(clock: Clock, keep: timedelta) -> None:
    """Throws away what is of no use any more, and finds notices and events whose job was lost."""
    for table, column in _WORN_OUT.items():
        statement = _DELETE.format(table=table, column=column)
        await connections.get("default").execute_query(statement, [clock.now() - keep])
    found = await delivery.requeue_orphans(clock)
    if found:
        log.warning("notices_requeued", count=found)
    found = await wechat_events.requeue_lost()
    if found:
        log.warning("events_requeued", count=found)
    found = await invitation_texts.requeue_lost(clock)
    if found:
        log.warning("invitation_texts_requeued", count=found)
    found = await checking.requeue_unanswered(clock)
    if found:
        log.warning("content_checks_requeued", count=found)
    found = await making.requeue_lost(clock)
    if found:
        log.warning("papers_requeued", count=found)


async def sweep_cases(current: CurrentDeps, redis: Redis) -> None:
    """What time does to cases and appointments."""
    deps = await current.get()
    moved = {rule: count for rule, count in (await cases.sweep(deps)).items() if count}
    if moved:
        log.info("cases_swept", **moved)
    ended = await lapsing.sweep(deps)
    if ended:
        log.info("appointments_swept", count=ended)
    confirmations = {what: count for what, count in (await confirmation_sweeps.sweep(deps)).items() if count}
    if confirmations:
        log.info("confirmations_swept", **confirmations)
    counted = await motions.close_due(deps)
    if counted:
        log.info("votes_counted", count=counted)
    told = await performance.sweep(deps)
    if told:
        log.info("commitments_told", count=told)
    await _announce(deps, redis)


async def publish_history(current: CurrentDeps, sink: history_sink.Sink) -> None:
    """Proves yesterday's history to the place outside."""
    if sent := await history_sink.publish(await current.get(), sink):
        log.info("history_published", days=sent)


async def _announce(deps: Deps, redis: Redis) -> None:
    """Open sockets hear of it; where Redis is away they look by themselves."""
    if deps.touched:
        with suppress(RedisError, OSError):
            await live.tell(redis, deps.touched)
