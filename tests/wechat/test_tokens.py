"""One access token for all processes."""

import asyncio
from collections.abc import Awaitable, Iterable
from typing import Any

import pytest
from redis.asyncio import Redis

from backend.wechat.client import WeChat
from backend.wechat.errors import WeChatAwayError
from tests.clock import TravellingClock
from tests.simulator import Simulator
from tests.wechat.conftest import Connect
from tests.wechat.test_client import SEND, TEMPLATE, impatient, send

TOKEN = "/cgi-bin/stable_token"


async def at_once(calls: Iterable[Awaitable[Any]]) -> list[Any]:
    return await asyncio.gather(*calls)


async def with_grants(simulator: Simulator, count: int) -> str:
    for _ in range(count - 1):
        await simulator.accept("alice", TEMPLATE)
    return await simulator.accept("alice", TEMPLATE)


def without_redis() -> Redis:
    return Redis.from_url("redis://127.0.0.1:1", socket_connect_timeout=1)


async def test_ten_processes_need_one_token(connect: Connect, simulator: Simulator) -> None:
    openid = await with_grants(simulator, 20)
    processes = [connect() for _ in range(10)]
    await at_once(send(process, openid) for process in processes for _ in range(2))
    assert await simulator.calls(TOKEN) == 1
    assert len(await simulator.outbox("alice")) == 20


async def test_ten_processes_lose_their_token_at_once(connect: Connect, simulator: Simulator) -> None:
    openid = await with_grants(simulator, 20)
    processes = [connect() for _ in range(10)]
    await at_once(send(process, openid) for process in processes)
    await simulator.http.delete("/sim/tokens")
    await at_once(send(process, openid) for process in processes)
    assert await simulator.calls(TOKEN) == 2
    assert len(await simulator.outbox("alice")) == 20


async def test_a_token_is_renewed_before_its_end(
    connect: Connect, simulator: Simulator, clock: TravellingClock
) -> None:
    wechat, openid = connect(), await with_grants(simulator, 3)
    await send(wechat, openid)
    clock.advance(seconds=7200 - 241)
    await send(wechat, openid)
    assert await simulator.calls(TOKEN) == 1
    clock.advance(seconds=2)
    await send(wechat, openid)
    assert (await simulator.calls(TOKEN), await simulator.calls(SEND)) == (2, 3)


async def test_a_clock_that_runs_late_costs_one_refresh(
    connect: Connect, simulator: Simulator, clock: TravellingClock
) -> None:
    """42001: WeChat's time is the one that counts."""
    wechat, openid = connect(clock=TravellingClock()), await with_grants(simulator, 2)
    await send(wechat, openid)
    clock.advance(hours=2)
    await send(wechat, openid)
    assert (await simulator.calls(TOKEN), await simulator.calls(SEND)) == (2, 3)


@pytest.mark.parametrize("errcode", [40001, 40014, 42001])
async def test_a_rejection_that_does_not_end_is_not_chased(
    connect: Connect, simulator: Simulator, errcode: int
) -> None:
    wechat, openid = connect(), await with_grants(simulator, 1)
    await simulator.fault(SEND, errcode=errcode, times=9)
    with pytest.raises(WeChatAwayError):
        await send(wechat, openid)
    assert (await simulator.calls(TOKEN), await simulator.calls(SEND)) == (2, 2)


async def test_refreshes_are_forced_thirty_seconds_apart(
    connect: Connect, simulator: Simulator, clock: TravellingClock
) -> None:
    wechat, openid = connect(), await with_grants(simulator, 4)
    await send(wechat, openid)
    for seconds, forced in [(0, 1), (29, 1), (1, 2)]:
        clock.advance(seconds=seconds)
        await simulator.http.delete("/sim/tokens")
        await send(wechat, openid)
        assert (await simulator.http.get("/sim/tokens")).json() == {"forced": forced}


async def test_a_crowd_without_redis_forces_nothing_while_there_is_a_new_token(
    connect: Connect, simulator: Simulator
) -> None:
    openid = await with_grants(simulator, 4)
    processes = [connect(redis=without_redis()) for _ in range(2)]
    await at_once(send(process, openid) for process in processes)
    await simulator.http.delete("/sim/tokens")
    await at_once(send(process, openid) for process in processes)
    assert (await simulator.http.get("/sim/tokens")).json() == {"forced": 0}
    assert len(await simulator.outbox("alice")) == 4


async def test_a_crowd_without_redis_forces_one_token_when_the_old_one_is_still_handed_out(
    connect: Connect, simulator: Simulator
) -> None:
    """45011: another process, which has no Redis either, has just forced one."""
    openid = await with_grants(simulator, 4)
    processes = [connect(redis=without_redis()) for _ in range(2)]
    await at_once(send(process, openid) for process in processes)
    await simulator.fault(SEND, errcode=40001, times=2)
    await at_once(send(process, openid) for process in processes)
    assert (await simulator.http.get("/sim/tokens")).json() == {"forced": 1}
    assert len(await simulator.outbox("alice")) == 4


async def test_twenty_forced_refreshes_a_day_are_known(
    connect: Connect, simulator: Simulator, clock: TravellingClock
) -> None:
    wechat, openid = connect(), await with_grants(simulator, 24)
    await send(wechat, openid)
    for _ in range(22):
        clock.advance(seconds=31)
        await simulator.fault(SEND, errcode=40001)
        await send(wechat, openid)
    assert (await simulator.http.get("/sim/tokens")).json() == {"forced": 20}
    assert await simulator.calls(TOKEN) == 1 + 20 + 2


async def test_without_redis_every_process_fetches_once(connect: Connect, simulator: Simulator) -> None:
    openid = await with_grants(simulator, 8)
    processes: list[WeChat] = [connect(redis=without_redis()) for _ in range(2)]
    await at_once(send(process, openid) for process in processes for _ in range(2))
    assert await simulator.calls(TOKEN) == 2
    await simulator.http.delete("/sim/tokens")
    await at_once(send(process, openid) for process in processes for _ in range(2))
    assert len(await simulator.outbox("alice")) == 8


async def test_redis_that_goes_away_costs_nothing_while_the_token_lasts(
    connect: Connect, simulator: Simulator, redis: Redis
) -> None:
    wechat, openid = connect(), await with_grants(simulator, 2)
    await send(wechat, openid)
    await redis.flushdb()
    await send(wechat, openid)
    assert await simulator.calls(TOKEN) == 1


async def test_what_another_wrote_into_redis_does_not_matter(
    connect: Connect, simulator: Simulator, redis: Redis
) -> None:
    openid = await with_grants(simulator, 2)
    await send(connect(), openid)
    (key,) = [key async for key in redis.scan_iter("wechat:token:*")]
    await redis.set(key, "not a token")
    await send(connect(), openid)
    assert await simulator.calls(TOKEN) == 2


async def test_another_secret_has_another_token(connect: Connect, simulator: Simulator) -> None:
    await send(connect(), await with_grants(simulator, 1))
    with pytest.raises(WeChatAwayError) as caught:
        await send(connect(app_secret="changed"), await with_grants(simulator, 1))
    assert caught.value.errcode == 40125


@pytest.mark.parametrize("fault", [{"errcode": 40164}, {"status": 502}, {"body": "{}"}, {"delay_ms": 1000}])
async def test_no_token_means_not_sent(connect: Connect, simulator: Simulator, fault: dict[str, Any]) -> None:
    wechat, openid = connect(**impatient(fault)), await with_grants(simulator, 1)
    await simulator.fault(TOKEN, **fault)
    with pytest.raises(WeChatAwayError) as caught:
        await send(wechat, openid)
    assert caught.value.errcode == fault.get("errcode")
    assert await simulator.calls(SEND) == 0
    assert await send(wechat, openid)
