"""What the city reports, and what each figure counts, as the operator's table has it."""

from functools import cached_property
from typing import Literal, Self

from pydantic import Field, model_validator

from backend.core.flow_table import Entry

Unit = Literal["cases", "fen", "rate"]


class FigureRule(Entry):
    """See the head of `statistics.toml`."""

    code: str = Field(pattern=r"^[a-z][a-z_]*$")
    title: str = Field(min_length=1)
    text: str = Field(min_length=1)
    version: str = "1"
    unit: Unit = "cases"
    counts: tuple[str, ...] = Field(min_length=1)
    minus: tuple[str, ...] = ()
    of: tuple[str, ...] = ()
    in_tables: bool = False
    opens: bool = True

    @model_validator(mode="after")
    def check_rate(self) -> Self:
        if (self.unit == "rate") != bool(self.of):
            raise ValueError(f"{self.code}: a rate has what it is a part of, nothing else has")
        return self

    @property
    def kinds(self) -> tuple[str, ...]:
        return (*self.counts, *self.minus, *self.of)


class ExportRules(Entry):
    kept_days: int = Field(ge=1)
    most_at_once: int = Field(ge=1)
    most_a_day: int = Field(ge=1)
    most_rows: int = Field(ge=1)


class StatisticsRules(Entry):
    small_number: int = Field(ge=2)
    gbt31000: dict[str, str]
    people_mediation: dict[str, str]
    figures: tuple[FigureRule, ...] = Field(min_length=1)
    exports: ExportRules
    overdue: dict[str, str]
    """What the numbers of cases that wait now mean."""

    @cached_property
    def by_code(self) -> dict[str, FigureRule]:
        return {figure.code: figure for figure in self.figures}

    @cached_property
    def kinds(self) -> frozenset[str]:
        return frozenset(kind for figure in self.figures for kind in figure.kinds)

    @model_validator(mode="after")
    def check_codes(self) -> Self:
        if len(self.by_code) != len(self.figures):
            raise ValueError("two figures have one code")
        return self
