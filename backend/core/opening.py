"""When a center can be visited, as its operator writes it: weekly hours, breaks, dated exceptions, slots.

Wall-clock times of Asia/Shanghai. The catalog holds the default; a center may have rules of its own.
"""

from datetime import date, time, timedelta
from itertools import pairwise
from typing import Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, model_validator

from models import AppointmentKind

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: tuple[Weekday, ...] = get_args(Weekday)


class Rule(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Period(Rule):
    """A part of one day; `ends` is no longer in it."""

    starts: time
    ends: time

    @model_validator(mode="after")
    def check_times(self) -> Self:
        for moment in (self.starts, self.ends):
            if moment.tzinfo or moment.second or moment.microsecond:
                raise ValueError("times are whole minutes of local time")
        if self.starts >= self.ends:
            raise ValueError("a period ends after it starts, on the same day")
        return self


class WeeklyPeriod(Period):
    weekdays: tuple[Weekday, ...] = Field(min_length=1)


class DatedHours(Rule):
    """The whole truth about one day, whatever the weekly rules and the working calendar say."""

    date: date
    hours: tuple[Period, ...] = ()
    """Empty = closed."""

    @model_validator(mode="after")
    def check_overlap(self) -> Self:
        _refuse_overlap(self.hours, self.date.isoformat())
        return self


class SlotRule(Rule):
    minutes: int = Field(ge=5, le=24 * 60)
    capacity: int = Field(ge=1, description="parties who may book the same time")


class OpeningRules(Rule):
    hours: tuple[WeeklyPeriod, ...]
    breaks: tuple[WeeklyPeriod, ...] = ()
    exceptions: tuple[DatedHours, ...] = ()
    kinds: dict[AppointmentKind, SlotRule] = Field(min_length=1)
    minimum_notice_minutes: int = Field(ge=0)
    horizon_days: int = Field(ge=0, le=366, description="today counts as day 0")

    @model_validator(mode="after")
    def check_overlap(self) -> Self:
        for weekday, name in enumerate(WEEKDAYS):
            _refuse_overlap(self.hours_on(weekday), name)
        dates = [exception.date for exception in self.exceptions]
        if len(set(dates)) != len(dates):
            raise ValueError("one exception per date")
        return self

    @property
    def minimum_notice(self) -> timedelta:
        return timedelta(minutes=self.minimum_notice_minutes)

    def hours_on(self, weekday: int) -> tuple[WeeklyPeriod, ...]:
        """`weekday` as in `date.weekday()`: Monday is 0."""
        return tuple(period for period in self.hours if WEEKDAYS[weekday] in period.weekdays)

    def breaks_on(self, weekday: int) -> tuple[WeeklyPeriod, ...]:
        return tuple(period for period in self.breaks if WEEKDAYS[weekday] in period.weekdays)

    def exception_on(self, day: date) -> DatedHours | None:
        return next((exception for exception in self.exceptions if exception.date == day), None)


def _refuse_overlap(periods: tuple[Period, ...], where: str) -> None:
    """Two windows over the same minutes would offer the same places twice."""
    for earlier, later in pairwise(sorted(periods, key=lambda period: period.starts)):
        if later.starts < earlier.ends:
            raise ValueError(f"overlapping hours on {where}")
