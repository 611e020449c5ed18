"""Driving times for a preview, remembered for the filing that follows it."""

import asyncio
import json
from collections.abc import Sequence

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

log = structlog.get_logger("hejie.travel")


class Driving:
    """Without an account nothing is ever asked."""

    def __init__(self, account: TencentLocation | None, redis: Redis, keyring: Keyring, tolerance_m: float) -> None:
        self._account, self._redis, self._keyring = account, redis, keyring
        self.tolerance_m = tolerance_m

    async def aclose(self) -> None:
        if self._account is not None:
            await self._account.aclose()

    async def ask(self, point: Wgs84 | None, centers: Sequence[CenterPoint]) -> TravelTimes:
        """Never raises. Only where nobody holds a transaction."""
        if self._account is None:
            return OFF
        if point is None or not centers:
            return TravelTimes("not_asked")
        known = await self.recall(point)
        if known.state == "known" and known.seconds.keys() >= {center.id for center in centers}:
            return known
        try:
            ends = [geo.to_gcj02(center.point) for center in centers]
            seconds = await self._account.driving_seconds(geo.to_gcj02(point), ends)
        except TravelError:
            times = TravelTimes("away", tolerance_m=self.tolerance_m)
        else:
            found = {center.id: each for center, each in zip(centers, seconds, strict=True) if each is not None}
            times = TravelTimes("known", found, self.tolerance_m)
        await self._remember(point, times)
        return times

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
            return TravelTimes("away", tolerance_m=self.tolerance_m)
        if stored is None:
            return TravelTimes("not_asked", tolerance_m=self.tolerance_m)
        return TravelTimes(**json.loads(stored))

    async def point_of(self, address: str) -> Gcj02 | None:
        """None when there is no answer, for whatever reason."""
        try:
            return await self._account.point_of(address) if self._account else None
        except TravelError:
            return None

    async def address_of(self, point: Wgs84) -> str | None:
        """None when there is no answer, for whatever reason."""
        try:
            return await self._account.address_of(geo.to_gcj02(point)) if self._account else None
        except TravelError:
            return None

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
