"""How often each API may be called: by the minute (45011) and by the day (45009), days being those of China."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from backend.core.clock import Clock, today
from backend.wechat.simulator.refusals import RefusalError

_CLEARED_A_MONTH: Final = 10


@dataclass(frozen=True, slots=True)
class Limit:
    """None: no limit."""

    daily: int | None = None
    per_minute: int | None = None


class Quotas:
    def __init__(self, clock: Clock, limits: Mapping[str, Limit]) -> None:
        self._clock = clock
        self._limits = dict(limits)
        self._day = date.min
        self._minute = 0
        self._today: Counter[str] = Counter()
        self._this_minute: Counter[str] = Counter()
        self._cleared: Counter[tuple[int, int]] = Counter()

    def set_limits(self, limits: Mapping[str, Limit]) -> None:
        """Raises 76021 for a path that is none."""
        for path in limits:
            self._known(path)
        self._limits.update(limits)

    def spend(self, path: str) -> None:
        """A call that is refused here counts as none."""
        self._turn_the_page()
        limit = self._limits.get(path, Limit())
        if limit.daily is not None and self._today[path] >= limit.daily:
            raise RefusalError(45009)
        if limit.per_minute is not None and self._this_minute[path] >= limit.per_minute:
            raise RefusalError(45011)
        self._today[path] += 1
        self._this_minute[path] += 1

    def shown(self, path: str) -> dict[str, object]:
        """As `openapi/quota/get` tells it."""
        self._turn_the_page()
        limit, used = self._known(path), self._today[path]
        daily = 10_000_000 if limit.daily is None else limit.daily
        told: dict[str, object] = {"quota": {"daily_limit": daily, "used": used, "remain": max(0, daily - used)}}
        if limit.per_minute is not None:
            told["rate_limit"] = {"call_count": limit.per_minute, "refresh_second": 60}
        return told

    def clear(self, path: str | None = None) -> None:
        """The day's counts of one API, or of all."""
        self._turn_the_page()
        if path is not None:
            self._known(path)
        month = self._day.year, self._day.month
        if self._cleared[month] >= _CLEARED_A_MONTH:
            raise RefusalError(48006)
        self._cleared[month] += 1
        if path is None:
            self._today.clear()
        else:
            self._today[path] = 0

    def _known(self, path: str) -> Limit:
        if path not in self._limits:
            raise RefusalError(76021)
        return self._limits[path]

    def _turn_the_page(self) -> None:
        day, minute = today(self._clock), int(self._clock.now().timestamp()) // 60
        if day != self._day:
            self._day, self._today = day, Counter()
        if minute != self._minute:
            self._minute, self._this_minute = minute, Counter()
