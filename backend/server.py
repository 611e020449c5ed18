"""The API process: pure wiring."""

import asyncio
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import structlog
from redis.asyncio import Redis
from sanic import Sanic
from sanic.worker.loader import AppLoader
from tortoise import Tortoise

import miniprogram_api
from backend import outside, staff_api, wechat_callback
from backend.calendars import queries as calendars
from backend.centers import queries as centers
from backend.centers import routing_tables
from backend.core.catalog import Catalog
from backend.core.clock import Clock, SystemClock
from backend.core.crypto import Keyring
from backend.core.deps import Deps
from backend.core.quiet_hours import QuietHours
from backend.files.store import open_store
from backend.web import errors, openapi, operations, request_log
from backend.web.limits import RequestLimits
from backend.web.live import Newsroom
from config import logging
from config.catalog_files import read_catalog
from config.orm import tortoise_config
from config.settings import Settings

App = Sanic[Any, Any]

_LOOK_FOR_CENTERS_S = 0.5

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
    app.blueprint(wechat_callback.blueprint)
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
    catalog = Catalog.parse(read_catalog())
    version = await _routing_version()
    index, directory = await centers.load_centers(catalog)
    ctx.deps = Deps(
        clock=clock,
        keyring=keyring,
        catalog=catalog,
        centers=index,
        divisions=await centers.load_divisions(),
        calendar=await calendars.load_calendar(),
        directory=directory,
        policies=await routing_tables.load_policies(),
        boundaries=await routing_tables.load_boundaries(),
        quiet_hours=QuietHours.parse(settings.quiet_hours),
        coalesce=timedelta(seconds=settings.coalesce_s),
    )
    ctx.newsroom = Newsroom(Redis.from_url(redis_url, socket_connect_timeout=1))
    ctx.newsroom.start()
    ctx.follow_centers = asyncio.create_task(_follow_centers(app, version))


async def _follow_centers(app: App, seen: tuple[object, ...]) -> None:
    """A change of a center, of the policy or of an outline reaches the routing of every process within a second."""
    while True:
        await asyncio.sleep(_LOOK_FOR_CENTERS_S)
        try:
            version = await _routing_version()
            if version[0] != seen[0]:
                index, directory = await centers.load_centers(app.ctx.deps.catalog, app.ctx.deps.centers)
                app.ctx.deps = replace(app.ctx.deps, centers=index, directory=directory)
            if version[1] != seen[1]:
                policies, boundaries = await routing_tables.load_policies(), await routing_tables.load_boundaries()
                app.ctx.deps = replace(app.ctx.deps, policies=policies, boundaries=boundaries)
            seen = version
        except Exception:  # noqa: BLE001 - the old index serves until the database is back
            log.warning("centers_not_read")


async def _routing_version() -> tuple[object, object]:
    return await centers.index_version(), await routing_tables.revision()


async def _stop_tasks(app: App) -> None:
    app.ctx.follow_centers.cancel()
    with suppress(asyncio.CancelledError):
        await app.ctx.follow_centers
    await app.ctx.newsroom.stop()


async def _close(app: App) -> None:
    await app.ctx.wechat.aclose()
    await app.ctx.sms.aclose()
    await app.ctx.driving.aclose()
    await app.ctx.limits.aclose()
    await app.ctx.redis.aclose()
    await Tortoise.close_connections()
