"""The operator's rules as typed, checked values. `config/catalog/` holds the text; the processes read it.

Loading fails as a whole, naming every wrong entry: a half-right rule book is never used.
"""

from collections import Counter
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from backend.core.opening import OpeningRules


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


class Catalog(Entry):
    version: str
    categories: Annotated[tuple[Category, ...], Field(min_length=1), AfterValidator(_two_levels)]
    opening: OpeningRules
    """For centers that have no rules of their own."""

    @cached_property
    def category_by_code(self) -> dict[str, Category]:
        return {category.code: category for category in self.categories}

    @classmethod
    def parse(cls, raw: dict[str, Any]) -> "Catalog":
        """Raises `pydantic.ValidationError` with every problem."""
        return cls.model_validate(raw)
