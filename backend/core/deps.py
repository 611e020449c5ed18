"""What every action and query is handed: one frozen object, no globals."""

import math
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Literal, NamedTuple, Protocol

from backend.core.boundaries import CountyBoundaries
from backend.core.catalog import Catalog
from backend.core.clock import Clock
from backend.core.crypto import Keyring
from backend.core.divisions import DivisionDirectory
from backend.core.geo import Wgs84
from backend.core.policies import PolicyBook
from backend.core.quiet_hours import QuietHours
from backend.core.video import VideoProvider


class Desk(NamedTuple):
    """Of an organization that is resident in a center on certain days (入驻)."""

    organization: str
    categories: frozenset[str]
    """Codes; the center serves them on every day, whoever is there."""
    weekdays: tuple[str, ...]
    """As in opening rules, in the order of the week."""


class CenterPoint(NamedTuple):
    """A center as routing sees it, kept in memory. A tuple: a frozen dataclass takes six times as long to make."""

    id: str
    code: str
    name: str
    level: str
    division_code: str
    point: Wgs84
    categories: frozenset[str]
    """Category codes it serves; empty = all."""
    placeholder: bool
    """Its address has not been confirmed by an operator."""
    address: str = ""
    phone: str = ""
    specialities: frozenset[str] = frozenset()
    """Category codes that it, or an organization resident there, lists by name."""
    desks: tuple[Desk, ...] = ()
    given: tuple[float, float, str] | None = None
    """Longitude, latitude and their system as the table has them: as long as they stay, so does `point`."""


class CenterIndex(Protocol):
    """Active centers in memory. `distance_m` is on the WGS-84 ellipsoid; ties go by (distance, code)."""

    def nearest(
        self,
        point: Wgs84,
        *,
        levels: tuple[str, ...],
        category: str | None,
        limit: int,
        within_m: float = math.inf,
    ) -> list[tuple[float, CenterPoint]]: ...

    def specialists(self, point: Wgs84, *, category: str, limit: int) -> list[tuple[float, CenterPoint]]:
        """Of any level, but only such as have the speciality."""
        ...

    def of_division(self, division_code: str, *, levels: tuple[str, ...], category: str | None) -> list[CenterPoint]:
        """Centers of exactly this division, by code."""
        ...

    def inside(self, county: str, *, levels: tuple[str, ...], category: str | None) -> list[CenterPoint]:
        """Of the county itself and all its townships, in no order. `county` has six digits."""
        ...

    def serves(self, center: CenterPoint, category: str) -> bool: ...

    def by_id(self, center_id: str) -> CenterPoint | None: ...

    def by_code(self, code: str) -> CenterPoint | None:
        """Never the city queue: no rule may name it."""
        ...

    @property
    def city_queue(self) -> CenterPoint:
        """The human queue at city level that takes what no center may; never listed."""
        ...


class WorkingDays(Protocol):
    """The working calendar with its make-up days; dates of Asia/Shanghai."""

    @property
    def version(self) -> str:
        """Of the days it knows; another one may count otherwise."""
        ...

    def year_status(self, year: int) -> Literal["official", "estimated"]: ...

    def is_workday(self, day: date) -> bool: ...

    def is_holiday(self, day: date) -> bool: ...

    def next_workday(self, day: date) -> date: ...

    def roll_to_workday(self, day: date) -> date: ...

    def add_working_days(self, start: date, count: int) -> date: ...

    def working_days_between(self, start: date, end: date) -> int: ...

    def deadline(self, start: datetime, working_days: int) -> datetime: ...

    def deadline_in_days(self, start: datetime, days: int) -> datetime: ...


@dataclass(frozen=True, slots=True)
class Deps:
    clock: Clock
    keyring: Keyring
    catalog: Catalog
    centers: CenterIndex
    divisions: DivisionDirectory
    calendar: WorkingDays
    retired: CenterIndex
    """Deactivated ones, to say why something nearer was passed over."""
    policies: PolicyBook
    boundaries: CountyBoundaries
    quiet_hours: QuietHours = field(default_factory=QuietHours)
    coalesce: timedelta = timedelta()
    """Small news of one case within so long becomes one message; 0: none does."""
    video: VideoProvider | None = None
    """Null: every center enters the links of its meetings by hand."""
    touched: set[str] = field(default_factory=set)
    """Whom this transaction brings news: residents and staff by their ids, centers as `center:<id>`. Whoever commits
    it tells their open sockets."""
