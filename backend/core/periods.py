"""Of which days figures are wanted."""

from datetime import date, timedelta
from typing import Self

from pydantic import Field, ValidationInfo, model_validator

from backend.core import clock
from backend.core.errors import FieldProblem
from backend.core.schema import Query, deps_of, problems

EVER = date(2000, 1, 1)
_LAST = date(2100, 1, 1)
_LONGEST = timedelta(days=3660)


class PeriodQuery(Query):
    """Both days belong to it; without them the year so far."""

    first: date | None = Field(None, alias="from")
    last: date | None = Field(None, alias="to")

    @model_validator(mode="after")
    def check_order(self, info: ValidationInfo) -> Self:
        first, last = self.days(clock.today(deps_of(info).clock))
        if not EVER <= first <= last <= _LAST or last - first > _LONGEST:
            raise problems([FieldProblem("to", "结束日期不能早于开始日期，最长十年。")])
        return self

    def days(self, today: date) -> tuple[date, date]:
        last = self.last or today
        return self.first or date(last.year, 1, 1), last
