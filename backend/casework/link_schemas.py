"""What is said when cases are linked, merged or split."""

from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import Field, ValidationInfo, field_validator, model_validator

from backend.casework.action_in import ActionIn
from backend.core.errors import FieldProblem
from backend.core.schema import Code, Text, deps_of, problem, problems
from backend.disputes.schemas import MAX_FEN
from models import LinkKind


class Naming(ActionIn):
    """Something with another case of the same center."""

    other_id: UUID

    @property
    def others(self) -> tuple[UUID, ...]:
        return (self.other_id,)


class Link(Naming):
    kind: Literal[LinkKind.RELATED, LinkKind.DUPLICATE, LinkKind.REPEAT]
    note: Text | None = None


class Unlink(Naming):
    kind: Literal[LinkKind.RELATED, LinkKind.DUPLICATE, LinkKind.REPEAT]
    reason: Text


class DismissDuplicate(Naming):
    reason: Text


class WaiveDocument(ActionIn):
    """Of the file, before it is closed."""

    code: Code
    reason: Text


class Merge(ActionIn):
    into_id: UUID
    reason: Text

    @property
    def others(self) -> tuple[UUID, ...]:
        return (self.into_id,)


class Split(ActionIn):
    """`party_ids`: who takes part in the new case. `leaving_ids`: who of them takes part in this one no longer."""

    party_ids: Annotated[tuple[UUID, ...], Field(min_length=2, max_length=100)]
    leaving_ids: Annotated[tuple[UUID, ...], Field(max_length=100)] = ()
    reason: Text
    category: Code | None = None
    description: Text | None = None
    claim: Text | None = None
    amount_fen: Annotated[int, Field(ge=0, le=MAX_FEN)] | None = None

    @field_validator("category")
    @classmethod
    def is_known(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is not None and value not in deps_of(info).catalog.category_by_code:
            raise problem("没有这个类别，请重新选择。")
        return value

    @model_validator(mode="after")
    def leaves_only_with_the_new_case(self) -> Self:
        if strangers := [place for place, each in enumerate(self.leaving_ids) if each not in self.party_ids]:
            message = "只有参加新案件的当事人才能从本件移出。"
            raise problems(FieldProblem(f"leaving_ids.{place}", message) for place in strangers)
        return self
