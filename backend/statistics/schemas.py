from datetime import date
from typing import Self
from uuid import UUID

from backend.core.periods import PeriodQuery
from backend.core.schema import Out
from backend.registry.attendance_schemas import RateOut


class MediationQuery(PeriodQuery):
    center_id: UUID | None = None


class SuccessOut(Out):
    numerator: int
    denominator: int
    """All ways out."""
    rate: float | None
    """Null when nothing has ended."""

    @classmethod
    def of(cls, settled: int, ended: int) -> Self:
        return cls(numerator=settled, denominator=ended, rate=round(settled / ended, 4) if ended else None)


class CountsOut(Out):
    """Everything but `suppressed` is null where a number of a center elsewhere is too small to be shown."""

    started: int | None
    settled: int | None
    failed: int | None
    withdrawn: int | None
    lapsed: int | None
    """Put away without the signatures of all."""
    success: SuccessOut | None
    claimed_fen: int | None
    """In dispute in those that were started."""
    agreed_fen: int | None
    """In those that were settled."""
    recovered_fen: int | None
    """Received within the period, whenever the case was settled."""
    suppressed: bool


class NamedCountsOut(CountsOut):
    code: str
    """Empty where an earlier case does not say."""
    title: str


class FiguresOut(CountsOut):
    by_mode: list[NamedCountsOut]
    by_track: list[NamedCountsOut]


class PartInCasesOut(Out):
    organization_id: str
    organization: str
    kind: str
    lead: int
    assisted: int


class PartsOut(Out):
    lead: int
    assisted: int
    cases_with_assistance: int
    by_organization: list[PartInCasesOut]


class RegisteredOut(Out):
    code: str
    title: str
    total: int
    resident: int


class ResidentAtOut(Out):
    """`level` of the centers where they sit."""

    level: str
    resident: int


class OrganizationsOut(Out):
    total: int
    resident: int
    by_group: list[RegisteredOut]
    by_kind: list[RegisteredOut]
    by_level: list[ResidentAtOut]


class MediationStatisticsOut(Out):
    first_day: date
    last_day: date
    center_id: str | None
    total: FiguresOut
    live: FiguresOut
    historic: FiguresOut
    parts: PartsOut | None
    """Null for a center that is not your own."""
    organizations: OrganizationsOut
    attendance: RateOut
    definitions: dict[str, str]
