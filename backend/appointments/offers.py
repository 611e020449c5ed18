"""What a case can be offered: the center's rules, and the windows, rooms and mediator that a time would take."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from tortoise.queryset import QuerySet

from backend.appointments import availability
from backend.appointments.availability import SlotKey, SlotTime
from backend.appointments.diaries import Span, Subject
from backend.calendars.opening_hours import hours_on
from backend.centers import planned_days
from backend.centers import queries as centers
from backend.core.clock import local
from backend.core.deps import Deps, WorkingDays
from backend.core.opening import Hours, OpeningRules, Period
from backend.core.reading import Read
from models import (
    AppointmentKind,
    Center,
    DiaryKind,
    Facility,
    FacilityKind,
    MediatorHours,
    Purpose,
    Residency,
    ResidencyKind,
)

_OPEN = {
    FacilityKind.WINDOW: Read(lambda center_id: _open_ones(center_id, FacilityKind.WINDOW)),
    FacilityKind.ROOM: Read(lambda center_id: _open_ones(center_id, FacilityKind.ROOM)),
}


class Busy:
    """Spans by subject, quick to ask."""

    def __init__(self, spans: Iterable[Span]) -> None:
        self._blocked = defaultdict[Subject, list[tuple[datetime, datetime]]](list)
        taken = defaultdict[Subject, list[tuple[datetime, datetime]]](list)
        for span in spans:
            (self._blocked if span.is_blocked else taken)[span.subject].append((span.starts_at, span.ends_at))
        self._taken = {subject: [*zip(*sorted(found), strict=True)] for subject, found in taken.items()}

    def is_blocked(self, subject: Subject, slot: SlotTime) -> bool:
        return any(starts < slot.ends_at and slot.starts_at < ends for starts, ends in self._blocked.get(subject, ()))

    def is_taken(self, subject: Subject, starts_at: datetime, ends_at: datetime) -> bool:
        """Entries of one diary never overlap, so that the last one that begins before the end decides."""
        found = self._taken.get(subject)
        if found is None:
            return False
        place = bisect_left(found[0], ends_at)
        return place > 0 and found[1][place - 1] > starts_at


@dataclass(frozen=True, slots=True)
class Places:
    open: int
    """As the rules have it; 0 = the time is not offered at all."""
    free: int
    """Of these; at the window still without regard to who booked: that is for the counter to say."""
    room: Subject | None = None


@dataclass(frozen=True)
class Offer:
    center: Subject
    rules: OpeningRules
    calendar: WorkingDays
    purpose: Purpose
    mediator: Subject | None = None
    mediator_hours: Hours | None = None
    desk: Residency | None = None
    """Of the organization that mediates, where it sits in the center on certain days only."""
    windows: Mapping[Subject, Hours | None] = field(default_factory=dict)
    rooms: Mapping[Subject, Hours | None] = field(default_factory=dict)
    """A center that lists none looks after its windows or rooms by itself."""
    _days: dict[tuple[Subject, date], tuple[Period, ...]] = field(default_factory=dict)

    def times(
        self, now: datetime, *, kind: AppointmentKind | None = None, first: date | None = None, last: date | None = None
    ) -> Iterator[SlotTime]:
        times = availability.slot_times(
            self.rules,
            self.calendar,
            now,
            purpose=self.purpose,
            kind=kind,
            first=first,
            last=last,
            mediator=self.mediator_hours,
        )
        return filter(self._is_desk_day, times)

    def slot(self, now: datetime, key: SlotKey) -> SlotTime | None:
        slot = availability.offered(
            self.rules,
            self.calendar,
            now,
            key.kind,
            key.starts_at,
            purpose=self.purpose,
            mediator=self.mediator_hours,
        )
        return slot if slot and self._is_desk_day(slot) else None

    def subjects(self) -> list[Subject]:
        """Whose diaries decide about its times."""
        return [self.center, *self.windows, *self.rooms, *([self.mediator] if self.mediator else [])]

    def places(self, slot: SlotTime, busy: Busy) -> Places:
        if busy.is_blocked(self.center, slot):
            return Places(0, 0)
        if self.purpose is Purpose.MEDIATION:
            return self._with_mediator(slot, busy)
        if slot.kind is AppointmentKind.VIDEO or not self.windows:
            return Places(slot.capacity, slot.capacity)
        count = len(self._open(self.windows, slot, busy))
        return Places(count, count)

    def _is_desk_day(self, slot: SlotTime) -> bool:
        """By video whoever mediates may be anywhere."""
        if self.desk is None or slot.kind is AppointmentKind.VIDEO:
            return True
        return planned_days.is_one(self.desk, local(slot.starts_at).date(), self.calendar)

    def _with_mediator(self, slot: SlotTime, busy: Busy) -> Places:
        if self.mediator is None or busy.is_blocked(self.mediator, slot):
            return Places(0, 0)
        is_free = not busy.is_taken(self.mediator, slot.starts_at, slot.free_from)
        if slot.kind is AppointmentKind.VIDEO or not self.rooms:
            return Places(1, int(is_free))
        rooms = self._open(self.rooms, slot, busy)
        free = [room for room in rooms if not busy.is_taken(room, slot.starts_at, slot.free_from)]
        return Places(int(bool(rooms)), int(is_free and bool(free)), free[0] if free else None)

    def _open(self, facilities: Mapping[Subject, Hours | None], slot: SlotTime, busy: Busy) -> list[Subject]:
        return [
            each
            for each, hours in facilities.items()
            if self._is_open(each, hours, slot) and not busy.is_blocked(each, slot)
        ]

    def _is_open(self, facility: Subject, hours: Hours | None, slot: SlotTime) -> bool:
        """Without hours of its own it is open whenever the center is."""
        if hours is None:
            return True
        starts, ends = local(slot.starts_at), local(slot.ends_at)
        key = facility, starts.date()
        if key not in self._days:
            self._days[key] = hours_on(hours, self.calendar, starts.date())
        return any(period.starts <= starts.time() and ends.time() <= period.ends for period in self._days[key])


async def offer(
    deps: Deps,
    center: Center,
    purpose: Purpose,
    mediator_id: UUID | None,
    *,
    placeholders_open: bool,
    organization_id: UUID | None = None,
    notice_minutes: int | None = None,
    horizon_days: int | None = None,
) -> Offer:
    """`organization_id`: in whose name it is mediated. `notice_minutes`, `horizon_days`: at most so much, for this
    person."""
    rules = rules_of(deps, center, placeholders_open=placeholders_open)
    rules = rules.limited(notice_minutes=notice_minutes, horizon_days=horizon_days)
    is_mediation = purpose is Purpose.MEDIATION
    wanted = FacilityKind.ROOM if is_mediation else FacilityKind.WINDOW
    facilities = {
        Subject(DiaryKind(row.kind), str(row.id)): _hours(row.hours) for row in await _OPEN[wanted].all(center.id)
    }
    own = await MediatorHours.get_or_none(mediator_id=mediator_id) if is_mediation and mediator_id else None
    desk = await _desk(center, organization_id) if is_mediation and organization_id and own is None else None
    return Offer(
        center=Subject(DiaryKind.CENTER, str(center.id)),
        rules=rules,
        calendar=deps.calendar,
        purpose=purpose,
        mediator=mediator(mediator_id) if is_mediation and mediator_id else None,
        mediator_hours=None if own is None else _hours(own.hours),
        desk=desk,
        windows={} if is_mediation else facilities,
        rooms=facilities if is_mediation else {},
    )


def _open_ones(center_id: UUID, kind: FacilityKind) -> QuerySet[Facility]:
    return Facility.filter(center_id=center_id, kind=kind, closed_at=None).order_by("name", "id")


async def _desk(center: Center, organization_id: UUID) -> Residency | None:
    """None also for who comes when called."""
    desks = Residency.filter(center_id=center.id, organization_id=organization_id)
    return await desks.exclude(kind=ResidencyKind.ON_CALL).first()


def mediator(mediator_id: UUID) -> Subject:
    return Subject(DiaryKind.MEDIATOR, str(mediator_id))


def rules_of(deps: Deps, center: Center, *, placeholders_open: bool) -> OpeningRules:
    """`placeholders_open`: whether one may go to a place whose address nobody has confirmed yet. Only where
    everything is a rehearsal."""
    rules = centers.rules(deps, center)
    if center.deactivated_at is not None:
        return rules.model_copy(update={"kinds": {}, "mediation": {}})
    if center.placeholder and not placeholders_open:
        return rules.model_copy(update={"kinds": _by_video(rules.kinds), "mediation": _by_video(rules.mediation)})
    return rules


def _by_video(kinds: Mapping[AppointmentKind, object]) -> dict[AppointmentKind, object]:
    return {kind: rule for kind, rule in kinds.items() if kind is not AppointmentKind.ONSITE}


def _hours(stored: object) -> Hours | None:
    return None if stored is None else Hours.model_validate(stored)
