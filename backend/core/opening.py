"""When a center can be visited, as its operator writes it: weekly hours, breaks, dated exceptions, slots.

Wall-clock times of Asia/Shanghai. The catalog holds the default; a center may have rules of its own, and so may each
window, room and mediator have hours.
"""

from datetime import date, time, timedelta
from functools import cached_property
from itertools import pairwise
from typing import Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from models import AppointmentKind, Purpose

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
                raise _wrong("时间写到分钟，不带秒和时区，例如 08:30。")
        if self.starts >= self.ends:
            raise _wrong("结束时间要晚于开始时间，而且在同一天。")
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
    capacity: int = Field(1, ge=1, description="parties who may book the same time; a mediation has it to itself")
    buffer_minutes: int = Field(0, ge=0, le=24 * 60, description="kept free after each")
    minimum_notice_minutes: int | None = Field(None, ge=0, description="absent = the center's")
    horizon_days: int | None = Field(None, ge=0, le=366, description="absent = the center's")

    @cached_property
    def length(self) -> timedelta:
        return timedelta(minutes=self.minutes)

    @cached_property
    def buffer(self) -> timedelta:
        return timedelta(minutes=self.buffer_minutes)

    @cached_property
    def minimum_notice(self) -> timedelta:
        return timedelta(minutes=self.minimum_notice_minutes or 0)


class Hours(Rule):
    """Of a center, a window, a room or a mediator."""

    hours: tuple[WeeklyPeriod, ...]
    breaks: tuple[WeeklyPeriod, ...] = ()
    exceptions: tuple[DatedHours, ...] = ()

    @model_validator(mode="after")
    def check_overlap(self) -> Self:
        for weekday, name in enumerate("一二三四五六日"):
            _refuse_overlap(self.hours_on(weekday), f"周{name}")
        dates = [exception.date for exception in self.exceptions]
        if len(set(dates)) != len(dates):
            raise _wrong("同一天只能写一条例外，请合并。")
        return self

    def hours_on(self, weekday: int) -> tuple[WeeklyPeriod, ...]:
        """`weekday` as in `date.weekday()`: Monday is 0."""
        return tuple(period for period in self.hours if WEEKDAYS[weekday] in period.weekdays)

    def breaks_on(self, weekday: int) -> tuple[WeeklyPeriod, ...]:
        return tuple(period for period in self.breaks if WEEKDAYS[weekday] in period.weekdays)

    def exception_on(self, day: date) -> DatedHours | None:
        return next((exception for exception in self.exceptions if exception.date == day), None)


_MEDIATION = {
    AppointmentKind.ONSITE: SlotRule(minutes=90, buffer_minutes=15, minimum_notice_minutes=240),
    AppointmentKind.VIDEO: SlotRule(minutes=60, buffer_minutes=15, minimum_notice_minutes=240),
}


class OpeningRules(Hours):
    kinds: dict[AppointmentKind, SlotRule] = Field(min_length=1, description="registration at the window")
    mediation: dict[AppointmentKind, SlotRule] = Field(_MEDIATION, description="with the mediator and all parties")
    minimum_notice_minutes: int = Field(ge=0)
    horizon_days: int = Field(ge=0, le=366, description="today counts as day 0")

    @property
    def minimum_notice(self) -> timedelta:
        return timedelta(minutes=self.minimum_notice_minutes)

    def slot_rules(self, purpose: Purpose) -> dict[AppointmentKind, SlotRule]:
        """With the center's notice and horizon where a rule has none of its own."""
        rules = self.mediation if purpose is Purpose.MEDIATION else self.kinds
        center = {"minimum_notice_minutes": self.minimum_notice_minutes, "horizon_days": self.horizon_days}
        return {
            kind: rule.model_copy(update={name: value for name, value in center.items() if getattr(rule, name) is None})
            for kind, rule in rules.items()
        }

    def limited(self, *, notice_minutes: int | None = None, horizon_days: int | None = None) -> "OpeningRules":
        """With at most so much notice, and at most so many days ahead, for every kind."""
        least = {
            name: value
            for name, value in (("minimum_notice_minutes", notice_minutes), ("horizon_days", horizon_days))
            if value is not None
        }
        if not least:
            return self
        changed: dict[str, object] = {name: min(getattr(self, name), value) for name, value in least.items()}
        for field, purpose in (("kinds", Purpose.REGISTRATION), ("mediation", Purpose.MEDIATION)):
            changed[field] = {
                kind: rule.model_copy(update={name: min(getattr(rule, name), value) for name, value in least.items()})
                for kind, rule in self.slot_rules(purpose).items()
            }
        return self.model_copy(update=changed)


def _refuse_overlap(periods: tuple[Period, ...], where: str) -> None:
    """Two windows over the same minutes would offer the same places twice."""
    for earlier, later in pairwise(sorted(periods, key=lambda period: period.starts)):
        if later.starts < earlier.ends:
            raise _wrong(f"{where}有两段开放时间重叠，请合并或者改开。")


def _wrong(message: str) -> PydanticCustomError:
    """In the form in which `core.schema` gives field errors; this module stands below it."""
    return PydanticCustomError("hejie", "{reason}", {"reason": message})
