"""Of which days figures are wanted."""

from datetime import date, timedelta
from typing import Self

from pydantic import Field, ValidationInfo, field_validator, model_validator

from backend.core import clock
from backend.core.errors import FieldProblem
from backend.core.schema import Query, deps_of, problem, problems

EVER = date(2000, 1, 1)
_LONGEST = timedelta(days=3660)


class PeriodQuery(Query):
    """Both days belong to it; without them the year so far."""

    first: date | None = Field(None, alias="from")
    last: date | None = Field(None, alias="to")

    @field_validator("first", "last")
    @classmethod
    def is_past(cls, value: date | None, info: ValidationInfo) -> date | None:
        """What has not happened yet cannot be counted."""
        if value is not None and value > clock.today(deps_of(info).clock):
            raise problem("还没有到这一天，不能统计，请改成今天或以前的日期。")
        if value is not None and value < EVER:
            raise problem("统计从2000年1月1日开始，请改成这一天或以后的日期。")
        return value

    @model_validator(mode="after")
    def check_order(self, info: ValidationInfo) -> Self:
        first, last = self.days(clock.today(deps_of(info).clock))
        if not first <= last <= first + _LONGEST:
            raise problems([FieldProblem("to", "结束日期不能早于开始日期，最长十年。")])
        return self

    def days(self, today: date) -> tuple[date, date]:
        last = self.last or today
        return self.first or date(last.year, 1, 1), last
