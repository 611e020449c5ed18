"""Judicial confirmation on the wire."""

from datetime import date
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import Field, ValidationInfo, field_validator, model_validator

from backend.core import clock
from backend.core.confirmation_rules import AppliedBy, CourtLevel, Ground
from backend.core.errors import FieldProblem
from backend.core.schema import Code, In, Line, Moment, Out, Text, deps_of, problem, problems
from backend.disputes.party_schemas import EARLIEST


class ConsentIn(In):
    agrees: bool
    party_id: UUID | None = None
    """Needed of staff, and where a phone speaks for several."""


class ApplicationIn(In):
    ground: Ground
    court_code: Code | None = None
    """Of the choices; else `court_name`."""
    court_name: Annotated[Line, Field(max_length=64)] | None = None
    """Of a court elsewhere."""
    applied_on: date
    """Of what went by post, the day on the postmark."""
    applied_by: AppliedBy

    @field_validator("applied_on")
    @classmethod
    def is_over(cls, value: date, info: ValidationInfo) -> date:
        return _past(value, info)

    @model_validator(mode="after")
    def names_one_court(self) -> Self:
        if (self.court_code is None) == (self.court_name is None):
            raise problems([FieldProblem("court_code", "请从名单里选择法院，或者填写外地法院的名称，二者选一。")])
        return self


class AcceptanceIn(In):
    """What the court has said so far: since when it has taken it up, and whether it takes longer."""

    accepted_on: date
    extended: bool = False

    @field_validator("accepted_on")
    @classmethod
    def is_over(cls, value: date, info: ValidationInfo) -> date:
        return _past(value, info)


class ResultIn(In):
    confirmed: bool
    decided_on: date
    ruling: Line
    """Number of the court's ruling."""
    reason_code: Code | None = None
    """Of a refusal."""
    note: Text | None = None

    @field_validator("decided_on")
    @classmethod
    def is_over(cls, value: date, info: ValidationInfo) -> date:
        return _past(value, info)

    @model_validator(mode="after")
    def says_why_not(self, info: ValidationInfo) -> Self:
        known = deps_of(info).catalog.confirmation.exclusions
        if self.confirmed == (self.reason_code is not None):
            raise problems([FieldProblem("reason_code", "不予确认的请选择理由；已确认的不用选。")])
        if self.reason_code is not None and self.reason_code not in known:
            raise problems([FieldProblem("reason_code", "没有这个理由，请重新选择。")])
        return self


class ExclusionIn(In):
    reason_code: Code | None
    """Null: nothing in it keeps a court from confirming it."""
    note: Text

    @field_validator("reason_code")
    @classmethod
    def is_known(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is not None and value not in deps_of(info).catalog.confirmation.exclusions:
            raise problem("没有这个理由，请重新选择。")
        return value


class CountedOut(Out):
    effective_on: date
    first_day: date
    nominal_last_day: date
    last_day: date
    is_estimated: bool
    basis: str
    text: str


class CourtOut(Out):
    ground: str
    ground_text: str
    level: CourtLevel
    court_code: str | None
    """Null: a court that is not of this city, to be named."""
    court: str
    note: str


class CourtClockOut(Out):
    """The days that the court has for its next step."""

    step: Literal["acceptance", "decision"]
    since: date
    last_day: date
    days_left: int
    """Negative once they have run out."""
    is_over: bool
    text: str
    basis: str


class ConsentOut(Out):
    party_id: str
    side_text: str
    agrees: bool | None
    way: str | None
    at: Moment | None


class ConfirmationOut(Out):
    id: str
    agreement_id: str
    status: str
    status_text: str
    effective_at: Moment
    last_day: date
    last_day_text: str
    days_left: int | None
    """Null where no clock runs any more."""
    counted: CountedOut
    exclusion_code: str | None
    exclusion_text: str | None
    court_level: str
    reserved_reason: str | None
    """Why it is not for a basic court."""
    courts: list[CourtOut]
    caution: str | None
    """What to ask the court before it is chosen."""
    consents: list[ConsentOut]
    court: str | None
    court_ground: str | None
    applied_on: date | None
    applied_by: str | None
    accepted_on: date | None
    court_clock: CourtClockOut | None
    """Null where nothing lies with a court."""
    decided_on: date | None
    refusal_code: str | None
    refusal_text: str | None
    ruling: str | None
    ways_on: list[str]
    """What remains to be done where no court has confirmed."""


def _past(value: date, info: ValidationInfo) -> date:
    if not EARLIEST <= value <= clock.today(deps_of(info).clock):
        raise problem("日期不能晚于今天，请检查后重填。")
    return value
