"""Times of the wall in Yichang, whatever zone a moment is written in."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.core.clock import SHANGHAI
from backend.core.quiet_hours import QuietHours

NIGHT = QuietHours.parse("22:00-07:30")


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-11-{text}").replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("hours", "moment", "expected"),
    [
        ("22:00-07:30", "24T21:59:59", "24T21:59:59"),
        ("22:00-07:30", "24T22:00", "25T07:30"),
        ("22:00-07:30", "24T23:59:59.999999", "25T07:30"),
        ("22:00-07:30", "25T00:00", "25T07:30"),
        ("22:00-07:30", "25T07:29:59", "25T07:30"),
        ("22:00-07:30", "25T07:30", "25T07:30"),
        ("12:00-14:00", "24T13:00", "24T14:00"),
        ("12:00-14:00", "24T14:00", "24T14:00"),
        ("22:00-00:00", "24T23:00", "25T00:00"),
        ("00:00-06:00", "24T00:00", "24T06:00"),
        ("", "24T03:00", "24T03:00"),
        ("09:00-09:00", "24T09:00", "24T09:00"),
    ],
)
def test_next_open(hours: str, moment: str, expected: str) -> None:
    assert QuietHours.parse(hours).next_open(at(moment)) == at(expected)


def test_the_zone_of_the_moment_stays() -> None:
    opened = NIGHT.next_open(datetime(2026, 11, 24, 15, 0, tzinfo=UTC))
    assert (opened, opened.tzinfo) == (datetime(2026, 11, 24, 23, 30, tzinfo=UTC), UTC)


@given(st.times(), st.times(), st.timedeltas(timedelta(days=-9999), timedelta(days=9999)))
def test_it_opens_within_a_day_and_stays_open(begins: time, ends: time, ago: timedelta) -> None:
    moment = datetime(2026, 11, 24, tzinfo=UTC) - ago
    hours = QuietHours(begins.replace(second=0, microsecond=0), ends.replace(second=0, microsecond=0))
    opened = hours.next_open(moment)
    assert not hours.is_quiet(opened)
    assert hours.next_open(opened) == opened
    assert 0 <= (opened - moment).total_seconds() <= 24 * 3600


@given(st.times(), st.times(), st.datetimes(timezones=st.just(UTC)))
def test_the_next_quiet_begins_within_a_day(begins: time, ends: time, moment: datetime) -> None:
    hours = QuietHours(begins.replace(second=0, microsecond=0), ends.replace(second=0, microsecond=0))
    begin = hours.next_begin(moment)
    if begin is None:
        assert hours.begins == hours.ends
    else:
        assert hours.is_quiet(begin)
        assert 0 < (begin - moment).total_seconds() <= 24 * 3600


@pytest.mark.parametrize("text", ["22:00", "25:00-07:00", "22:60-07:00", "7:00-8:00", "22:00-07:30 ", "aa:bb-cc:dd"])
def test_what_is_no_quiet_hours(text: str) -> None:
    with pytest.raises(ValueError, match="no quiet hours"):
        QuietHours.parse(text)
