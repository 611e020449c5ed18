"""Quotas that are used up, an address that is not welcome, a WeChat that is busy."""

import asyncio

import pytest
from prometheus_client import REGISTRY
from redis.asyncio import Redis

from backend.wechat.errors import WeChatAwayError, WeChatBusyError, WeChatQuotaError
from tests.clock import TravellingClock
from tests.simulator import Simulator
from tests.wechat.conftest import Connect
from tests.wechat.test_client import LOGIN, SEND, send
from tests.wechat.test_tokens import TOKEN, with_grants, without_redis

NOT_LISTED = '{"errcode": 40164, "errmsg": "invalid ip 203.0.113.7 ipv6 ::ffff:203.0.113.7, not in whitelist rid: 6"}'


def counted(api: str, outcome: str) -> float:
    return REGISTRY.get_sample_value("hejie_wechat_calls_total", {"api": api, "outcome": outcome}) or 0.0


async def test_a_used_up_quota_closes_the_api_for_everybody_until_the_next_day_in_china(
    connect: Connect, simulator: Simulator, clock: TravellingClock, redis: Redis
) -> None:
    one, other, openid = connect(), connect(), await with_grants(simulator, 2)
    await simulator.fault(SEND, errcode=45009)
    for wechat in (one, one, other):
        with pytest.raises(WeChatQuotaError):
            await send(wechat, openid)
    assert await simulator.calls(SEND) == 1
    for wechat in (one, other):
        (warning,) = await wechat.warnings()
        assert "cgi-bin/message/subscribe/send" in warning
    await one.code_to_session("sim-alice-1")
    clock.advance(hours=13, minutes=59)
    with pytest.raises(WeChatQuotaError):
        await send(other, openid)
    clock.advance(minutes=1)
    assert await send(other, openid)
    assert await send(one, openid)
    assert await one.warnings() == []


async def test_without_redis_a_process_knows_what_it_met(connect: Connect, simulator: Simulator) -> None:
    wechat, openid = connect(redis=without_redis()), await with_grants(simulator, 1)
    await simulator.fault(SEND, errcode=45009)
    for _ in range(2):
        with pytest.raises(WeChatQuotaError):
            await send(wechat, openid)
    assert await simulator.calls(SEND) == 1
    assert len(await wechat.warnings()) == 1


async def test_a_redis_that_hangs_costs_half_a_second_once(connect: Connect, simulator: Simulator) -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    loop = asyncio.get_running_loop()
    async with await asyncio.start_server(silent, "127.0.0.1", 0) as hanging:
        redis = Redis.from_url(f"redis://127.0.0.1:{hanging.sockets[0].getsockname()[1]}")
        wechat = connect(redis=redis)
        await wechat.code_to_session("sim-alice-1")
        began = loop.time()
        for nonce in range(2, 12):
            await wechat.code_to_session(f"sim-alice-{nonce}")
        assert loop.time() - began < 0.5
        await redis.aclose()
        hanging.close()


async def test_an_address_that_wechat_refuses_is_told_to_who_can_list_it(
    connect: Connect, simulator: Simulator
) -> None:
    one, other, openid = connect(), connect(), await with_grants(simulator, 1)
    await simulator.fault(TOKEN, body=NOT_LISTED)
    with pytest.raises(WeChatAwayError) as caught:
        await send(one, openid)
    assert caught.value.errcode == 40164
    (warning,) = await other.warnings()
    assert "203.0.113.7" in warning
    assert "IP 白名单" in warning
    assert await send(other, openid)
    assert await one.warnings() == []


async def test_a_refused_address_that_is_not_named(connect: Connect, simulator: Simulator) -> None:
    wechat, openid = connect(redis=without_redis()), await with_grants(simulator, 2)
    await simulator.fault(TOKEN, errcode=61004)
    with pytest.raises(WeChatAwayError):
        await send(wechat, openid)
    assert len(await wechat.warnings()) == 1
    assert await send(wechat, openid)
    assert await wechat.warnings() == []


@pytest.mark.parametrize("errcode", [-1, 45011])
async def test_a_busy_wechat_is_asked_again_where_that_does_no_harm(
    connect: Connect, simulator: Simulator, errcode: int
) -> None:
    await simulator.fault(TOKEN, errcode=errcode, times=2)
    assert await send(connect(), await with_grants(simulator, 1))
    assert await simulator.calls(TOKEN) == 3


async def test_patience_with_a_busy_wechat_ends_with_the_time_of_the_call(
    connect: Connect, simulator: Simulator
) -> None:
    """Ninety-nine answers, with growing pauses between, would take until tomorrow."""
    wechat, openid = connect(timeout_s=0.5), await with_grants(simulator, 1)
    await simulator.fault(TOKEN, errcode=-1, times=99)
    with pytest.raises(WeChatBusyError):
        await send(wechat, openid)
    assert await simulator.calls(TOKEN) <= 5
    assert await simulator.calls(SEND) == 0


async def test_calls_are_counted_by_what_they_came_to(connect: Connect, simulator: Simulator) -> None:
    api = LOGIN.strip("/")
    before = {outcome: counted(api, outcome) for outcome in ("ok", "WeChatAwayError")}
    wechat = connect()
    await wechat.code_to_session("sim-alice-1")
    await simulator.fault(LOGIN, status=502)
    with pytest.raises(WeChatAwayError):
        await wechat.code_to_session("sim-alice-2")
    assert {outcome: counted(api, outcome) - count for outcome, count in before.items()} == {
        "ok": 1,
        "WeChatAwayError": 1,
    }
    assert REGISTRY.get_sample_value("hejie_wechat_used_today", {"api": api}) == 2
