from datetime import date
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AwareDatetime, Field, ValidationInfo, model_validator

from backend.core import clock
from backend.core.clock import local
from backend.core.errors import FieldProblem
from backend.core.schema import Code, In, Moment, Out, Query, deps_of, problems


class RecordedDay(In):
    """Written down afterwards by the director."""

    arrived_at: AwareDatetime
    left_at: AwareDatetime | None = None

    @property
    def day(self) -> date:
        return local(self.arrived_at).date()


class AttendanceIn(In):
    """Now, or a day that has been. Whoever acts for an organization scans the center's poster and names nobody."""

    organization_id: UUID | None = None
    movement: Literal["arrive", "leave"] = "arrive"
    poster_code: Code | None = None
    record: RecordedDay | None = None

    @model_validator(mode="after")
    def check_record(self, info: ValidationInfo) -> Self:
        if self.record is None:
            return self
        found, now = [], deps_of(info).clock.now()
        arrived_at, left_at = self.record.arrived_at, self.record.left_at
        if arrived_at > now or arrived_at.year < 2000:
            found.append(FieldProblem("record.arrived_at", "到岗时间不能晚于现在，请检查后重填。"))
        if left_at is not None and (left_at > now or left_at.year < 2000):
            found.append(FieldProblem("record.left_at", "离岗时间不能晚于现在，请检查后重填。"))
        elif not found and left_at is not None and (left_at <= arrived_at or local(left_at).date() != self.record.day):
            found.append(FieldProblem("record.left_at", "离岗时间要晚于到岗时间，而且在同一天。"))
        if found:
            raise problems(found)
        return self


class AttendanceQuery(Query):
    month: Annotated[str, Field(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$")] | None = None
    """`2026-11`; absent = the running one."""

    def first_day(self, at: clock.Clock) -> date:
        return date.fromisoformat(f"{self.month}-01") if self.month else clock.today(at).replace(day=1)


class AttendanceOut(Out):
    organization_id: str
    organization: str
    day: date
    proof: str
    arrived_at: Moment
    left_at: Moment | None
    recorded_by: str


class RateOut(Out):
    """`rate` is `attended` of `planned`; null when nothing was planned."""

    planned: int
    attended: int
    rate: float | None

    @classmethod
    def of(cls, planned: int, attended: int) -> Self:
        return cls(planned=planned, attended=attended, rate=round(attended / planned, 4) if planned else None)


class OrganizationMonthOut(RateOut):
    """Of the days until today."""

    organization_id: str
    organization: str
    residency: str
    weekdays: list[str]
    missed: list[date]
    unplanned: list[date]
    """Days on which it came without being expected."""
    days: list[AttendanceOut]


class MonthOut(RateOut):
    month: str
    items: list[OrganizationMonthOut]
