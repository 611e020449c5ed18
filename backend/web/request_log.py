"""A request id on every answer, one line of log per request (never its query string), and its metrics."""

import re
import time
from typing import Any
from uuid import uuid4

import structlog
from prometheus_client import Counter, Histogram
from sanic import Request, Sanic
from sanic.response import BaseHTTPResponse

log = structlog.get_logger("hejie.request")

_METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))
_GIVEN = re.compile(r"^[A-Za-z0-9._-]{1,64}$")
REQUESTS = Counter("hejie_requests_total", "Requests answered", ["method", "route", "status"])
SECONDS = Histogram("hejie_request_seconds", "Time to answer", ["method", "route"])


def install(app: Sanic[Any, Any]) -> None:
    app.register_middleware(_begin, "request", priority=100)
    app.register_middleware(_end, "response")


async def _begin(request: Request) -> None:
    given = request.headers.get("x-request-id", "")
    request.ctx.request_id = given if _GIVEN.match(given) else uuid4().hex
    request.ctx.began = time.perf_counter()


async def _end(request: Request, response: BaseHTTPResponse) -> None:
    request_id = getattr(request.ctx, "request_id", "")
    response.headers["X-Request-Id"] = request_id
    route = f"/{request.route.path}" if request.route else "unmatched"
    seconds = time.perf_counter() - getattr(request.ctx, "began", time.perf_counter())
    method = request.method if request.method in _METHODS else "other"  # callers must not make up labels
    REQUESTS.labels(method, route, response.status).inc()
    SECONDS.labels(method, route).observe(seconds)
    log.info(
        "request",
        request_id=request_id,
        method=method,
        route=route,
        status=response.status,
        ms=round(seconds * 1000, 1),
    )
