from datetime import date, timedelta

from backend.calendars.schemas import CalendarDayOut, CalendarYearOut
from backend.calendars.statutory_days import statutory_days
from backend.calendars.working_days import NoticeDay, WorkingCalendar
from backend.core.deps import WorkingDays
from backend.core.errors import NotFoundError
from backend.core.schema import WarningOut
from models import CalendarDay, CalendarRevision, CalendarYear, DayKind

_ESTIMATED = (
    "还没有{year}年的放假安排，正按法定节假日估算。国务院办公厅的通知公布后，请运行 hejie import-calendar 导入。"
)
_DECEMBER = 12
_SATURDAY = 5
_FIRST_YEAR, _LAST_YEAR = 1900, 2100


async def load_calendar() -> WorkingCalendar:
    days = await CalendarDay.all()
    years = await CalendarYear.all()
    return WorkingCalendar(
        notice_days=tuple(NoticeDay(day.date, day.kind, day.name) for day in days),
        official_years=frozenset(year.year for year in years),
    )


async def revision() -> tuple[object, ...]:
    """Differs whenever a day or a year was written. Read it before the calendar."""
    return tuple(await CalendarRevision.all().values_list("revision", flat=True))


def warnings(calendar: WorkingDays, today: date) -> list[WarningOut]:
    """Of the running year, and from December on of the next one, while they have no notice."""
    years = [today.year, today.year + 1] if today.month == _DECEMBER else [today.year]
    return [
        WarningOut(code="calendar_estimated", message=_ESTIMATED.format(year=year))
        for year in years
        if calendar.year_status(year) == "estimated"
    ]


async def year(calendar: WorkingDays, number: int) -> CalendarYearOut:
    """As this process reckons with it. Raises NotFoundError for one that nobody lives in."""
    if not _FIRST_YEAR <= number <= _LAST_YEAR:
        raise NotFoundError
    first, last = date(number, 1, 1), date(number, 12, 31)
    names = dict(statutory_days(number)) | dict(
        await CalendarDay.filter(date__gte=first, date__lte=last).values_list("date", "name")
    )
    kept = await CalendarYear.get_or_none(year=number)
    return CalendarYearOut(
        year=number,
        status=calendar.year_status(number),
        source=kept.source if kept else None,
        days=[
            CalendarDayOut(date=day, kind=kind, name=names.get(day, ""))
            for day in (first + timedelta(days=n) for n in range((last - first).days + 1))
            if (kind := _kind(calendar, day)) is not None
        ],
    )


def _kind(calendar: WorkingDays, day: date) -> DayKind | None:
    """None = as the weekday says."""
    if calendar.is_holiday(day):
        return DayKind.OFF
    return DayKind.WORK if day.weekday() >= _SATURDAY and calendar.is_workday(day) else None
