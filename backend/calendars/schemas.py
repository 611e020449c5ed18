from datetime import date
from typing import Literal

from pydantic import Field

from backend.core.schema import Out
from models import DayKind


class CalendarDayOut(Out):
    date: date
    kind: DayKind
    name: str


class CalendarYearOut(Out):
    year: int
    status: Literal["official", "estimated"]
    source: str | None = Field(description="of the notice, if one was loaded here")
    days: list[CalendarDayOut] = Field(description="holidays, and weekend days worked in exchange")
