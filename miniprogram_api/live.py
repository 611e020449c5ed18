"""News as it happens. The socket is a doorbell with the letters: `/changes` has the same, for phones whose sockets
were cut in the background."""

import asyncio
import json
from contextlib import suppress
from typing import Any

import sanic
import structlog
from pydantic import Field
from sanic import Blueprint, Websocket
from sanic.exceptions import WebsocketClosed
from tortoise.exceptions import BaseORMException
from websockets.exceptions import ConnectionClosed

from backend.accounts import queries as accounts
from backend.accounts.actors import ResidentActor
from backend.casework import changes
from backend.casework.changes import ChangesOut, Place
from backend.core.deps import Deps
from backend.core.errors import HejieError, TokenInvalidError
from backend.core.schema import Query
from backend.web import auth
from backend.web.endpoint import endpoint

log = structlog.get_logger("hejie.live")

blueprint = Blueprint("mini_live")

Request = sanic.Request[Any, Any]

_BAD_TOKEN, _TRY_AGAIN = 4401, 1013
_AUTH_WITHIN_S = 10.0
_LOOK_S = 25.0
"""How often a socket looks by itself: for news that Redis did not tell of, and whether its session still lives."""
_SETTLE_S = 0.05
_BATCH = 100


class ChangesQuery(Query):
    after: str | None = Field(None, max_length=256)
    limit: int = Field(100, ge=1, le=100)


@endpoint(blueprint, "GET", "/changes", audience="resident", query=ChangesQuery, returns=ChangesOut)
async def list_changes(actor: ResidentActor, query: ChangesQuery, deps: Deps) -> ChangesOut:
    return await changes.page(deps, actor, query.after, query.limit)


@blueprint.websocket("/live")  # type: ignore[untyped-decorator]
async def live(request: Request, socket: Websocket) -> None:
    deps: Deps = request.app.ctx.deps
    code = 1000
    try:
        token = await _token(request, socket)
        actor = await accounts.resident_by_token(deps, token)
        await _serve(request, socket, actor, token)
    except (ConnectionClosed, WebsocketClosed):
        return
    except HejieError:
        code = _BAD_TOKEN
    except (BaseORMException, OSError):
        log.warning("live_interrupted", exc_info=True)
        code = _TRY_AGAIN
    with suppress(ConnectionClosed, WebsocketClosed):
        await socket.close(code)


async def _token(request: Request, socket: Websocket) -> str:
    """Raises TokenInvalidError."""
    header = request.headers.get("authorization")
    if header is not None:
        return auth.bearer(header)
    message = await socket.recv(timeout=_AUTH_WITHIN_S)
    try:
        first = json.loads(message or "")
        if first["type"] == "auth":
            return auth.bearer(f"Bearer {first['token']}")
    except (ValueError, TypeError, KeyError, RecursionError):
        pass
    raise TokenInvalidError


async def _serve(request: Request, socket: Websocket, actor: ResidentActor, token: str) -> None:
    """Until either side ends it. Raises the 401 that fits once the session is over."""
    newsroom = request.app.ctx.newsroom
    news = newsroom.enter([str(actor.id)])
    listening = asyncio.create_task(_listen(socket))
    try:
        place = await changes.end()
        await socket.send(json.dumps({"type": "ready", "cursor": changes.encode(place)}))
        while not listening.done():
            news.clear()
            deps: Deps = request.app.ctx.deps
            await accounts.resident_by_token(deps, token)
            place, pause_s = await _tell(deps, socket, actor, place)
            if pause_s:
                await _wait(news, listening, pause_s)
    finally:
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
        newsroom.leave([str(actor.id)], news)


async def _tell(deps: Deps, socket: Websocket, actor: ResidentActor, place: Place) -> tuple[Place, float]:
    """Sends what is new; the place reached, and how long to wait before looking again."""
    items, place, more, waiting = await changes.after(deps, actor, place, _BATCH)
    for item in items:
        await socket.send(item.model_dump_json())
    return place, 0.0 if more else _SETTLE_S if waiting else _LOOK_S


async def _listen(socket: Websocket) -> None:
    """Nothing that a phone says after its token matters, but its leaving does."""
    with suppress(ConnectionClosed, WebsocketClosed):
        while True:
            await socket.recv()


async def _wait(news: asyncio.Event, listening: asyncio.Task[None], pause_s: float) -> None:
    """Until there may be news, the phone has gone, or it is time to look."""
    waking = asyncio.create_task(news.wait())
    try:
        await asyncio.wait({waking, listening}, timeout=pause_s, return_when=asyncio.FIRST_COMPLETED)
    finally:
        waking.cancel()
