from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from backend.core.clock import SHANGHAI
from backend.core.quiet_hours import QuietHours
from backend.core.reminding import ReminderRule

QUIET = QuietHours.parse("22:00-07:30")
DAY_BEFORE = ReminderRule.model_validate({"name": "eve", "days_before": 1, "at": "18:00:00", "late_minutes": 120})
SOON = ReminderRule.model_validate({"name": "soon", "minutes_before": 120})

moments = st.integers(0, 4 * 366 * 24 * 60).map(lambda n: datetime(2024, 1, 1, tzinfo=SHANGHAI) + timedelta(minutes=n))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("rule", "starts_at", "due"),
    [
        (DAY_BEFORE, "2027-01-01 09:00", "2026-12-31 18:00"),
        (DAY_BEFORE, "2028-03-01 00:10", "2028-02-29 18:00"),
        (DAY_BEFORE, "2026-12-31 23:59", "2026-12-30 18:00"),
        (SOON, "2026-12-31 14:30", "2026-12-31 12:30"),
        (SOON, "2026-12-31 08:30", "2026-12-31 07:30"),  # 06:30 is quiet
        (SOON, "2027-01-01 00:30", "2027-01-01 07:30"),  # quiet from before until after the start: never
    ],
)
def test_when_it_falls_due(rule: ReminderRule, starts_at: str, due: str) -> None:
    assert rule.falls_due(at(starts_at), QUIET) == at(due)


@pytest.mark.parametrize(
    ("now", "is_due"),
    [
        ("2026-11-24 17:59", False),
        ("2026-11-24 18:00", True),
        ("2026-11-24 19:59", True),
        ("2026-11-24 20:00", False),
        ("2026-11-25 09:00", False),
    ],
)
def test_after_an_outage_it_comes_a_little_late_or_not_at_all(now: str, is_due: bool) -> None:
    booked = at("2026-11-20 10:00")
    assert DAY_BEFORE.is_due(at("2026-11-25 09:30"), booked, at(now), QUIET) is is_due


def test_who_booked_after_the_moment_was_told_then() -> None:
    starts_at, due = at("2026-11-25 09:30"), at("2026-11-24 18:00")
    assert not DAY_BEFORE.is_due(starts_at, due, due, QUIET)
    assert DAY_BEFORE.is_due(starts_at, due - timedelta(seconds=1), due, QUIET)


@given(st.sampled_from([DAY_BEFORE, SOON]), moments, st.integers(0, 3 * 24 * 60))
@settings(max_examples=200)
def test_never_in_quiet_hours_and_never_after_the_start(rule: ReminderRule, now: datetime, minutes: int) -> None:
    starts_at = now + timedelta(minutes=minutes)
    if rule.is_due(starts_at, now - timedelta(days=9), now, QUIET):
        assert not QUIET.is_quiet(now)
        assert now < starts_at <= now + rule.longest_lead


def test_what_has_not_left_when_the_quiet_begins_does_not_leave() -> None:
    late = ReminderRule.model_validate({"name": "late", "days_before": 1, "at": "21:50:00"})
    starts_at, booked = at("2026-11-25 09:30"), at("2026-11-20 10:00")
    assert late.valid_until(starts_at, QUIET) == at("2026-11-24 22:00")
    assert not late.is_due(starts_at, booked, at("2026-11-24 22:00"), QUIET)
    assert late.valid_until(starts_at, QuietHours()) == at("2026-11-24 22:20")
    assert SOON.valid_until(at("2026-11-25 07:45"), QUIET) == at("2026-11-25 07:45")


@pytest.mark.parametrize(
    "rule",
    [
        {"name": "none"},
        {"name": "half", "days_before": 1},
        {"name": "both", "days_before": 1, "at": "18:00:00", "minutes_before": 60},
        {"name": "negative", "minutes_before": -5},
    ],
)
def test_a_rule_says_one_moment(rule: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        ReminderRule.model_validate(rule)
