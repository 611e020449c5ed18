"""Proposals on the wire."""

from datetime import date, timedelta
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field, ValidationInfo, field_validator

from backend.core import clock
from backend.core.schema import In, Line, Moment, Out, Text, deps_of, problem
from backend.disputes.schemas import MAX_FEN
from backend.mediation.sharing import SharedWith


class ProposedTerm(In):
    """Field by field what `reach_agreement` takes."""

    who: Line
    what: Text
    due_on: date
    amount_fen: Annotated[int, Field(ge=0, le=MAX_FEN)] | None = None

    @field_validator("due_on")
    @classmethod
    def is_to_come(cls, value: date, info: ValidationInfo) -> date:
        if not clock.today(deps_of(info).clock) <= value <= date(2100, 1, 1):
            raise problem("履行日期不能早于今天，请检查后重填。")
        return value


class ProposalIn(In):
    summary: Text
    terms: Annotated[list[ProposedTerm], Field(min_length=1, max_length=50)]
    to: Annotated[tuple[UUID, ...], Field(max_length=20)] = ()
    """Parties; none = all the others."""
    in_caucus: bool = False
    """Between one party and the mediator."""
    counter_to: UUID | None = None
    expires_at: AwareDatetime

    @field_validator("expires_at")
    @classmethod
    def leaves_time(cls, value: AwareDatetime, info: ValidationInfo) -> AwareDatetime:
        deps = deps_of(info)
        rules, now = deps.catalog.talks, deps.clock.now()
        least, most = timedelta(hours=rules.least_ahead_hours), timedelta(days=rules.most_ahead_days)
        if not now + least <= value <= now + most:
            raise problem(f"答复期限要在{rules.least_ahead_hours}小时以后、{rules.most_ahead_days}天以内，请重新选择。")
        return value


class ProposalAnswerIn(In):
    answer: Literal["accepted", "refused"]
    comment: Text | None = None
    party_id: UUID | None = None
    """Where staff write down what a party said, and where a phone speaks for several."""


class TermOut(Out):
    who: str
    what: str
    due_on: str
    amount_fen: int | None


class ProposalAnswerOut(Out):
    party_id: str
    side_text: str
    answer: str
    comment: str | None
    """For the mediator and who wrote it."""
    by: str | None
    at: Moment | None


class ProposalOut(Out):
    id: str
    counter_to: str | None
    made_by: Literal["party", "mediator"]
    party_id: str | None
    name: str
    in_caucus: bool
    summary: str
    terms: list[TermOut]
    status: Literal["open", "accepted", "refused", "withdrawn", "expired"]
    expires_at: Moment
    made_at: Moment
    closed_at: Moment | None
    answers: list[ProposalAnswerOut]
    """Of one from a separate talk only for who was in it."""
    shared_with: list[SharedWith]
    """Of one from a separate talk, for who was in it: the other parties that have been shown it."""
