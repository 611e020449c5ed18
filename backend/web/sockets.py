"""An open socket that tells one person of what is new for them, until either side ends it."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import sanic
import structlog
from sanic import Websocket
from sanic.exceptions import WebsocketClosed
from tortoise.exceptions import BaseORMException
from websockets.exceptions import ConnectionClosed

from backend.casework import changes
from backend.casework.changes import Place
from backend.core.deps import Deps
from backend.core.errors import HejieError, TokenInvalidError
from backend.core.schema import Out
from backend.web import auth

log = structlog.get_logger("hejie.live")

Request = sanic.Request[Any, Any]
Who = TypeVar("Who")

_BAD_TOKEN, _TRY_AGAIN = 4401, 1013
_AUTH_WITHIN_S = 10.0
_LOOK_S = 25.0
"""How often a socket looks by itself: for news that Redis did not tell of, and whether its session still lives."""
_SETTLE_S = 0.05
_BATCH = 100


@dataclass(frozen=True, slots=True)
class Feed(Generic[Who]):
    """Whose news a socket tells."""

    find: Callable[[Deps, str], Awaitable[Who]]
    """By token. Raises the 401 that fits."""
    names: Callable[[Who], Collection[str]]
    """Under which the newsroom is told of them."""
    after: Callable[[Deps, Who, Place, int], Awaitable[tuple[Sequence[Out], Place, bool, bool]]]
    """As `casework.changes.after`."""


async def serve(request: Request, socket: Websocket, feed: Feed[Who]) -> None:
    deps: Deps = request.app.ctx.deps
    code = 1000
    try:
        token = await first_token(request, socket)
        await _tell_all(request, socket, feed, await feed.find(deps, token), token)
    except (ConnectionClosed, WebsocketClosed):
        return
    except HejieError:
        code = _BAD_TOKEN
    except (BaseORMException, OSError):
        log.warning("live_interrupted", exc_info=True)
        code = _TRY_AGAIN
    with suppress(ConnectionClosed, WebsocketClosed):
        await socket.close(code)


async def first_token(request: Request, socket: Websocket) -> str:
    """From the header, or else from the first message. Raises TokenInvalidError."""
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


async def _tell_all(request: Request, socket: Websocket, feed: Feed[Who], who: Who, token: str) -> None:
    """Until either side ends it. Raises the 401 that fits once the session is over."""
    newsroom, names = request.app.ctx.newsroom, feed.names(who)
    news = newsroom.enter(names)
    listening = asyncio.create_task(_listen(socket))
    try:
        place = await changes.end()
        await socket.send(json.dumps({"type": "ready", "cursor": changes.encode(place)}))
        while not listening.done():
            news.clear()
            deps: Deps = request.app.ctx.deps
            who = await feed.find(deps, token)
            place, pause_s = await _tell(deps, socket, feed, who, place)
            if pause_s:
                await _wait(news, listening, pause_s)
    finally:
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
        newsroom.leave(names, news)


async def _tell(deps: Deps, socket: Websocket, feed: Feed[Who], who: Who, place: Place) -> tuple[Place, float]:
    """Sends what is new; the place reached, and how long to wait before looking again."""
    items, place, more, waiting = await feed.after(deps, who, place, _BATCH)
    for item in items:
        await socket.send(item.model_dump_json())
    return place, 0.0 if more else _SETTLE_S if waiting else _LOOK_S


async def _listen(socket: Websocket) -> None:
    """Nothing that is said after the token matters, but leaving does."""
    with suppress(ConnectionClosed, WebsocketClosed):
        while True:
            await socket.recv()


async def _wait(news: asyncio.Event, listening: asyncio.Task[None], pause_s: float) -> None:
    """Until there may be news, the other side has gone, or it is time to look."""
    waking = asyncio.create_task(news.wait())
    try:
        await asyncio.wait({waking, listening}, timeout=pause_s, return_when=asyncio.FIRST_COMPLETED)
    finally:
        waking.cancel()
