"""The API process: pure wiring."""

import asyncio
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any

import structlog
from redis.asyncio import Redis
from sanic import Sanic
from sanic.worker.loader import AppLoader
from tortoise import Tortoise

import miniprogram_api
from backend import exchange_api, outside, staff_api, verify_page, wechat_callback, wiring
from backend.calendars import queries as calendars
from backend.core.clock import Clock, SystemClock, today
from backend.core.crypto import Keyring
from backend.core.deps import Deps
from backend.files.store import open_store
from backend.web import errors, openapi, operations, request_log
from backend.web.limits import RequestLimits
from backend.web.live import Newsroom
from backend.web.rooms import Rooms
from backend.wiring import Kept
from config import logging
from config.orm import tortoise_config
from config.settings import Settings

App = Sanic[Any, Any]

_LOOK_FOR_CHANGES_S = 0.5

log = structlog.get_logger("hejie.server")


def create_app(settings: Settings, clock: Clock | None = None, name: str = "hejie") -> App:
    """`clock` is another one only in tests."""
    app: App = Sanic(name, configure_logging=False)
    app.config.update(
        {
            "REQUEST_MAX_SIZE": 48_000_000,  # well above the largest file: a larger one gets its 413, not a reset
            "GRACEFUL_SHUTDOWN_TIMEOUT": 3.0,
            "GRACEFUL_TCP_CLOSE_TIMEOUT": 1.0,
            "WEBSOCKET_PING_INTERVAL": 25,
            "WEBSOCKET_PING_TIMEOUT": 25,
            "PROXIES_COUNT": settings.trusted_proxies or None,
            "ACCESS_LOG": False,
            "MOTD": False,
        }
    )
    app.ctx.settings = settings
    errors.install(app)
    request_log.install(app)
    app.blueprint(miniprogram_api.blueprint)
    app.blueprint(staff_api.blueprint)
    app.blueprint(exchange_api.blueprint)
    app.blueprint(wechat_callback.blueprint)
    app.blueprint(verify_page.blueprint)
    app.blueprint(operations.blueprint)
    openapi.install(app)
    app.before_server_start(partial(_open, clock=clock or SystemClock()))
    app.before_server_stop(_stop_tasks)
    app.after_server_stop(_close)
    return app


def run(settings: Settings) -> None:
    """Sanic's native server until SIGINT or SIGTERM. One worker needs no manager above it: it is up in half the time
    and ends without the manager's hand-shakes."""
    alone = settings.workers == 1
    loader = AppLoader(factory=partial(_app_in_worker, settings))
    app = loader.load()
    app.prepare(
        host=settings.host,
        port=settings.port,
        workers=settings.workers,
        single_process=alone,
        access_log=False,
        motd=False,
    )
    if alone:
        Sanic.serve_single(primary=app)
    else:
        Sanic.serve(primary=app, app_loader=loader)


def _app_in_worker(settings: Settings) -> App:
    logging.configure(settings)
    return create_app(settings)


async def _open(app: App, clock: Clock) -> None:
    """Each worker process opens its own pools."""
    settings: Settings = app.ctx.settings
    await Tortoise.init(
        config=tortoise_config(settings.database_url.get_secret_value(), settings.database_pool),
        _enable_global_fallback=True,
    )
    redis_url = settings.redis_url.get_secret_value()
    ctx = app.ctx
    ctx.redis = Redis.from_url(redis_url, socket_timeout=3, socket_connect_timeout=1)
    ctx.limits = RequestLimits(redis_url, settings.actor_limit_per_s, settings.address_limit_per_s)
    ctx.wechat = outside.wechat(settings, ctx.redis, clock)
    ctx.sms = outside.sms(settings, clock)
    keyring = Keyring.parse(settings.encryption_keys.get_secret_value(), settings.search_key.get_secret_value())
    ctx.driving = outside.driving(settings, ctx.redis, keyring, clock)
    ctx.store = open_store(settings.storage_url, settings.data_dir)
    ctx.deps, kept = await wiring.load(settings, clock)
    _warn_of_the_calendar(ctx.deps)
    ctx.newsroom = Newsroom(Redis.from_url(redis_url, socket_connect_timeout=1))
    ctx.newsroom.start()
    ctx.rooms = Rooms(lambda: ctx.deps, ctx.newsroom)
    ctx.follow_changes = asyncio.create_task(_follow_changes(app, kept))


async def _follow_changes(app: App, kept: Kept) -> None:
    """A change of a center, of the policy, of an outline or of the calendar reaches every process within a second."""
    while True:
        await asyncio.sleep(_LOOK_FOR_CHANGES_S)
        try:
            found, kept = await wiring.changes(app.ctx.deps, kept)
            app.ctx.deps = replace(app.ctx.deps, **found)
        except Exception:  # noqa: BLE001 - what was read before serves until the database is back
            log.warning("changes_not_read")


def _warn_of_the_calendar(deps: Deps) -> None:
    for warning in calendars.warnings(deps.calendar, today(deps.clock)):
        log.warning(warning.code, message=warning.message)


async def _stop_tasks(app: App) -> None:
    app.ctx.follow_changes.cancel()
    with suppress(asyncio.CancelledError):
        await app.ctx.follow_changes
    await app.ctx.newsroom.stop()


async def _close(app: App) -> None:
    await app.ctx.wechat.aclose()
    await app.ctx.sms.aclose()
    await app.ctx.driving.aclose()
    await app.ctx.limits.aclose()
    await app.ctx.redis.aclose()
    await Tortoise.close_connections()
