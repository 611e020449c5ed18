"""Working days of mainland China, with make-up workdays (调休). All dates are Asia/Shanghai dates.

The notice of the State Council's General Office moves days each year; it appears in November of the year
before. Until then a year is estimated: from the days that the law itself names, some of them by the lunar calendar.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property, lru_cache
from importlib import metadata
from typing import Literal, NamedTuple

import chinese_calendar

from backend.calendars.statutory_days import statutory_days
from backend.core.clock import SHANGHAI, local
from models import DayKind

YearStatus = Literal["official", "estimated"]

_DAY = timedelta(days=1)
_FRIDAY = 4
_END_OF_DAY = time(23, 59, 59, tzinfo=SHANGHAI)


class NoticeDay(NamedTuple):
    """A day that a notice moved: a holiday, or a weekend day worked in exchange."""

    date: date
    kind: DayKind
    name: str


@dataclass(frozen=True)
class WorkingCalendar:
    """`notice_days` win over everything. A year in neither `official_years` nor the chinesecalendar package
    is estimated from weekends and `statutory_days`; bridge days and make-up workdays are then unknown and read as
    ordinary days. A statutory day that an official notice fails to name stays off: no notice can take it away.
    """

    notice_days: tuple[NoticeDay, ...] = ()
    official_years: frozenset[int] = frozenset()

    @cached_property
    def version(self) -> str:
        """A fingerprint of what was noticed and of the package that knows the rest."""
        days = "".join(f"{day.date}{day.kind}" for day in sorted(self.notice_days))
        known = f"{metadata.version('chinesecalendar')}{sorted(self.official_years)}{days}"
        return hashlib.sha256(known.encode()).hexdigest()[:8]

    def year_status(self, year: int) -> YearStatus:
        known = year in self.official_years or _packaged_days(year) is not None
        return "official" if known else "estimated"

    def is_workday(self, day: date) -> bool:
        kind = self._kind(day)
        return day.weekday() <= _FRIDAY if kind is None else kind is DayKind.WORK

    def is_holiday(self, day: date) -> bool:
        """A public holiday; an ordinary weekend is none."""
        return self._kind(day) is DayKind.OFF

    def next_workday(self, day: date) -> date:
        """The first one after `day`."""
        return self.roll_to_workday(day + _DAY)

    def roll_to_workday(self, day: date) -> date:
        """`day` itself if it is one, else the first after it: where a term ends that would end on a holiday
        (民法典 203, 民事诉讼法 85)."""
        while not self.is_workday(day):
            day += _DAY
        return day

    def add_working_days(self, start: date, count: int) -> date:
        """`start` itself is not counted (民法典 201); 0 rolls it to a workday. Raises ValueError below 0."""
        if count < 0:
            raise ValueError("count of working days below 0")
        if count == 0:
            return self.roll_to_workday(start)
        for _ in range(count):
            start = self.next_workday(start)
        return start

    def working_days_between(self, start: date, end: date) -> int:
        """Counted as `add_working_days` does: without `start`, with `end`; negative when `end` is earlier."""
        if end < start:
            return -self.working_days_between(end, start)
        return sum(self.is_workday(start + _DAY * n) for n in range(1, (end - start).days + 1))

    def deadline(self, start: datetime, working_days: int) -> datetime:
        """23:59:59 in Shanghai on the last working day. The first day is not counted, whatever the hour."""
        last = self.add_working_days(local(start).date(), working_days)
        return datetime.combine(last, _END_OF_DAY)

    def deadline_in_days(self, start: datetime, days: int) -> datetime:
        """The same for a term in calendar days; a last day off rolls to the next working day."""
        last = self.roll_to_workday(local(start).date() + timedelta(days=days))
        return datetime.combine(last, _END_OF_DAY)

    @cached_property
    def _noticed(self) -> dict[date, DayKind]:
        return {day.date: day.kind for day in self.notice_days}

    def _kind(self, day: date) -> DayKind | None:
        """None = as the weekday says. A notice may reach into the December before its year."""
        if day in self._noticed:
            return self._noticed[day]
        packaged = None if day.year in self.official_years else _packaged_days(day.year)
        if packaged is not None:
            return packaged.get(day)
        return DayKind.OFF if day in statutory_days(day.year) else None


@lru_cache(maxsize=256)
def _packaged_days(year: int) -> Mapping[date, DayKind] | None:
    """None for a year that the installed chinesecalendar does not know."""
    try:
        chinese_calendar.is_workday(date(year, 1, 1))
    except NotImplementedError:
        return None
    off = {day: DayKind.OFF for day in chinese_calendar.holidays if day.year == year}
    return off | {day: DayKind.WORK for day in chinese_calendar.workdays if day.year == year}
