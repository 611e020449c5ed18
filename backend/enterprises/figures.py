"""Enterprise service in figures: of a period, by year, and all in all until its last day."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Self
from uuid import UUID

from pydantic import Field, ValidationInfo, model_validator
from tortoise.expressions import Q, Subquery

from backend.accounts.actors import StaffActor
from backend.core import clock
from backend.core.deps import Deps
from backend.core.errors import FieldProblem
from backend.core.schema import Out, Query, deps_of, problems
from backend.enterprises import roster
from models import (
    Enterprise,
    EnterpriseSize,
    EnterpriseVisit,
    FindingFollowUp,
    LawTalk,
    LawTalkGuest,
    LegalPlan,
    LegalPlanItem,
    RiskFinding,
    RiskScreening,
)

_LONGEST = timedelta(days=3660)
_EVER = date(2000, 1, 1)

Days = dict[str, list[date]]


class FiguresQuery(Query):
    """Both days belong to it; without them the year so far."""

    first: date | None = Field(None, alias="from")
    last: date | None = Field(None, alias="to")
    station_id: UUID | None = None

    @model_validator(mode="after")
    def check_order(self, info: ValidationInfo) -> Self:
        first, last = self.days(clock.today(deps_of(info).clock))
        if not _EVER <= first <= last <= date(2100, 1, 1) or last - first > _LONGEST:
            raise problems([FieldProblem("to", "结束日期不能早于开始日期，最长十年。")])
        return self

    def days(self, today: date) -> tuple[date, date]:
        last = self.last or today
        return self.first or date(last.year, 1, 1), last


class DoneOut(Out):
    companies: int
    """Distinct ones served."""
    visits: int
    talks: int
    participants: int
    screenings: int
    findings_opened: int
    findings_closed: int
    plans: int
    plan_items_done: int


class YearOut(DoneOut):
    year: int
    cumulative_companies: int
    """Distinct from the beginning until the end of this year."""


class SizeOut(Out):
    code: str
    title: str
    enterprises: int


class RosterOut(Out):
    enterprises: int
    key: int
    workers: int
    by_size: list[SizeOut]


class EnterpriseFiguresOut(Out):
    first_day: date
    last_day: date
    roster: RosterOut
    """As it is today."""
    period: DoneOut
    cumulative: DoneOut
    """From the beginning until the last day."""
    findings_open: int
    """On the last day."""
    by_year: list[YearOut]
    definitions: dict[str, str]


class _Done:
    """What was done within reach, by day."""

    def __init__(self) -> None:
        self.served: set[tuple[UUID, date]] = set()
        self.days: Days = {}
        self.talks: list[tuple[date, int]] = []
        self.quarters: list[str] = []

    def figures(self, first: date, last: date) -> DoneOut:
        def count(kind: str) -> int:
            return sum(first <= day <= last for day in self.days[kind])

        return DoneOut(
            companies=self.companies(first, last),
            visits=count("visits"),
            talks=sum(first <= day <= last for day, _ in self.talks),
            participants=sum(people for day, people in self.talks if first <= day <= last),
            screenings=count("screenings"),
            findings_opened=count("opened"),
            findings_closed=count("closed"),
            plans=sum(first <= _end_of(quarter) and _start_of(quarter) <= last for quarter in self.quarters),
            plan_items_done=count("items"),
        )

    def companies(self, first: date, last: date) -> int:
        return len({enterprise_id for enterprise_id, day in self.served if first <= day <= last})

    def open_on(self, last: date) -> int:
        return sum(day <= last for day in self.days["opened"]) - sum(day <= last for day in self.days["closed"])

    @property
    def years(self) -> Iterable[int]:
        return sorted({day.year for _, day in self.served} | {day.year for day, _ in self.talks})


async def of_period(deps: Deps, actor: StaffActor, query: FiguresQuery) -> EnterpriseFiguresOut:
    """Raises NotFoundError, RoleNotAllowedError."""
    reach = await roster.within_reach(actor)
    if query.station_id is not None:
        reach &= Q(station_id=query.station_id)
    first, last = query.days(clock.today(deps.clock))
    done = await _done(reach)
    await _add_talks(done, actor, reach, query)
    return EnterpriseFiguresOut(
        first_day=first,
        last_day=last,
        roster=await _roster(deps, reach),
        period=done.figures(first, last),
        cumulative=done.figures(_EVER, last),
        findings_open=done.open_on(last),
        by_year=[
            YearOut(
                year=year,
                cumulative_companies=done.companies(_EVER, date(year, 12, 31)),
                **dict(done.figures(date(year, 1, 1), date(year, 12, 31))),
            )
            for year in done.years
            if year <= last.year
        ],
        definitions=deps.catalog.enterprises.definitions,
    )


async def _done(reach: Q) -> _Done:
    done, mine = _Done(), Subquery(Enterprise.filter(reach).values("id"))
    visits = await EnterpriseVisit.filter(enterprise_id__in=mine).values_list("enterprise_id", "on")
    screenings = await RiskScreening.filter(enterprise_id__in=mine).values_list("enterprise_id", "on")
    notes = FindingFollowUp.filter(finding__screening__enterprise_id__in=mine)
    guests = LawTalkGuest.filter(enterprise_id__in=mine)
    items = await LegalPlanItem.filter(plan__enterprise_id__in=mine, done_on__isnull=False).values_list(
        "plan__enterprise_id", "done_on"
    )
    findings = RiskFinding.filter(screening__enterprise_id__in=mine)
    done.served |= {*visits, *screenings, *items}
    done.served |= set(await notes.values_list("finding__screening__enterprise_id", "on"))
    done.served |= set(await guests.values_list("enterprise_id", "talk__on"))
    done.days = {
        "visits": [day for _, day in visits],
        "screenings": [day for _, day in screenings],
        "items": [day for _, day in items],
        "opened": [day for (day,) in await findings.values_list("screening__on")],
        "closed": [day for (day,) in await findings.filter(done_on__isnull=False).values_list("done_on")],
    }
    plans = LegalPlan.filter(enterprise_id__in=mine)
    done.quarters = [quarter for (quarter,) in await plans.values_list("quarter")]
    return done


async def _add_talks(done: _Done, actor: StaffActor, reach: Q, query: FiguresQuery) -> None:
    """Of the stations in reach, guests or none."""
    stations = Subquery(Enterprise.filter(reach).values("station_id"))
    talks = (
        LawTalk.filter(station_id=actor.organization_id)
        if actor.is_associate
        else LawTalk.filter(station_id__in=stations)
    )
    if query.station_id is not None:
        talks = talks.filter(station_id=query.station_id)
    done.talks = list(await talks.values_list("on", "participants"))


async def _roster(deps: Deps, reach: Q) -> RosterOut:
    rows = await Enterprise.filter(reach, left_at=None).values_list("size", "is_key", "workers")
    sizes = Counter(EnterpriseSize(size) for size, _, _ in rows)
    return RosterOut(
        enterprises=len(rows),
        key=sum(bool(is_key) for _, is_key, _ in rows),
        workers=sum(workers or 0 for _, _, workers in rows),
        by_size=[
            SizeOut(code=size, title=title, enterprises=sizes[size])
            for size, title in deps.catalog.enterprises.sizes.items()
        ],
    )


def _start_of(quarter: str) -> date:
    return date(int(quarter[:4]), 3 * int(quarter[5]) - 2, 1)


def _end_of(quarter: str) -> date:
    return (_start_of(quarter) + timedelta(days=92)).replace(day=1) - timedelta(days=1)
