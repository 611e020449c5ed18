"""The socket of a real server process; what it tells of was written by that process or by another one."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime
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
from models import StaffNotice
from tests import native
from tests.conftest import App
from tests.journeys.contract import granted, take
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


def dial(server: native.Server, token: str | None, base: str = "/mini/v1") -> connect:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return connect(f"ws://127.0.0.1:{server.port}{base}/live", additional_headers=headers, proxy=None, close_timeout=1)


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


async def test_staff_hear_of_their_cases(
    server: native.Server, outside: httpx.AsyncClient, client: httpx.AsyncClient
) -> None:
    """Written by one process, told by another; to the center that has the case, or is asked to take it, and above."""
    people, elsewhere = People(outside), People(client)
    staff = {name: await people.staff(name) for name in ("clerk", "gezhouba-clerk", "supervisor", "admin")}
    clerk, other = staff["clerk"], staff["gezhouba-clerk"]
    async with AsyncExitStack() as open_ones:
        sockets = {
            name: await open_ones.enter_async_context(dial(server, person.token, "/staff/v1"))
            for name, person in staff.items()
        }
        ready = {name: await heard(socket) for name, socket in sockets.items()}
        filed = (await file_dispute(await elsewhere.resident("live")))["id"]
        for name in ("clerk", "supervisor"):
            news = await heard(sockets[name])
            assert (news["type"], news["kind"], news["dispute_id"]) == ("case", "submitted", filed)
            assert "张三" not in json.dumps(news, ensure_ascii=False)
        start = ready["gezhouba-clerk"]["cursor"]
        assert granted(await other.get("/changes", after=start))["items"] == [], "the case is not theirs"
        center = granted(await other.get("/me"))["center"]["id"]
        await take(Person(client, "/staff/v1", clerk.token, ""), filed, "transfer", center_id=center, reason="在葛洲坝")
        told = [await heard(sockets["gezhouba-clerk"]) for _ in range(3)]
        assert [each["kind"] for each in told] == ["submitted", "transferred", "transfer_offered"]
        assert {each["dispute_id"] for each in told} == {filed}
        assert granted(await other.get("/changes", after=start))["items"] == told, "the same for who was away"
        assert granted(await staff["admin"].get("/changes", after=ready["admin"]["cursor"]))["items"] == []
        assert (await heard(sockets["clerk"]))["kind"] == "transferred"
        await clerk.delete("/sessions/current")
        await file_dispute(await elsewhere.resident("live"))
        assert await closed_with(sockets["clerk"]) == 4401
    async with dial(server, clerk.token, "/staff/v1") as socket:
        assert await closed_with(socket) == 4401
    async with dial(server, (await people.resident("live")).token, "/staff/v1") as socket:
        assert await closed_with(socket) == 4401, "a resident's token opens no staff door"


async def test_a_message_is_not_lost_behind_the_cases_of_others(people: People) -> None:
    """The administrator hears of no case, however many move meanwhile."""
    admin, clerk = await people.staff("admin"), await people.staff("clerk")
    cursor = granted(await admin.get("/changes"))["cursor"]
    filed = (await file_dispute(await people.resident("live")))["id"]
    for nth in range(4):
        await take(clerk, filed, "add_note", text=f"第{nth}条")
    now = datetime.now(UTC)
    await StaffNotice(staff_id=UUID(admin.id), kind="red", title="提醒", text="有一件事", created_at=now).save()
    items = granted(await admin.get("/changes", after=cursor, limit=2))["items"]
    assert [each["title"] for each in items] == ["提醒"]


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
