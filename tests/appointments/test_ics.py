import re
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st
from icalendar import Calendar

from backend.appointments.ics import Entry, appointment_file, feed
from models import AppointmentStatus

STARTS = datetime(2026, 11, 25, 1, 30, tzinfo=UTC)
STAMP = datetime(2026, 11, 24, 2, 4, tzinfo=UTC)


def entry(**changes: Any) -> Entry:
    given: dict[str, Any] = {
        "appointment_id": "0198b0c2",
        "sequence": 0,
        "starts_at": STARTS,
        "ends_at": STARTS + timedelta(minutes=30),
        "place": "陆城街道综治中心",
        "status": AppointmentStatus.BOOKED,
        "stamp": STAMP,
        "organizer": "宜都市陆城街道综治中心",
    }
    return Entry(**(given | changes))


def file_of(*, cancelled: bool = False, **changes: Any) -> str:
    status = AppointmentStatus.CANCELLED if cancelled else AppointmentStatus.BOOKED
    return appointment_file(entry(status=status, **changes)).decode()


def test_a_booked_appointment_reads_back() -> None:
    text = file_of()
    calendar = Calendar.from_ical(text)
    [event] = calendar.events
    assert event.uid == "0198b0c2@hejie"
    assert event.sequence == 0
    assert str(event.status) == "CONFIRMED"
    assert str(event["SUMMARY"]) == "综治中心预约"
    assert str(event["LOCATION"]) == "陆城街道综治中心"
    assert event.DTSTAMP == STAMP
    assert (event.start, event.end) == (STARTS, STARTS + timedelta(minutes=30))
    assert event["DTSTART"].params["TZID"] == "Asia/Shanghai"
    assert "DTSTART;TZID=Asia/Shanghai:20261125T093000\r\n" in text


def test_the_time_zone_comes_along() -> None:
    [zone] = Calendar.from_ical(file_of()).timezones
    assert zone.tz_name == "Asia/Shanghai"
    assert zone.to_tz().utcoffset(STARTS.replace(tzinfo=None)) == timedelta(hours=8)


def test_a_cancelled_one_keeps_its_uid_and_counts_on() -> None:
    [before], [after] = (Calendar.from_ical(file_of(sequence=n, cancelled=n > 0)).events for n in (0, 1))
    assert after.uid == before.uid
    assert after.sequence == 1
    assert str(after.status) == "CANCELLED"
    methods = [str(Calendar.from_ical(file_of(cancelled=cancelled))["METHOD"]) for cancelled in (False, True)]
    assert methods == ["PUBLISH", "CANCEL"]


def test_the_same_appointment_gives_the_same_file() -> None:
    assert file_of() == file_of()


def test_lines_are_folded_and_end_as_the_standard_says() -> None:
    text = file_of(place="宜都市陆城街道长江大道" * 10)
    assert text.endswith("END:VCALENDAR\r\n")
    assert "\n" not in text.replace("\r\n", "")
    assert max(len(line.encode()) for line in text.split("\r\n")) <= 75


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n"), max_size=80))
@example("\\N")
def test_no_place_can_break_out_of_its_line(place: str) -> None:
    [event] = Calendar.from_ical(file_of(place=place)).events
    assert str(event.get("LOCATION", "")) == place.replace("\\", "＼")
    assert str(event["SUMMARY"]) == "综治中心预约"


def test_a_feed_reads_back_to_the_letter() -> None:
    proposed = entry(appointment_id="b", status=AppointmentStatus.PROPOSED, title="调解 宜陆调〔2026〕1号", sequence=2)
    gone = entry(appointment_id="c", status=AppointmentStatus.CANCELLED, place="甲,乙;丙\\丁\n戊" * 9)
    raw = feed("f@hejie", "调解日程", [entry(), proposed, gone])
    assert feed("f@hejie", "调解日程", [entry(), proposed, gone]) == raw
    calendar = Calendar.from_ical(raw)
    assert calendar.to_ical() == raw
    assert calendar.errors == []
    assert [event.errors for event in calendar.events] == [[], [], []]
    assert (str(calendar["VERSION"]), str(calendar["METHOD"])) == ("2.0", "PUBLISH")
    assert [(event.uid, event.sequence, str(event.status)) for event in calendar.events] == [
        ("0198b0c2@hejie", 0, "CONFIRMED"),
        ("b@hejie", 2, "TENTATIVE"),
        ("c@hejie", 0, "CANCELLED"),
    ]
    assert str(calendar.events[2]["SUMMARY"]).startswith("已取消：")
    assert str(calendar.events[2]["LOCATION"]) == "甲,乙;丙＼丁\n戊" * 9
    assert len(calendar.timezones) == 1
    lines = raw.decode().split("\r\n")
    assert max(len(line.encode()) for line in lines) <= 75
    assert all(re.fullmatch(r"[ \t].*|[A-Z-]+[;:].*", line) for line in lines[:-1])


def test_an_empty_feed_is_a_calendar_too() -> None:
    assert Calendar.from_ical(feed("f@hejie", "调解日程", [])).events == []
