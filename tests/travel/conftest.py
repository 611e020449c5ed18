from collections.abc import AsyncIterator, Iterator

import pytest
from redis.asyncio import Redis

from backend.core.crypto import Keyring, new_key
from backend.travel.driving import Driving
from backend.travel.tencent import Quota, TencentLocation
from tests.clock import TravellingClock
from tests.travel.tencent_server import KEY, SECRET_KEY, Tencent, running_tencent

PATIENCE_S = 10.0
"""Where the budget is not what is tested, a busy machine must not use it up."""


@pytest.fixture
def tencent() -> Iterator[Tencent]:
    with running_tencent() as server:
        yield server


@pytest.fixture
async def redis(stores: tuple[str, str]) -> AsyncIterator[Redis]:
    client = Redis.from_url(stores[1])
    yield client
    await client.flushdb()
    await client.aclose()


@pytest.fixture
async def account(tencent: Tencent, redis: Redis, clock: TravellingClock) -> AsyncIterator[TencentLocation]:
    opened = TencentLocation(tencent.url, KEY, SECRET_KEY, Quota(50, 1000), redis, clock=clock, budget_s=PATIENCE_S)
    yield opened
    await opened.aclose()


@pytest.fixture
async def driving(account: TencentLocation, redis: Redis) -> AsyncIterator[Driving]:
    opened = Driving(account, redis, keyring(), 3000.0, budget_s=PATIENCE_S)
    yield opened
    await opened.aclose()


def keyring() -> Keyring:
    return Keyring.parse(f"test:{new_key()}", new_key())
