"""Shapes of complaints. The complainant reads the own ones; who handles one reads no more than it takes."""

from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, ValidationInfo, field_validator, model_validator

from backend.core.errors import FieldProblem
from backend.core.schema import Code, In, Moment, Out, PageQuery, Text, deps_of, one_of, problem, problems
from models import ComplaintAbout, ComplaintFinding, ComplaintStatus

REPLACE = "replace_mediator"


class ComplaintIn(In):
    about: ComplaintAbout
    dispute_id: UUID | None = None
    """A case of one's own; of a mediator's, the one that they mediate."""
    center_id: UUID | None = None
    """Without a case: of which center."""
    text: Text
    wish: Text | None = None
    """What should happen."""
    hides_name: bool = False
    """Name and phone are not shown to who handles it."""

    @model_validator(mode="after")
    def says_about_whom(self) -> Self:
        if self.about is ComplaintAbout.MEDIATOR and self.dispute_id is None:
            raise problems([FieldProblem("dispute_id", "投诉调解员，请选择他办理的是哪一件事。")])
        if (self.dispute_id is None) == (self.center_id is None):
            raise problems([FieldProblem("center_id", "请选择一件事，或者选择一个中心，二者选一。")])
        return self


class WithdrawalIn(In):
    reason: Text | None = None


class ComplaintDecisionIn(In):
    finding: ComplaintFinding
    answer: Text
    """Read by who complained."""
    measures: Annotated[tuple[Code, ...], Field(max_length=10)] = ()
    mediator_id: UUID | None = None
    """With the measure of another mediator: which one."""

    @field_validator("measures")
    @classmethod
    def are_of_the_catalog(cls, value: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        if len(set(value)) < len(value):
            raise problem("同一项措施只选一次。")
        return tuple(one_of(each, deps_of(info).catalog.complaints.measures) for each in value)

    @model_validator(mode="after")
    def names_the_next(self) -> Self:
        if (REPLACE in self.measures) != (self.mediator_id is not None):
            raise problems([FieldProblem("mediator_id", "更换调解员的，请选择由谁接手；不更换的不用填。")])
        if self.measures and self.finding is ComplaintFinding.NOT_UPHELD:
            raise problems([FieldProblem("measures", "认定投诉不属实的，不用选择措施。")])
        return self


class ComplaintsQuery(PageQuery):
    status: ComplaintStatus | None = None


class ComplaintStepOut(Out):
    kind: str
    text: str
    at: Moment


class ComplaintOut(Out):
    id: str
    number: str
    about: str
    about_text: str
    dispute_id: str | None
    center: str
    text: str | None
    """Null once it has been erased."""
    wish: str | None
    hides_name: bool
    status: str
    status_text: str
    created_at: Moment
    answer_by: Moment
    finding: str | None
    finding_text: str | None
    measures: list[str]
    """In words."""
    answer: str | None
    ended_at: Moment | None
    steps: list[ComplaintStepOut]


class ComplainantOut(Out):
    name: str | None
    phone_masked: str | None


class HandledComplaintOut(ComplaintOut):
    dispute_number: str | None
    subject: str | None
    """The mediator complained about."""
    complainant: ComplainantOut | None
    """Null where the name is hidden."""
    handler: str | None
    overdue: bool
    escalated_at: Moment | None
    can_replace_mediator: bool
    """The case is still mediated by who is complained about, and the actor may assign another one."""


class ComplaintGuideOut(Out):
    """To be read before complaining."""

    anonymity: str
    decide_days: int
    """Working days."""
    about: dict[str, str]
