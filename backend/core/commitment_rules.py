"""What follows from an agreement, as the operator's catalog has it."""

from decimal import Decimal
from typing import Self

from pydantic import Field, model_validator

from backend.core.flow_table import Entry


class LawfulRoute(Entry):
    code: str = Field(pattern=r"^[a-z][a-z_]*$")
    title: str = Field(min_length=1, max_length=20)
    text: str = Field(min_length=1)
    legal_basis: str = Field(min_length=1)
    categories: frozenset[str] = frozenset()
    payments_only: bool = False
    when_confirmed: bool | None = None


class Unit(Entry):
    text: str = Field(min_length=1, max_length=8)
    change: str = Field(min_length=1, max_length=8)
    lowest: Decimal
    highest: Decimal
    decimals: int = Field(ge=0, le=2)

    def problem(self, value: Decimal) -> str | None:
        """Why this is no reading in it, in words for who typed it."""
        if not self.lowest <= value <= self.highest:
            return f"应在{self.lowest}到{self.highest}{self.text}之间，请检查后重填。"
        if value != round(value, self.decimals):
            return f"最多{self.decimals}位小数，请检查后重填。" if self.decimals else "应为整数，请检查后重填。"
        return None


class CommitmentRules(Entry):
    """See the head of `commitments.toml`."""

    remind_days_before: tuple[int, ...]
    urge_days_after: tuple[int, ...]
    files: int = Field(ge=1, le=20)
    routes: tuple[LawfulRoute, ...] = Field(min_length=1)
    units: dict[str, Unit] = Field(min_length=1)

    @model_validator(mode="after")
    def check_days(self) -> Self:
        if any(days < 0 for days in self.remind_days_before) or any(days < 1 for days in self.urge_days_after):
            raise ValueError("reminders come before the day or on it, urging after it")
        return self

    def routes_for(self, category: str, *, is_payment: bool, is_confirmed: bool) -> list[LawfulRoute]:
        """`category` is a top category; confirmed: by a court (司法确认)."""
        return [
            route
            for route in self.routes
            if (not route.categories or category in route.categories)
            and (is_payment or not route.payments_only)
            and route.when_confirmed in (None, is_confirmed)
        ]
