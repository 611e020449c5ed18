"""How we stand with WeChat today: calls used, APIs closed until tomorrow, an address that it refuses.

Redis shares it among the processes. Without Redis each process knows what it has met itself.
"""

import asyncio
import json
import time
from collections import Counter
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import structlog
from prometheus_client import Gauge
from redis.asyncio import Redis
from redis.exceptions import RedisError

from backend.core.clock import SHANGHAI, Clock
from backend.wechat import apis
from backend.wechat.apis import Api
from backend.wechat.errors import AddressRefusedError, WeChatError, WeChatQuotaError

_REDIS_WAIT_S: Final = 0.5
_REDIS_AWAY: Final = (RedisError, OSError, TimeoutError)
_AVOIDED_S: Final = 5.0
"""A Redis that did not answer is left alone for so long: no call to WeChat waits for it twice."""
_KEEP_S: Final = 2 * 24 * 3600
_NEARLY: Final = 0.8
_CLOSED_MARK: Final = 1 << 40
"""Added to the count of an API that is closed: one question to Redis answers both."""

_USED = Gauge("hejie_wechat_used_today", "Calls counted since midnight in China, all processes", ["api"])
_LIMIT = Gauge("hejie_wechat_daily_limit", "Calls a day that WeChat grants", ["api"])
_CLOSED = Gauge("hejie_wechat_closed", "1 while an API is left alone until midnight in China (45009)", ["api"])
for _api in apis.ALL:
    if _api.daily is not None:
        _LIMIT.labels(_api.name).set(_api.daily)

_T = TypeVar("_T")

log = structlog.get_logger("hejie.wechat")


@dataclass(frozen=True, slots=True)
class Standing:
    """As read at one moment."""

    used: dict[str, int]
    closed: frozenset[str]
    refused_address: str | None

    def warnings(self) -> list[str]:
        """For the people who run this server: what is wrong and where to put it right."""
        found = []
        if self.refused_address is not None:
            found.append(
                f"微信不接受本服务器的出口 IP {self.refused_address or '（微信没有说明）'}（errcode 40164 或 61004）。"
                "请登录 mp.weixin.qq.com，在“开发管理 → 开发设置 → IP 白名单”里加入这个 IP 并保存，几分钟后自动恢复；"
                "在此之前登录、推送和内容检查都不可用。"
            )
        found += [
            f"微信接口 {name} 今天的调用次数已用完（errcode 45009），北京时间次日 0 点自动恢复；"
            "如经常发生，请在 mp.weixin.qq.com 的“开发管理 → 接口设置”里申请提高额度。"
            for name in sorted(self.closed)
        ]
        found += [
            f"微信接口 {api.name} 今天已用 {self.used[api.name]} 次，接近每日 {api.daily} 次的上限。"
            for api in apis.ALL
            if api.daily and api.name not in self.closed and self.used.get(api.name, 0) >= _NEARLY * api.daily
        ]
        return found


class Standings:
    """Of one app. `key` begins its names in Redis."""

    def __init__(self, redis: Redis, key: str, clock: Clock) -> None:
        self._redis, self._key, self._clock = redis, key, clock
        self._met: set[tuple[str, str]] = set()
        self._own: Counter[tuple[str, str]] = Counter()
        self._refused_address: str | None = None
        self._avoided_until = 0.0

    async def admit(self, api: Api) -> None:
        """Counts one call, or the wish for one. Raises WeChatQuotaError for an API that is closed until tomorrow."""
        day = self._day()
        self._own[day, api.name] += 1
        counted: Any = self._redis.hincrby(self._used_key(day), api.name, 1)
        answer = await self._ask(counted)
        is_closed, used = self._own_view(day, api) if answer is None else divmod(int(answer), _CLOSED_MARK)
        if used == 1:
            await self._ask(self._redis.expire(self._used_key(day), _KEEP_S))
        if is_closed or (api.is_capped and api.daily is not None and used > api.daily):
            raise WeChatQuotaError(api.name, 45009)
        _CLOSED.labels(api.name).set(0)
        _USED.labels(api.name).set(used)

    async def met(self, api: Api, error: WeChatError) -> None:
        """Takes note of a refusal that concerns more than one call."""
        if isinstance(error, WeChatQuotaError):
            await self._close(api)
        elif isinstance(error, AddressRefusedError):
            await self._refuse(error.address)

    async def accepted(self) -> None:
        """A token was handed out: our address is known there (again)."""
        known: Any = self._redis.exists(self._address_key)
        if await self._ask(known) or self._refused_address is not None:
            self._refused_address = None
            await self._ask(self._redis.delete(self._address_key))

    async def read(self) -> Standing:
        """What this process knows, where Redis is away."""
        day = self._day()
        pipeline: Any = self._redis.pipeline(transaction=False)
        pipeline.hgetall(self._used_key(day))
        pipeline.get(self._address_key)
        answer = await self._ask(pipeline.execute())
        if answer is None:
            own = {name: count for (counted, name), count in self._own.items() if counted == day}
            return Standing(own, frozenset(name for met, name in self._met if met == day), self._refused_address)
        counts, address = answer
        used = {_text(name): divmod(int(count), _CLOSED_MARK) for name, count in counts.items()}
        return Standing(
            {name: count for name, (_, count) in used.items()},
            frozenset(name for name, (is_closed, _) in used.items() if is_closed),
            None if address is None else str(json.loads(address)),
        )

    def _own_view(self, day: str, api: Api) -> tuple[int, int]:
        return (day, api.name) in self._met, self._own[day, api.name]

    async def _close(self, api: Api) -> None:
        day = self._day()
        if (day, api.name) not in self._met:
            log.error("wechat_quota_used_up", api=api.name, closed_until="midnight in China")
        self._met = {met for met in self._met if met[0] == day} | {(day, api.name)}
        self._own = Counter({counted: count for counted, count in self._own.items() if counted[0] == day})
        _CLOSED.labels(api.name).set(1)
        pipeline: Any = self._redis.pipeline(transaction=False)
        pipeline.hincrby(self._used_key(day), api.name, _CLOSED_MARK)
        pipeline.expire(self._used_key(day), _KEEP_S)
        await self._ask(pipeline.execute())

    async def _refuse(self, address: str) -> None:
        if self._refused_address is None:
            log.error("wechat_refuses_our_address", address=address)
        self._refused_address = address
        await self._ask(self._redis.set(self._address_key, json.dumps(address), ex=_KEEP_S))

    async def _ask(self, asking: Awaitable[_T]) -> _T | None:
        """None: Redis is away."""
        if time.monotonic() < self._avoided_until:
            if asyncio.iscoroutine(asking):
                asking.close()
            return None
        try:
            async with asyncio.timeout(_REDIS_WAIT_S):
                return await asking
        except _REDIS_AWAY:
            self._avoided_until = time.monotonic() + _AVOIDED_S
            log.warning("wechat_standing_without_redis")
            return None

    def _day(self) -> str:
        """WeChat counts by the day in China."""
        return f"{self._clock.now().astimezone(SHANGHAI):%Y%m%d}"

    def _used_key(self, day: str) -> str:
        return f"{self._key}:used:{day}"

    @property
    def _address_key(self) -> str:
        return f"{self._key}:refused_address"


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
