from datetime import date, datetime, time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.calendars.opening_hours import hours_on, hours_text, is_open
from backend.calendars.working_days import WorkingCalendar
from backend.core.clock import SHANGHAI
from backend.core.opening import WEEKDAYS, OpeningRules, WeeklyPeriod

CALENDAR = WorkingCalendar()

RULES = OpeningRules.model_validate(
    {
        "hours": [
            {"weekdays": ["monday", "tuesday", "wednesday", "thursday"], "starts": "14:30", "ends": "17:30"},
            {"weekdays": ["monday", "tuesday", "wednesday", "thursday"], "starts": "08:30", "ends": "12:00"},
            {"weekdays": ["friday"], "starts": "09:00", "ends": "16:00"},
            {"weekdays": ["saturday"], "starts": "09:00", "ends": "11:00"},
        ],
        "breaks": [
            {"weekdays": ["friday"], "starts": "13:00", "ends": "14:00"},
            {"weekdays": ["friday"], "starts": "12:00", "ends": "13:30"},
            {"weekdays": ["saturday"], "starts": "08:00", "ends": "09:30"},
        ],
        "exceptions": [
            {"date": "2026-10-02", "hours": [{"starts": "09:00", "ends": "10:00"}]},
            {"date": "2026-11-25"},
        ],
        "kinds": {"onsite": {"minutes": 30, "capacity": 5}},
        "minimum_notice_minutes": 60,
        "horizon_days": 31,
    }
)

WEEKDAY = [("08:30", "12:00"), ("14:30", "17:30")]
FRIDAY = [("09:00", "12:00"), ("14:00", "16:00")]


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 11, 24), WEEKDAY),
        (date(2026, 11, 27), FRIDAY),
        (date(2026, 11, 28), [("09:30", "11:00")]),  # an ordinary Saturday with hours of its own
        (date(2026, 11, 29), []),
        (date(2026, 10, 1), []),  # National Day
        (date(2026, 9, 26), []),  # a Saturday of the Mid-Autumn holiday
        (date(2026, 10, 10), FRIDAY),  # a Saturday worked in exchange
        (date(2026, 9, 20), WEEKDAY),  # a Sunday worked in exchange
        (date(2026, 10, 2), [("09:00", "10:00")]),  # opened on a holiday by exception
        (date(2026, 11, 25), []),  # closed by exception
    ],
)
def test_hours_of_a_day(day: date, expected: list[tuple[str, str]]) -> None:
    found = [(f"{period.starts:%H:%M}", f"{period.ends:%H:%M}") for period in hours_on(RULES, CALENDAR, day)]
    assert found == expected


def test_a_center_that_opens_on_saturdays_only_keeps_its_hours_on_a_make_up_saturday() -> None:
    saturday = tuple(period for period in RULES.hours if period.weekdays == ("saturday",))
    rules = RULES.model_copy(update={"hours": saturday, "breaks": ()})
    [period] = hours_on(rules, CALENDAR, date(2026, 10, 10))
    assert (period.starts, period.ends) == (time(9), time(11))
    assert hours_on(rules, CALENDAR, date(2026, 9, 20)) == ()


def times(*, between: tuple[int, int] = (0, 23)) -> st.SearchStrategy[time]:
    return st.builds(time, st.integers(*between), st.integers(0, 59))


@st.composite
def breaks(draw: st.DrawFn) -> WeeklyPeriod:
    starts, ends = sorted(draw(st.lists(times(), min_size=2, max_size=2, unique=True)))
    return WeeklyPeriod(weekdays=WEEKDAYS, starts=starts, ends=ends)


@given(st.lists(breaks(), max_size=4), times(between=(7, 18)))
def test_open_is_exactly_what_no_break_covers(pauses: list[WeeklyPeriod], moment: time) -> None:
    rules = RULES.model_copy(update={"breaks": tuple(pauses)})
    tuesday = date(2026, 11, 24)
    in_hours = time(8, 30) <= moment < time(12) or time(14, 30) <= moment < time(17, 30)
    in_break = any(pause.starts <= moment < pause.ends for pause in pauses)
    assert is_open(rules, CALENDAR, datetime.combine(tuesday, moment, SHANGHAI)) == (in_hours and not in_break)
    parts = hours_on(rules, CALENDAR, tuesday)
    assert all(earlier.ends <= later.starts for earlier, later in pairwise(parts))


@pytest.mark.parametrize(
    ("hour", "minute", "expected"),
    [(8, 29, False), (8, 30, True), (11, 59, True), (12, 0, False), (14, 30, True), (17, 30, False)],
)
def test_open_from_the_first_minute_to_the_last(hour: int, minute: int, expected: bool) -> None:
    assert is_open(RULES, CALENDAR, datetime(2026, 11, 24, hour, minute, tzinfo=SHANGHAI)) is expected


def test_the_week_in_words() -> None:
    assert hours_text(RULES) == "周一至周四 8:30–12:00、14:30–17:30；周五 9:00–12:00、14:00–16:00；周六 9:30–11:00"
    assert hours_text(RULES.model_copy(update={"hours": ()})) == ""
