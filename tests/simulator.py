"""The real simulator on a port of its own, in the event loop of the tests."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from backend.core.clock import Clock
from backend.wechat.callback_crypto import CallbackQuery, CallbackRefusedError, CallbackSecrets, read
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


class Listener(httpx.AsyncBaseTransport):
    """A product's server: takes pushes, and has files for WeChat to fetch."""

    def __init__(self, clock: Clock) -> None:
        self.answers: list[int | None] = []
        """Statuses for the next pushes, None is no answer; then 200."""
        self.files: dict[str, bytes] = {}
        self.requests: list[httpx.Request] = []
        self._clock = clock
        self._events: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    async def event(self) -> dict[str, Any]:
        """The next one that was taken."""
        return await asyncio.wait_for(self._events.get(), 5)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.method == "GET" and request.url.path in self.files:
            return httpx.Response(200, content=self.files[request.url.path])
        if request.method == "GET":
            return httpx.Response(404)
        self.requests.append(request)
        status = self.answers.pop(0) if self.answers else 200
        if status is None:
            raise httpx.ReadTimeout("no answer")
        if status == 200:
            given = {name: request.url.params.get(name, "") for name in ("signature", "timestamp", "nonce")}
            query = CallbackQuery(**given, msg_signature=request.url.params.get("msg_signature", ""))
            try:
                event = read(secrets_of(Settings()), query, await request.aread(), clock=self._clock)
            except CallbackRefusedError as error:
                return httpx.Response(error.status)
            self._events.put_nowait(event.payload)
        return httpx.Response(status, text="success")


class Simulator:
    """Its HTTP interface, in short."""

    def __init__(self, url: str, app_id: str, app_secret: str, callback: Callback, http: httpx.AsyncClient) -> None:
        self.url, self.app_id, self.app_secret, self.callback = url, app_id, app_secret, callback
        self.http = http
        self._token = ""

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

    async def look(self, path: str, **query: Any) -> dict[str, Any]:
        return dict((await self.http.get(f"/sim/{path}", params=query)).json())

    async def log_in(self, code: str) -> dict[str, Any]:
        """What `jscode2session` answers."""
        query = {"appid": self.app_id, "secret": self.app_secret, "js_code": code, "grant_type": "authorization_code"}
        return dict((await self.http.get("/sns/jscode2session", params=query)).json())

    async def stable_token(self, *, force: bool = False) -> dict[str, Any]:
        body = {"grant_type": "client_credential", "appid": self.app_id, "secret": self.app_secret}
        return dict((await self.http.post("/cgi-bin/stable_token", json=body | {"force_refresh": force})).json())

    async def ask(self, path: str, body: dict[str, Any] | None = None, **query: Any) -> httpx.Response:
        """A call of WeChat with a good token; without a body it is a GET."""
        self._token = self._token or (await self.stable_token())["access_token"]
        given = {"access_token": self._token} | query
        if body is None:
            return await self.http.get(path, params=given)
        return await self.http.post(path, params=given, json=body)

    def forget_token(self) -> None:
        """Travelling in time it has run out."""
        self._token = ""

    async def told(self, path: str, body: dict[str, Any] | None = None, **query: Any) -> dict[str, Any]:
        return dict((await self.ask(path, body, **query)).json())

    async def errcode(self, path: str, body: dict[str, Any] | None = None, **query: Any) -> int:
        return int((await self.told(path, body, **query)).get("errcode", 0))


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
