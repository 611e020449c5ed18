from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.core.clock import SHANGHAI
from backend.core.opening import WEEKDAYS
from backend.core.wording import date_text, distance_text, money_text, weekdays_text, when_text


@pytest.mark.parametrize(
    ("hour", "minute", "text"),
    [
        (9, 30, "上午9:30"),
        (0, 5, "上午0:05"),
        (11, 59, "上午11:59"),
        (12, 0, "中午12:00"),
        (12, 30, "中午12:30"),
        (13, 0, "下午1:00"),
        (14, 30, "下午2:30"),
        (23, 59, "下午11:59"),
    ],
)
def test_when(hour: int, minute: int, text: str) -> None:
    assert when_text(datetime(2026, 11, 25, hour, minute, tzinfo=SHANGHAI)) == f"11月25日 周三 {text}"


def test_when_is_read_in_shanghai() -> None:
    assert when_text(datetime(2026, 12, 31, 17, 0, tzinfo=UTC)) == "1月1日 周五 上午1:00"


def test_date() -> None:
    assert date_text(date(2027, 1, 3)) == "1月3日 周日"


@given(st.datetimes(timezones=st.just(UTC), min_value=datetime(2000, 1, 1), max_value=datetime(2099, 12, 31)))  # noqa: DTZ001
def test_when_begins_with_its_date(moment: datetime) -> None:
    assert when_text(moment).startswith(date_text(moment.astimezone(SHANGHAI).date()) + " ")


@pytest.mark.parametrize(
    ("fen", "text"),
    [
        (0, "0元"),
        (5, "0.05元"),
        (120_000, "1,200元"),
        (120_050, "1,200.50元"),
        (123_456_789_00, "123,456,789元"),
        (-150, "-1.50元"),
    ],
)
def test_money(fen: int, text: str) -> None:
    assert money_text(fen) == text


@pytest.mark.parametrize(
    ("metres", "text"),
    [
        (0, "不到10米"),
        (9.9, "不到10米"),
        (12, "10米"),
        (346.2, "350米"),
        (994.9, "990米"),
        (996, "1公里"),
        (1_240, "1.2公里"),
        (9_960, "10公里"),
        (12_345.6, "12公里"),
        (150_400, "150公里"),
    ],
)
def test_distance(metres: float, text: str) -> None:
    assert distance_text(metres) == text


@pytest.mark.parametrize(
    ("weekdays", "text"),
    [
        (("monday",), "每周一"),
        (("tuesday", "thursday"), "每周二、四"),
        (("monday", "tuesday"), "每周一、二"),
        (("monday", "tuesday", "wednesday", "thursday", "friday"), "周一至周五"),
        (("monday", "wednesday", "friday"), "每周一、三、五"),
        (WEEKDAYS, "每天"),
    ],
)
def test_weekdays(weekdays: tuple[str, ...], text: str) -> None:
    assert weekdays_text(weekdays) == text
