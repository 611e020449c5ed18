"""The real simulator on a port of its own, in the event loop of the tests."""

import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from backend.core.clock import Clock
from backend.wechat.callback_crypto import CallbackSecrets
from backend.wechat.simulator.pushes import CallbackKeys
from backend.wechat.simulator.server import Options, create_app
from config.settings import Settings

_NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Trusts nobody; reading the list of those to trust takes longer than most tests."""


class Callback(httpx.AsyncBaseTransport):
    """Where the simulator's pushes go: nowhere, until a test says where."""

    def __init__(self) -> None:
        self.to: httpx.AsyncBaseTransport | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self.to is None:
            raise httpx.ConnectError("nobody listens")
        return await self.to.handle_async_request(request)


class Simulator:
    """Its HTTP interface, in short."""

    def __init__(self, url: str, app_id: str, app_secret: str, callback: Callback, http: httpx.AsyncClient) -> None:
        self.url, self.app_id, self.app_secret, self.callback = url, app_id, app_secret, callback
        self.http = http

    async def sim(self, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        answer = await self.http.post(f"/sim/{path}", json=body or {})
        answer.raise_for_status()
        return dict(answer.json()) if answer.content else {}

    async def fault(self, path: str, **fault: Any) -> None:
        await self.sim("faults", {"path": path, **fault})

    async def accept(self, name: str, template_id: str) -> str:
        """The openid of `name`, who has tapped "allow" once."""
        return str((await self.tap(name, template_id, "accept"))["openid"])

    async def tap(self, name: str, template_id: str, result: str, **how: Any) -> dict[str, Any]:
        return await self.sim("consent", {"name": name, "template_id": template_id, "result": result, **how})

    async def outbox(self, name: str) -> list[dict[str, Any]]:
        return list((await self.http.get("/sim/outbox", params={"name": name})).json()["items"])

    async def calls(self, path: str) -> int:
        return int((await self.http.get("/sim/calls")).json().get(path, 0))


def secrets_of(settings: Settings) -> CallbackSecrets:
    return CallbackSecrets(
        token=settings.wechat_callback_token.get_secret_value(),
        aes_key=settings.wechat_callback_aes_key.get_secret_value(),
        app_id=settings.wechat_app_id,
    )


@asynccontextmanager
async def running_simulator(clock: Clock | None = None, name: str = "simulator-test") -> AsyncIterator[Simulator]:
    """With the secrets of the default settings. The time in its pushes is that of `clock`."""
    settings, callback = Settings(), Callback()
    secrets, app_secret = secrets_of(settings), settings.wechat_app_secret.get_secret_value()
    keys = CallbackKeys(secrets.app_id, "http://callback.test/wechat/callback", secrets.token, secrets.aes_key)
    app = create_app(keys, Options(app_secret), clock=clock, transport=callback, name=name)
    listener = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    server: Any = await app.create_server(sock=listener, return_asyncio_server=True)
    await server.startup()
    await server.before_start()
    await server.after_start()
    await server.start_serving()
    async with httpx.AsyncClient(base_url=url, trust_env=False, verify=_NO_TLS) as http:
        yield Simulator(url, secrets.app_id, app_secret, callback, http)
    await server.before_stop()
    await server.close()
    for connection in server.connections:
        connection.close_if_idle()
    await server.after_stop()
