"""The simulator as a server of its own. It knows nothing of the product but the callback's address."""

import asyncio
from pathlib import Path
from typing import Any, Final

import httpx
import sanic
from pydantic import ValidationError
from sanic import Sanic
from sanic.response import BaseHTTPResponse, HTTPResponse, html, json, text

from backend.core.clock import Clock, SystemClock
from backend.wechat.simulator import sim_api, wechat_api
from backend.wechat.simulator.pushes import CallbackPusher
from backend.wechat.simulator.world import Fault, RefusalError, World

App = Sanic[Any, Any]
Request = sanic.Request[Any, Any]

_PAGE: Final = Path(__file__).with_name("phone.html")
_CONFIG: Final = {
    "ACCESS_LOG": False,
    "FALLBACK_ERROR_FORMAT": "json",
    "GRACEFUL_SHUTDOWN_TIMEOUT": 1.0,
    "MOTD": False,
    "TOUCHUP": False,
}


def create_app(
    *,
    app_id: str,
    app_secret: str,
    callback_url: str,
    callback_token: str,
    callback_aes_key: str,
    clock: Clock | None = None,
    callback_transport: httpx.AsyncBaseTransport | None = None,
    name: str = "wechat_simulator",
) -> App:
    """`clock` and `callback_transport` are others only in tests."""
    app: App = Sanic(name, configure_logging=False)
    app.config.update(_CONFIG)
    time = clock or SystemClock()
    app.ctx.world = World(app_id, app_secret, time)

    async def start(app: App) -> None:
        app.ctx.pusher = CallbackPusher(
            app_id=app_id,
            url=callback_url,
            token=callback_token,
            aes_key=callback_aes_key,
            clock=time,
            transport=callback_transport,
        )

    async def stop(app: App) -> None:
        await app.ctx.pusher.aclose()

    app.before_server_start(start)
    app.after_server_stop(stop)
    app.exception(RefusalError)(_refuse)
    app.exception(ValidationError)(sim_api.say_what_is_wrong)
    app.register_middleware(_meet_fault, "request")
    app.register_middleware(_spoil_answer, "response")
    app.blueprint(wechat_api.blueprint)
    app.blueprint(sim_api.blueprint)
    app.add_route(_phone, "/", methods=["GET"])
    return app


def run(
    host: str,
    port: int,
    *,
    app_id: str,
    app_secret: str,
    callback_url: str,
    callback_token: str,
    callback_aes_key: str,
) -> None:
    """Serves in this process until SIGINT or SIGTERM."""
    app = create_app(
        app_id=app_id,
        app_secret=app_secret,
        callback_url=callback_url,
        callback_token=callback_token,
        callback_aes_key=callback_aes_key,
    )
    app.prepare(host=host, port=port, single_process=True, access_log=False, motd=False)
    Sanic.serve_single(primary=app)


async def _phone(_request: Request) -> HTTPResponse:
    return html(_PAGE.read_text(encoding="utf-8"))


async def _refuse(_request: Request, error: RefusalError) -> HTTPResponse:
    return json({"errcode": error.errcode, "errmsg": error.errmsg}, ensure_ascii=False)


async def _meet_fault(request: Request) -> HTTPResponse | None:
    """A late answer comes after the effect: the caller who gave up must not have undone it."""
    request.ctx.fault = None
    if request.path == "/" or request.path.startswith("/sim/"):
        return None
    world: World = request.app.ctx.world
    world.calls[request.path] += 1
    request.ctx.fault = fault = world.next_fault(request.path)
    return None if fault is None or fault.after_effect else _faulty(fault)


async def _spoil_answer(request: Request, _response: BaseHTTPResponse) -> HTTPResponse | None:
    fault: Fault | None = getattr(request.ctx, "fault", None)
    if fault is None:
        return None
    await asyncio.sleep(fault.delay_ms / 1000)
    return _faulty(fault) if fault.after_effect else None


def _faulty(fault: Fault) -> HTTPResponse | None:
    if fault.errcode is not None:
        refusal = RefusalError(fault.errcode)
        return json({"errcode": refusal.errcode, "errmsg": refusal.errmsg}, status=fault.status or 200)
    if fault.status is None and fault.body is None:
        return None
    page = f"<html><body><h1>{fault.status}</h1></body></html>"
    return text(page if fault.body is None else fault.body, status=fault.status or 200, content_type="text/html")
