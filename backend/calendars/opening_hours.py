"""Opening rules laid over the working calendar: when a center is open on a given day."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from itertools import groupby

from backend.core.clock import local
from backend.core.deps import WorkingDays
from backend.core.opening import WEEKDAYS, Hours, Period

_MONDAY_TO_FRIDAY = range(5)
_SATURDAY = 5


def hours_on(rules: Hours, calendar: WorkingDays, day: date) -> tuple[Period, ...]:
    """In order, without breaks. An exception is the whole truth about its day; else a holiday is closed,
    a make-up workday follows the nearest weekday with hours, and any other day follows its own weekday."""
    exception = rules.exception_on(day)
    if exception is not None:
        return _sorted(exception.hours)
    if calendar.is_holiday(day):
        return ()
    pattern = day.weekday()
    if pattern not in _MONDAY_TO_FRIDAY and calendar.is_workday(day):
        pattern = _make_up_pattern(rules, pattern)
    return _weekday_hours(rules, pattern)


def is_open(rules: Hours, calendar: WorkingDays, moment: datetime) -> bool:
    here = local(moment)
    hours = hours_on(rules, calendar, here.date())
    return any(period.starts <= here.time() < period.ends for period in hours)


def hours_text(rules: Hours) -> str:
    """The ordinary week as a resident reads it: `周一至周五 8:30–12:00、14:30–17:30`."""
    days = ((weekday, _day_text(rules, weekday)) for weekday in range(len(WEEKDAYS)))
    spans = [(text, [weekday for weekday, _ in same]) for text, same in groupby(days, key=lambda pair: pair[1])]
    return "；".join(f"{_weekdays_text(weekdays)} {text}" for text, weekdays in spans if text)


def _make_up_pattern(rules: Hours, weekday: int) -> int:
    nearest_first = [*reversed(_MONDAY_TO_FRIDAY)] if weekday == _SATURDAY else [*_MONDAY_TO_FRIDAY]
    return next((candidate for candidate in nearest_first if rules.hours_on(candidate)), weekday)


def _weekday_hours(rules: Hours, weekday: int) -> tuple[Period, ...]:
    breaks = _sorted(rules.breaks_on(weekday))
    return tuple(part for period in _sorted(rules.hours_on(weekday)) for part in _without(period, breaks))


def _without(period: Period, breaks: tuple[Period, ...]) -> Iterator[Period]:
    starts = period.starts
    for pause in breaks:
        if pause.starts >= period.ends:
            break
        if starts < pause.starts:
            yield Period(starts=starts, ends=pause.starts)
        starts = max(starts, pause.ends)
    if starts < period.ends:
        yield Period(starts=starts, ends=period.ends)


def _sorted(periods: Iterable[Period]) -> tuple[Period, ...]:
    return tuple(sorted(periods, key=lambda period: (period.starts, period.ends)))


def _day_text(rules: Hours, weekday: int) -> str:
    return "、".join(
        f"{period.starts.hour}:{period.starts:%M}–{period.ends.hour}:{period.ends:%M}"
        for period in _weekday_hours(rules, weekday)
    )


def _weekdays_text(weekdays: list[int]) -> str:
    names = ["周" + "一二三四五六日"[weekday] for weekday in weekdays]
    return names[0] if len(names) == 1 else f"{names[0]}至{names[-1]}"
