import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from redis.asyncio import Redis

from backend.notices.delivery import Post
from backend.sms.client import Sms
from backend.wechat.client import WeChat
from config.settings import Settings
from tests.clock import TravellingClock
from tests.conftest import App
from tests.notices.pushes import Phone
from tests.people import People
from tests.simulator import Simulator


@pytest.fixture
async def phone(app: App, people: People, simulator: Simulator, clock: TravellingClock) -> AsyncIterator[Phone]:
    """Of resident `zhang`. What WeChat pushes reaches the app."""
    await simulator.sim("reset")
    simulator.callback.to = httpx.ASGITransport(app=app)
    yield Phone(app, simulator, "zhang", await people.resident("zhang"), clock)
    simulator.callback.to = None
    await simulator.sim("reset")


@pytest.fixture
async def post(app: App, settings: Settings, clock: TravellingClock) -> AsyncIterator[Post]:
    """A worker's own way to WeChat."""
    redis = Redis.from_url(settings.redis_url.get_secret_value())
    secret = settings.wechat_app_secret.get_secret_value()
    deps = app.ctx.deps
    wechat = WeChat(settings.wechat_url, settings.wechat_app_id, secret, redis, clock=clock)
    sms = Sms(None, clock=clock)
    yield Post(clock, deps.catalog, deps.keyring, wechat, sms, "developer", asyncio.Semaphore(10))
    await sms.aclose()
    await wechat.aclose()
    await redis.aclose()
