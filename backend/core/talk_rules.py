"""Kinds of meetings and the limits of proposals, as the operator's table has them."""

from typing import Self

from pydantic import Field, model_validator

from backend.core.flow_table import Entry


class MeetingKind(Entry):
    """See the head of `talks.toml`."""

    title: str = Field(min_length=1, max_length=20)
    together: bool = False
    separate: bool = False

    @model_validator(mode="after")
    def is_one_of_them(self) -> Self:
        if self.together and self.separate:
            raise ValueError("a meeting is held together or separately")
        return self


class TalkRules(Entry):
    least_ahead_hours: int = Field(ge=0)
    most_ahead_days: int = Field(ge=1)
    kinds: dict[str, MeetingKind] = Field(min_length=1)
