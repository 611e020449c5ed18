"""The socket of a real server process; what it tells of was written by that process or by another one."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import httpx
import pytest
from redis.asyncio import Redis
from tortoise.transactions import in_transaction
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from backend.notices import actions
from backend.notices.actions import News
from backend.web.live import Newsroom
from config.settings import Settings
from tests import native
from tests.conftest import App
from tests.people import People, Person, file_dispute


@pytest.fixture(scope="module")
async def server(app: App, settings: Settings) -> AsyncIterator[native.Server]:
    """One for this module; the last test ends it. `app` brings the tables."""
    async with native.running(native.api(native.free_port(), HEJIE_DATA_DIR=str(settings.data_dir))) as server:
        yield server


@pytest.fixture
async def outside(server: native.Server, client: httpx.AsyncClient) -> AsyncIterator[httpx.AsyncClient]:
    """`client` clears the tables afterwards."""
    async with httpx.AsyncClient(base_url=server.url, trust_env=False) as outside:
        yield outside


def dial(server: native.Server, token: str | None) -> connect:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return connect(
        f"ws://127.0.0.1:{server.port}/mini/v1/live", additional_headers=headers, proxy=None, close_timeout=1
    )


async def heard(socket: ClientConnection) -> dict[str, Any]:
    async with asyncio.timeout(5):
        message: dict[str, Any] = json.loads(await socket.recv())
        return message


async def closed_with(socket: ClientConnection) -> int | None:
    with pytest.raises(ConnectionClosed) as raised:
        await heard(socket)
    return raised.value.rcvd.code if raised.value.rcvd else None


async def tell_from_another_process(app: App, resident: Person, kind: str) -> None:
    """As `web.endpoint` does it: commit, then ring the bell."""
    async with in_transaction():
        news = News(UUID(resident.id), kind, None, {"center": "陆城街道综治中心"})
        await actions.notify(app.ctx.deps, [news])
    app.ctx.newsroom.tell([resident.id])


async def test_live(app: App, server: native.Server, outside: httpx.AsyncClient) -> None:
    people = People(outside)
    resident, other = await people.resident("live"), await people.resident("other")
    async with dial(server, resident.token) as by_header, dial(server, None) as by_message:
        await by_message.send(json.dumps({"type": "auth", "token": resident.token}))
        ready = await heard(by_header)
        assert ready["type"] == (await heard(by_message))["type"] == "ready"

        await tell_from_another_process(app, other, "accepted")
        await tell_from_another_process(app, resident, "refused")
        dispute = await file_dispute(resident)
        told = [await heard(by_header) for _ in range(3)]
        assert [await heard(by_message) for _ in range(3)] == told
        assert [(item["type"], item["kind"]) for item in told] == [
            ("notice", "refused"), ("timeline", "submitted"), ("notice", "submitted")
        ]  # fmt: skip
        assert told[1]["dispute_id"] == dispute["id"]
        missed = (await resident.get("/changes", after=ready["cursor"])).json()
        assert missed["items"] == told

        await resident.delete("/sessions/current")
        await tell_from_another_process(app, resident, "closed")
        assert await closed_with(by_header) == await closed_with(by_message) == 4401


async def test_nobody_waits_for_a_redis_that_is_away() -> None:
    async with Redis.from_url("redis://127.0.0.1:1") as nowhere:
        newsroom = Newsroom(nowhere)
        newsroom.start()
        newsroom.tell(["somebody"])
        await asyncio.wait_for(newsroom.stop(), 5)


async def test_bad_tokens_and_the_end_of_the_server(server: native.Server, outside: httpx.AsyncClient) -> None:
    for token in ("nobodys", "x" * 500):
        async with dial(server, token) as socket:
            assert await closed_with(socket) == 4401
    wrong = ['{"type":"auth","token":"nobodys"}', '{"type":"hello"}', "no json", "[]", '{"type":"auth","token":1}']
    for first in wrong:
        async with dial(server, None) as socket:
            await socket.send(first)
            assert await closed_with(socket) == 4401

    resident = await People(outside).resident("live")
    async with dial(server, resident.token) as socket:
        assert (await heard(socket))["type"] == "ready"
        await socket.send("anything")
        async with asyncio.timeout(4):
            assert server.process is not None
            server.process.terminate()
            with pytest.raises(ConnectionClosed):
                await heard(socket)
            assert await asyncio.to_thread(server.process.wait) == 0
