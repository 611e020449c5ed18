from datetime import date
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import Field, ValidationInfo, field_validator, model_validator

from backend.core import clock, identity
from backend.core.errors import FieldProblem
from backend.core.schema import Code, In, Line, Moment, Out, PageQuery, Text, deps_of, problem, problems
from models import LegalReferralStatus


class ReferralIn(In):
    organization_id: UUID
    reason: Text
    """What the service needs to know; it reads this before it accepts."""
    agreed: bool
    """The person agreed that their name, number and this text go to the service (个人信息保护法 23)."""

    @field_validator("agreed")
    @classmethod
    def is_agreed(cls, value: bool) -> bool:
        if not value:
            raise problem("要先征得本人同意，才能把信息转给法律服务机构。")
        return value


class CaseReferralIn(ReferralIn):
    party_id: UUID


class WindowReferralIn(ReferralIn):
    name: Annotated[Line, Field(max_length=50)]
    phone: Code | None = None

    @field_validator("phone")
    @classmethod
    def can_be_dialled(cls, value: str | None) -> str | None:
        if value is None:
            return None
        try:
            return identity.normalize_phone(value)
        except ValueError as error:
            raise problem(str(error)) from None


class AnswerIn(In):
    accepted: bool
    reason: Text | None = None
    """Needed when it is declined."""

    @model_validator(mode="after")
    def says_why_not(self) -> Self:
        if not self.accepted and self.reason is None:
            raise problems([FieldProblem("reason", "不能接收时请写明原因，方便另作安排。")])
        return self


class SlipIn(In):
    result: Code
    result_on: date
    text: Text

    @field_validator("result")
    @classmethod
    def is_a_result(cls, value: str, info: ValidationInfo) -> str:
        if value not in deps_of(info).catalog.registry.referral_results:
            raise problem("没有这个选项，请重新选择。")
        return value

    @field_validator("result_on")
    @classmethod
    def is_past(cls, value: date, info: ValidationInfo) -> date:
        if not date(2000, 1, 1) <= value <= clock.today(deps_of(info).clock):
            raise problem("日期不能晚于今天，请检查后重填。")
        return value


class ReferralsQuery(PageQuery):
    status: Literal["open", "sent", "accepted", "declined", "returned"] | None = None

    @property
    def statuses(self) -> tuple[LegalReferralStatus, ...]:
        if self.status is None:
            return tuple(LegalReferralStatus)
        if self.status == "open":
            return LegalReferralStatus.SENT, LegalReferralStatus.ACCEPTED
        return (LegalReferralStatus(self.status),)


class LegalDeskOut(Out):
    id: str
    name: str
    kind_text: str
    address: str
    phone: str
    center: str
    weekdays: list[str]
    days: str
    """When it sits in the center, to be read: `每周二、四`, `随叫随到`; empty once it sits there no more."""


class SlipOut(Out):
    result: str
    result_text: str
    result_on: date
    text: str | None
    returned_at: Moment


class ReferralOut(Out):
    """Who it is about is masked but for the center itself and the service that has accepted."""

    id: str
    desk: LegalDeskOut
    status: str
    number: str | None
    """Of the case, for the center; the service gets to know no more of it."""
    party_id: str | None
    name: str
    phone: str | None
    reason: str | None
    sent_at: Moment
    answered_at: Moment | None
    decline_reason: str | None
    slip: SlipOut | None


class OwnReferralOut(Out):
    """What the resident who was referred reads."""

    id: str
    desk: LegalDeskOut
    status: str
    sent_at: Moment
    decline_reason: str | None
    slip: SlipOut | None
