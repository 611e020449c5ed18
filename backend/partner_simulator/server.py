"""The simulated partner as a server of its own. It knows nothing of Hejie but the contract (docs/exchange.md)."""

import asyncio
from dataclasses import dataclass
from typing import Any, Final

import httpx
import sanic
from pydantic import BaseModel, ValidationError
from sanic import Blueprint, Sanic
from sanic.response import HTTPResponse, empty, json

from backend.core.clock import Clock, SystemClock
from backend.exchange import signing
from backend.exchange.signing import Message
from backend.partner_simulator import asked, misbehaving
from backend.partner_simulator.sending import Calls, Sender
from backend.partner_simulator.world import Fault, Manner, World

App = Sanic[Any, Any]
Request = sanic.Request[Any, Any]

blueprint = Blueprint("partner_simulator")

_CONFIG: Final = {
    "ACCESS_LOG": False,
    "FALLBACK_ERROR_FORMAT": "json",
    "GRACEFUL_SHUTDOWN_TIMEOUT": 1.0,
    "MOTD": False,
    "TOUCHUP": False,
}


@dataclass(frozen=True, slots=True)
class Options:
    """`hejie_url` and `partner`: where it sends its cases, and under which code."""

    secrets: tuple[str, ...] = ()
    hejie_url: str = ""
    partner: str = ""


class Keys(BaseModel):
    secrets: list[str]


def create_app(
    options: Options,
    *,
    clock: Clock | None = None,
    transport: httpx.AsyncBaseTransport | None = None,
    name: str = "partner_simulator",
) -> App:
    """`clock` and `transport` (the way to Hejie) are others only in tests."""
    app: App = Sanic(name, configure_logging=False)
    app.config.update(_CONFIG)
    app.ctx.world = World(clock or SystemClock(), list(options.secrets))
    app.ctx.sender = Sender(app.ctx.world, options.hejie_url, options.partner, transport)
    app.exception(ValidationError)(_say_what_is_wrong)
    app.blueprint([blueprint, asked.blueprint])
    app.after_server_stop(_close)
    return app


def run(host: str, port: int, options: Options) -> None:
    """Serves in this process until SIGINT or SIGTERM."""
    app = create_app(options)
    app.prepare(host=host, port=port, single_process=True, access_log=False, motd=False)
    Sanic.serve_single(primary=app)


@blueprint.post("/events")
async def take_event(request: Request) -> HTTPResponse:
    world: World = request.app.ctx.world
    world.calls += 1
    world.at_once += 1
    world.most_at_once = max(world.most_at_once, world.at_once)
    try:
        await asyncio.sleep(world.manner.latency_ms / 1000)
        return await _answer(request, world)
    finally:
        world.at_once -= 1


async def _answer(request: Request, world: World) -> HTTPResponse:
    now = world.clock.now() + world.skew
    found = signing.verify(dict(request.headers), request.body, world.secrets, now)
    if not isinstance(found, Message):
        world.unsigned += 1
        return json({"error": found}, status=401)
    event = request.json
    fault = world.next_fault(event["subject"])
    if fault is None or fault.after_effect:
        world.take(event)
    return json({"received": event["id"]}) if fault is None else misbehaving.answer(request, fault, event["id"])


@blueprint.get("/healthz")
async def say_hello(request: Request) -> HTTPResponse:
    return json({"events": len(request.app.ctx.world.taken)})


@blueprint.get("/sim/received")
async def list_received(request: Request) -> HTTPResponse:
    """`?case=` with our number: the events of that case; without, how many of each."""
    world: World = request.app.ctx.world
    if case := request.args.get("case"):
        return json({"events": world.by_case.get(case, [])}, ensure_ascii=False)
    return json(
        {
            "cases": {case: len(events) for case, events in world.by_case.items()},
            "events": len(world.taken),
            "calls": world.calls,
            "questions": world.questions,
            "duplicates": world.duplicates,
            "unsigned": world.unsigned,
            "most_at_once": world.most_at_once,
            "misplaced": world.misplaced(),
        },
        ensure_ascii=False,
    )


@blueprint.delete("/sim/received")
async def forget(request: Request) -> HTTPResponse:
    old: World = request.app.ctx.world
    request.app.ctx.world = request.app.ctx.sender.world = World(old.clock, old.secrets)
    return empty()


@blueprint.post("/sim/faults")
async def add_fault(request: Request) -> HTTPResponse:
    world: World = request.app.ctx.world
    world.faults.append(Fault.model_validate_json(request.body))
    return json([fault.model_dump() for fault in world.faults], status=201)


@blueprint.delete("/sim/faults")
async def end_faults(request: Request) -> HTTPResponse:
    request.app.ctx.world.faults.clear()
    return empty()


@blueprint.put("/sim/manner")
async def change_manner(request: Request) -> HTTPResponse:
    request.app.ctx.world.manner = Manner.model_validate_json(request.body)
    return json(request.app.ctx.world.manner.model_dump())


@blueprint.put("/sim/secrets")
async def change_secrets(request: Request) -> HTTPResponse:
    """What `hejie partner add` and `rotate-key` have printed."""
    request.app.ctx.world.secrets = Keys.model_validate_json(request.body).secrets
    return empty()


@blueprint.post("/sim/calls")
async def call_hejie(request: Request) -> HTTPResponse:
    """Signed, and sent as asked for: twice, in reverse, with a wrong clock, changed after signing."""
    calls = Calls.model_validate_json(request.body)
    return json(await request.app.ctx.sender.send(calls), ensure_ascii=False)


async def _say_what_is_wrong(_request: Request, error: Exception) -> HTTPResponse:
    assert isinstance(error, ValidationError)
    return json({"errors": error.errors(include_url=False, include_context=False)}, status=422)


async def _close(app: App) -> None:
    await app.ctx.sender.aclose()
