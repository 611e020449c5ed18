"""For those who run it: alive, ready, measured."""

import hmac
from collections.abc import Awaitable, Callable

import asyncpg
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from redis.exceptions import RedisError
from sanic import Blueprint, HTTPResponse, Request
from sanic.response import json
from tortoise import connections
from tortoise.exceptions import BaseORMException

from backend.core.errors import NotFoundError

blueprint = Blueprint("operations")

HEARTBEAT_KEY = "hejie:worker:heartbeat"
HEARTBEAT_S = 15
"""A worker that has not been heard of for so long is missed."""


@blueprint.get("/healthz")
async def healthz(_request: Request) -> HTTPResponse:
    return json({"status": "ok"})


@blueprint.get("/readyz")
async def readyz(request: Request) -> HTTPResponse:
    """503 names what is missing."""
    checks = {name: await check(request) for name, check in _CHECKS.items()}
    ready = all(state == "ok" for state in checks.values())
    return json({"status": "ok" if ready else "unavailable", "checks": checks}, status=200 if ready else 503)


@blueprint.get("/metrics")
async def metrics(request: Request) -> HTTPResponse:
    """With a token set, only to who carries it."""
    token = request.app.ctx.settings.metrics_token.get_secret_value()
    if token and not hmac.compare_digest(request.headers.get("authorization", ""), f"Bearer {token}"):
        raise NotFoundError
    return HTTPResponse(generate_latest(), content_type=CONTENT_TYPE_LATEST)


async def _postgresql(_request: Request) -> str:
    try:
        await connections.get("default").execute_query_dict("SELECT 1")
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, BaseORMException):
        return "unreachable"
    return "ok"


async def _migrations(_request: Request) -> str:
    try:
        pending = await connections.get("default").execute_query_dict(
            "SELECT 1 FROM pg_class WHERE relname = 'appointment_one_live'"
        )
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, BaseORMException):
        return "unknown"
    return "ok" if pending else "pending"


async def _redis(request: Request) -> str:
    try:
        await request.app.ctx.redis.ping()
    except (RedisError, OSError):
        return "unreachable"
    return "ok"


async def _worker(request: Request) -> str:
    try:
        alive = await request.app.ctx.redis.exists(HEARTBEAT_KEY)
    except (RedisError, OSError):
        return "unknown"
    return "ok" if alive else "no heartbeat"


_CHECKS: dict[str, Callable[[Request], Awaitable[str]]] = {
    "postgresql": _postgresql,
    "migrations": _migrations,
    "redis": _redis,
    "worker": _worker,
}
