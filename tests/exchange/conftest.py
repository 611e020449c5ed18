"""Partners: real servers on ports of their own, told by the worker's own office."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

import httpx
import pytest
from tortoise.transactions import in_transaction

from backend import exchange_office
from backend.core.clock import Clock
from backend.core.deps import Deps
from backend.exchange import partners
from backend.exchange.delivering import Pace
from backend.exchange.mapping import ALL, Pair
from backend.exchange.schemas import PartnerDraft
from backend.partner_simulator.server import Options, create_app
from backend.partner_simulator.world import World
from config.settings import Settings
from models import CodeKind, CodeWay, Partner
from tests.clock import TravellingClock
from tests.conftest import App
from tests.server_time import eventually

BASIS = "履行法定职责所必需（个人信息保护法第十三条第三项）"
PLAIN = dict.fromkeys(("status", "category", "outcome", "division", "organization", "reason", "redirect"), BASIS)
OURS = [Pair(kind, ALL, ALL, CodeWay.BOTH) for kind in CodeKind]
PACE = Pace(first_pause=0.05, longest_pause=60.0, longest_probe=0.1)

_names = count(1)


@dataclass
class Told:
    """A partner as it stands in our tables, and its server."""

    app: App
    url: str
    partner: Partner
    http: httpx.AsyncClient
    clock: TravellingClock

    @property
    def world(self) -> World:
        world: World = self.app.ctx.world
        return world

    async def fault(self, kind: str, **how: Any) -> None:
        (await self.http.post("/sim/faults", json={"kind": kind, **how})).raise_for_status()

    async def behave(self) -> None:
        await self.http.delete("/sim/faults")

    async def has(self, events: int, within_s: float = 10.0) -> None:
        async def so() -> bool:
            return len(self.world.taken) >= events

        await eventually(so, within_s=within_s)
        assert len(self.world.taken) == events

    def kinds(self, number: str) -> list[str]:
        return [event["type"].removeprefix("cn.hejie.case.") for event in self.world.by_case.get(number, [])]


Add = Callable[..., Awaitable[Told]]


@pytest.fixture
async def add_partner(app: App, client: httpx.AsyncClient, clock: TravellingClock) -> AsyncIterator[Add]:
    """Keyword arguments are those of its draft, and `codes`."""
    async with AsyncExitStack() as stack:

        async def add(code: str, *, codes: list[Pair] | None = None, **draft: Any) -> Told:
            running, url = await stack.enter_async_context(running_partner(clock))
            wanted = {"name": code, "url": f"{url}/events", "directions": ["out"], "may_know": PLAIN} | draft
            deps: Deps = app.ctx.deps
            checked = PartnerDraft.model_validate({"code": code} | wanted, context=(deps, False))
            async with in_transaction():
                partner, secret = await partners.add(deps, checked)
                await partners.map_codes(deps, partner, OURS if codes is None else codes)
            running.ctx.world.secrets = [secret]
            http = await stack.enter_async_context(httpx.AsyncClient(base_url=url, trust_env=False))
            return Told(running, url, partner, http, clock)

        yield add


@asynccontextmanager
async def running_partner(clock: Clock) -> AsyncIterator[tuple[App, str]]:
    app = create_app(Options(), clock=clock, name=f"partner-{next(_names)}")
    listener = socket.create_server(("127.0.0.1", 0))
    server: Any = await app.create_server(sock=listener, return_asyncio_server=True)
    await server.startup()
    await server.before_start()
    await server.after_start()
    await server.start_serving()
    yield app, f"http://127.0.0.1:{listener.getsockname()[1]}"
    await server.before_stop()
    await server.close()
    for connection in server.connections:
        connection.close_if_idle()
    await server.after_stop()


@dataclass(frozen=True)
class Worker:
    settings: Settings
    deps: Deps


@pytest.fixture
def worker(app: App, settings: Settings) -> Worker:
    return Worker(settings, app.ctx.deps)


@asynccontextmanager
async def office(worker: Worker, pace: Pace = PACE, **changed: Any) -> AsyncIterator[None]:
    """The worker's side, in this process, until the block ends."""
    stopping, deps = asyncio.Event(), worker.deps
    tools = exchange_office.tools(worker.settings, deps.clock, deps.catalog, deps.keyring)
    own = worker.settings.model_copy(update=changed)
    running = asyncio.create_task(exchange_office.run(own, replace(tools, pace=pace), stopping))
    try:
        yield
    finally:
        stopping.set()
        await running
