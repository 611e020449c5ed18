from base64 import urlsafe_b64encode
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from backend.appointments.availability import (
    SlotTime,
    is_too_soon,
    last_day,
    offered,
    parse_slot_id,
    slot_id,
    slot_times,
)
from backend.calendars.working_days import NoticeDay, WorkingCalendar
from backend.core.clock import SHANGHAI
from backend.core.opening import WEEKDAYS, DatedHours, OpeningRules, Period, SlotRule, WeeklyPeriod
from models import AppointmentKind, DayKind, Purpose

ONSITE, VIDEO = AppointmentKind.ONSITE, AppointmentKind.VIDEO
OFFICE_HOURS = OpeningRules(
    hours=(
        WeeklyPeriod(weekdays=WEEKDAYS[:5], starts=time(8, 30), ends=time(12)),
        WeeklyPeriod(weekdays=WEEKDAYS[:5], starts=time(14, 30), ends=time(17, 30)),
    ),
    kinds={ONSITE: SlotRule(minutes=30, capacity=5), VIDEO: SlotRule(minutes=60, capacity=2)},
    minimum_notice_minutes=60,
    horizon_days=31,
)
CALENDAR = WorkingCalendar()


def at(month: int, day: int, hour: int, minute: int = 0, *, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=SHANGHAI)


def minute_of_day(minute: int) -> time:
    return time(minute // 60, minute % 60)


@st.composite
def periods(draw: st.DrawFn) -> Period:
    starts = draw(st.integers(0, 1435))
    ends = draw(st.integers(starts + 1, 1439))
    return Period(starts=minute_of_day(starts), ends=minute_of_day(ends))


@st.composite
def weekly(draw: st.DrawFn) -> WeeklyPeriod:
    period = draw(periods())
    days = draw(st.lists(st.sampled_from(WEEKDAYS), min_size=1, unique=True))
    return WeeklyPeriod(weekdays=tuple(days), starts=period.starts, ends=period.ends)


@st.composite
def disjoint_hours(draw: st.DrawFn) -> tuple[WeeklyPeriod, ...]:
    """Bounds drawn as one ascending list, so that no two windows overlap."""
    bounds = sorted(draw(st.lists(st.integers(0, 1439), min_size=2, max_size=6, unique=True)))
    pairs = list(zip(bounds[::2], bounds[1::2], strict=False))
    return tuple(
        WeeklyPeriod(
            weekdays=tuple(draw(st.lists(st.sampled_from(WEEKDAYS), min_size=1, unique=True))),
            starts=minute_of_day(starts),
            ends=minute_of_day(ends),
        )
        for starts, ends in pairs
    )


nows = st.datetimes(
    min_value=datetime(2004, 1, 1),  # noqa: DTZ001
    max_value=datetime(2098, 12, 31),  # noqa: DTZ001
    timezones=st.just(UTC),
)


def slot_rules() -> st.SearchStrategy[SlotRule]:
    return st.builds(
        SlotRule,
        minutes=st.integers(10, 120),
        capacity=st.integers(1, 9),
        buffer_minutes=st.sampled_from((0, 0, 5, 45)),
        minimum_notice_minutes=st.none() | st.integers(0, 3000),
        horizon_days=st.none() | st.integers(0, 6),
    )


@st.composite
def offers(draw: st.DrawFn) -> tuple[OpeningRules, WorkingCalendar, datetime]:
    now = draw(nows)
    near = st.integers(-1, 8).map(lambda n: now.date() + timedelta(days=n))
    closed = draw(st.lists(near, max_size=2, unique=True))
    moved = draw(st.dictionaries(near, st.sampled_from(DayKind), max_size=5))
    notice = tuple(NoticeDay(day, kind, "") for day, kind in moved.items())
    rules = OpeningRules(
        hours=draw(disjoint_hours()),
        breaks=tuple(draw(st.lists(weekly(), max_size=3))),
        exceptions=tuple(DatedHours(date=day) for day in closed),
        kinds=draw(
            st.dictionaries(
                st.sampled_from(AppointmentKind),
                slot_rules(),
                min_size=1,
            )
        ),
        minimum_notice_minutes=draw(st.integers(0, 3000)),
        horizon_days=draw(st.integers(0, 6)),
    )
    return rules, WorkingCalendar(notice), now


def weekday_pattern(rules: OpeningRules, calendar: WorkingCalendar, day: date) -> int:
    """Said a second time on purpose: which weekday's hours hold on a make-up workday."""
    if day.weekday() < 5 or not calendar.is_workday(day):
        return day.weekday()
    order = [4, 3, 2, 1, 0] if day.weekday() == 5 else [0, 1, 2, 3, 4]
    return next((n for n in order if any(WEEKDAYS[n] in p.weekdays for p in rules.hours)), day.weekday())


@given(offers())
def test_every_slot_obeys_every_rule(case: tuple[OpeningRules, WorkingCalendar, datetime]) -> None:
    rules, calendar, now = case
    for slot in slot_times(rules, calendar, now):
        day, starts, ends = slot.starts_at.date(), slot.starts_at.time(), slot.ends_at.time()
        name = WEEKDAYS[weekday_pattern(rules, calendar, day)]
        assert slot.starts_at.tzinfo is SHANGHAI
        assert any(name in p.weekdays and p.starts <= starts < ends <= p.ends for p in rules.hours)
        assert not any(name in p.weekdays and starts < p.ends and p.starts < ends for p in rules.breaks)
        assert not calendar.is_holiday(day)
        assert day not in {exception.date for exception in rules.exceptions}
        rule = rules.slot_rules(Purpose.REGISTRATION)[slot.kind]
        assert slot.starts_at - now >= rule.minimum_notice
        assert (day - now.astimezone(SHANGHAI).date()).days <= (rule.horizon_days or 0)
        assert slot.ends_at - slot.starts_at == timedelta(minutes=rules.kinds[slot.kind].minutes)
        assert slot.capacity == rules.kinds[slot.kind].capacity


@given(offers())
def test_slots_come_in_order_and_slots_of_a_kind_never_overlap(
    case: tuple[OpeningRules, WorkingCalendar, datetime],
) -> None:
    slots = list(slot_times(*case))
    keys = [(slot.starts_at, slot.kind) for slot in slots]
    assert keys == sorted(set(keys))
    for kind in AppointmentKind:
        of_kind = [slot for slot in slots if slot.kind is kind]
        assert of_kind == list(slot_times(*case, kind=kind))
        assert all(earlier.ends_at <= later.starts_at for earlier, later in pairwise(of_kind))
        same_day = [pair for pair in pairwise(of_kind) if len({slot.starts_at.date() for slot in pair}) == 1]
        assert all(earlier.free_from <= later.starts_at for earlier, later in same_day)


@given(offers())
def test_what_is_listed_is_offered(case: tuple[OpeningRules, WorkingCalendar, datetime]) -> None:
    for slot in islice(slot_times(*case), 20):
        assert offered(*case, slot.kind, slot.starts_at) == slot


@given(offers(), st.sampled_from(AppointmentKind), st.integers(-1440, 8 * 1440))
def test_what_is_offered_is_listed(
    case: tuple[OpeningRules, WorkingCalendar, datetime], kind: AppointmentKind, minutes: int
) -> None:
    starts_at = case[2].replace(second=0, microsecond=0) + timedelta(minutes=minutes)
    listed = {slot.starts_at: slot for slot in slot_times(*case, kind=kind)}
    assert offered(*case, kind, starts_at) == listed.get(starts_at)


@given(nows, st.integers(1, 31))
def test_every_workday_has_slots_and_every_other_day_none(now: datetime, ahead: int) -> None:
    day = now.astimezone(SHANGHAI).date() + timedelta(days=ahead)
    slots = list(slot_times(OFFICE_HOURS, CALENDAR, now, kind=ONSITE, first=day, last=day))
    assert len(slots) == (13 if CALENDAR.is_workday(day) else 0)


def starts(slots: list[SlotTime]) -> list[str]:
    return [f"{slot.starts_at:%H:%M}" for slot in slots]


def test_a_day_of_the_office() -> None:
    day = date(2026, 11, 25)
    slots = list(slot_times(OFFICE_HOURS, CALENDAR, at(11, 24, 10), first=day, last=day))
    assert starts([slot for slot in slots if slot.kind is ONSITE]) == [
        "08:30", "09:00", "09:30", "10:00", "10:30", "11:00", "11:30",
        "14:30", "15:00", "15:30", "16:00", "16:30", "17:00",
    ]  # fmt: skip
    assert starts([slot for slot in slots if slot.kind is VIDEO]) == [
        "08:30", "09:30", "10:30", "14:30", "15:30", "16:30",
    ]  # fmt: skip


def test_notice_and_horizon_to_the_minute() -> None:
    slots = list(slot_times(OFFICE_HOURS, CALENDAR, at(11, 24, 9), kind=ONSITE))
    assert slots[0].starts_at == at(11, 24, 10)
    assert slots[-1].starts_at == at(12, 25, 17)
    assert last_day(OFFICE_HOURS, at(11, 24, 9)) == date(2026, 12, 25)
    assert offered(OFFICE_HOURS, CALENDAR, at(11, 24, 9, 1), ONSITE, at(11, 24, 10)) is None
    assert is_too_soon(OFFICE_HOURS, at(11, 24, 9, 1), at(11, 24, 10))
    assert not is_too_soon(OFFICE_HOURS, at(11, 24, 9), at(11, 24, 10))
    assert offered(OFFICE_HOURS, CALENDAR, at(11, 24, 9), ONSITE, at(12, 28, 10)) is None


def test_the_day_begins_at_midnight_in_shanghai() -> None:
    before, after = datetime(2026, 11, 24, 15, 59, tzinfo=UTC), datetime(2026, 11, 24, 16, 0, tzinfo=UTC)
    assert last_day(OFFICE_HOURS, before) == date(2026, 12, 25)
    assert last_day(OFFICE_HOURS, after) == date(2026, 12, 26)


def test_bookings_reach_over_the_end_of_the_year() -> None:
    days = {slot.starts_at.date() for slot in slot_times(OFFICE_HOURS, CALENDAR, at(12, 24, 9, year=2059))}
    assert CALENDAR.year_status(2060) == "estimated"
    assert date(2059, 12, 31) in days
    assert date(2060, 1, 1) not in days
    assert date(2060, 1, 2) in days


def test_the_29th_of_february_is_a_day_like_another() -> None:
    days = {slot.starts_at.date() for slot in slot_times(OFFICE_HOURS, CALENDAR, at(2, 28, 9, year=2028))}
    assert {date(2028, 2, 28), date(2028, 2, 29), date(2028, 3, 1)} <= days


def test_a_make_up_saturday_is_worked_and_the_holiday_before_is_not() -> None:
    days = {slot.starts_at.date() for slot in slot_times(OFFICE_HOURS, CALENDAR, at(9, 25, 9))}
    assert date(2026, 10, 10) in days
    assert not days & {date(2026, 10, day) for day in range(1, 8)}


def test_a_break_restarts_the_row_of_slots() -> None:
    pause = WeeklyPeriod(weekdays=("wednesday",), starts=time(9, 10), ends=time(9, 40))
    rules = OFFICE_HOURS.model_copy(update={"breaks": (pause,)})
    day = date(2026, 11, 25)
    slots = list(slot_times(rules, CALENDAR, at(11, 24, 10), kind=ONSITE, first=day, last=day))
    assert starts(slots)[:6] == ["08:30", "09:40", "10:10", "10:40", "11:10", "14:30"]


def test_a_kind_that_the_center_does_not_offer() -> None:
    rules = OFFICE_HOURS.model_copy(update={"kinds": {ONSITE: SlotRule(minutes=30, capacity=5)}})
    assert list(slot_times(rules, CALENDAR, at(11, 24, 10), kind=VIDEO)) == []
    assert offered(rules, CALENDAR, at(11, 24, 10), VIDEO, at(11, 25, 9, 30)) is None


@given(st.text(max_size=60), st.sampled_from(AppointmentKind), nows, st.sampled_from(Purpose))
def test_a_slot_id_reads_back(center_id: str, kind: AppointmentKind, moment: datetime, purpose: Purpose) -> None:
    starts_at = moment.replace(microsecond=0)
    text = slot_id(center_id, kind, starts_at, purpose)
    assume(len(text) <= 200)
    assert text == slot_id(center_id, kind, starts_at.astimezone(SHANGHAI), purpose)
    assert parse_slot_id(text) == (center_id, kind, starts_at, purpose)


@given(st.text(max_size=300) | st.binary(max_size=150).map(lambda raw: urlsafe_b64encode(raw).decode()))
def test_garbage_is_no_slot(text: str) -> None:
    assert parse_slot_id(text) is None


@given(st.integers() | st.integers(-(10**12), 10**12))
def test_any_number_of_seconds_is_read_or_refused(seconds: int) -> None:
    key = parse_slot_id(urlsafe_b64encode(f"onsite.{seconds}.c".encode()).rstrip(b"=").decode())
    if key is not None:
        assert int(key.starts_at.timestamp()) == seconds
        assert offered(OFFICE_HOURS, CALENDAR, at(11, 24, 10), key.kind, key.starts_at) in (
            None,
            *slot_times(OFFICE_HOURS, CALENDAR, at(11, 24, 10)),
        )


@pytest.mark.parametrize(
    "plain", ["onsite.１２.c", "onsite.+12.c", "onsite.1_2.c", "onsite. 12.c", "phone.12.c", "registration-onsite.12.c"]
)
def test_only_one_spelling_of_a_slot_id_counts(plain: str) -> None:
    assert parse_slot_id(urlsafe_b64encode(plain.encode()).rstrip(b"=").decode()) is None
