"""What the simulated partner answers when Hejie asks: its list of cases, and single ones that it has brought."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any, Final

import sanic
from sanic import Blueprint
from sanic.response import HTTPResponse, empty, json

from backend.exchange import signing
from backend.exchange.signing import Message
from backend.partner_simulator import misbehaving
from backend.partner_simulator.world import OwnCase, World

Request = sanic.Request[Any, Any]

blueprint = Blueprint("partner_simulator_asked")

_MOST_IN_A_PAGE: Final = 1000

_Answer = Callable[..., Awaitable[HTTPResponse]]


def _signed(answer: _Answer) -> _Answer:
    """Only Hejie may ask; slow and broken as everything else here."""

    @wraps(answer)
    async def take(request: Request, number: str = "") -> HTTPResponse:
        world: World = request.app.ctx.world
        await asyncio.sleep(world.manner.latency_ms / 1000)
        world.questions += 1
        target = f"{request.method} {request.raw_url.decode()}"
        now = world.clock.now() + world.skew
        found = signing.verify(dict(request.headers), request.body, world.secrets, now, target)
        if not isinstance(found, Message):
            world.unsigned += 1
            return json({"error": found}, status=401)
        if (fault := world.next_fault(number, of="questions")) is not None:
            return misbehaving.answer(request, fault, "")
        return await answer(request, *([number] if number else []))

    return take


@blueprint.get("/cases")
@_signed
async def list_cases(request: Request) -> HTTPResponse:
    """By number, so that a page stays where it was when cases are added."""
    world: World = request.app.ctx.world
    after, size = request.args.get("cursor", ""), min(world.manner.page, _size(request))
    states = sorted((number, status) for number, status in world.states().items() if number > after)
    page = [{"number": number, "status": status} for number, status in states[:size]]
    cursor = page[-1]["number"] if len(states) > size else None
    return json({"items": page, "next_cursor": cursor}, ensure_ascii=False)


@blueprint.get("/cases/<number:str>", unquote=True)
@_signed
async def give_case(request: Request, number: str) -> HTTPResponse:
    """What it would POST to Hejie, of a case that it has brought or would bring."""
    own = request.app.ctx.world.own.get(number)
    if own is None or own.referral is None:
        return json({"error": "no such case"}, status=404)
    return json(own.referral, ensure_ascii=False)


@blueprint.get("/sim/cases")
async def show_cases(request: Request) -> HTTPResponse:
    return json(request.app.ctx.world.states(), ensure_ascii=False)


@blueprint.put("/sim/cases/<number:str>", unquote=True)
async def have_case(request: Request, number: str) -> HTTPResponse:
    """A case of its own, or another state of one than it was told."""
    request.app.ctx.world.own[number] = OwnCase.model_validate_json(request.body)
    return empty()


@blueprint.delete("/sim/cases/<number:str>", unquote=True)
async def lose_case(request: Request, number: str) -> HTTPResponse:
    """With all that it was told of it, or `?last=` so many events: as after a restore from yesterday's copy."""
    last = request.args.get("last", "")
    request.app.ctx.world.lose(number, int(last) if last.isdecimal() else None)
    return empty()


def _size(request: Request) -> int:
    wanted = request.args.get("limit", "")
    return max(int(wanted), 1) if wanted.isascii() and wanted.isdigit() else _MOST_IN_A_PAGE
