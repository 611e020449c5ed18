from datetime import date
from typing import Literal, Self
from uuid import UUID

from pydantic import Field, ValidationInfo, field_validator, model_validator

from backend.core import clock
from backend.core.errors import FieldProblem
from backend.core.schema import In, Moment, Out, deps_of, one_of, problem, problems
from backend.disputes.party_schemas import EARLIEST
from backend.statistics.export_rows import COLUMNS
from models import Source, Status

Format = Literal["csv", "xlsx"]


class CaseFilterIn(In):
    """Cases filed on these days, both included; what is left out does not matter."""

    first: date | None = Field(None, alias="from")
    last: date | None = Field(None, alias="to")
    center_id: UUID | None = None
    status: Status | None = None
    category: str | None = None
    mode: str | None = None
    source: Source | None = None

    @field_validator("first", "last")
    @classmethod
    def is_of_this_age(cls, value: date | None, info: ValidationInfo) -> date | None:
        if value is None or EARLIEST <= value <= clock.today(deps_of(info).clock):
            return value
        raise problem("日期不对，不能晚于今天，请检查后重填。")

    @field_validator("category")
    @classmethod
    def is_known_category(cls, value: str | None, info: ValidationInfo) -> str | None:
        return value and one_of(value, deps_of(info).catalog.category_by_code)

    @field_validator("mode")
    @classmethod
    def is_known_mode(cls, value: str | None, info: ValidationInfo) -> str | None:
        return value and one_of(value, deps_of(info).catalog.modes)

    @model_validator(mode="after")
    def is_in_order(self) -> Self:
        if self.first and self.last and self.last < self.first:
            raise problems([FieldProblem("to", "结束日期不能早于开始日期。")])
        return self


class ExportIn(In):
    kind: Literal["cases"] = "cases"
    format: Format = "csv"
    filter: CaseFilterIn = CaseFilterIn()
    columns: tuple[str, ...] | None = Field(None, min_length=1, description="without it all of them")

    @field_validator("columns")
    @classmethod
    def are_known(cls, value: tuple[str, ...] | None) -> tuple[str, ...] | None:
        if value is not None and len(set(value)) != len(value):
            raise problem("同一列只能选一次。")
        for name in value or ():
            one_of(name, COLUMNS)
        return value


class ExportOut(Out):
    id: str
    kind: str
    format: str
    filter: dict[str, str]
    columns: list[str]
    state: str
    """`running`, `ready`, `failed`, `canceled`, `expired`."""
    reason_text: str | None
    """Why it failed, in words."""
    total_rows: int
    """As many as there were when it was asked for."""
    done_rows: int
    progress: float
    """0 to 1."""
    size: int | None
    sha256: str | None
    """Of the file as it is handed out."""
    requested_at: Moment
    finished_at: Moment | None
    expires_at: Moment | None


class ExportLogOut(ExportOut):
    requester_id: str
    requester: str
    requester_role: str
    requester_center: str | None
    downloads: int
    last_download_at: Moment | None
