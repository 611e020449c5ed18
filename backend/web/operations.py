"""For those who run it: alive, ready, measured."""

import asyncio
import hmac
import pkgutil
from collections.abc import Awaitable, Callable

import asyncpg
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from redis.exceptions import RedisError
from sanic import Blueprint, HTTPResponse, Request
from sanic.response import json
from tortoise import connections
from tortoise.exceptions import BaseORMException

from backend.calendars import queries as calendars
from backend.core import placeholders
from backend.core.clock import today
from backend.core.errors import NotFoundError
from models import migrations

blueprint = Blueprint("operations")

_PATIENCE_S = 2.0
HEARTBEAT_KEY = "hejie:worker:heartbeat"
HEARTBEAT_S = 15
"""A worker that has not been heard of for so long is missed."""


@blueprint.get("/healthz")
async def healthz(_request: Request) -> HTTPResponse:
    return json({"status": "ok"})


@blueprint.get("/readyz")
async def readyz(request: Request) -> HTTPResponse:
    """503 names what is missing. Warnings are for the operator and take no server out of service: without WeChat
    most of it goes on."""
    states = await asyncio.gather(*(_state(check(request)) for check in _CHECKS.values()))
    ready = all(state == "ok" for state in states)
    deps = request.app.ctx.deps
    calendar = [each.message for each in calendars.warnings(deps.calendar, today(deps.clock))]
    answer = {
        "status": "ok" if ready else "unavailable",
        "checks": dict(zip(_CHECKS, states, strict=True)),
        "warnings": [*await request.app.ctx.wechat.warnings(), *calendar, *_placeholders(request)],
    }
    return json(answer, status=200 if ready else 503, ensure_ascii=False)


def _placeholders(request: Request) -> list[str]:
    """The simulator of a development server takes any template."""
    if not request.app.ctx.settings.is_production:
        return []
    return placeholders.warnings(request.app.ctx.deps.catalog, sends_texts=request.app.ctx.sms.is_on)


@blueprint.get("/metrics")
async def metrics(request: Request) -> HTTPResponse:
    """With a token set, only to who carries it."""
    token = request.app.ctx.settings.metrics_token.get_secret_value()
    given = request.headers.get("authorization", "").encode(errors="surrogateescape")
    if token and not hmac.compare_digest(given, f"Bearer {token}".encode()):
        raise NotFoundError
    return HTTPResponse(generate_latest(), content_type=CONTENT_TYPE_LATEST)


async def _state(check: Awaitable[str]) -> str:
    try:
        async with asyncio.timeout(_PATIENCE_S):
            return await check
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, BaseORMException, RedisError):
        return "unreachable"


async def _postgresql(_request: Request) -> str:
    await connections.get("default").execute_query_dict("SELECT 1")
    return "ok"


async def _migrations(_request: Request) -> str:
    rows = await connections.get("default").execute_query_dict("SELECT name FROM tortoise_migrations")
    wanted = {module.name for module in pkgutil.iter_modules(migrations.__path__)}
    return "ok" if wanted <= {row["name"] for row in rows} else "pending"


async def _redis(request: Request) -> str:
    await request.app.ctx.redis.ping()
    return "ok"


async def _worker(request: Request) -> str:
    return "ok" if await request.app.ctx.redis.exists(HEARTBEAT_KEY) else "no heartbeat"


_CHECKS: dict[str, Callable[[Request], Awaitable[str]]] = {
    "postgresql": _postgresql,
    "migrations": _migrations,
    "redis": _redis,
    "worker": _worker,
}
