"""Shapes of the case library on the wire."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, ValidationInfo, field_validator

from backend.core.schema import Code, In, Line, LongText, Moment, Out, PageQuery, Text, deps_of, problem

TEXTS = ("title", "background", "handling", "outcome")


class ExampleIn(In):
    """What others may learn from it; nobody in it may be recognized."""

    title: Line
    background: LongText
    handling: LongText
    outcome: LongText


class ReviewIn(In):
    """Returning it needs the reason."""

    decision: Literal["approve", "return"]
    reason: Annotated[Text | None, Field(validate_default=True)] = None

    @field_validator("reason")
    @classmethod
    def says_why(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is None and info.data.get("decision") == "return":
            raise problem("请写明需要怎样修改。")
        return value


class ReleaseIn(In):
    """`consents`: the parties that agree, where the law or a promise of silence asks for it."""

    consents: Annotated[tuple[UUID, ...], Field(max_length=50)] = ()


class WithdrawalIn(In):
    reason: Text


class ReplacedOut(Out):
    word: str
    count: int


class ExampleDraftOut(Out):
    """Put together from the case and anonymized; to be gone over by hand."""

    title: str
    background: str
    handling: str
    outcome: str
    replaced: list[ReplacedOut]


class ExampleOut(Out):
    id: str
    category: str
    category_text: str
    title: str
    background: str
    handling: str
    outcome: str
    released_at: Moment | None


class StaffExampleOut(ExampleOut):
    dispute_id: str | None
    """Only for the center that has the case, and the city."""
    status: Literal["proposed", "returned", "approved", "released", "withdrawn"]
    proposed_at: Moment
    reviewed_at: Moment | None
    review_reason: str | None
    withdrawal_reason: str | None
    allowed: list[Literal["edit", "review", "release", "withdraw"]]
    """What the caller can do with it now."""


class SearchQuery(PageQuery):
    q: str | None = Field(None, max_length=64)
    """Words that all stand in it."""
    category: Code | None = None

    @field_validator("category")
    @classmethod
    def is_known(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is not None and value not in deps_of(info).catalog.category_by_code:
            raise problem("没有这个类别，请重新选择。")
        return value


class StaffSearchQuery(SearchQuery):
    status: Literal["proposed", "returned", "approved", "released", "withdrawn"] | None = None
    """None: what mediators can learn from, approved and released. Others are those of the own center, or the city's."""
