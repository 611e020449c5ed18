"""The thirty days: holidays, make-up days, the year's end, and the hours in which the UTC date is still yesterday."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.agreements.counting import Counted, counted, due_notice
from backend.calendars.working_days import WorkingCalendar
from backend.core.clock import SHANGHAI

CALENDAR = WorkingCalendar()


@pytest.mark.parametrize(
    ("effective_at", "nominal", "last_day"),
    [
        ("2026-11-24T10:00+08:00", "2026-12-24", "2026-12-24"),  # an ordinary Thursday
        ("2026-11-25T00:00+08:00", "2026-12-25", "2026-12-25"),  # midnight: still the 24th in UTC
        ("2026-11-25T07:59+08:00", "2026-12-25", "2026-12-25"),
        ("2026-11-24T23:59+08:00", "2026-12-24", "2026-12-24"),
        ("2026-11-26T10:00+08:00", "2026-12-26", "2026-12-28"),  # a Saturday
        ("2026-08-21T10:00+08:00", "2026-09-20", "2026-09-20"),  # a Sunday that is worked
        ("2026-09-10T10:00+08:00", "2026-10-10", "2026-10-10"),  # a Saturday that is worked
        ("2026-09-01T10:00+08:00", "2026-10-01", "2026-10-08"),  # National Day and all that follows
        ("2026-01-15T10:00+08:00", "2026-02-14", "2026-02-14"),  # worked before the Spring Festival
        ("2026-01-16T10:00+08:00", "2026-02-15", "2026-02-24"),  # nine days of Spring Festival
        ("2026-12-01T10:00+08:00", "2026-12-31", "2026-12-31"),  # the last day of the year
        ("2026-12-02T00:30+08:00", "2027-01-01", "2027-01-04"),  # New Year, then a weekend
        ("2025-12-03T10:00+08:00", "2026-01-02", "2026-01-04"),  # off until a Sunday that is worked
        ("2024-01-30T10:00+08:00", "2024-02-29", "2024-02-29"),  # a leap day
    ],
)
def test_the_last_day(effective_at: str, nominal: str, last_day: str) -> None:
    moment = datetime.fromisoformat(effective_at)
    for same in (moment, moment.astimezone(UTC)):
        found = counted(CALENDAR, same, 30)
        assert (found.nominal_last_day.isoformat(), found.last_day.isoformat()) == (nominal, last_day)


def test_how_it_was_counted_can_be_read() -> None:
    found = counted(CALENDAR, datetime(2026, 12, 2, 0, 30, tzinfo=SHANGHAI), 30)
    assert found.text(30) == (
        "协议于2026年12月2日生效，当天不算，从2026年12月3日起算，第30日是2027年1月1日；这一天不是工作日，顺延到2027年1月4日。"
        "邮寄申请的，在途时间不计算，以寄出日为准。（当年放假安排尚未公布，以公布后的为准。）"
    )


MOMENTS = st.integers(0, 25 * 365 * 86_400).map(lambda s: datetime(2010, 1, 1, tzinfo=UTC) + timedelta(seconds=s))


@given(MOMENTS)
@settings(max_examples=400)
def test_it_ends_on_the_first_working_day_from_the_thirtieth_on(moment: datetime) -> None:
    found = counted(CALENDAR, moment, 30)
    assert found.effective_on == (moment + timedelta(hours=8)).date()
    assert (found.first_day - found.effective_on, found.nominal_last_day - found.effective_on) == (
        timedelta(days=1),
        timedelta(days=30),
    )
    assert CALENDAR.is_workday(found.last_day)
    between = range((found.last_day - found.nominal_last_day).days)
    assert not any(CALENDAR.is_workday(found.nominal_last_day + timedelta(days=n)) for n in between)
    assert Counted.from_record(found.as_record()) == found


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.lists(st.integers(0, 40), min_size=1, max_size=20))
def test_each_notice_is_sent_once_whenever_somebody_looks(last_day: date, days_left: list[int]) -> None:
    sent: set[int] = set()
    for left in sorted(days_left, reverse=True):
        due = due_notice((15, 7, 2), last_day, last_day - timedelta(days=left), sent)
        assert all(days >= left for days in due), "none too early"
        assert not sent & set(due)
        sent |= set(due)
    assert sent == {days for days in (15, 7, 2) if days >= min(days_left)}
    assert due_notice((15, 7, 2), last_day, last_day + timedelta(days=1), set()) == []
