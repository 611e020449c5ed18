"""Legal explanations on the wire."""

from datetime import date
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, ValidationInfo, model_validator

from backend.core import clock
from backend.core.errors import FieldProblem
from backend.core.schema import Code, In, LongText, Moment, Out, Query, Text, deps_of, problems
from backend.disputes.party_schemas import EARLIEST


class ExplanationIn(In):
    statement: LongText
    statutes: Annotated[tuple[Code, ...], Field(min_length=1, max_length=20)]
    to: Annotated[tuple[UUID, ...], Field(min_length=1, max_length=100)]
    """Parties."""
    as_of: date | None = None
    """When what it is about happened; today where nothing is said."""

    @model_validator(mode="after")
    def rests_on_law_in_force(self, info: ValidationInfo) -> Self:
        deps = deps_of(info)
        today = clock.today(deps.clock)
        day = self.as_of or today
        if not EARLIEST <= day <= today:
            raise problems([FieldProblem("as_of", "日期不能晚于今天，请检查后重填。")])
        found = []
        for place, code in enumerate(self.statutes):
            statute = deps.catalog.statute_by_code.get(code)
            if statute is None:
                found.append(FieldProblem(f"statutes.{place}", "没有这个法条，请重新选择。"))
            elif not statute.in_force(day):
                found.append(FieldProblem(f"statutes.{place}", "这个法条在当时没有施行，请选择当时有效的法条。"))
        if found:
            raise problems(found)
        return self


class AcknowledgementIn(In):
    question: Text | None = None


class ReplyIn(In):
    party_id: UUID
    text: Text


class StatutesQuery(Query):
    q: str | None = Field(None, max_length=64, description="a word of law, article or summary")
    on: date | None = Field(None, description="only those in force on this day")


class StatuteOut(Out):
    code: str
    law: str
    article: str
    summary: str
    """In our own words; `note` says so to whoever reads it."""
    note: str = "以上为条文大意，不是法律原文，以公布的文本为准。"
    effective_from: date
    effective_to: date | None


class ReceiptOut(Out):
    party_id: str
    sent_at: Moment
    read_at: Moment | None
    question: str | None
    asked_at: Moment | None
    reply: str | None
    replied_at: Moment | None


class ExplanationOut(Out):
    id: str
    statement: str
    statutes: list[StatuteOut]
    as_of: date
    by: str
    at: Moment
    receipts: list[ReceiptOut]
    """A party's own; for the center all."""
