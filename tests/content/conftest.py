import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from redis.asyncio import Redis

from backend import wechat_events
from backend.content import checking
from backend.content.checking import Inspector
from backend.files import links
from backend.files.store import FileStore
from backend.notices.delivery import Post
from backend.wechat.client import WeChat
from config.settings import Settings
from models import CheckStatus, ContentCheck, WechatCallback
from tests.clock import TravellingClock
from tests.conftest import App
from tests.server_time import eventually
from tests.simulator import Simulator


@dataclass
class Checks:
    """The worker's side, run by hand."""

    inspector: Inspector
    simulator: Simulator
    desk: tuple[Post, FileStore]

    async def run(self, attempt: int = 0) -> None:
        """Each check that waits, once."""
        for row in await ContentCheck.filter(status=CheckStatus.WAITING).order_by("id"):
            await checking.check(self.inspector, row.id, attempt)

    async def of(self, subject: str) -> ContentCheck:
        return await ContentCheck.get(subject=subject)

    async def verdict(self, trace_id: str | None, **told: Any) -> None:
        """WeChat's event about a file."""
        extra = {"appid": self.simulator.app_id, "trace_id": trace_id, "version": 2, "errcode": 0, **told}
        body = {"name": "zhang", "event": "wxa_media_check", "extra": extra, "format": "json"}
        assert (await self.simulator.sim("send-event", body))["statuses"] == [200]
        await self.take_events()

    async def take_events(self) -> None:
        """What WeChat has pushed takes effect."""
        for event in await WechatCallback.filter(handled_at=None):
            await wechat_events.take_effect(*self.desk, event.id)

    async def has_settled(self, status: CheckStatus) -> None:
        """Of the one file: WeChat's event comes when it comes."""

        async def is_so() -> bool:
            await self.take_events()
            return await ContentCheck.filter(subject="file", status=status).exists()

        await eventually(is_so, within_s=5)


@pytest.fixture
async def checks(
    app: App, client: httpx.AsyncClient, simulator: Simulator, settings: Settings, clock: TravellingClock
) -> AsyncIterator[Checks]:
    """What WeChat pushes reaches the app, and it fetches files from there."""
    await simulator.sim("reset")
    simulator.callback.to = httpx.ASGITransport(app=app)
    redis = Redis.from_url(settings.redis_url.get_secret_value())
    secret = settings.wechat_app_secret.get_secret_value()
    wechat = WeChat(settings.wechat_url, settings.wechat_app_id, secret, redis, clock=clock, timeout_s=1.0)
    keyring = app.ctx.deps.keyring
    inspector = Inspector(
        clock,
        keyring,
        wechat,
        lambda file_id: links.link_for_check(keyring, file_id, clock.now(), "http://test/mini/v1"),
    )
    post = Post(clock, app.ctx.deps.catalog, keyring, wechat, app.ctx.sms, "developer", asyncio.Semaphore(10))
    yield Checks(inspector, simulator, (post, app.ctx.store))
    simulator.callback.to = None
    await simulator.sim("reset")
    await wechat.aclose()
    await redis.aclose()
