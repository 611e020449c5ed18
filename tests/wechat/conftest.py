from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest
from redis.asyncio import Redis

from backend.wechat.client import WeChat
from tests.clock import TravellingClock
from tests.simulator import Listener, Simulator, running_simulator

Connect = Callable[..., WeChat]


@pytest.fixture
async def simulator(clock: TravellingClock) -> AsyncIterator[Simulator]:
    """One for each test: its tokens and quotas are part of what is tested."""
    async with running_simulator(clock) as running:
        yield running


@pytest.fixture
def listener(simulator: Simulator, clock: TravellingClock) -> Listener:
    simulator.callback.to = listener = Listener(clock)
    return listener


@pytest.fixture
async def redis(stores: tuple[str, str]) -> AsyncIterator[Redis]:
    async with Redis.from_url(stores[1]) as redis:
        await redis.flushdb()
        yield redis


@pytest.fixture
async def connect(
    simulator: Simulator, stores: tuple[str, str], redis: Redis, clock: TravellingClock
) -> AsyncIterator[Connect]:
    """Each call makes the client of another process, with a Redis connection of its own."""
    async with AsyncExitStack() as stack:

        def make(**other: Any) -> WeChat:
            own_redis = Redis.from_url(stores[1])
            stack.push_async_callback(own_redis.aclose)
            given: dict[str, Any] = {
                "app_id": simulator.app_id,
                "app_secret": simulator.app_secret,
                "redis": own_redis,
                "clock": clock,
            }
            wechat = WeChat(simulator.url, **(given | other))
            stack.push_async_callback(wechat.aclose)
            return wechat

        yield make
