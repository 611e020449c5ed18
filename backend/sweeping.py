"""What the worker does from time to time, whether or not anybody asks for it."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta

import asyncpg
import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError
from tortoise import connections
from tortoise.exceptions import BaseORMException
from tortoise.transactions import in_transaction

from backend import history_sink, wechat_events
from backend.aftercare import sweeps as aftercare
from backend.agreements import confirmation_sweeps
from backend.appointments import affected, lapsing, reminders
from backend.casework import court_clocks, invitation_texts, performance
from backend.casework import sweeps as cases
from backend.centers.loading import NoCityQueueError
from backend.complaints import sweeps as complaints
from backend.content import checking
from backend.core.clock import Clock
from backend.core.deps import Deps
from backend.files.store import FileStore, open_store
from backend.mediation import motions
from backend.notices import delivery
from backend.papers import making
from backend.statistics import export_making, keeping
from backend.web import live
from backend.wiring import CurrentDeps
from config.settings import Settings

log = structlog.get_logger("hejie.worker")

_SWEEP_S, _COUNT_S = 60.0, 2.0
STORE_AWAY = (
    OSError,
    TimeoutError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # what asyncpg says of a connection that the server has just ended
    BaseORMException,
)

_WORN_OUT = {
    "idempotent_request": "created_at",
    "resident_session": "expires_at",
    "staff_session": "expires_at",
    "phone_code": "created_at",
    "pgqueuer_log": "created",
    "wechat_callback": "handled_at",
    "diary_entry": "ends_at",
    "received_message": "received_at",
}
_DELETE = "DELETE FROM {table} WHERE id IN (SELECT id FROM {table} WHERE {column} < $1 LIMIT 10000)"

_REQUEUE: dict[str, Callable[[Clock], Awaitable[int]]] = {
    "notices_requeued": delivery.requeue_orphans,
    "events_requeued": lambda _: wechat_events.requeue_lost(),
    "invitation_texts_requeued": invitation_texts.requeue_lost,
    "content_checks_requeued": checking.requeue_unanswered,
    "papers_requeued": making.requeue_lost,
    "exports_requeued": export_making.requeue_lost,
}

_TIME_PASSES: dict[str, Callable[[Deps], Awaitable[int | dict[str, int]]]] = {
    "cases_swept": cases.sweep,
    "appointments_swept": lapsing.sweep,
    "confirmations_swept": confirmation_sweeps.sweep,
    "votes_counted": motions.close_due,
    "courts_late": court_clocks.sweep,
    "commitments_told": performance.sweep,
    "outcomes_followed": aftercare.sweep,
    "complaints_lifted": complaints.sweep,
}
"""What time does to cases, and what the log calls it."""


async def run(settings: Settings, clock: Clock, redis: Redis) -> None:
    current = CurrentDeps(settings, clock)
    sink = history_sink.open_sink(settings.history_sink, settings.data_dir)
    store = open_store(settings.storage_url, settings.data_dir)
    while True:
        await _try_to("throw_away", sweep(clock, timedelta(days=settings.idempotency_days)))
        await _try_to("sweep_cases", sweep_cases(current, redis))
        await _try_to("look_after_appointments", look_after_appointments(current, redis))
        await _try_to("publish_history", publish_history(current, sink))
        await _try_to("throw_exports_away", throw_exports_away(current, store))
        await asyncio.sleep(_SWEEP_S)


async def count(settings: Settings, clock: Clock) -> None:
    current = CurrentDeps(settings, clock)
    while True:
        await _try_to("count_figures", count_figures(current))
        await asyncio.sleep(_COUNT_S)


async def count_figures(current: CurrentDeps) -> None:
    """Whatever has happened to cases since the last time."""
    if await keeping.is_behind():
        deps = await current.get()
        while await keeping.follow(deps):
            pass


async def _try_to(do: str, work: Awaitable[None]) -> None:
    """What fails keeps the rest from nothing, and is tried again with the next sweep."""
    try:
        await work
    except NoCityQueueError:
        log.warning("not_seeded")
    except STORE_AWAY:
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
    await announce(deps, redis)


async def sweep(clock: Clock, keep: timedelta) -> None:
    """Throws away what is of no use any more, and finds notices and events whose job was lost."""
    for table, column in _WORN_OUT.items():
        statement = _DELETE.format(table=table, column=column)
        await connections.get("default").execute_query(statement, [clock.now() - keep])
    for what, requeue in _REQUEUE.items():
        if found := await requeue(clock):
            log.warning(what, count=found)


async def sweep_cases(current: CurrentDeps, redis: Redis) -> None:
    """What time does to cases and appointments."""
    deps = await current.get()
    for what, pass_time in _TIME_PASSES.items():
        found = await pass_time(deps)
        counts = (
            {rule: count for rule, count in found.items() if count} if isinstance(found, dict) else {"count": found}
        )
        if any(counts.values()):
            log.info(what, **counts)
    await announce(deps, redis)


async def publish_history(current: CurrentDeps, sink: history_sink.Sink) -> None:
    """Proves yesterday's history to the place outside."""
    if sent := await history_sink.publish(await current.get(), sink):
        log.info("history_published", days=sent)


async def throw_exports_away(current: CurrentDeps, store: FileStore) -> None:
    """Files that nobody may fetch any more."""
    if thrown := await export_making.tidy(await current.get(), store):
        log.info("exports_thrown_away", count=thrown)


async def announce(deps: Deps, redis: Redis) -> None:
    """Open sockets hear of it; where Redis is away they look by themselves."""
    if deps.touched:
        with suppress(RedisError, OSError):
            await live.tell(redis, deps.touched)
