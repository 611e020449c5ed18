"""Meetings and minutes on the wire."""

from datetime import timedelta
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field, ValidationInfo, field_validator, model_validator

from backend.core.errors import FieldProblem
from backend.core.schema import Code, In, Line, LongText, Moment, Out, Text, deps_of, problem, problems
from backend.disputes.party_schemas import EARLIEST
from models import Attendance, MeetingRole, MinutesAnswerKind, Venue

_WHO = {
    MeetingRole.PARTY: "party_id",
    MeetingRole.MEMBER: "member_id",
    MeetingRole.STAFF: "staff_id",
    MeetingRole.OTHER: "name",
}


class ParticipantIn(In):
    """Exactly the one field that goes with the role."""

    role: Literal[MeetingRole.PARTY, MeetingRole.MEMBER, MeetingRole.STAFF, MeetingRole.OTHER]
    party_id: UUID | None = None
    member_id: UUID | None = None
    staff_id: UUID | None = None
    name: Annotated[Line, Field(max_length=50)] | None = None

    @model_validator(mode="after")
    def names_one(self) -> "ParticipantIn":
        wrong = [name for role, name in _WHO.items() if (getattr(self, name) is None) == (role is self.role)]
        if wrong:
            raise problems(FieldProblem(name, "请按参加人的身份填写这一项，其他几项不填。") for name in wrong)
        return self


class MeetingIn(In):
    """The mediator takes part without being named; without anybody named, all parties do."""

    kind: Code
    venue: Venue
    planned_at: AwareDatetime
    appointment_id: UUID | None = None
    agenda: Annotated[tuple[Text, ...], Field(max_length=30)] = ()
    participants: Annotated[tuple[ParticipantIn, ...], Field(max_length=100)] = ()

    @field_validator("kind")
    @classmethod
    def is_a_kind(cls, value: str, info: ValidationInfo) -> str:
        if value not in deps_of(info).catalog.talks.kinds:
            raise problem("没有这个选项，请重新选择。")
        return value

    @field_validator("planned_at")
    @classmethod
    def is_near(cls, value: AwareDatetime, info: ValidationInfo) -> AwareDatetime:
        if value.date() < EARLIEST or value > deps_of(info).clock.now() + timedelta(days=366):
            raise problem("会议时间不能晚于一年以后，请检查后重填。")
        return value


class AttendanceIn(In):
    participant_id: UUID
    attendance: Literal[Attendance.PRESENT, Attendance.LATE, Attendance.ABSENT, Attendance.LEFT_EARLY]
    reason: Text | None = None


class BeginIn(In):
    attendance: Annotated[tuple[AttendanceIn, ...], Field(max_length=100)] = ()
    rights_notice: bool = False
    """It was read out now to whoever had not been told."""


class AdjournIn(In):
    reason: Text


class LeaveIn(In):
    reason: Text | None = None


class MinutesIn(In):
    text: LongText
    facts: Annotated[tuple[Text, ...], Field(max_length=50)] = ()
    concessions: Annotated[tuple[Text, ...], Field(max_length=50)] = ()


class MinutesAnswerIn(In):
    answer: MinutesAnswerKind
    comment: Annotated[Text | None, Field(validate_default=True)] = None

    @field_validator("comment")
    @classmethod
    def says_what_is_wrong(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is None and info.data.get("answer") in (MinutesAnswerKind.COMMENTED, MinutesAnswerKind.REFUSED):
            raise problem("请写明意见或者不确认的原因。")
        return value


class WindowAnswerIn(MinutesAnswerIn):
    party_id: UUID


class ParticipantOut(Out):
    id: str
    role: str
    party_id: str | None
    member_id: str | None
    staff_id: str | None
    name: str
    """Of a party its side."""
    attendance: str
    reason: str | None
    """For the mediator, and for who gave it."""
    arrived_at: Moment | None
    left_at: Moment | None


class MeetingOut(Out):
    id: str
    kind: str
    kind_text: str
    venue: str
    status: str
    planned_at: Moment
    appointment_id: str | None
    agenda: list[str]
    begun_at: Moment | None
    ended_at: Moment | None
    reason: str | None
    participants: list[ParticipantOut]


class MinutesAnswerOut(Out):
    party_id: str
    side_text: str
    answer: Literal["pending", "confirmed", "commented", "refused"]
    comment: str | None
    """For staff, and for who wrote it."""
    by: str | None
    """`resident` from the phone, `staff` at the window."""
    at: Moment | None


class MinutesOut(Out):
    id: str
    version: int
    is_current: bool
    text: str
    facts: list[str]
    concessions: list[str]
    written_at: Moment
    answers: list[MinutesAnswerOut]


class MinutesListOut(Out):
    items: list[MinutesOut]
    """The latest first; to residents only the latest."""
