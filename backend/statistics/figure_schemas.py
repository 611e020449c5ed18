from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import Field, ValidationInfo, field_validator

from backend.core.periods import PeriodQuery
from backend.core.schema import Code, Moment, Out, Query, deps_of, one_of
from backend.core.statistics_rules import Unit
from models import Source


class FiguresQuery(PeriodQuery):
    center_id: UUID | None = Field(None, description="with all centers below it; without it all that you may see")


class FigureCasesQuery(FiguresQuery):
    figure: Code = Field(description="a figure that `opens`")
    part: Literal["counted", "of"] = Field(
        "of", description="of a rate: the cases that it counts, or all that it is a part of"
    )
    category: Code | None = None
    mode: Code | None = None
    source: Source | None = None
    limit: int = Field(20, ge=1, le=100)
    cursor: str | None = Field(None, max_length=256)

    @field_validator("figure")
    @classmethod
    def opens(cls, value: str, info: ValidationInfo) -> str:
        return one_of(value, {each.code for each in deps_of(info).catalog.statistics.figures if each.opens})

    @field_validator("category")
    @classmethod
    def is_known_category(cls, value: str | None, info: ValidationInfo) -> str | None:
        return value and one_of(value, deps_of(info).catalog.category_by_code)

    @field_validator("mode")
    @classmethod
    def is_known_mode(cls, value: str | None, info: ValidationInfo) -> str | None:
        return value and one_of(value, deps_of(info).catalog.modes)


class FigureOut(Out):
    """Everything but `suppressed` is null where a number is too small to be shown."""

    value: int | None
    """Of a rate: null."""
    numerator: int | None
    denominator: int | None
    rate: float | None
    """Null also when the denominator is 0."""
    suppressed: bool


Figures = dict[str, FigureOut]


class FigureRowOut(Out):
    code: str
    """Empty where nothing is said."""
    title: str
    figures: Figures


class PeriodFiguresOut(Out):
    first_day: date
    last_day: date
    figures: Figures


class DefinitionOut(Out):
    figure: str
    title: str
    text: str
    version: str
    unit: Unit
    numerator: list[str]
    minus: list[str]
    denominator: list[str]
    opens: bool
    """Its cases can be listed."""


class FiguresOut(Out):
    first_day: date
    last_day: date
    center_id: str | None
    center: str | None
    computed_at: Moment
    behind_s: int
    """How long ago the first event happened that is not counted yet; 0 = all are."""
    empty_text: str | None
    """In words, when nothing happened in the period."""
    figures: Figures
    previous_year: PeriodFiguresOut
    """The same days a year before."""
    cumulative: PeriodFiguresOut
    """Up to the last day."""
    by_mode: list[FigureRowOut]
    by_category: list[FigureRowOut]
    by_gbt31000: list[FigureRowOut]
    """Types of GB/T 31000-2015; empty for a center that is not your own."""
    by_people_mediation: list[FigureRowOut]
    """Types of the people's mediation list; empty for a center that is not your own."""
    by_center: list[FigureRowOut]
    by_source: list[FigureRowOut]
    definitions: list[DefinitionOut]


class FigureCaseOut(Out):
    """A case as a list shows it, masked; `kind` is what it counts as."""

    kind: str
    day: date
    dispute_id: str
    number: str
    case_number: str | None
    status: str
    status_text: str
    category: str
    category_name: str
    mode: str
    source: str
    center: str
    applicant: str | None
    respondent: str | None


class OverdueQuery(Query):
    center_id: UUID | None = Field(None, description="with all centers below it; without it all that you may see")


class OverdueCountOut(Out):
    running: int | None
    """Cases with a limit that runs now; null, as the other, where a number is too small to be shown."""
    overdue: int | None
    suppressed: bool


class OverdueRowOut(OverdueCountOut):
    code: str
    title: str


class OverdueOut(OverdueCountOut):
    computed_at: Moment
    center_id: str | None
    center: str | None
    by_center: list[OverdueRowOut]
    definitions: dict[str, str]
