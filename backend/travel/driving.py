"""Driving times for a preview, remembered for the filing that follows it."""

import asyncio
import json
from collections.abc import Coroutine, Sequence
from typing import Any, TypeVar

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from backend.core import geo
from backend.core.crypto import Keyring
from backend.core.deps import CenterPoint
from backend.core.geo import Gcj02, Wgs84
from backend.core.travel import OFF, TravelTimes
from backend.travel.errors import TravelError
from backend.travel.tencent import TencentLocation

_REMEMBERED_S = 3600
_RECALL_S = 0.1

_T = TypeVar("_T")

log = structlog.get_logger("hejie.travel")


class Driving:
    """Without an account nothing is ever asked. With one a preview waits `budget_s` and no more, whatever hangs: Redis,
    the service, or what has to be noted of its failure."""

    def __init__(
        self,
        account: TencentLocation | None,
        redis: Redis,
        keyring: Keyring,
        tolerance_m: float,
        *,
        budget_s: float = 0.3,
    ) -> None:
        self._account, self._redis, self._keyring = account, redis, keyring
        self.tolerance_m, self._budget_s = tolerance_m, budget_s
        self._running = set[asyncio.Task[None]]()

    async def aclose(self) -> None:
        await asyncio.gather(*self._running)
        if self._account is not None:
            await self._account.aclose()

    async def ask(self, point: Wgs84 | None, centers: Sequence[CenterPoint]) -> TravelTimes:
        """Never raises. Only where nobody holds a transaction."""
        if self._account is None:
            return OFF
        if point is None or not centers:
            return TravelTimes("not_asked")
        answer = asyncio.get_running_loop().create_future()
        return await self._in_time(self._ask(point, centers, self._account, answer), answer, self._away())

    async def _ask(
        self,
        point: Wgs84,
        centers: Sequence[CenterPoint],
        account: TencentLocation,
        answer: asyncio.Future[TravelTimes],
    ) -> None:
        known = await self.recall(point)
        if known.state == "known" and known.seconds.keys() >= {center.id for center in centers}:
            _settle(answer, known)
            return
        try:
            ends = [geo.to_gcj02(center.point) for center in centers]
            seconds = await account.driving_seconds(geo.to_gcj02(point), ends)
        except TravelError:
            times = self._away()
        else:
            found = {center.id: each for center, each in zip(centers, seconds, strict=True) if each is not None}
            times = TravelTimes("known", found, self.tolerance_m)
        await self._remember(point, _settle(answer, times))

    async def recall(self, point: Wgs84 | None) -> TravelTimes:
        """What the preview of the same place was told. Never raises, never asks anybody outside."""
        if self._account is None:
            return OFF
        if point is None:
            return TravelTimes("not_asked")
        try:
            async with asyncio.timeout(_RECALL_S):
                stored = await self._redis.get(self._key(point))
        except (TimeoutError, RedisError):
            return self._away()
        if stored is None:
            return TravelTimes("not_asked", tolerance_m=self.tolerance_m)
        return TravelTimes(**json.loads(stored))

    async def point_of(self, address: str) -> Gcj02 | None:
        """None when there is no answer, for whatever reason."""
        return await self._look_up(self._account.point_of(address)) if self._account else None

    async def address_of(self, point: Wgs84) -> str | None:
        """None when there is no answer, for whatever reason."""
        return await self._look_up(self._account.address_of(geo.to_gcj02(point))) if self._account else None

    async def _look_up(self, asking: Coroutine[Any, Any, _T]) -> _T | None:
        answer: asyncio.Future[_T | None] = asyncio.get_running_loop().create_future()

        async def look_up() -> None:
            try:
                _settle(answer, await asking)
            except TravelError:
                _settle(answer, None)

        return await self._in_time(look_up(), answer, None)

    async def _in_time(self, asking: Coroutine[Any, Any, None], answer: asyncio.Future[_T], otherwise: _T) -> _T:
        """What was asked goes on to note how it ended, also when nobody waits for it any more."""
        task = asyncio.create_task(asking)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        done, _ = await asyncio.wait({task}, timeout=self._budget_s)
        for each in done:
            each.result()
        return _settle(answer, otherwise)

    def _away(self) -> TravelTimes:
        return TravelTimes("away", tolerance_m=self.tolerance_m)

    async def _remember(self, point: Wgs84, times: TravelTimes) -> None:
        text = json.dumps({"state": times.state, "seconds": dict(times.seconds), "tolerance_m": times.tolerance_m})
        try:
            async with asyncio.timeout(_RECALL_S):
                await self._redis.set(self._key(point), text, ex=_REMEMBERED_S)
        except (TimeoutError, RedisError):
            log.warning("travel_not_remembered")

    def _key(self, point: Wgs84) -> str:
        """Nobody reads from it where a resident was."""
        return f"travel:times:{self._keyring.keyed_hash('travel', f'{point.lon:.6f},{point.lat:.6f}')}"


def _settle(answer: asyncio.Future[_T], value: _T) -> _T:
    """The first one counts: a filing must not hear later than its preview."""
    if not answer.done():
        answer.set_result(value)
    return answer.result()
