from backend.calendars.working_days import NoticeDay, WorkingCalendar
from models import CalendarDay, CalendarYear


async def load_calendar() -> WorkingCalendar:
    days = await CalendarDay.all()
    years = await CalendarYear.all()
    return WorkingCalendar(
        notice_days=tuple(NoticeDay(day.date, day.kind, day.name) for day in days),
        official_years=frozenset(year.year for year in years),
    )
