"""A notice put in the place of the one before it, or of the estimate."""

from dataclasses import dataclass

from tortoise import connections

from backend.calendars.importing import Notice
from backend.calendars.working_days import NoticeDay
from models import CalendarDay, CalendarYear

_LOCK = 0x63616C656E646172
"""Two who import at once come one after the other."""


@dataclass(frozen=True, slots=True)
class Replacement:
    added: tuple[NoticeDay, ...]
    changed: tuple[NoticeDay, ...]
    removed: tuple[NoticeDay, ...]
    is_first: bool
    """The year was estimated until now."""

    @property
    def changes_nothing(self) -> bool:
        return not (self.added or self.changed or self.removed or self.is_first)


async def plan(notice: Notice) -> Replacement:
    """In the transaction that is open, which nobody else's import overtakes."""
    await connections.get("default").execute_query_dict("SELECT pg_advisory_xact_lock($1)", [_LOCK])
    wanted = {day.date: day for day in notice.days}
    known = {row.date: NoticeDay(row.date, row.kind, row.name) for row in await CalendarDay.filter(date__in=wanted)}
    old = await CalendarDay.filter(year=notice.year).order_by("date")
    return Replacement(
        added=tuple(day for day in notice.days if day.date not in known),
        changed=tuple(day for day in notice.days if day.date in known and known[day.date] != day),
        removed=tuple(NoticeDay(row.date, row.kind, row.name) for row in old if row.date not in wanted),
        is_first=not await CalendarYear.filter(year=notice.year).exists(),
    )


async def carry_out(notice: Notice, replacement: Replacement, source: str) -> None:
    if replacement.changes_nothing:
        return
    await CalendarDay.filter(date__in=[day.date for day in replacement.removed]).delete()
    await CalendarDay.bulk_create(
        [CalendarDay(date=day.date, kind=day.kind, name=day.name, year=notice.year) for day in notice.days],
        on_conflict=["date"],
        update_fields=["kind", "name", "year"],
    )
    await CalendarYear.bulk_create(
        [CalendarYear(year=notice.year, source=source)], on_conflict=["year"], update_fields=["source"]
    )
