from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from backend.core import clock, identity
from backend.core.schema import Code, In, Line, Moment, Out, PageQuery, Text, deps_of, problem
from models import EnterpriseSize


def _past(value: date, info: ValidationInfo) -> date:
    if not date(2000, 1, 1) <= value <= clock.today(deps_of(info).clock):
        raise problem("日期不能晚于今天，请检查后重填。")
    return value


def _near(value: date) -> date:
    if not date(2000, 1, 1) <= value <= date(2100, 1, 1):
        raise problem("日期不对，请检查后重填。")
    return value


Past = Annotated[date, AfterValidator(_past)]
Near = Annotated[date, AfterValidator(_near)]


class EnterpriseIn(In):
    credit_code: Code
    name: Line
    size: EnterpriseSize
    station_id: UUID | None = None
    """Whoever acts for a station leaves it out: it is their own."""
    division_code: Code
    workers: Annotated[int, Field(ge=0, le=1_000_000)] | None = None
    is_key: bool = False
    address: Annotated[Line, Field(max_length=255)] | None = None
    contact_name: Annotated[Line, Field(max_length=50)] | None = None
    contact_phone: Code | None = None

    @field_validator("credit_code", "contact_phone")
    @classmethod
    def is_right(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is None:
            return None
        try:
            if info.field_name == "credit_code":
                return identity.normalize_credit_code(value)
            return identity.normalize_phone(value)
        except ValueError as error:
            raise problem(str(error)) from None

    @field_validator("division_code")
    @classmethod
    def is_in_a_county(cls, code: str, info: ValidationInfo) -> str:
        division = deps_of(info).divisions.by_code(code)
        if division is None or division.level == "city":
            raise problem("请填写县（市、区）或乡镇街道的区划代码。")
        return code


class VisitIn(In):
    on: Past
    summary: Text


class TalkIn(In):
    on: Past
    topic: Line
    participants: Annotated[int, Field(ge=1, le=100_000)]
    enterprise_ids: Annotated[tuple[UUID, ...], Field(max_length=500)] = ()
    station_id: UUID | None = None
    """Whoever acts for a station leaves it out."""


class FindingIn(In):
    risk: Code
    text: Text
    advice: Text
    follow_up_on: Near

    @field_validator("risk")
    @classmethod
    def is_a_risk(cls, value: str, info: ValidationInfo) -> str:
        if value not in deps_of(info).catalog.enterprises.risks:
            raise problem("没有这个风险类别，请重新选择。")
        return value


class ScreeningIn(In):
    on: Past
    findings: Annotated[tuple[FindingIn, ...], Field(max_length=100)] = ()


class FollowUpIn(In):
    on: Past
    text: Text
    is_done: bool = False
    next_on: Near | None = None
    """When to look again; absent: as before."""


class PlanItemIn(In):
    text: Text
    due_on: Near


class PlanIn(In):
    quarter: Annotated[str, Field(pattern=r"^20[0-9]{2}Q[1-4]$")]
    items: Annotated[tuple[PlanItemIn, ...], Field(min_length=1, max_length=50)]


class CompletionIn(In):
    on: Past
    outcome: Text


class EnterprisesQuery(PageQuery):
    size: EnterpriseSize | None = None
    is_key: bool | None = None
    station_id: UUID | None = None
    q: Annotated[str, Field(max_length=128)] | None = None
    """Part of the name, or the credit code."""
    state: Literal["active", "left", "all"] = "active"


class FindingsQuery(PageQuery):
    state: Literal["open", "overdue", "done", "all"] = "open"


class EnterpriseOut(Out):
    """The contact is masked in lists, and for those above."""

    id: str
    credit_code: str
    name: str
    size: str
    size_text: str
    station_id: str
    station: str
    division_code: str
    workers: int | None
    is_key: bool
    address: str
    contact_name: str | None
    contact_phone: str | None
    left_at: Moment | None


class VisitOut(Out):
    id: str
    on: date
    summary: str | None
    by: str


class TalkOut(Out):
    id: str
    on: date
    topic: str
    participants: int
    station: str
    enterprises: int
    """How many of the roster were there."""


class FollowUpOut(Out):
    on: date
    text: str | None
    by: str


class FindingOut(Out):
    id: str
    enterprise_id: str
    enterprise: str
    risk: str
    risk_text: str
    found_on: date
    text: str | None
    advice: str | None
    follow_up_on: date
    done_on: date | None
    follow_ups: list[FollowUpOut]


class ScreeningOut(Out):
    id: str
    on: date
    by: str
    findings: list[FindingOut]


class PlanItemOut(Out):
    id: str
    text: str | None
    due_on: date
    done_on: date | None
    outcome: str | None


class PlanOut(Out):
    id: str
    quarter: str
    by: str
    items: list[PlanItemOut]


class RecordOut(Out):
    """All that was done for one enterprise, the latest first."""

    enterprise: EnterpriseOut
    visits: list[VisitOut]
    talks: list[TalkOut]
    screenings: list[ScreeningOut]
    plans: list[PlanOut]
