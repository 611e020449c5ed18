"""Commercial mediation, as the operator's catalog has it."""

from typing import Self

from pydantic import Field, model_validator

from backend.core.flow_table import Entry


class UndertakingText(Entry):
    version: str = Field(min_length=1, max_length=16)
    title: str = Field(min_length=1)
    text: str = Field(min_length=1)


class CommercialRules(Entry):
    """See the head of `commercial.toml`."""

    seats: tuple[int, ...] = Field(min_length=1)
    undertaking: UndertakingText
    fields: dict[str, str]
    """What experts are asked for."""

    @model_validator(mode="after")
    def check_seats(self) -> Self:
        if any(seats < 1 or seats % 2 == 0 for seats in self.seats):
            raise ValueError("a panel has an odd number of seats")
        return self
