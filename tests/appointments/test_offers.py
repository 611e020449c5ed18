"""Who and what a time takes, from rules and diaries alone."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from uuid import uuid4

from hypothesis import given, settings
from hypothesis import strategies as st

from backend.appointments.availability import SlotTime
from backend.appointments.diaries import Span, Subject
from backend.appointments.offers import Busy, Offer
from backend.calendars.opening_hours import hours_on
from backend.calendars.working_days import WorkingCalendar
from backend.core.clock import SHANGHAI
from backend.core.opening import WEEKDAYS, Hours, OpeningRules, SlotRule, WeeklyPeriod
from models import AppointmentKind, DiaryKind, Purpose

ONSITE, VIDEO = AppointmentKind.ONSITE, AppointmentKind.VIDEO
CALENDAR = WorkingCalendar()
NOW = datetime(2026, 9, 24, 2, 0, tzinfo=UTC)
"""A holiday and its make-up days are near."""

CENTER, MEDIATOR = Subject(DiaryKind.CENTER, "c"), Subject(DiaryKind.MEDIATOR, "m")
ROOMS = [Subject(DiaryKind.ROOM, name) for name in ("a", "b")]


@st.composite
def own_hours(draw: st.DrawFn) -> Hours:
    starts, ends = sorted(draw(st.lists(st.integers(6, 22), min_size=2, max_size=2, unique=True)))
    days = tuple(draw(st.lists(st.sampled_from(WEEKDAYS), min_size=1, unique=True)))
    return Hours(hours=(WeeklyPeriod(weekdays=days, starts=time(starts), ends=time(ends)),))


@st.composite
def spans(draw: st.DrawFn, subjects: Sequence[Subject]) -> list[Span]:
    """Of each diary in order and apart, as the constraint has it; what is blocked may overlap."""
    found: list[Span] = []
    for subject in subjects:
        is_blocked = subject == CENTER or draw(st.booleans())
        bounds = sorted(draw(st.lists(st.integers(0, 6 * 48), max_size=8, unique=True)))
        moments = [NOW + timedelta(minutes=30 * bound) for bound in bounds]
        pairs = zip(moments[::2], moments[1::2], strict=False)
        found += [Span(subject, starts, ends, is_blocked) for starts, ends in pairs]
    return found


RULES = OpeningRules(
    hours=(WeeklyPeriod(weekdays=WEEKDAYS[:5], starts=time(8, 30), ends=time(17, 30)),),
    breaks=(WeeklyPeriod(weekdays=WEEKDAYS, starts=time(12), ends=time(14)),),
    kinds={ONSITE: SlotRule(minutes=30, capacity=3)},
    mediation={ONSITE: SlotRule(minutes=60, buffer_minutes=15), VIDEO: SlotRule(minutes=45, buffer_minutes=10)},
    minimum_notice_minutes=60,
    horizon_days=8,
)


def mediation(mediator: Hours | None, rooms: Sequence[Hours | None]) -> Offer:
    return Offer(
        center=CENTER,
        rules=RULES,
        calendar=CALENDAR,
        purpose=Purpose.MEDIATION,
        mediator=MEDIATOR,
        mediator_hours=mediator,
        rooms=dict(zip(ROOMS, rooms, strict=False)),
    )


def overlaps(span: Span, slot: SlotTime, *, buffered: bool) -> bool:
    return span.starts_at < (slot.free_from if buffered else slot.ends_at) and slot.starts_at < span.ends_at


def is_within(hours: Hours, slot: SlotTime) -> bool:
    here = slot.starts_at.astimezone(SHANGHAI)
    periods = hours_on(hours, CALENDAR, here.date())
    return any(each.starts <= here.time() and slot.ends_at.time() <= each.ends for each in periods)


@settings(max_examples=40)
@given(st.none() | own_hours(), st.lists(st.none() | own_hours(), max_size=2), spans([CENTER, MEDIATOR, *ROOMS]))
def test_a_free_time_is_free_for_all_whom_it_takes(
    mediator: Hours | None, rooms: list[Hours | None], taken: list[Span]
) -> None:
    offer, busy = mediation(mediator, rooms), Busy(taken)
    for slot in offer.times(NOW):
        places = offer.places(slot, busy)
        assert places.free <= places.open <= 1
        if mediator is not None:
            assert is_within(mediator, slot)
        if slot.kind is ONSITE:
            assert is_within(RULES, slot)
        needed = {CENTER, MEDIATOR, places.room}
        in_the_way = [
            each for each in taken if each.subject in needed and overlaps(each, slot, buffered=not each.is_blocked)
        ]
        if places.free:
            assert in_the_way == []
            assert (places.room is not None) == (slot.kind is ONSITE and bool(rooms))
            own = offer.rooms.get(places.room) if places.room else None
            assert own is None or is_within(own, slot)
        elif slot.kind is VIDEO or not rooms:
            assert in_the_way != []


@settings(max_examples=40)
@given(st.none() | own_hours(), spans([CENTER, MEDIATOR, *ROOMS]))
def test_who_books_what_is_free_one_after_the_other_never_collides(mediator: Hours | None, taken: list[Span]) -> None:
    """The constraint as a list: every time booked goes in, and the next is chosen from what is left."""
    offer = mediation(mediator, [None, None])
    booked: list[SlotTime] = []
    for slot in offer.times(NOW):
        if offer.places(slot, Busy(taken)).free:
            taken = [*taken, Span(MEDIATOR, slot.starts_at, slot.free_from, is_blocked=False)]
            booked.append(slot)
    assert all(earlier.free_from <= later.starts_at for earlier, later in pairwise(booked))


@settings(max_examples=40)
@given(st.lists(st.none() | own_hours(), min_size=1, max_size=2), spans([CENTER]))
def test_as_many_places_as_windows_are_open(hours: list[Hours | None], taken: list[Span]) -> None:
    windows = {Subject(DiaryKind.WINDOW, str(uuid4())): each for each in hours}
    offer = Offer(CENTER, RULES, CALENDAR, Purpose.REGISTRATION, windows=windows)
    for slot in offer.times(NOW, kind=ONSITE):
        is_blocked = any(overlaps(each, slot, buffered=False) for each in taken)
        expected = 0 if is_blocked else sum(each is None or is_within(each, slot) for each in hours)
        assert offer.places(slot, Busy(taken)).open == expected


def test_on_a_make_up_day_and_not_on_a_holiday() -> None:
    offer = Offer(CENTER, RULES.limited(horizon_days=8), CALENDAR, Purpose.REGISTRATION)
    days = {slot.starts_at.date().isoformat() for slot in offer.times(NOW)}
    workdays = {f"2026-{day}" for day in ("09-24", "09-28", "09-29", "09-30")}
    assert {day for day in days if day < "2026-10-01"} >= {day for day in workdays if day != "2026-09-25"}
    assert not days & {"2026-10-01", "2026-10-02"}
