"""Enterprise service in figures: of a period, by year, and all in all until its last day."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from typing import NamedTuple
from uuid import UUID

from tortoise.expressions import Q, Subquery

from backend.accounts.actors import StaffActor
from backend.core import clock
from backend.core.deps import Deps
from backend.core.periods import EVER, PeriodQuery
from backend.core.schema import Out
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

Days = dict[str, list[date]]


class FiguresQuery(PeriodQuery):
    station_id: UUID | None = None


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


class QuarterOut(Out):
    """Of the plans that were made for it, whenever their items were done."""

    quarter: str
    plans: int
    items: int
    items_done: int
    """Until the last day."""


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
    by_quarter: list[QuarterOut]
    definitions: dict[str, str]


class _Item(NamedTuple):
    """Of a plan."""

    enterprise_id: UUID
    quarter: str
    done_on: date | None

    def was_done(self, by: date) -> bool:
        return self.done_on is not None and self.done_on <= by


class _Done:
    """What was done within reach, by day."""

    def __init__(self) -> None:
        self.served: set[tuple[UUID, date]] = set()
        self.days: Days = {}
        self.talks: list[tuple[date, int]] = []
        self.quarters: list[str] = []
        self.items: list[_Item] = []

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

    def by_quarter(self, last: date) -> list[QuarterOut]:
        return [
            QuarterOut(
                quarter=quarter,
                plans=plans,
                items=sum(item.quarter == quarter for item in self.items),
                items_done=sum(item.quarter == quarter and item.was_done(last) for item in self.items),
            )
            for quarter, plans in sorted(Counter(self.quarters).items())
        ]

    @property
    def years(self) -> Iterable[int]:
        days = {day for _, day in self.served} | {day for day, _ in self.talks}
        return sorted({day.year for day in days} | {int(quarter[:4]) for quarter in self.quarters})


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
        cumulative=done.figures(EVER, last),
        findings_open=done.open_on(last),
        by_year=[
            YearOut(
                year=year,
                cumulative_companies=done.companies(EVER, min(date(year, 12, 31), last)),
                **dict(done.figures(date(year, 1, 1), min(date(year, 12, 31), last))),
            )
            for year in done.years
            if year <= last.year
        ],
        by_quarter=done.by_quarter(last),
        definitions=deps.catalog.enterprises.definitions,
    )


async def _done(reach: Q) -> _Done:
    done, mine = _Done(), Subquery(Enterprise.filter(reach).values("id"))
    visits = await EnterpriseVisit.filter(enterprise_id__in=mine).values_list("enterprise_id", "on")
    screenings = await RiskScreening.filter(enterprise_id__in=mine).values_list("enterprise_id", "on")
    notes = FindingFollowUp.filter(finding__screening__enterprise_id__in=mine)
    guests = LawTalkGuest.filter(enterprise_id__in=mine)
    items = LegalPlanItem.filter(plan__enterprise_id__in=mine)
    done.items = [_Item(*row) for row in await items.values_list("plan__enterprise_id", "plan__quarter", "done_on")]
    finished = [(item.enterprise_id, item.done_on) for item in done.items if item.done_on is not None]
    findings = RiskFinding.filter(screening__enterprise_id__in=mine)
    done.served |= {*visits, *screenings, *finished}
    done.served |= set(await notes.values_list("finding__screening__enterprise_id", "on"))
    done.served |= set(await guests.values_list("enterprise_id", "talk__on"))
    done.days = {
        "visits": [day for _, day in visits],
        "screenings": [day for _, day in screenings],
        "items": [day for _, day in finished],
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
