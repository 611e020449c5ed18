"""The operator's rules as typed, checked values. `config/catalog/` holds the text; the processes read it.

Loading fails as a whole, naming every wrong entry: a half-right rule book is never used.
"""

from functools import cached_property
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from backend.core.opening import OpeningRules


class Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Category(Entry):
    code: str
    name: str
    parent: str | None = None
    level: Literal["township", "county"] = "township"
    """County = specialised or complex: routed to county centers."""


class Catalog(Entry):
    version: str
    categories: tuple[Category, ...] = Field(min_length=1)
    opening: OpeningRules
    """For centers that have no rules of their own."""

    @cached_property
    def category_by_code(self) -> dict[str, Category]:
        return {category.code: category for category in self.categories}

    @classmethod
    def parse(cls, raw: dict[str, Any]) -> "Catalog":
        """Raises `pydantic.ValidationError` with every problem."""
        return cls.model_validate(raw)
