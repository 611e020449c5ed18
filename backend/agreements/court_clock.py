"""The days that a court has for an application (司法确认规定 4, 5): to accept it, then to decide. Pure: the first day
is not counted, and a last day off rolls on (民事诉讼法 85)."""

from datetime import date, timedelta
from typing import Literal, NamedTuple

from backend.core.confirmation_rules import CourtTimes
from backend.core.deps import WorkingDays
from models import Confirmation, ConfirmationStatus

Step = Literal["acceptance", "decision"]


class Running(NamedTuple):
    step: Step
    since: date
    last_day: date


def of(times: CourtTimes, calendar: WorkingDays, row: Confirmation) -> Running | None:
    """None where nothing lies with a court."""
    if row.status is not ConfirmationStatus.APPLIED or row.applied_on is None:
        return None
    if row.accepted_on is None:
        return _running(calendar, "acceptance", row.applied_on, times.accept_days)
    return _running(calendar, "decision", row.accepted_on, times.decide_days + (row.extended_days or 0))


def _running(calendar: WorkingDays, step: Step, since: date, days: int) -> Running:
    return Running(step, since, calendar.roll_to_workday(since + timedelta(days=days)))
