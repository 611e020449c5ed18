"""What is asked and answered about appointments."""

from datetime import date, datetime, timedelta
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, Field, ValidationInfo, model_validator

from backend.core import clock
from backend.core.errors import FieldProblem
from backend.core.opening import Hours
from backend.core.schema import Code, In, Line, Moment, Out, PageQuery, Query, Text, deps_of, problem, problems
from backend.disputes.party_schemas import EARLIEST
from models import Answer, AppointmentKind, AppointmentStatus, DiaryKind, FacilityKind, Purpose, WaitStatus

_LONGEST_SPAN_DAYS = 31
_LONGEST_BLOCK_DAYS = 366
_MANY = 100
_WEEK = 7
_LATEST = date(9999, 1, 1)


def _of_this_age(day: date) -> date:
    """A week from it on still has dates."""
    if EARLIEST <= day < _LATEST:
        return day
    raise problem("日期不对，请检查后重填。")


def _on_such_a_day(moment: datetime) -> datetime:
    _ = _of_this_age(moment.date())
    return moment


Day = Annotated[date, AfterValidator(_of_this_age)]
Instant = Annotated[AwareDatetime, AfterValidator(_on_such_a_day)]


class SlotIn(In):
    slot_id: Code


class RescheduleIn(SlotIn):
    reason: Text | None = None


class StaffRescheduleIn(SlotIn):
    reason: Text


class AnswerIn(In):
    answer: Literal[Answer.ACCEPTED, Answer.DECLINED, Answer.ANOTHER_TIME]
    wish: Text | None = Field(None, description="which time would suit")


class RecordedAnswerIn(AnswerIn):
    party_id: UUID


class ArrangementIn(SlotIn):
    """By staff. At the window: for one party. A mediation: proposed to all."""

    party_id: UUID | None = Field(None, description="at the window: for whom; default the first applicant")
    required_party_ids: tuple[UUID, ...] | None = Field(
        None, description="a mediation: who has to agree; default all", max_length=_MANY
    )
    accepted_party_ids: tuple[UUID, ...] = Field(
        (), description="a mediation: who is not in the mini-program and said yes already", max_length=_MANY
    )
    fixed: bool = Field(default=False, description="a mediation, after proposals were refused: nobody is asked")


class NoShowIn(In):
    party_ids: tuple[UUID, ...] | None = Field(None, description="default all who did not check in", max_length=_MANY)
    excuse: Text | None = None


class ExcuseIn(In):
    reason: Text


class WaitIn(In):
    kind: AppointmentKind
    first: date = Field(alias="from")
    last: date = Field(alias="to", description="included")

    @model_validator(mode="after")
    def is_short_span(self, info: ValidationInfo) -> Self:
        if self.last < self.first or self.last < clock.today(deps_of(info).clock):
            raise problems([FieldProblem("to", "结束日期不能早于开始日期，也不能是过去。")])
        if (self.last - self.first).days > _LONGEST_SPAN_DAYS:
            raise problems([FieldProblem("to", f"一次最多候补{_LONGEST_SPAN_DAYS}天，请缩短日期范围。")])
        return self


class SceneIn(In):
    scene: Annotated[Code, Field(max_length=32)] = Field(description="from the code on the center's poster")


class ScanIn(In):
    code: Code


class MovedDayIn(In):
    day: Day
    substitute_id: UUID | None = Field(None, description="a colleague who takes over where free")
    reason: Line


class FacilityFields(In):
    name: Annotated[Line, Field(max_length=64)]
    hours: Hours | None = Field(None, description="null = the center's")


class FacilityIn(FacilityFields):
    kind: FacilityKind


class MediatorHoursIn(In):
    hours: Hours | None = Field(description="null = the center's")


class BlockIn(In):
    kind: Literal[DiaryKind.CENTER, DiaryKind.WINDOW, DiaryKind.ROOM, DiaryKind.MEDIATOR]
    subject_id: UUID | None = Field(None, description="of the window, room or mediator")
    starts_at: Instant
    ends_at: Instant
    reason: Annotated[Line, Field(max_length=128)]

    @model_validator(mode="after")
    def is_in_order(self) -> Self:
        found = []
        if self.ends_at <= self.starts_at:
            found.append(FieldProblem("ends_at", "结束时间要晚于开始时间。"))
        elif self.ends_at - self.starts_at > timedelta(days=_LONGEST_BLOCK_DAYS):
            found.append(FieldProblem("ends_at", f"一次最多停用{_LONGEST_BLOCK_DAYS}天，更长请改开放时间。"))
        if (self.subject_id is None) is not (self.kind is DiaryKind.CENTER):
            found.append(FieldProblem("subject_id", "停用窗口、调解室或调解员时要选是哪一个；停用全中心时不选。"))
        if found:
            raise problems(found)
        return self


class BlockedQuery(PageQuery):
    first: Day | None = Field(None, alias="from", description="default today")


class CancellationIn(In):
    reason: Text


class CheckInIn(In):
    code: Line


class SlotQuery(Query):
    first: date | None = Field(None, alias="from", description="default today")
    last: date | None = Field(None, alias="to", description="included; default 14 days from the first")
    kind: AppointmentKind | None = None
    purpose: Purpose | None = Field(None, description="default: mediation once the case has a mediator")

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


Mediator = Annotated[Code | None, Field(description="a staff id, or `me`")]


class CenterAppointmentsQuery(PageQuery):
    center_id: Code | None = None
    mediator_id: Mediator = None
    first: Day | None = Field(None, alias="from", description="default today")
    last: Day | None = Field(None, alias="to", description="included; default open")

    @model_validator(mode="after")
    def is_in_order(self) -> Self:
        if self.first and self.last and self.last < self.first:
            raise problems([FieldProblem("to", "结束日期不能早于开始日期。")])
        return self


class DaysQuery(Query):
    center_id: Code | None = Field(None, description="default the own one")
    mediator_id: Mediator = None
    first: Day | None = Field(None, alias="from", description="default today")
    days: int | None = Field(
        None, ge=1, le=_WEEK, description="so many from `from` on; default its whole week, from Monday on"
    )

    def dates(self, today: date) -> list[date]:
        first = self.first or today
        if self.days is None:
            first -= timedelta(days=first.weekday())
        return [first + timedelta(days=n) for n in range(self.days or _WEEK)]


class AffectedQuery(PageQuery):
    center_id: Code | None = None


class SlotOut(Out):
    id: str
    starts_at: Moment
    ends_at: Moment
    when_text: str
    purpose: Purpose
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
    purpose: Purpose
    kind: AppointmentKind
    center: PlaceOut
    room: str | None = Field(None, description="where in the center")
    mediator: str | None = None
    respond_by: Moment | None = Field(None, description="of a proposed time: until when to answer")
    my_answer: Answer | None = Field(None, description="of a mediation")
    checkin_code: str
    checked_in_at: Moment | None
    title: str = Field(description="for wx.addPhoneCalendar: reveals nothing of the dispute")
    note: str | None = Field(None, description="why the day may still move")


class ParticipantOut(Out):
    party_id: str
    name: str
    is_required: bool
    answer: Answer
    answered_at: Moment | None
    recorded_by_staff: bool
    checked_in_at: Moment | None


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
    purpose: Purpose
    kind: AppointmentKind
    center: PlaceOut
    room: str | None
    mediator: str | None
    respond_by: Moment | None
    checked_in_at: Moment | None
    participants: list[ParticipantOut] = Field(description="of a mediation")


class DayOut(Out):
    date: str
    weekday_text: str
    is_workday: bool
    items: list[CenterAppointmentOut]


class DaysOut(Out):
    days: list[DayOut]


class CheckInCodeOut(Out):
    """To be shown as a QR code, and fetched anew before it runs out."""

    code: str
    digits: str = Field(description="to be said at the window when the code can't be scanned")
    expires_at: Moment


class WaitOut(Out):
    id: str
    dispute_id: str
    center: PlaceOut
    kind: AppointmentKind
    first: date = Field(serialization_alias="from")
    last: date = Field(serialization_alias="to")
    status: WaitStatus
    offer: SlotOut | None = Field(None, description="the place that is held")
    offered_until: Moment | None
    ahead: int | None = Field(None, description="how many wait before me for a time like this")


class WaitsOut(Out):
    items: list[WaitOut]


class FacilityOut(Out):
    id: str
    kind: FacilityKind
    name: str
    hours: Hours | None
    closed_at: Moment | None


class FacilitiesOut(Out):
    items: list[FacilityOut]


class MediatorHoursOut(Out):
    mediator_id: str
    hours: Hours | None


class BlockOut(Out):
    id: str
    kind: DiaryKind
    subject_id: str
    starts_at: Moment
    ends_at: Moment
    reason: str


class NewBlockOut(BlockOut):
    in_the_way: list[CenterAppointmentOut] = Field(description="booked before; to be moved or left")


class MoveOut(Out):
    before: Moment
    is_moved: bool = Field(description="false: no time was found for all; somebody has to call")
    appointment: CenterAppointmentOut


class MovesOut(Out):
    items: list[MoveOut]
