"""The simulator as a server of its own. It knows nothing of the product but the callback's address."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx
import sanic
from pydantic import ValidationError
from sanic import Sanic
from sanic.exceptions import MethodNotAllowed
from sanic.response import BaseHTTPResponse, HTTPResponse, html, json, text

from backend.core.clock import Clock, SystemClock
from backend.wechat.simulator import (
    account_api,
    calls,
    link_api,
    live,
    message_api,
    security_api,
    sim_controls_api,
    sim_phone_api,
    sms_api,
)
from backend.wechat.simulator.faults import Fault
from backend.wechat.simulator.later import LaterEvents
from backend.wechat.simulator.pushes import CallbackKeys, CallbackPusher
from backend.wechat.simulator.refusals import RefusalError
from backend.wechat.simulator.rules import Rules
from backend.wechat.simulator.sms import SmsError, SmsKeys
from backend.wechat.simulator.world import Template, World

App = Sanic[Any, Any]
Request = sanic.Request[Any, Any]

WECHAT_APIS: Final = (account_api, message_api, security_api, link_api)
"""Importing them has filled the blueprint of `calls`."""

_PAGE: Final = Path(__file__).with_name("phone.html")
_CONFIG: Final = {
    "ACCESS_LOG": False,
    "FALLBACK_ERROR_FORMAT": "json",
    "GRACEFUL_SHUTDOWN_TIMEOUT": 1.0,
    "MOTD": False,
    "TOUCHUP": False,
}


@dataclass(frozen=True, slots=True)
class Options:
    """Beside the callback's keys: the mini-program's secret, SMS keys, and how the simulator begins."""

    app_secret: str
    sms_keys: SmsKeys | None = None
    rules: Rules | None = None
    templates: Sequence[Template] = ()


def create_app(
    keys: CallbackKeys,
    options: Options,
    *,
    clock: Clock | None = None,
    transport: httpx.AsyncBaseTransport | None = None,
    name: str = "wechat_simulator",
) -> App:
    """`clock` and `transport` (the way to the callback and to media) are others only in tests."""
    app: App = Sanic(name, configure_logging=False)
    app.config.update(_CONFIG)
    time = clock or SystemClock()
    world = app.ctx.world = World(
        keys.app_id,
        options.app_secret,
        time,
        limits=calls.LIMITS,
        rules=options.rules,
        templates=options.templates,
        sms_keys=options.sms_keys,
    )

    async def start(app: App) -> None:
        app.ctx.pusher = CallbackPusher(keys, time, lambda: world.rules, transport)
        app.ctx.later = asyncio.create_task(LaterEvents(world, app.ctx.pusher, transport).run())

    async def stop(app: App) -> None:
        app.ctx.later.cancel()
        with suppress(asyncio.CancelledError):
            await app.ctx.later
        await app.ctx.pusher.aclose()

    app.before_server_start(start)
    app.after_server_stop(stop)
    _add_routes(app)
    return app


def _add_routes(app: App) -> None:
    app.exception(RefusalError)(_refuse)
    app.exception(SmsError)(sms_api.refuse)
    app.exception(ValidationError)(sim_controls_api.say_what_is_wrong)
    app.exception(MethodNotAllowed)(_refuse_method)
    app.register_middleware(_meet_fault, "request")
    app.register_middleware(_spoil_answer, "response")
    for blueprint in (calls.blueprint, sms_api.blueprint, sim_controls_api.blueprint, sim_phone_api.blueprint):
        app.blueprint(blueprint)
    app.blueprint(live.blueprint)
    app.add_route(_phone, "/", methods=["GET"])


def described(url: str, keys: CallbackKeys, options: Options) -> str:
    """For the one who starts it by hand. Secrets are not told."""
    sms, rules = options.sms_keys or SmsKeys(), options.rules or Rules()
    paths = "\n".join(f"    {path}" for path in sorted(calls.LIMITS))
    return f"""WeChat simulator

  A resident's phone   {url}/
  Instead of https://api.weixin.qq.com          {url}
  Instead of https://sms.tencentcloudapi.com    {url}   (SendSms, SecretId {sms.secret_id})
  App id               {keys.app_id}
  Events go to         {keys.url}   ({rules.callback_mode}, {rules.callback_format})
  Templates            {", ".join(each.id for each in options.templates) or "any"}

  It answers
{paths}

Ctrl-C ends it; it keeps nothing.
"""


def run(host: str, port: int, keys: CallbackKeys, options: Options) -> None:
    """Serves in this process until SIGINT or SIGTERM."""
    app = create_app(keys, options)
    app.prepare(host=host, port=port, single_process=True, access_log=False, motd=False)
    Sanic.serve_single(primary=app)


async def _phone(_request: Request) -> HTTPResponse:
    return html(_PAGE.read_text(encoding="utf-8"))


async def _refuse(_request: Request, error: RefusalError) -> HTTPResponse:
    return json({"errcode": error.errcode, "errmsg": error.errmsg}, ensure_ascii=False)


async def _refuse_method(request: Request, error: MethodNotAllowed) -> HTTPResponse:
    """WeChat's own addresses tell it in their way."""
    if request.path in calls.LIMITS:
        return await _refuse(request, RefusalError(43001 if request.method == "POST" else 43002))
    return json({"errors": [str(error)]}, status=405)


def _called(request: Request) -> str | None:
    """The name of what is called; None for the simulator's own addresses."""
    if request.path == "/":
        return sms_api.PATH if request.method == "POST" else None
    return None if request.path.startswith("/sim/") else request.path


async def _meet_fault(request: Request) -> HTTPResponse | None:
    """A late answer comes after the effect: the caller who gave up must not have undone it."""
    request.ctx.fault, path = None, _called(request)
    if path is None:
        return None
    world: World = request.app.ctx.world
    world.count_call(path)
    request.ctx.fault = fault = world.faults.next(path)
    return None if fault is None or fault.after_effect else _faulty(fault)


async def _spoil_answer(request: Request, _response: BaseHTTPResponse) -> HTTPResponse | None:
    if _called(request) is None:
        return None
    world: World = request.app.ctx.world
    fault: Fault | None = getattr(request.ctx, "fault", None)
    delay_ms = world.rules.latency_ms + (fault.delay_ms if fault else 0)
    if delay_ms:
        await asyncio.sleep(delay_ms / 1000)
    if fault is not None and fault.hang_up:
        request.transport.close()
    return _faulty(fault) if fault is not None and fault.after_effect else None


def _faulty(fault: Fault) -> HTTPResponse | None:
    if not fault.spoils_answer:
        return None
    if fault.code is not None:
        return sms_api.refusal(SmsError(fault.code), fault.status or 200)
    if fault.errcode is not None:
        refusal = RefusalError(fault.errcode)
        return json({"errcode": refusal.errcode, "errmsg": refusal.errmsg}, status=fault.status or 200)
    page = f"<html><body><h1>{fault.status}</h1></body></html>"
    return text(page if fault.body is None else fault.body, status=fault.status or 200, content_type="text/html")
