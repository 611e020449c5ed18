from datetime import date, timedelta
from typing import Self
from uuid import UUID

from pydantic import Field, ValidationInfo, model_validator

from backend.core import clock
from backend.core.errors import FieldProblem
from backend.core.schema import Out, Query, deps_of, problems

_LONGEST = timedelta(days=3660)


class PeriodQuery(Query):
    """Both days belong to it; without them the year so far."""

    first: date | None = Field(None, alias="from")
    last: date | None = Field(None, alias="to")
    center_id: UUID | None = None

    @model_validator(mode="after")
    def check_order(self, info: ValidationInfo) -> Self:
        first, last = self.days(clock.today(deps_of(info).clock))
        if not date(2000, 1, 1) <= first <= last <= date(2100, 1, 1) or last - first > _LONGEST:
            raise problems([FieldProblem("to", "结束日期不能早于开始日期，最长十年。")])
        return self

    def days(self, today: date) -> tuple[date, date]:
        last = self.last or today
        return self.first or date(last.year, 1, 1), last


class SuccessOut(Out):
    numerator: int
    denominator: int
    rate: float | None
    """Null when nothing has ended."""

    @classmethod
    def of(cls, settled: int, failed: int) -> Self:
        ended = settled + failed
        return cls(numerator=settled, denominator=ended, rate=round(settled / ended, 4) if ended else None)


class CountsOut(Out):
    started: int
    settled: int
    failed: int
    success: SuccessOut


class NamedCountsOut(CountsOut):
    code: str
    """Empty where an earlier case does not say."""
    title: str


class FiguresOut(CountsOut):
    by_mode: list[NamedCountsOut]
    by_track: list[NamedCountsOut]


class PartInCasesOut(Out):
    organization_id: str
    organization: str
    kind: str
    lead: int
    assisted: int


class PartsOut(Out):
    lead: int
    assisted: int
    cases_with_assistance: int
    by_organization: list[PartInCasesOut]


class RegisteredOut(Out):
    code: str
    title: str
    total: int
    resident: int


class ResidentAtOut(Out):
    """`level` of the centers where they sit."""

    level: str
    resident: int


class OrganizationsOut(Out):
    total: int
    resident: int
    by_group: list[RegisteredOut]
    by_kind: list[RegisteredOut]
    by_level: list[ResidentAtOut]


class AttendanceRateOut(Out):
    planned: int
    attended: int
    rate: float | None


class MediationStatisticsOut(Out):
    first_day: date
    last_day: date
    center_id: str | None
    total: FiguresOut
    live: FiguresOut
    historic: FiguresOut
    parts: PartsOut
    organizations: OrganizationsOut
    attendance: AttendanceRateOut
    definitions: dict[str, str]
