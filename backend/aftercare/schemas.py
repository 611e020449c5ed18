"""Shapes of what follows an outcome."""

from collections.abc import Container
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import Field, ValidationInfo, field_validator, model_validator

from backend.casework.outcomes import FollowUpBrief
from backend.core.deps import Deps
from backend.core.errors import FieldProblem
from backend.core.schema import Code, In, Moment, Out, Text, deps_of, one_of, problem, problems

URGE, REOPEN = "urge_commitments", "request_reopening"


class ReviewDecisionIn(In):
    decision: Literal["reopen", "answer"]
    text: Text
    """Why it is taken up again; or the answer, which who rated reads."""


class ReviewOut(Out):
    """Of a rating without who gave it; of a visit with what staff found."""

    id: str
    dispute_id: str
    number: str
    case_number: str | None
    center: str
    cause: str
    resolved: bool | None
    satisfaction: int | None
    comment: str | None
    request: str | None
    status: str
    created_at: Moment
    due_at: Moment
    overdue: bool
    escalated_at: Moment | None
    decided_at: Moment | None
    decided_by: str | None
    answer: str | None


class OwnReviewOut(Out):
    status: str
    status_text: str
    answer_by: Moment
    answered_at: Moment | None
    answer: str | None


class OwnRatingOut(Out):
    id: str
    dispute_id: str
    resolved: bool
    satisfaction: int
    comment: str | None
    created_at: Moment
    review: OwnReviewOut | None
    """Opened when the quarrel was not resolved, or the satisfaction low."""


class FollowUpRecordIn(In):
    channel: Code
    result: Code
    note: Text | None = None
    next_step: Code | None = None
    """Where something is wrong, one of the catalog's."""
    spoke_with: Annotated[tuple[UUID, ...], Field(max_length=50)] = ()
    """Parties of the case."""

    @field_validator("channel", "result", "next_step")
    @classmethod
    def is_of_the_catalog(cls, value: str | None, info: ValidationInfo) -> str | None:
        rules = deps_of(info).catalog.aftercare.follow_up
        known: dict[str, Container[str]] = {
            "channel": rules.channels,
            "result": rules.results,
            "next_step": rules.next_steps,
        }
        return None if value is None else one_of(value, known[info.field_name or ""])

    @field_validator("spoke_with")
    @classmethod
    def is_each_once(cls, value: tuple[UUID, ...]) -> tuple[UUID, ...]:
        if len(set(value)) < len(value):
            raise problem("同一位只填一次。")
        return value

    @model_validator(mode="after")
    def fits_together(self, info: ValidationInfo) -> Self:
        found = list(self._wrong(deps_of(info)))
        if found:
            raise problems(found)
        return self

    def _wrong(self, deps: Deps) -> list[FieldProblem]:
        result = deps.catalog.aftercare.follow_up.results[self.result]
        wrong = []
        if result.failed and self.next_step is None:
            wrong.append(FieldProblem("next_step", "请选择下一步怎么办。"))
        if not result.failed and self.next_step in (URGE, REOPEN):
            wrong.append(FieldProblem("next_step", "这个结果不需要督促履行或者重新调解，请重新选择。"))
        if self.next_step == REOPEN and self.note is None:
            wrong.append(FieldProblem("note", "申请重新调解的，请写明情况和理由。"))
        if not result.reached and self.spoke_with:
            wrong.append(FieldProblem("spoke_with", "没有联系上的，不用填联系了谁。"))
        return wrong


class FollowUpRecordOut(Out):
    at: Moment
    by: str
    channel: str
    channel_text: str
    result: str
    result_text: str
    next_step: str | None
    next_step_text: str | None
    spoke_with: list[str]
    note: str | None
    """For the center that has the case."""


class FollowUpOut(FollowUpBrief):
    records: list[FollowUpRecordOut]
