"""An appointment as a calendar file (RFC 5545). It lies on phones that others look at: nothing in it tells
of the dispute."""

from datetime import UTC, date, datetime
from functools import lru_cache

from icalendar import STATUS, Calendar, Event, Timezone

from backend.core.clock import SHANGHAI, local

TITLE = "综治中心预约"
_PRODUCT = "-//Hejie//Appointments//ZH"
_BACKSLASH = str.maketrans({"\\": "＼"})
"""icalendar takes `\\N` in a text for a line break that was escaped already."""


def appointment_ics(
    appointment_id: str,
    *,
    sequence: int,
    starts_at: datetime,
    ends_at: datetime,
    place: str,
    cancelled: bool,
    stamp: datetime,
) -> str:
    """`sequence` grows with each change, the UID never changes: that is how calendars know an update.
    `stamp` is when the appointment last changed."""
    event = Event.new(
        uid=f"{appointment_id}@hejie",
        sequence=sequence,
        start=local(starts_at),
        end=local(ends_at),
        summary=TITLE,
        location=place.translate(_BACKSLASH),
        status=STATUS.CANCELLED if cancelled else STATUS.CONFIRMED,
        stamp=stamp.astimezone(UTC),
    )
    calendar = Calendar.new(prodid=_PRODUCT, uid=event.uid, subcomponents=[_shanghai(), event])
    return str(calendar.to_ical(), "utf-8")


@lru_cache(maxsize=1)
def _shanghai() -> Timezone:
    """China keeps no summer time since 1992, so one rule says it all."""
    return Timezone.from_tzid(SHANGHAI.key, first_date=date(1992, 1, 1))
