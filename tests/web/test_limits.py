import asyncio
from contextlib import aclosing

import httpx
import pytest

from backend.core.errors import RateLimitedError
from backend.web.limits import RequestLimits
from config.settings import Settings
from tests.conftest import App
from tests.people import People


def limits(settings: Settings, *, actor: int = 0, address: int = 0) -> aclosing[RequestLimits]:
    return aclosing(RequestLimits(settings.redis_url.get_secret_value(), actor, address))


async def test_a_burst_passes_and_what_is_beyond_is_told_when_to_return(
    client: httpx.AsyncClient, settings: Settings
) -> None:
    async with limits(settings, actor=1) as one_a_second:
        for _ in range(6):
            await one_a_second.hit("actor", "zhang")
        with pytest.raises(RateLimitedError) as refusal:
            await one_a_second.hit("actor", "zhang")
        await one_a_second.hit("actor", "li")

    assert refusal.value.retry_after_s in range(1, 7)


async def test_nothing_is_refused_where_no_limit_is_set(client: httpx.AsyncClient, settings: Settings) -> None:
    async with limits(settings, actor=1) as actors_only:
        await asyncio.gather(*(actors_only.hit("address", "203.0.113.1") for _ in range(20)))


@pytest.mark.parametrize("kind", ["actor", "address"])
async def test_a_caller_beyond_the_limit_gets_429(
    app: App, people: People, settings: Settings, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    resident = await people.resident()
    async with limits(settings, **{kind: 1}) as strict:
        monkeypatch.setattr(app.ctx, "limits", strict)
        answers = [await resident.get("/me") for _ in range(7)]

    assert [answer.status_code for answer in answers] == [200] * 6 + [429]
    assert answers[-1].json()["code"] == "rate_limited"
    assert int(answers[-1].headers["Retry-After"]) in range(1, 7)


async def test_without_redis_nobody_is_refused() -> None:
    async with asyncio.timeout(1), aclosing(RequestLimits("redis://127.0.0.1:1/0", 1, 1)) as nowhere:
        await asyncio.gather(*(nowhere.hit("actor", "zhang") for _ in range(10)))


async def test_a_redis_that_hangs_holds_nobody_up_for_long() -> None:
    silent = await asyncio.start_server(hold, "127.0.0.1", 0)
    url = f"redis://127.0.0.1:{silent.sockets[0].getsockname()[1]}/0"

    async with silent, asyncio.timeout(3), aclosing(RequestLimits(url, 1, 1)) as hanging:
        await hanging.hit("actor", "zhang")


async def hold(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Takes everything and says nothing."""
    while await reader.read(1000):
        pass
    writer.close()
