"""Which times can be booked, from rules alone. How many places are left is the database's business.

The center's clock counts, Asia/Shanghai, also for residents abroad.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from backend.calendars.opening_hours import hours_on
from backend.core.clock import SHANGHAI, local
from backend.core.deps import WorkingDays
from backend.core.opening import OpeningRules, Period, SlotRule
from models import AppointmentKind

_MAX_SLOT_ID = 200


@dataclass(frozen=True, slots=True)
class SlotTime:
    kind: AppointmentKind
    starts_at: datetime
    ends_at: datetime
    capacity: int


class SlotKey(NamedTuple):
    center_id: str
    kind: AppointmentKind
    starts_at: datetime


def slot_times(
    rules: OpeningRules,
    calendar: WorkingDays,
    now: datetime,
    *,
    kind: AppointmentKind | None = None,
    first: date | None = None,
    last: date | None = None,
) -> Iterator[SlotTime]:
    """In order of start, then kind. `first` and `last` (included) can only narrow what may be booked."""
    today, horizon = local(now).date(), last_day(rules, now)
    day = max(first or today, today)
    while day <= min(last or horizon, horizon):
        for slot in _slots_on(rules, calendar, day, kind):
            if not is_too_soon(rules, now, slot.starts_at):
                yield slot
        day += timedelta(days=1)


def offered(
    rules: OpeningRules, calendar: WorkingDays, now: datetime, kind: AppointmentKind, starts_at: datetime
) -> SlotTime | None:
    """The slot that the rules produce at this very start; None if they do not, no longer, or not yet."""
    day = local(starts_at).date()
    if is_too_soon(rules, now, starts_at) or day > last_day(rules, now):
        return None
    return next((slot for slot in _slots_on(rules, calendar, day, kind) if slot.starts_at == starts_at), None)


def is_too_soon(rules: OpeningRules, now: datetime, starts_at: datetime) -> bool:
    """Past, or nearer than the center's minimum notice."""
    return starts_at < now + rules.minimum_notice


def last_day(rules: OpeningRules, now: datetime) -> date:
    return local(now).date() + timedelta(days=rules.horizon_days)


def slot_id(center_id: str, kind: AppointmentKind, starts_at: datetime) -> str:
    """The same for the same slot on any day and in any process; `starts_at` in whole seconds."""
    plain = f"{kind.value}.{int(starts_at.timestamp())}.{center_id}"
    return urlsafe_b64encode(plain.encode()).rstrip(b"=").decode()


def parse_slot_id(text: str) -> SlotKey | None:
    """None for anything that `slot_id` did not make. That the rules offer it is for `offered` to say."""
    if len(text) > _MAX_SLOT_ID:
        return None
    try:
        plain = urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
        kind, seconds, center_id = plain.split(".", 2)
        key = SlotKey(center_id, AppointmentKind(kind), datetime.fromtimestamp(int(seconds), SHANGHAI))
    except (ValueError, OverflowError, OSError):
        return None
    return key if slot_id(*key) == text else None


def _slots_on(rules: OpeningRules, calendar: WorkingDays, day: date, kind: AppointmentKind | None) -> list[SlotTime]:
    kinds = {one: rule for one, rule in rules.kinds.items() if kind in (None, one)}
    hours = hours_on(rules, calendar, day)
    slots = [slot for one, rule in kinds.items() for period in hours for slot in _slots_in(period, day, one, rule)]
    return sorted(slots, key=lambda slot: (slot.starts_at, slot.kind))


def _slots_in(period: Period, day: date, kind: AppointmentKind, rule: SlotRule) -> Iterator[SlotTime]:
    """One after the other from the period's start; a rest too short for a slot stays free."""
    length = timedelta(minutes=rule.minutes)
    starts_at = datetime.combine(day, period.starts, SHANGHAI)
    closes_at = datetime.combine(day, period.ends, SHANGHAI)
    while starts_at + length <= closes_at:
        yield SlotTime(kind, starts_at, starts_at + length, rule.capacity)
        starts_at += length
