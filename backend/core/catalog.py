"""The operator's rules as typed, checked values. `config/catalog/` holds the text; the processes read it.

Loading fails as a whole, naming every wrong entry: a half-right rule book is never used.
"""

from collections import Counter
from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from backend.core.opening import OpeningRules
from models import Status


class Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Category(Entry):
    code: str = Field(pattern=r"^[a-z][a-z_]*$")
    name: str = Field(min_length=1, max_length=20)
    parent: str | None = None
    level: Literal["township", "county"] = "township"
    """County = specialised or complex: routed to county centers."""
    gbt31000: str = Field(pattern=r"^[0-9]{2}([0-9]{2})?$")
    """Event type of GB/T 31000-2015."""
    people_mediation: str = Field(pattern=r"^[0-9]{2}$")
    """Type in the people's mediation statistics."""


def _two_levels(categories: tuple[Category, ...]) -> tuple[Category, ...]:
    top = {category.code for category in categories if category.parent is None}
    counted = Counter(category.code for category in categories)
    problems = [f"{code}: stands {count} times" for code, count in counted.items() if count > 1]
    problems += [
        f"{category.code}: parent {category.parent!r} is no top category"
        for category in categories
        if category.parent is not None and category.parent not in top
    ]
    if problems:
        raise ValueError("; ".join(problems))
    return categories


class FlowRow(Entry):
    """One action of the case flow. See the head of `flow.toml` for what the words mean."""

    action: str
    title: str
    from_: tuple[str, ...] = Field(alias="from", min_length=1)
    to: str
    roles: frozenset[str] = Field(min_length=1)
    guard: Literal["own_center", "target_center", "assigned", "anyone_of_center", "filed_by_actor"]
    notice: str | None = None
    outcome: bool = False
    """An outcome may be rated, once by each party."""

    def starts_from(self, status: str) -> bool:
        return "*" in self.from_ or status in self.from_


class TimeLimit(Entry):
    unit: Literal["working_days", "calendar_days"]
    days: int = Field(ge=1)
    yellow_days: int = Field(ge=1)
    """Days of the same unit before the end from which the light is yellow."""


class StatusText(Entry):
    text: str
    owner: str
    next_step: str


class EventText(Entry):
    title: str
    text: str


class Catalog(Entry):
    version: str
    categories: Annotated[tuple[Category, ...], Field(min_length=1), AfterValidator(_two_levels)]
    opening: OpeningRules
    """For centers that have no rules of their own."""
    flow: tuple[FlowRow, ...] = Field(min_length=1)
    time_limits: dict[Status, TimeLimit]
    refusal_reasons: dict[str, str]
    ending_reasons: dict[str, str]
    tracks: dict[str, str]
    modes: dict[str, str]
    statuses: dict[Status, StatusText]
    events: dict[str, EventText]

    @cached_property
    def category_by_code(self) -> dict[str, Category]:
        return {category.code: category for category in self.categories}

    @cached_property
    def flow_by_action(self) -> dict[str, FlowRow]:
        return {row.action: row for row in self.flow}

    @model_validator(mode="after")
    def check_flow(self) -> Self:
        """Every state named exists and has its words."""
        known = {*Status, "*", "same", "previous"}
        wrong = [row.action for row in self.flow if not known.issuperset({row.to, *row.from_})]
        if wrong:
            raise ValueError(f"flow names an unknown status: {', '.join(wrong)}")
        if missing := set(Status) - set(self.statuses):
            raise ValueError(f"no text for status: {', '.join(sorted(missing))}")
        return self

    @classmethod
    def parse(cls, raw: dict[str, Any]) -> "Catalog":
        """Raises `pydantic.ValidationError` with every problem."""
        return cls.model_validate(raw)
