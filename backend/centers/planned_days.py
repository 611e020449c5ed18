"""On which days an organization is expected at its desk. Pure."""

from collections.abc import Iterator
from datetime import date, timedelta

from backend.core.deps import WorkingDays
from backend.core.opening import WEEKDAYS
from models import Residency, ResidencyKind

_EVERY_WORKDAY = list(WEEKDAYS[:5])


def of(residency: Residency, first: date, last: date, calendar: WorkingDays) -> set[date]:
    return {day for day in _days(first, last) if is_one(residency, day, calendar)}


def is_one(residency: Residency, day: date, calendar: WorkingDays) -> bool:
    """Working days only: on a day off nobody is expected, and whoever comes when called never is. Whoever is there
    permanently is there on make-up Saturdays too."""
    if residency.kind is ResidencyKind.ON_CALL or day < (residency.since or day) or not calendar.is_workday(day):
        return False
    everyday = residency.kind is ResidencyKind.PERMANENT and list(residency.weekdays) == _EVERY_WORKDAY
    return everyday or WEEKDAYS[day.weekday()] in residency.weekdays


def end_of_month(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def _days(first: date, last: date) -> Iterator[date]:
    for ordinal in range(first.toordinal(), last.toordinal() + 1):
        yield date.fromordinal(ordinal)
