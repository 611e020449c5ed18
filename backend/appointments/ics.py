"""Appointments as calendar files (RFC 5545). They lie on phones and in calendars that others look at: nothing in them
tells of the dispute or names a party."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from icalendar import STATUS, Calendar, Event, Timezone, vCalAddress, vText

from backend.core.clock import SHANGHAI, local
from models import AppointmentStatus

TITLE = "综治中心预约"
_PRODUCT = "-//Hejie//Appointments//ZH"
_BACKSLASH = str.maketrans({"\\": "＼"})
"""icalendar takes `\\N` in a text for a line break that was escaped already."""
_STATUS = {
    AppointmentStatus.PROPOSED: STATUS.TENTATIVE,
    AppointmentStatus.CANCELLED: STATUS.CANCELLED,
    AppointmentStatus.DECLINED: STATUS.CANCELLED,
    AppointmentStatus.EXPIRED: STATUS.CANCELLED,
}
"""All others are confirmed."""
_CANCELLED_TITLE = "已取消："
_LOOK_AGAIN_AFTER = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Entry:
    """`sequence` grows with each change, the UID never changes: that is how calendars know an update. `stamp` is when
    the appointment last changed."""

    appointment_id: str
    sequence: int
    starts_at: datetime
    ends_at: datetime
    place: str
    status: AppointmentStatus
    stamp: datetime
    organizer: str
    title: str = TITLE

    @property
    def is_cancelled(self) -> bool:
        return _STATUS.get(self.status) is STATUS.CANCELLED


def appointment_file(entry: Entry) -> bytes:
    """One that was cancelled says so by its METHOD too: whoever opens it has it removed."""
    event = _event(entry)
    calendar = Calendar.new(prodid=_PRODUCT, uid=event.uid, subcomponents=[_shanghai(), event])
    calendar.add("method", "CANCEL" if entry.is_cancelled else "PUBLISH")
    return bytes(calendar.to_ical())


def feed(uid: str, name: str, entries: Iterable[Entry]) -> bytes:
    """For subscriptions: the calendar reads it again and again, and takes it as the whole truth."""
    events = [_event(entry) for entry in entries]
    calendar = Calendar.new(prodid=_PRODUCT, uid=uid, name=name, subcomponents=[_shanghai(), *events])
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", _LOOK_AGAIN_AFTER, parameters={"VALUE": "DURATION"})
    return bytes(calendar.to_ical())


def _event(entry: Entry) -> Event:
    event = Event.new(
        uid=f"{entry.appointment_id}@hejie",
        sequence=entry.sequence,
        start=local(entry.starts_at),
        end=local(entry.ends_at),
        summary=f"{_CANCELLED_TITLE}{entry.title}" if entry.is_cancelled else entry.title,
        location=entry.place.translate(_BACKSLASH),
        status=_STATUS.get(entry.status, STATUS.CONFIRMED),
        stamp=entry.stamp.astimezone(UTC),
    )
    organizer = vCalAddress("invalid:nomail")  # RFC 5546 wants one; nobody may be answered by mail
    organizer.params["CN"] = vText(entry.organizer)
    event.add("organizer", organizer)
    return event


@lru_cache(maxsize=1)
def _shanghai() -> Timezone:
    """China keeps no summer time since 1992, so one rule says it all."""
    return Timezone.from_tzid(SHANGHAI.key, first_date=date(1992, 1, 1))
