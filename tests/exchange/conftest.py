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
from backend.worker import work
from config.settings import Settings
from models import CodeKind, CodeWay, OutgoingEvent, OutgoingState, Partner
from tests.clock import TravellingClock
from tests.conftest import App
from tests.exchange.calling import HOTLINE_CODES, HOTLINE_STATUSES, referral
from tests.server_time import eventually

BASIS = "履行法定职责所必需（个人信息保护法第十三条第三项）"
PLAIN = dict.fromkeys(("status", "category", "outcome", "division", "organization", "reason", "redirect"), BASIS)
OURS = [Pair(kind, ALL, ALL, CodeWay.BOTH) for kind in CodeKind]
HOTLINES = [
    *(Pair(CodeKind.CATEGORY, ours, theirs, CodeWay.BOTH) for theirs, ours in HOTLINE_CODES.items()),
    *(Pair(CodeKind.STATUS, ours, theirs, CodeWay.OUT) for ours, theirs in HOTLINE_STATUSES.items()),
]
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

    async def calls(self, *calls: Any, **how: Any) -> list[Any]:
        """Signed by the partner; status and body of each answer."""
        asked = {
            "calls": [call if isinstance(call, dict) else {"path": call, "method": "GET"} for call in calls],
            **how,
        }
        answers: list[Any] = (await self.http.post("/sim/calls", json=asked)).raise_for_status().json()
        return answers

    async def brings(self, **overrides: Any) -> Any:
        """What Hejie says to a case."""
        (answer,) = await self.calls({"path": "/exchange/v1/cases", "body": referral(**overrides)})
        assert answer["status"] == 201, answer
        return answer["body"]

    async def says(self, number: str, status: str | None = None, brought: Any = None) -> None:
        """Of a case in its own list."""
        known = {"status": status, "referral": brought}
        (await self.http.put(f"/sim/cases/{number}", json=known)).raise_for_status()

    async def loses(self, number: str, **events: int) -> None:
        (await self.http.delete(f"/sim/cases/{number}", params=events)).raise_for_status()

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
            running, url = await stack.enter_async_context(running_partner(clock, code, app))
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
async def running_partner(clock: Clock, code: str, hejie: App) -> AsyncIterator[tuple[App, str]]:
    options, way = Options(hejie_url="http://hejie.test", partner=code), httpx.ASGITransport(app=hejie)
    app = create_app(options, clock=clock, transport=way, name=f"partner-{next(_names)}")
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


async def nothing_waits() -> bool:
    """Whatever is queued has been delivered and written down."""
    return not await OutgoingEvent.filter(state=OutgoingState.PENDING).exists() and await OutgoingEvent.exists()


async def jobs_done(worker: Worker) -> None:
    """By the worker's own code, until its queue is empty."""
    await work(worker.settings, worker.deps.clock, asyncio.Event(), drain=True)


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
