"""What is asked and answered about appointments."""

from datetime import date
from typing import Self

from pydantic import Field, ValidationInfo, model_validator

from backend.core import clock
from backend.core.errors import FieldProblem
from backend.core.schema import Code, In, Line, Moment, Out, PageQuery, Query, Text, deps_of, problems
from models import AppointmentKind, AppointmentStatus

_LONGEST_SPAN_DAYS = 31


class SlotIn(In):
    slot_id: Code


class CancellationIn(In):
    reason: Text


class CheckInIn(In):
    code: Line


class SlotQuery(Query):
    first: date | None = Field(None, alias="from", description="default today")
    last: date | None = Field(None, alias="to", description="included; default 14 days from the first")
    kind: AppointmentKind | None = None

    @model_validator(mode="after")
    def is_short_span(self, info: ValidationInfo) -> Self:
        if self.last is None:
            return self
        days = (self.last - (self.first or clock.today(deps_of(info).clock))).days
        if days < 0:
            raise problems([FieldProblem("to", "结束日期不能早于开始日期。")])
        if days > _LONGEST_SPAN_DAYS:
            raise problems([FieldProblem("to", f"一次最多查看{_LONGEST_SPAN_DAYS}天，请缩短日期范围。")])
        return self


class CenterAppointmentsQuery(PageQuery):
    center_id: Code | None = None
    first: date | None = Field(None, alias="from", description="default today")
    last: date | None = Field(None, alias="to", description="included; default open")

    @model_validator(mode="after")
    def is_in_order(self) -> Self:
        if self.first and self.last and self.last < self.first:
            raise problems([FieldProblem("to", "结束日期不能早于开始日期。")])
        return self


class AffectedQuery(PageQuery):
    center_id: Code | None = None


class SlotOut(Out):
    id: str
    starts_at: Moment
    ends_at: Moment
    when_text: str
    kind: AppointmentKind
    remaining: int
    note: str | None = Field(None, description="why the day may still move")


class SlotsOut(Out):
    items: list[SlotOut]
    note: str | None = Field(None, description="when there is nothing to choose: when to look again, whom to call")


class PlaceOut(Out):
    id: str
    name: str
    address: str
    phone: str


class AppointmentOut(Out):
    id: str
    dispute_id: str
    status: AppointmentStatus
    starts_at: Moment
    ends_at: Moment
    starts_ts: int
    ends_ts: int
    when_text: str
    kind: AppointmentKind
    center: PlaceOut
    checkin_code: str
    checked_in_at: Moment | None
    title: str = Field(description="for wx.addPhoneCalendar: reveals nothing of the dispute")
    note: str | None = Field(None, description="why the day may still move")


class CenterAppointmentOut(Out):
    """As staff see it: the code stays with the resident, who shows it on arrival."""

    id: str
    dispute_id: str
    number: str
    case_number: str | None
    visitor: str | None
    status: AppointmentStatus
    starts_at: Moment
    ends_at: Moment
    when_text: str
    kind: AppointmentKind
    center: PlaceOut
    checked_in_at: Moment | None
