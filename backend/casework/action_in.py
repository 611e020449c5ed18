"""What every action says, whatever else it does."""

from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, ValidationInfo, model_validator

from backend.core.errors import FieldProblem
from backend.core.schema import In, deps_of, problems

ACTION_OF: dict[type["ActionIn"], str] = {}
"""`schemas.FIELDS`, the other way round."""


class ActionIn(In):
    version: Annotated[int, Field(ge=1, le=2**31 - 1)]

    @model_validator(mode="after")
    def says_what_the_table_requires(self, info: ValidationInfo) -> Self:
        """Beside what the action itself cannot do without."""
        rows = deps_of(info).catalog.flow_by_action[ACTION_OF[type(self)]]
        missing = {name for row in rows for name in row.requires if getattr(self, name) in (None, (), "")}
        if missing:
            raise problems(FieldProblem(name, "这一项必须填写。") for name in sorted(missing))
        return self

    @property
    def told(self) -> str | None:
        """What staff have heard or seen, in their words: it may show that somebody is in danger."""
        return None

    @property
    def others(self) -> tuple[UUID, ...]:
        """Cases beside the one acted on, to be locked with it."""
        return ()
