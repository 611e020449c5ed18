"""The rules once more, minute by minute and without looking at how slots are made: what may be booked, and that nothing
that could be is left out."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from backend.appointments.availability import offered, slot_times
from backend.appointments.diaries import Span, Subject
from backend.appointments.offers import Busy, Offer
from backend.calendars.working_days import NoticeDay, WorkingCalendar
from backend.core.clock import SHANGHAI
from backend.core.opening import (
    WEEKDAYS,
    DatedHours,
    Hours,
    OpeningRules,
    Period,
    SlotRule,
    Weekday,
    WeeklyPeriod,
)
from models import AppointmentKind, DayKind, DiaryKind, Purpose

ONSITE, VIDEO = AppointmentKind.ONSITE, AppointmentKind.VIDEO
MINUTES_OF_A_DAY = 24 * 60
CENTER, MEDIATOR = Subject(DiaryKind.CENTER, "c"), Subject(DiaryKind.MEDIATOR, "m")


def minute(moment: datetime | time) -> int:
    return moment.hour * 60 + moment.minute


def clock(minutes: int) -> time:
    return time(minutes // 60, minutes % 60)


@st.composite
def apart(draw: st.DrawFn, most: int = 3) -> list[tuple[int, int]]:
    """Parts of a day that don't overlap; they may touch."""
    bounds = sorted(draw(st.lists(st.integers(0, MINUTES_OF_A_DAY - 1), max_size=2 * most, unique=True)))
    return list(zip(bounds[::2], bounds[1::2], strict=False))


@st.composite
def weekly(draw: st.DrawFn) -> list[WeeklyPeriod]:
    days = st.lists(st.sampled_from(WEEKDAYS), min_size=1, unique=True)
    return [
        WeeklyPeriod(weekdays=tuple(draw(days)), starts=clock(starts), ends=clock(ends))
        for starts, ends in draw(apart())
    ]


@st.composite
def hours_around(draw: st.DrawFn, days: Sequence[date]) -> Hours:
    dated = draw(st.lists(st.sampled_from(days), max_size=2, unique=True))
    exceptions = [
        DatedHours(date=day, hours=tuple(Period(starts=clock(a), ends=clock(b)) for a, b in draw(apart(2))))
        for day in dated
    ]
    breaks = [each for part in draw(st.lists(weekly(), max_size=2)) for each in part]  # these may overlap
    return Hours(hours=tuple(draw(weekly())), breaks=tuple(breaks), exceptions=tuple(exceptions))


@dataclass(frozen=True)
class Case:
    now: datetime
    rules: OpeningRules
    calendar: WorkingCalendar
    mediator: Hours | None
    notice: int
    horizon: int


@st.composite
def moments(draw: st.DrawFn) -> datetime:
    """Any day of any year, and often the minutes around midnight in Shanghai and the turn of the year."""
    day = draw(st.dates(date(2005, 1, 1), date(2097, 12, 28)))
    if draw(st.booleans()):
        day = date(day.year, 12, draw(st.integers(29, 31)))
    at = draw(st.sampled_from([time(0, 0), time(0, 1), time(23, 58), time(23, 59, 59)]) | st.times())
    return datetime.combine(day, at.replace(microsecond=0), SHANGHAI).astimezone(UTC)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    now, horizon, notice = draw(moments()), draw(st.integers(0, 4)), draw(st.integers(0, 2000))
    today = now.astimezone(SHANGHAI).date()
    days = [today + timedelta(days=n) for n in range(-1, horizon + 2)]
    moved = draw(st.dictionaries(st.sampled_from(days), st.sampled_from(DayKind), max_size=3))
    rule = SlotRule(
        minutes=draw(st.integers(5, 300)),
        capacity=draw(st.integers(1, 9)),
        buffer_minutes=draw(st.sampled_from((0, 0, 1, 15, 240))),
        minimum_notice_minutes=draw(st.none() | st.just(notice)),
        horizon_days=draw(st.none() | st.just(horizon)),
    )
    center = draw(hours_around(days))
    rules = OpeningRules(
        **dict(center),
        kinds={ONSITE: rule, VIDEO: rule},
        mediation={ONSITE: rule, VIDEO: rule},
        minimum_notice_minutes=notice if rule.minimum_notice_minutes is None else 5000,
        horizon_days=horizon if rule.horizon_days is None else 5,
    )
    calendar = WorkingCalendar(tuple(NoticeDay(day, kind, "") for day, kind in moved.items()))
    return Case(now, rules, calendar, draw(st.none() | hours_around(days)), notice, horizon)


def open_minutes(hours: Hours, calendar: WorkingCalendar, day: date) -> set[int]:
    dated = [each for each in hours.exceptions if each.date == day]
    if dated:
        return covered(dated[0].hours)
    if calendar.is_holiday(day):
        return set()
    name = WEEKDAYS[day.weekday()]
    if day.weekday() >= 5 and calendar.is_workday(day):  # a make-up day is worked like the nearest weekday with hours
        nearest = reversed(WEEKDAYS[:5]) if day.weekday() == 5 else iter(WEEKDAYS[:5])
        name = next((each for each in nearest if any(each in period.weekdays for period in hours.hours)), name)
    on_day = [[each for each in part if name in each.weekdays] for part in (hours.hours, hours.breaks)]
    return covered(on_day[0]) - covered(on_day[1])


def covered(periods: Iterable[Period]) -> set[int]:
    return {each for period in periods for each in range(minute(period.starts), minute(period.ends))}


def bookable(case: Case, kind: AppointmentKind, day: date) -> set[int]:
    """Whose minutes may be part of a mediation."""
    center = open_minutes(case.rules, case.calendar, day)
    if case.mediator is None:
        return center
    theirs = open_minutes(case.mediator, case.calendar, day)
    return theirs if kind is VIDEO else theirs & center


def first_fit(minutes: set[int], rule: SlotRule) -> Iterator[int]:
    """The day filled from its first minute on: a slot more would not fit into it."""
    free_from = 0
    for starts in range(MINUTES_OF_A_DAY):
        if starts >= free_from and minutes.issuperset(range(starts, starts + rule.minutes)):
            yield starts
            free_from = starts + rule.minutes + rule.buffer_minutes


@settings(max_examples=150)
@given(cases(), st.sampled_from(AppointmentKind))
def test_all_that_fits_into_open_minutes_and_nothing_else(case: Case, kind: AppointmentKind) -> None:
    """What is too near, or too far away, is all that is missing."""
    rule, place = case.rules.mediation[kind], (case.rules, case.calendar, case.now)
    today, earliest = case.now.astimezone(SHANGHAI).date(), case.now + timedelta(minutes=case.notice)
    expected = [
        starts_at
        for day in (today + timedelta(days=n) for n in range(case.horizon + 1))
        for minutes in first_fit(bookable(case, kind, day), rule)
        if (starts_at := datetime.combine(day, clock(minutes), SHANGHAI)) >= earliest
    ]
    found = list(slot_times(*place, kind=kind, purpose=Purpose.MEDIATION, mediator=case.mediator))
    assert [slot.starts_at for slot in found] == expected
    for slot in found:
        key = (kind, slot.starts_at)
        assert slot == offered(*place, *key, purpose=Purpose.MEDIATION, mediator=case.mediator)
        assert slot.starts_at.tzinfo is SHANGHAI
        assert (slot.ends_at - slot.starts_at, slot.capacity) == (timedelta(minutes=rule.minutes), rule.capacity)
        assert slot.free_from - slot.ends_at == timedelta(minutes=rule.buffer_minutes)


@settings(max_examples=100)
@given(
    cases(),
    st.lists(st.tuples(st.sampled_from([CENTER, MEDIATOR]), st.integers(-60, 7000), st.integers(1, 3000)), max_size=4),
    st.sampled_from(AppointmentKind),
)
def test_no_minute_of_a_free_slot_is_blocked(
    case: Case, blocked: list[tuple[Subject, int, int]], kind: AppointmentKind
) -> None:
    offer = Offer(CENTER, case.rules, case.calendar, Purpose.MEDIATION, mediator=MEDIATOR, mediator_hours=case.mediator)
    spans = [
        Span(subject, case.now + timedelta(minutes=begins), case.now + timedelta(minutes=begins + length), True)
        for subject, begins, length in blocked
    ]
    busy = Busy(spans)
    for slot in offer.times(case.now, kind=kind):
        is_blocked = any(span.starts_at < slot.ends_at and slot.starts_at < span.ends_at for span in spans)
        assert offer.places(slot, busy).free == (0 if is_blocked else 1)


@settings(max_examples=100)
@given(
    st.lists(
        st.tuples(st.integers(0, 1438), st.integers(1, 300), st.sampled_from(WEEKDAYS[:3])), min_size=2, max_size=4
    )
)
@example([(540, 60, "monday"), (600, 60, "monday")])
@example([(540, 61, "monday"), (600, 60, "monday")])
@example([(540, 61, "monday"), (600, 60, "tuesday")])
def test_hours_that_overlap_are_refused_and_no_others(parts: list[tuple[int, int, Weekday]]) -> None:
    """Two windows over one minute would offer its places twice."""
    periods = [
        WeeklyPeriod(weekdays=(day,), starts=clock(starts), ends=clock(min(starts + length, MINUTES_OF_A_DAY - 1)))
        for starts, length, day in parts
    ]
    taken = [(day, each) for period in periods for day in period.weekdays for each in covered([period])]
    if len(set(taken)) == len(taken):
        assert Hours(hours=tuple(periods)).hours == tuple(periods)
    else:
        with pytest.raises(ValidationError, match="重叠"):
            Hours(hours=tuple(periods))
