"""How often one actor or one address may call. Counted in Redis for all processes; without Redis nobody is
refused: a limit protects the service, it must not be what takes it down."""

import math
import time

import structlog
from limits import RateLimitItemPerSecond
from limits.aio.storage import RedisStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from redis.exceptions import RedisError

from backend.core.errors import RateLimitedError

log = structlog.get_logger("hejie.limits")

_REDIS_TIMEOUT_S = 1.0
_WINDOW_S = 6
"""300 in 6 s: 50 a second on average, all of them at once if need be."""


class RequestLimits:
    """`actor_per_s`, `address_per_s`: 0 = off."""

    def __init__(self, redis_url: str, actor_per_s: int, address_per_s: int) -> None:
        self._limiter = SlidingWindowCounterRateLimiter(
            RedisStorage(
                _as_limits_url(redis_url),
                implementation="redispy",
                key_prefix="hejie:limit",
                socket_timeout=_REDIS_TIMEOUT_S,
                socket_connect_timeout=_REDIS_TIMEOUT_S,
            )
        )
        self._items = {
            kind: RateLimitItemPerSecond(per_s * _WINDOW_S, _WINDOW_S, namespace=kind)
            for kind, per_s in (("actor", actor_per_s), ("address", address_per_s))
            if per_s
        }

    async def hit(self, kind: str, who: str) -> None:
        """Raises RateLimitedError."""
        item = self._items.get(kind)
        if item is None:
            return
        try:
            if await self._limiter.hit(item, who):
                return
            opens_at = (await self._limiter.get_window_stats(item, who)).reset_time
        except (RedisError, OSError):
            log.warning("limits_unavailable")
            return
        raise RateLimitedError(retry_after_s=max(1, math.ceil(opens_at - time.time())))


def _as_limits_url(redis_url: str) -> str:
    scheme, rest = redis_url.split("://", 1)
    return f"async+{'redis+unix' if scheme == 'unix' else scheme}://{rest}"
