"""Tencent Location Service, WebService API. Source of paths, signature and status codes: lbs.qq.com/service/webService.

Points on the wire are GCJ-02, latitude first. The HTTP status is always 200; `status` in the answer tells.
"""

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

import httpx
import structlog
from pydantic import BaseModel, ConfigDict, ValidationError
from redis.asyncio import Redis
from redis.exceptions import RedisError

from backend.core.clock import SHANGHAI, Clock
from backend.core.geo import Gcj02
from backend.travel.errors import NoResultError, TravelAwayError, TravelError, TravelQuotaError, TravelRefusedError

_MATRIX: Final = "/ws/distance/v1/matrix"
_GEOCODER: Final = "/ws/geocoder/v1/"

_PER_SECOND, _PER_DAY = 120, 121
_BY_STATUS: Final[dict[int, type[TravelError]]] = {
    **dict.fromkeys((_PER_SECOND, _PER_DAY), TravelQuotaError),
    **dict.fromkeys((110, 111, 112, 113, 160, 161, 190, 199), TravelRefusedError),
    **dict.fromkeys((347, 365, 366, 373, 374, 377, 378), NoResultError),
}
"""Every other status but 0 counts as away."""

_FAILURES_TO_OPEN, _FAILURE_WINDOW_S, _PAUSE_S = 5, 30, 30
_REFUSED_PAUSE_S = 600

log = structlog.get_logger("hejie.travel")


class _Answer(BaseModel):
    model_config = ConfigDict(hide_input_in_errors=True)


class _Element(_Answer):
    duration: int | None = None
    status: int = 0


class _Row(_Answer):
    elements: list[_Element]


class _Rows(_Answer):
    rows: list[_Row]


class _Location(_Answer):
    lat: float
    lng: float


class _Found(_Answer):
    location: _Location


class _Recommended(_Answer):
    recommend: str = ""


class _Described(_Answer):
    address: str
    formatted_addresses: _Recommended = _Recommended()


_T = TypeVar("_T", bound=_Answer)


@dataclass(frozen=True, slots=True)
class Quota:
    """As the console grants it to the account; the matrix is counted by pairs, not by calls."""

    per_second: int
    per_day: int


class TencentLocation:
    """One account. Redis holds what is left of its quota and whether it is worth asking, for all processes."""

    def __init__(
        self,
        base_url: str,
        key: str,
        secret_key: str,
        quota: Quota,
        redis: Redis,
        *,
        clock: Clock,
        budget_s: float = 0.3,
    ) -> None:
        self._key, self._secret_key, self._quota = key, secret_key, quota
        self._redis, self._clock, self._budget_s = redis, clock, budget_s
        self._prefix = f"travel:{hashlib.sha256(f'{base_url} {key}'.encode()).hexdigest()[:12]}"
        self._http = httpx.AsyncClient(
            base_url=base_url, timeout=budget_s, limits=httpx.Limits(max_connections=10), trust_env=False
        )

    async def aclose(self) -> None:
        await self._http.aclose()

    async def driving_seconds(self, start: Gcj02, ends: Sequence[Gcj02]) -> list[int | None]:
        """One for each end; None where no road leads. Raises TravelError."""
        params = {"mode": "driving", "from": _pair(start), "to": ";".join(map(_pair, ends))}
        found = await self._ask(_MATRIX, params, _Rows, pairs=len(ends))
        elements = found.rows[0].elements if found.rows else []
        if len(elements) != len(ends):
            raise TravelAwayError("not as many times as asked for")
        return [None if each.status else each.duration for each in elements]

    async def point_of(self, address: str) -> Gcj02:
        """`address` has to begin with province and city. Raises TravelError."""
        found = await self._ask(_GEOCODER, {"address": address}, _Found)
        return Gcj02(found.location.lng, found.location.lat)

    async def address_of(self, point: Gcj02) -> str:
        """As people say it. Raises TravelError."""
        found = await self._ask(_GEOCODER, {"location": _pair(point)}, _Described)
        return found.formatted_addresses.recommend or found.address

    async def _ask(self, path: str, params: Mapping[str, str], shape: type[_T], pairs: int = 1) -> _T:
        """All within the budget: a resident is waiting."""
        try:
            async with asyncio.timeout(self._budget_s):
                await self._take(pairs)
                return await self._get(path, params, shape)
        except (TimeoutError, httpx.HTTPError, ValueError, RedisError) as error:
            log.warning("travel_away", error=type(error).__name__)
            await self._pause_after_failures()
            raise TravelAwayError from error

    async def _get(self, path: str, params: Mapping[str, str], shape: type[_T]) -> _T:
        answer = await self._http.get(path, params=signed(path, {**params, "key": self._key}, self._secret_key))
        content: Any = answer.raise_for_status().json()
        status = content.get("status") if isinstance(content, dict) else None
        if status != 0:
            error = _BY_STATUS.get(status if isinstance(status, int) else -1, TravelAwayError)
            await self._pause_after(error, status)
            raise error(f"status {status}")
        try:
            return shape.model_validate(content.get("result"))
        except ValidationError as error:
            await self._pause_after_failures()
            raise TravelAwayError("an answer of another shape") from error

    async def _take(self, pairs: int) -> None:
        """Raises TravelAwayError while the circuit is open, TravelQuotaError when our own count says no."""
        now = self._clock.now()
        second, day = f"{self._prefix}:s:{int(now.timestamp())}", f"{self._prefix}:d:{now.astimezone(SHANGHAI):%Y%m%d}"
        until = await self._redis.zscore(f"{self._prefix}:pause", "until")
        if until is not None and until > now.timestamp():
            raise TravelQuotaError("paused")
        await self._count(second, pairs, self._quota.per_second, keep_s=5)
        await self._count(day, pairs, self._quota.per_day, keep_s=2 * 86400)

    async def _count(self, key: str, pairs: int, most: int, *, keep_s: int) -> None:
        """What is not granted is not counted. Raises TravelQuotaError."""
        counted = await self._redis.incrby(key, pairs)
        await self._redis.expire(key, keep_s)
        if counted > most:
            await self._redis.decrby(key, pairs)
            raise TravelQuotaError("our own count")

    async def _pause_after(self, error: type[TravelError], status: object) -> None:
        if error is NoResultError:
            return
        log.warning("travel_refused", status=status)
        now = self._clock.now()
        if status == _PER_DAY:
            await self._pause_until(_midnight(now))
        elif status == _PER_SECOND:
            await self._pause_until(now + timedelta(seconds=1))
        elif error is TravelRefusedError:
            await self._pause_until(now + timedelta(seconds=_REFUSED_PAUSE_S))
        else:
            await self._pause_after_failures()

    async def _pause_after_failures(self) -> None:
        """The circuit: after several failures within half a minute nobody asks for as long."""
        key = f"{self._prefix}:failures"
        try:
            async with asyncio.timeout(self._budget_s):
                failures = await self._redis.incr(key)
                await self._redis.expire(key, _FAILURE_WINDOW_S)
                if failures >= _FAILURES_TO_OPEN:
                    await self._redis.delete(key)
                    await self._pause_until(self._clock.now() + timedelta(seconds=_PAUSE_S))
        except (TimeoutError, RedisError):
            log.warning("travel_not_counted")

    async def _pause_until(self, moment: datetime) -> None:
        """Never shortened: of answers that arrive together one may say 'tomorrow', the next 'in a second'."""
        key = f"{self._prefix}:pause"
        await self._redis.zadd(key, {"until": moment.timestamp()}, gt=True)
        await self._redis.expire(key, 86400)


def signed(path: str, params: Mapping[str, str], secret_key: str) -> dict[str, str]:
    """`sig`: MD5 over path, parameters in the order of their names, not URL-encoded, and the secret key."""
    if not secret_key:
        return dict(params)
    query = "&".join(f"{name}={params[name]}" for name in sorted(params))
    digest = hashlib.md5(f"{path}?{query}{secret_key}".encode(), usedforsecurity=False).hexdigest()
    return {**params, "sig": digest}


def _pair(point: Gcj02) -> str:
    return f"{point.lat:.6f},{point.lon:.6f}"


def _midnight(now: datetime) -> datetime:
    """When the day's quota is granted anew: midnight in Beijing."""
    tomorrow = now.astimezone(SHANGHAI) + timedelta(days=1)
    return tomorrow.replace(hour=0, minute=0, second=0, microsecond=0)
