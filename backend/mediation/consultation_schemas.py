"""Experts' consultations on the wire."""

from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import Field, ValidationInfo, model_validator

from backend.core.errors import FieldProblem
from backend.core.schema import In, LongText, Moment, Out, Text, deps_of, problems
from models import ConsultationStatus, ExpertAnswer

Ids = Annotated[tuple[UUID, ...], Field(max_length=100)]


class ConsultationIn(In):
    question: LongText
    expert_ids: Annotated[tuple[UUID, ...], Field(min_length=1, max_length=10)]
    item_ids: Ids = ()
    """Evidence that the experts shall read."""
    working_days: Annotated[int, Field(ge=1)] | None = None

    @model_validator(mode="after")
    def is_not_too_long(self, info: ValidationInfo) -> Self:
        most = deps_of(info).catalog.consultation.most_working_days
        if self.working_days is not None and self.working_days > most:
            raise problems([FieldProblem("working_days", f"期限最长{most}个工作日。")])
        return self


class ExpertAnswerIn(In):
    answer: Literal["accepted", "declined", "conflict"]
    no_conflict: bool = False
    """The expert's statement to have no relation to the parties and no interest in the case."""
    reason: Text | None = None

    @model_validator(mode="after")
    def says_what_it_must(self) -> Self:
        if self.answer == "accepted" and not self.no_conflict:
            raise problems([FieldProblem("no_conflict", "接受前请声明与各方当事人没有利害关系；有关系的请选择回避。")])
        if self.answer != "accepted" and self.reason is None:
            raise problems([FieldProblem("reason", "请写明理由。")])
        return self


class MaterialsIn(In):
    item_ids: Annotated[tuple[UUID, ...], Field(min_length=1, max_length=100)]


class OpinionIn(In):
    text: LongText
    final: bool


class OpinionOut(Out):
    version: int
    text: str
    is_final: bool
    sha256: str
    at: Moment


class ConsultedExpertOut(Out):
    member_id: str
    name: str
    answer: ExpertAnswer
    reason: str | None
    opinions: list[OpinionOut]
    """The expert's own all, for everybody else the final one."""


class ConsultationOut(Out):
    id: str
    question: str
    asked_at: Moment
    due_at: Moment
    light: str
    status: ConsultationStatus
    answered_at: Moment | None
    item_ids: list[str]
    """For the center and the experts."""
    experts: list[ConsultedExpertOut]


class AskedOut(Out):
    """What an expert learns before accepting: enough to know whether there is a conflict."""

    id: str
    dispute_id: str
    center: str
    category_name: str
    parties: list[str]
    """Empty once declined."""
    answer: ExpertAnswer
    asked_at: Moment
    due_at: Moment
    light: str
