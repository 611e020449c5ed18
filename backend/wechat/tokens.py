"""The access token of an app: one for all processes, kept in Redis, refreshed by one process at a time.

Redis only spares calls: `stable_token` answers every caller with the same token, so a process that has lost
Redis fetches for itself.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from backend.core.clock import Clock
from backend.wechat.errors import WeChatBusyError, WeChatQuotaError

_REDIS_WAIT_S: Final = 0.5
_LOCK_LIFE_S: Final = 10
_LOCK_WAIT_S: Final = 5
_LOCK_LOOK_S: Final = 0.02
_RENEW_BEFORE_END_S: Final = 240
"""WeChat hands out the next token in the last five minutes of the old one, not earlier."""
_FORCED_APART: Final = timedelta(seconds=30)
_REDIS_AWAY: Final = (RedisError, OSError, TimeoutError)

log = structlog.get_logger("hejie.wechat")


@dataclass(frozen=True, slots=True)
class AccessToken:
    value: str
    fresh_until: datetime

    @classmethod
    def lasting(cls, value: str, expires_in_s: int, now: datetime) -> "AccessToken":
        margin_s = min(_RENEW_BEFORE_END_S, expires_in_s / 2)
        return cls(value, now + timedelta(seconds=expires_in_s - margin_s))


class AccessTokens:
    """`fetch(force)` calls `stable_token`. Tokens are never logged."""

    def __init__(self, redis: Redis, key: str, fetch: Callable[[bool], Awaitable[AccessToken]], clock: Clock) -> None:
        self._redis = redis
        self._key = key
        self._fetch = fetch
        self._clock = clock
        self._held: AccessToken | None = None
        self._forced_at: datetime | None = None
        self._one_task = asyncio.Lock()

    async def good(self, rejected: str | None) -> str:
        """Another token than the one that WeChat has just rejected, as far as WeChat has one.

        Raises what `fetch` raises.
        """
        if (held := self._held) and self._is_good(held, rejected):
            return held.value
        async with self._one_task:
            if not ((held := self._held) and self._is_good(held, rejected)):
                held = self._held = await self._shared_or_fetched(rejected)
            return held.value

    def _is_good(self, token: AccessToken, rejected: str | None) -> bool:
        return token.value != rejected and self._clock.now() < token.fresh_until

    async def _shared_or_fetched(self, rejected: str | None) -> AccessToken:
        try:
            if (shared := await self._read()) and self._is_good(shared, rejected):
                return shared
        except _REDIS_AWAY:
            log.warning("wechat_token_without_redis")
            return await self._fetched_alone(rejected)
        async with self._only_refresher():
            if (shared := await self._read_or_none()) and self._is_good(shared, rejected):
                return shared
            force = rejected is not None and await self._may_force_anywhere()
            token = await self._fetched(force=force)
            await self._share(token)
            return token

    async def _fetched_alone(self, rejected: str | None) -> AccessToken:
        """Whoever else met the rejection may have had the token replaced: then a plain call gets the new one, and
        a crowd without Redis does not force one token after the other."""
        token = await self._fetched(force=False)
        if token.value == rejected and self._may_force_here():
            return await self._fetched(force=True)
        return token

    async def _fetched(self, *, force: bool) -> AccessToken:
        """Too soon, or too often today: somebody forced before us, and the token there is is the answer."""
        if not force:
            return await self._fetch(False)
        self._forced_at = self._clock.now()
        try:
            return await self._fetch(True)
        except (WeChatBusyError, WeChatQuotaError):
            return await self._fetch(False)

    def _may_force_here(self) -> bool:
        return self._forced_at is None or self._clock.now() - self._forced_at >= _FORCED_APART

    async def _may_force_anywhere(self) -> bool:
        now = self._clock.now()
        try:
            async with asyncio.timeout(_REDIS_WAIT_S):
                forced_at_s = float(await self._redis.get(f"{self._key}:forced") or 0)
                if abs(now.timestamp() - forced_at_s) < _FORCED_APART.total_seconds():
                    return False
                await self._redis.set(f"{self._key}:forced", now.timestamp(), ex=2 * _FORCED_APART)
        except (*_REDIS_AWAY, ValueError):
            return self._may_force_here()
        return True

    @asynccontextmanager
    async def _only_refresher(self) -> AsyncIterator[None]:
        """Goes on without the lock when its holder takes too long: a second fetch does no harm."""
        lock = self._redis.lock(
            f"{self._key}:lock", timeout=_LOCK_LIFE_S, sleep=_LOCK_LOOK_S, blocking_timeout=_LOCK_WAIT_S
        )
        try:
            async with asyncio.timeout(_LOCK_WAIT_S + _REDIS_WAIT_S):
                is_held = await lock.acquire()
        except _REDIS_AWAY:
            is_held = False
        try:
            yield
        finally:
            if is_held:
                await self._release(lock.release())

    async def _release(self, releasing: Awaitable[None]) -> None:
        try:
            async with asyncio.timeout(_REDIS_WAIT_S):
                await releasing
        except _REDIS_AWAY:
            log.warning("wechat_token_lock_left_to_expire")

    async def _read(self) -> AccessToken | None:
        async with asyncio.timeout(_REDIS_WAIT_S):
            stored = await self._redis.get(self._key)
        try:
            value, fresh_until_s = json.loads(stored or "")
            return AccessToken(str(value), datetime.fromtimestamp(float(fresh_until_s), UTC))
        except (ValueError, TypeError):
            return None

    async def _read_or_none(self) -> AccessToken | None:
        try:
            return await self._read()
        except _REDIS_AWAY:
            return None

    async def _share(self, token: AccessToken) -> None:
        life = token.fresh_until - self._clock.now()
        try:
            async with asyncio.timeout(_REDIS_WAIT_S):
                stored = json.dumps([token.value, token.fresh_until.timestamp()])
                await self._redis.set(self._key, stored, px=max(life, timedelta(seconds=1)))
        except _REDIS_AWAY:
            log.warning("wechat_token_not_shared")
