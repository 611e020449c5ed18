"""How often one actor or one address may call. Counted in Redis for all processes; without Redis nobody is
refused: a limit protects the service, it must not be what takes it down."""

import math
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import structlog
from limits import RateLimitItem, RateLimitItemPerSecond
from limits.aio.storage import RedisStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from redis.asyncio import ConnectionPool
from redis.exceptions import RedisError

from backend.core.errors import RateLimitedError

log = structlog.get_logger("hejie.limits")

_REDIS_TIMEOUT_S = 0.5
_WINDOW_S = 6
"""300 in 6 s: 50 a second on average, all of them at once if need be."""

_FAILURES_WINDOW_S = 300
_FAILURES = RateLimitItemPerSecond(10, _FAILURES_WINDOW_S, namespace="failure")


class RequestLimits:
    """`actor_per_s`, `address_per_s`: 0 = off."""

    def __init__(self, redis_url: str, actor_per_s: int, address_per_s: int) -> None:
        self._pool = ConnectionPool.from_url(
            redis_url, socket_timeout=_REDIS_TIMEOUT_S, socket_connect_timeout=_REDIS_TIMEOUT_S
        )
        storage = RedisStorage(
            "async+redis://",
            implementation="redispy",
            key_prefix="hejie:limit",
            connection_pool=self._pool,  # type: ignore[arg-type] # its annotation forgets what its text allows
        )
        self._limiter = SlidingWindowCounterRateLimiter(storage)
        self._items = {
            kind: RateLimitItemPerSecond(per_s * _WINDOW_S, _WINDOW_S, namespace=kind)
            for kind, per_s in (("actor", actor_per_s), ("address", address_per_s))
            if per_s
        }

    @asynccontextmanager
    async def attempts(self, who: str, failure: type[Exception]) -> AsyncIterator[None]:
        """Around a guess at a secret: failures are counted per name, and too many refuse further tries.

        Raises RateLimitedError, and whatever the block raises.
        """
        try:
            if not await self._limiter.test(_FAILURES, who):
                raise RateLimitedError("尝试次数太多，请几分钟后再试，或联系管理员。", retry_after_s=_FAILURES_WINDOW_S)
        except (RedisError, OSError):
            log.warning("limits_unavailable")
        try:
            yield
        except failure:
            with suppress(RedisError, OSError):
                await self._limiter.hit(_FAILURES, who)
            raise

    async def hit(self, kind: str, who: str) -> None:
        """Raises RateLimitedError."""
        item = self._items.get(kind)
        if item is not None:
            await self._count(item, who)

    async def hit_at(self, partner: str, per_s: int) -> None:
        """A partner has a limit of its own; 0 = none. Raises RateLimitedError."""
        if per_s:
            await self._count(RateLimitItemPerSecond(per_s * _WINDOW_S, _WINDOW_S, namespace="partner"), partner)

    async def _count(self, item: RateLimitItem, who: str) -> None:
        try:
            if await self._limiter.hit(item, who):
                return
            opens_at = (await self._limiter.get_window_stats(item, who)).reset_time
        except (RedisError, OSError):
            log.warning("limits_unavailable")
            return
        raise RateLimitedError(retry_after_s=max(1, math.ceil(opens_at - time.time())))

    async def aclose(self) -> None:
        await self._pool.disconnect()
