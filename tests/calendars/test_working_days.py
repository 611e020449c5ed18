from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.calendars import importing
from backend.calendars.statutory_days import statutory_days
from backend.calendars.working_days import NoticeDay, WorkingCalendar
from backend.core.clock import SHANGHAI
from models import DayKind

NOTICE_2026 = Path(__file__).parents[2] / "config/catalog/holidays_cn_2026.csv"
CALENDAR = WorkingCalendar(importing.check(NOTICE_2026.read_bytes()).days, frozenset({2026}))
UNKNOWN_YEAR = 2060  # far beyond any package's knowledge

any_day = st.dates(date(1950, 1, 1), date(2150, 12, 31))


def year_of(year: int) -> list[date]:
    first = date(year, 1, 1)
    return [first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first).days)]


def test_the_shipped_notice_equals_chinesecalendar_on_all_days_of_2026() -> None:
    days = year_of(2026)
    assert len(days) == 365
    assert [day for day in days if CALENDAR.is_workday(day) != chinese_calendar.is_workday(day)] == []
    assert sum(map(CALENDAR.is_workday, days)) == 248
    made_up = [f"{day:%m-%d}" for day in days if day.weekday() > 4 and CALENDAR.is_workday(day)]
    assert made_up == ["01-04", "02-14", "02-28", "05-09", "09-20", "10-10"]


@pytest.mark.parametrize("year", [2004, 2015, 2020, 2025])
def test_past_years_come_from_the_package(year: int) -> None:
    assert CALENDAR.year_status(year) == "official"
    assert all(CALENDAR.is_workday(day) == chinese_calendar.is_workday(day) for day in year_of(year))


def test_a_year_without_notice_is_estimated() -> None:
    assert CALENDAR.year_status(UNKNOWN_YEAR) == "estimated"
    off = [day for day in year_of(UNKNOWN_YEAR) if CALENDAR.is_holiday(day)]
    assert [f"{day:%m-%d}" for day in off] == [
        "01-01", "02-01", "02-02", "02-03", "02-04", "04-04", "05-01", "05-02", "06-03", "09-09", "10-01", "10-02",
        "10-03",
    ]  # fmt: skip
    assert not any(CALENDAR.is_workday(day) for day in year_of(UNKNOWN_YEAR) if day.weekday() > 4)


@pytest.mark.parametrize("year", range(2008, 2027))
def test_every_statutory_day_by_sun_and_moon_was_off(year: int) -> None:
    """Against the official notices. The eve of Spring Festival was none from 2014 to 2024, and 2 May before 2025."""
    days = dict(statutory_days(year))
    first = min(day for day, name in days.items() if name == "春节")
    doubtful = {first, date(year, 5, 2)} if year < 2025 else set[date]()
    assert [day for day in days if day not in doubtful and chinese_calendar.is_workday(day)] == []
    assert len(days) >= 12  # National Day and Mid-Autumn may fall on one


@pytest.mark.parametrize("year", [1890, 2150])
def test_years_out_of_reach_of_the_solar_terms_are_still_estimated(year: int) -> None:
    assert CALENDAR.year_status(year) == "estimated"
    assert CALENDAR.is_holiday(date(year, 10, 1))


def test_a_notice_ends_the_estimate_and_may_reach_into_the_december_before() -> None:
    before = date(UNKNOWN_YEAR - 1, 12, 31)
    assert before.weekday() <= 4
    noticed = WorkingCalendar((NoticeDay(before, DayKind.OFF, "元旦"),), frozenset({UNKNOWN_YEAR}))
    assert noticed.year_status(UNKNOWN_YEAR) == "official"
    assert not noticed.is_workday(before)
    assert noticed.is_holiday(date(UNKNOWN_YEAR, 5, 1))  # named by the law, whatever the notice leaves out
    assert noticed.is_workday(date(UNKNOWN_YEAR, 5, 4))


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        (date(2026, 11, 24), 1, date(2026, 11, 25)),
        (date(2026, 11, 27), 1, date(2026, 11, 30)),  # Friday
        (date(2026, 9, 30), 1, date(2026, 10, 8)),  # National Day
        (date(2026, 10, 9), 1, date(2026, 10, 10)),  # a Saturday worked in exchange
        (date(2026, 10, 9), 2, date(2026, 10, 12)),
        (date(2026, 2, 14), 2, date(2026, 2, 25)),  # Spring Festival
        (date(2026, 10, 3), 0, date(2026, 10, 8)),
        (date(2026, 10, 8), 0, date(2026, 10, 8)),
        (date(2026, 9, 25), 3, date(2026, 9, 30)),  # begun on a holiday
    ],
)
def test_adding_working_days(start: date, count: int, end: date) -> None:
    assert CALENDAR.add_working_days(start, count) == end


def test_counting_backwards_is_refused() -> None:
    with pytest.raises(ValueError, match="below 0"):
        CALENDAR.add_working_days(date(2026, 11, 24), -1)


@given(any_day, st.integers(1, 60))
def test_adding_and_counting_agree(start: date, count: int) -> None:
    end = CALENDAR.add_working_days(start, count)
    assert CALENDAR.is_workday(end)
    assert CALENDAR.working_days_between(start, end) == count
    assert CALENDAR.working_days_between(end, start) == -count


@given(any_day)
def test_next_and_roll(day: date) -> None:
    following = CALENDAR.next_workday(day)
    rolled = CALENDAR.roll_to_workday(day)
    assert following > day
    assert rolled == (day if CALENDAR.is_workday(day) else following)
    between = [day + timedelta(days=n) for n in range(1, (following - day).days)]
    assert not any(map(CALENDAR.is_workday, between))


@given(any_day)
def test_a_holiday_is_no_workday(day: date) -> None:
    assert not (CALENDAR.is_holiday(day) and CALENDAR.is_workday(day))


def test_a_deadline_counts_from_the_shanghai_date() -> None:
    filed = datetime(2026, 11, 24, 17, 0, tzinfo=UTC)  # 01:00 on the 25th in Shanghai
    assert CALENDAR.deadline(filed, 3) == datetime(2026, 11, 30, 23, 59, 59, tzinfo=SHANGHAI)


def test_a_deadline_over_the_end_of_an_estimated_year() -> None:
    filed = datetime(UNKNOWN_YEAR - 1, 12, 31, 9, 0, tzinfo=SHANGHAI)  # a Wednesday
    assert CALENDAR.deadline(filed, 1) == datetime(UNKNOWN_YEAR, 1, 2, 23, 59, 59, tzinfo=SHANGHAI)


def test_a_term_in_days_rolls_over_a_holiday() -> None:
    begun = datetime(2026, 9, 3, 10, 0, tzinfo=SHANGHAI)
    assert CALENDAR.deadline_in_days(begun, 30) == datetime(2026, 10, 8, 23, 59, 59, tzinfo=SHANGHAI)
    assert CALENDAR.deadline_in_days(begun, 27) == datetime(2026, 9, 30, 23, 59, 59, tzinfo=SHANGHAI)
