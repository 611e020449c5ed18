from sanic import Blueprint

from backend.calendars import queries
from backend.calendars.schemas import CalendarYearOut
from backend.core.deps import Deps
from backend.web.endpoint import endpoint

blueprint = Blueprint("staff_calendars")


@endpoint(blueprint, "GET", "/calendars/{year}", audience="staff", returns=CalendarYearOut)
async def get_calendar(year: int, deps: Deps) -> CalendarYearOut:
    return await queries.year(deps.calendar, year)
