"""How often one actor or one address may call. Counted in Redis for all processes; without Redis nobody is
refused: a limit protects the service, it must not be what takes it down."""

import structlog
from limits import RateLimitItemPerSecond
from limits.aio.storage import RedisStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from redis.exceptions import RedisError

from backend.core.errors import RateLimitedError

log = structlog.get_logger("hejie.limits")

_WINDOW_S = 6
"""300 in 6 s: 50 a second on average, all of them at once if need be."""


class RequestLimits:
    """`actor_per_s`, `address_per_s`: 0 = off."""

    def __init__(self, redis_url: str, actor_per_s: int, address_per_s: int) -> None:
        self._limiter = SlidingWindowCounterRateLimiter(
            RedisStorage(_as_limits_url(redis_url), implementation="redispy", key_prefix="hejie:limit")
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
            allowed = await self._limiter.hit(item, who)
        except (RedisError, OSError):
            log.warning("limits_unavailable")
            return
        if not allowed:
            raise RateLimitedError(retry_after_s=1)


def _as_limits_url(redis_url: str) -> str:
    scheme, rest = redis_url.split("://", 1)
    return f"async+{'redis+unix' if scheme == 'unix' else scheme}://{rest}"
