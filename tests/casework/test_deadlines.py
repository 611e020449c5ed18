"""The clock as arithmetic: the same steps, rules and calendar give the same ends."""

import json
from datetime import date, datetime, timedelta
from functools import reduce

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.core.catalog import Catalog
from backend.core.clock import SHANGHAI
from backend.disputes import deadlines
from backend.disputes.deadlines import Ends, Running, Step
from config.catalog_files import read_catalog
from tests.calendars.test_opening_hours import CALENDAR

RULES = Catalog.parse(read_catalog()).time_rules
TUESDAY = date(2026, 11, 24)


def ends_of(*steps: Step) -> Ends:
    return deadlines.replay(steps, RULES, CALENDAR)[-1]


def start(rule: str, on: date = TUESDAY) -> Step:
    return Step("start", on, rule=rule, version="1")


def end_of(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T23:59:59+08:00")


@pytest.mark.parametrize(
    ("rule", "on", "due", "yellow"),
    [
        ("respond", TUESDAY, "2026-11-27", "2026-11-26"),
        ("respond", date(2026, 11, 27), "2026-12-02", "2026-12-01"),
        ("respond", date(2026, 9, 30), "2026-10-10", "2026-10-09"),
        ("assign", TUESDAY, "2026-11-26", "2026-11-25"),
        ("accept_transfer", TUESDAY, "2026-11-26", "2026-11-25"),
        ("settle", TUESDAY, "2026-12-24", "2026-12-17"),
        ("settle", date(2026, 9, 2), "2026-10-08", "2026-10-01"),
    ],
)
def test_limits_end_with_a_working_day(rule: str, on: date, due: str, yellow: str) -> None:
    """30 September 2026 is followed by seven days off, and 10 October is worked in exchange."""
    assert ends_of(start(rule, on)) == Ends(end_of(due), end_of(yellow))


def test_a_pause_adds_its_days_and_shows_the_end_as_if_it_ran_out() -> None:
    pause = Step("pause", date(2026, 11, 25), until=date(2026, 12, 5), reason="appraisal", by="x")
    paused = ends_of(start("settle"), pause)
    assert paused == Ends(end_of("2027-01-04"), end_of("2026-12-28"), end_of("2026-12-05"))
    assert ends_of(start("settle"), pause, Step("resume", date(2026, 12, 5))) == Ends(paused.due_at, paused.yellow_at)
    assert ends_of(start("settle"), pause, Step("resume", date(2026, 12, 30))).due_at == paused.due_at, "swept late"
    early = ends_of(start("settle"), pause, Step("resume", date(2026, 11, 28)))
    assert early.due_at == end_of("2026-12-28"), "27 December is a Sunday"


def test_a_pause_in_working_days_does_not_count_weekends() -> None:
    pause = Step("pause", date(2026, 11, 27), until=date(2026, 12, 31), reason="appraisal")
    monday = ends_of(start("respond"), pause, Step("resume", date(2026, 11, 30)))
    assert monday.due_at == end_of("2026-11-30")


def test_what_is_overdue_stays_so_when_paused() -> None:
    late = Step("pause", date(2026, 12, 1), until=date(2026, 12, 20), reason="appraisal")
    paused = ends_of(start("respond"), late)
    assert (paused.due_at, paused.resumes_at) == (end_of("2026-11-27"), end_of("2026-12-20"))
    assert ends_of(start("respond"), late, Step("resume", date(2026, 12, 18))).due_at == end_of("2026-11-27")
    offer = Step("offer", date(2026, 12, 1), rule="accept_transfer", version="1")
    back = ends_of(start("respond"), offer, Step("take_back", date(2026, 12, 10)))
    assert back.due_at == end_of("2026-11-27"), "sending it round does not make it punctual"


def test_paused_again_only_the_end_moves() -> None:
    first = Step("pause", TUESDAY, until=date(2026, 11, 26), reason="information")
    second = Step("pause", date(2026, 11, 25), until=date(2026, 12, 1), reason="information")
    assert ends_of(start("settle"), first, second).due_at == end_of("2026-12-31")


def test_an_offer_keeps_the_owners_time() -> None:
    offer = Step("offer", date(2026, 11, 25), rule="accept_transfer", version="1")
    assert ends_of(start("respond"), offer).due_at == end_of("2026-11-27")
    assert ends_of(start("respond"), offer, Step("take_back", date(2026, 11, 27))).due_at == end_of("2026-12-01")
    received = ends_of(start("respond"), offer, Step("receive", date(2026, 11, 27), version="1"))
    assert received == ends_of(start("respond", date(2026, 11, 27)))
    again = Step("offer", date(2026, 11, 26), rule="accept_transfer", version="1")
    back = ends_of(start("respond"), offer, again, Step("take_back", date(2026, 12, 1)))
    assert back.due_at == end_of("2026-12-02"), "away since the second offer, as that one counts"


def test_lights() -> None:
    due = datetime(2026, 11, 24, 10, 0, tzinfo=SHANGHAI)
    moments = [timedelta(days=-2), timedelta(days=-1), timedelta(), timedelta(seconds=1)]
    lights = [deadlines.light(due, due - timedelta(days=1), due + moment) for moment in moments]
    assert lights == ["green", "yellow", "yellow", "red"]
    assert deadlines.light(None, None, due) == "green"


DAYS = st.dates(date(2026, 1, 1), date(2026, 12, 31))
STEPS = st.builds(
    Step,
    st.sampled_from(["start", "pause", "resume", "extend", "offer", "receive", "take_back"]),
    DAYS,
    rule=st.sampled_from(["respond", "assign", "settle", "accept_transfer"]),
    version=st.just("1"),
    until=DAYS,
    days=st.integers(1, 20),
)


@settings(max_examples=60)
@given(st.lists(STEPS, max_size=12))
def test_however_it_goes_a_clock_ends_with_a_working_day_and_is_kept_whole(steps: list[Step]) -> None:
    steps = [start("respond", date(2026, 1, 1)), *sorted(steps, key=lambda step: step.on)]
    assert [Step.from_record(json.loads(json.dumps(step.as_record()))) for step in steps] == steps
    running: Running | None = None
    for step, ends in zip(steps, deadlines.replay(steps, RULES, CALENDAR), strict=True):
        running = deadlines.after(running, step, RULES, CALENDAR)
        assert running is not None
        assert Running.from_record(json.loads(json.dumps(running.as_record()))) == running
        assert deadlines.ends(running, RULES, CALENDAR) == ends
        assert ends.due_at is not None
        assert ends.due_at.strftime("%H:%M:%S%z") == "23:59:59+0800"
        assert CALENDAR.is_workday(ends.due_at.date())


PAUSES = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 20), st.integers(0, 20)), max_size=4)


@settings(max_examples=150)
@given(DAYS, st.sampled_from(["respond", "assign", "begin", "settle", "settle_petition"]), PAUSES)
def test_the_end_is_what_counting_the_days_one_by_one_gives(
    on: date, rule: str, pauses: list[tuple[int, int, int]]
) -> None:
    """Paused some days after what was before, for so long, ended after so long."""
    steps, spans, day = [start(rule, on)], [], on
    for after, planned, lasted in pauses:
        since = day + timedelta(days=after)
        day = since + timedelta(days=lasted)
        until = since + timedelta(days=planned)
        steps += [Step("pause", since, until=until, reason="appraisal"), Step("resume", day)]
        spans.append((since, min(day, until)))
    ends = ends_of(*steps)
    assert ends.due_at is not None
    assert ends.due_at.date() == counted(on, rule, spans)


def counted(on: date, rule: str, spans: list[tuple[date, date]]) -> date:
    """With nothing but a finger on the calendar."""
    limit, day = RULES.limit("1", rule), on
    left, in_days = limit.days, limit.unit == "calendar_days"
    for since, until in [*spans, (date.max, date.max)]:
        while left and day < since:
            day += timedelta(days=1)
            left -= in_days or CALENDAR.is_workday(day)
        if not left and CALENDAR.roll_to_workday(day) < since:
            break
        if not left and not in_days and not CALENDAR.is_workday(until):
            left = 1
        day = until
    return CALENDAR.roll_to_workday(day)


@settings(max_examples=60)
@given(DAYS, st.integers(0, 40), st.integers(0, 40), st.sampled_from(["respond", "settle"]))
def test_a_pause_never_brings_the_end_nearer(on: date, after: int, lasts: int, rule: str) -> None:
    since = on + timedelta(days=after)
    pause = Step("pause", since, until=since + timedelta(days=lasts), reason="appraisal")
    free = ends_of(start(rule, on))
    resumed = ends_of(start(rule, on), pause, Step("resume", since + timedelta(days=lasts)))
    assert free.due_at is not None
    assert resumed.due_at is not None
    assert resumed.due_at >= free.due_at
    assert (resumed.due_at == free.due_at) or lasts
    assert reduce(lambda clock, step: deadlines.after(clock, step, RULES, CALENDAR), [start(rule, on), pause], None)
