"""Which times can be booked, from rules alone. How many places are left is the database's business.

The center's clock counts, Asia/Shanghai, also for residents abroad.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from backend.calendars.opening_hours import hours_on
from backend.core.clock import SHANGHAI, local
from backend.core.deps import WorkingDays
from backend.core.opening import Hours, OpeningRules, Period, SlotRule
from models import AppointmentKind, Purpose

_MAX_SLOT_ID = 200


@dataclass(frozen=True, slots=True)
class SlotTime:
    purpose: Purpose
    kind: AppointmentKind
    starts_at: datetime
    ends_at: datetime
    capacity: int
    buffer: timedelta

    @property
    def free_from(self) -> datetime:
        """When mediator and room may have somebody else."""
        return self.ends_at + self.buffer


class SlotKey(NamedTuple):
    center_id: str
    kind: AppointmentKind
    starts_at: datetime
    purpose: Purpose = Purpose.REGISTRATION


def slot_times(
    rules: OpeningRules,
    calendar: WorkingDays,
    now: datetime,
    *,
    purpose: Purpose = Purpose.REGISTRATION,
    kind: AppointmentKind | None = None,
    first: date | None = None,
    last: date | None = None,
    mediator: Hours | None = None,
) -> Iterator[SlotTime]:
    """In order of start, then kind. `first` and `last` (included) can only narrow what may be booked; `mediator` has
    hours of its own, and must be there."""
    offers = _offers(rules, purpose, kind)
    today = local(now).date()
    earliest = {each: now + rule.minimum_notice for each, rule in offers.items()}
    latest = {each: last_day(rule, now) for each, rule in offers.items()}
    horizon = max(latest.values(), default=today)
    day = max(first or today, today)
    while day <= min(last or horizon, horizon):
        for slot in _slots_on(rules, calendar, day, offers, purpose=purpose, mediator=mediator):
            if day <= latest[slot.kind] and slot.starts_at >= earliest[slot.kind]:
                yield slot
        day += timedelta(days=1)


def offered(
    rules: OpeningRules,
    calendar: WorkingDays,
    now: datetime,
    kind: AppointmentKind,
    starts_at: datetime,
    *,
    purpose: Purpose = Purpose.REGISTRATION,
    mediator: Hours | None = None,
) -> SlotTime | None:
    """The slot that the rules produce at this very start; None if they do not, no longer, or not yet."""
    rule, day = rules.slot_rules(purpose).get(kind), local(starts_at).date()
    if rule is None or is_too_soon(rule, now, starts_at) or day > last_day(rule, now):
        return None
    slots = _row(_hours(rules, calendar, day, mediator)[kind], day, purpose, kind, rule)
    return next((slot for slot in slots if slot.starts_at == starts_at), None)


def is_too_soon(rules: OpeningRules | SlotRule, now: datetime, starts_at: datetime) -> bool:
    """Past, or nearer than the minimum notice."""
    return starts_at < now + rules.minimum_notice


def last_day(rules: OpeningRules | SlotRule, now: datetime) -> date:
    return local(now).date() + timedelta(days=rules.horizon_days or 0)


def slot_id(center_id: str, kind: AppointmentKind, starts_at: datetime, purpose: Purpose = Purpose.REGISTRATION) -> str:
    """The same for the same slot on any day and in any process; `starts_at` in whole seconds."""
    what = kind.value if purpose is Purpose.REGISTRATION else f"{purpose.value}-{kind.value}"
    plain = f"{what}.{int(starts_at.timestamp())}.{center_id}"
    return urlsafe_b64encode(plain.encode()).rstrip(b"=").decode()


def parse_slot_id(text: str) -> SlotKey | None:
    """None for anything that `slot_id` did not make. That the rules offer it is for `offered` to say."""
    if len(text) > _MAX_SLOT_ID:
        return None
    try:
        plain = urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
        what, seconds, center_id = plain.split(".", 2)
        purpose, _, kind = what.rpartition("-")
        starts_at = datetime.fromtimestamp(int(seconds), SHANGHAI)
        key = SlotKey(center_id, AppointmentKind(kind), starts_at, Purpose(purpose or Purpose.REGISTRATION))
    except (ValueError, OverflowError, OSError):
        return None
    return key if slot_id(*key) == text else None


def _offers(rules: OpeningRules, purpose: Purpose, kind: AppointmentKind | None) -> dict[AppointmentKind, SlotRule]:
    return {one: rule for one, rule in rules.slot_rules(purpose).items() if kind in (None, one)}


def _slots_on(
    rules: OpeningRules,
    calendar: WorkingDays,
    day: date,
    offers: dict[AppointmentKind, SlotRule],
    *,
    purpose: Purpose,
    mediator: Hours | None,
) -> list[SlotTime]:
    hours = _hours(rules, calendar, day, mediator)
    slots = [slot for kind, rule in offers.items() for slot in _row(hours[kind], day, purpose, kind, rule)]
    return sorted(slots, key=lambda slot: (slot.starts_at, slot.kind))


def _hours(
    rules: OpeningRules, calendar: WorkingDays, day: date, mediator: Hours | None
) -> dict[AppointmentKind, tuple[Period, ...]]:
    """By video a mediator with hours of their own keeps those alone."""
    at_center = hours_on(rules, calendar, day)
    of_mediator = at_center if mediator is None else hours_on(mediator, calendar, day)
    return {AppointmentKind.ONSITE: _shared(at_center, of_mediator), AppointmentKind.VIDEO: of_mediator}


def _shared(these: tuple[Period, ...], those: tuple[Period, ...]) -> tuple[Period, ...]:
    if these is those:
        return these
    pairs = ((max(a.starts, b.starts), min(a.ends, b.ends)) for a in these for b in those)
    return tuple(Period(starts=starts, ends=ends) for starts, ends in pairs if starts < ends)


def _row(
    periods: tuple[Period, ...], day: date, purpose: Purpose, kind: AppointmentKind, rule: SlotRule
) -> Iterator[SlotTime]:
    """One after the other from each period's start, with the buffer between, also over a short break; a rest too short
    for a slot stays free."""
    free_from, length, step = datetime.combine(day, time(), SHANGHAI), rule.length, rule.length + rule.buffer
    for period in periods:
        starts_at = max(free_from, datetime.combine(day, period.starts, SHANGHAI))
        closes_at = datetime.combine(day, period.ends, SHANGHAI)
        while (ends_at := starts_at + length) <= closes_at:
            yield SlotTime(purpose, kind, starts_at, ends_at, rule.capacity, rule.buffer)
            starts_at = free_from = starts_at + step
