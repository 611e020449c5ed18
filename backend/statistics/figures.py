"""Figures of cases with their definitions: of a period, the same days a year before, and all so far."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from backend.accounts.actors import StaffActor
from backend.core import clock
from backend.core.deps import Deps
from backend.core.periods import EVER
from backend.core.statistics_rules import FigureRule, StatisticsRules
from backend.statistics import counting, hiding, scopes
from backend.statistics.counting import Recent, Sum, Table
from backend.statistics.figure_schemas import (
    DefinitionOut,
    FigureOut,
    FigureRowOut,
    Figures,
    FiguresOut,
    FiguresQuery,
    PeriodFiguresOut,
)
from backend.statistics.scopes import Asked
from models import Source

_NOT_SAID: Final = "未注明"
_NOTHING: Final = "这一时期没有登记或办理案件，各项均为零。"
_SIDES: Final = ("rated_applicant", "rated_respondent")
_HIDDEN: Final = FigureOut(value=None, numerator=None, denominator=None, rate=None, suppressed=True)

Row = Mapping[str, Sum]


async def of_period(deps: Deps, actor: StaffActor, query: FiguresQuery) -> FiguresOut:
    """Raises RoleNotAllowedError, NotFoundError."""
    asked = await scopes.asked(actor, query.center_id)
    first, last = query.days(clock.today(deps.clock))
    fresh = await counting.recent(deps)
    table = await counting.table(deps, asked.scope, first, last, fresh)
    shown = _Shown(deps, asked, table)
    now = deps.clock.now()
    return FiguresOut(
        first_day=first,
        last_day=last,
        center_id=str(asked.center.id) if asked.center else None,
        center=asked.center.name if asked.center else None,
        computed_at=now,
        behind_s=max(0, round((now - fresh.behind_since).total_seconds())) if fresh.behind_since else 0,
        empty_text=None if any(each.cases for each in table.total.values()) else _NOTHING,
        figures=shown.totals(),
        previous_year=await _totals(deps, asked, _year_before(first), _year_before(last), fresh),
        cumulative=await _totals(deps, asked, EVER, last, fresh),
        by_mode=shown.rows("mode", deps.catalog.modes),
        by_category=shown.rows("category", _names_of_categories(deps), lambda code: _top(deps, code)),
        by_gbt31000=shown.mapped(deps.catalog.statistics.gbt31000, "gbt31000"),
        by_people_mediation=shown.mapped(deps.catalog.statistics.people_mediation, "people_mediation"),
        by_center=shown.centers(),
        by_source=shown.rows("source", sources(deps)),
        definitions=[definition(rule) for rule in deps.catalog.statistics.figures],
    )


def definition(rule: FigureRule) -> DefinitionOut:
    return DefinitionOut(
        figure=rule.code,
        title=rule.title,
        text=rule.text,
        version=rule.version,
        unit=rule.unit,
        numerator=list(rule.counts),
        minus=list(rule.minus),
        denominator=list(rule.of),
        opens=rule.opens,
    )


async def _totals(deps: Deps, asked: Asked, first: date, last: date, fresh: Recent) -> PeriodFiguresOut:
    of_centers = asked.center is not None and not asked.is_elsewhere and len(asked.centers) > 1  # hidden by them
    table = await counting.table(deps, asked.scope, first, last, fresh, only_totals=not of_centers)
    return PeriodFiguresOut(first_day=first, last_day=last, figures=_Shown(deps, asked, table).totals())


def _year_before(day: date) -> date:
    """Of a 29 February the 28th."""
    return (day - timedelta(days=1) if (day.month, day.day) == (2, 29) else day).replace(year=day.year - 1)


def _names_of_categories(deps: Deps) -> dict[str, str]:
    return {each.code: each.name for each in deps.catalog.categories if each.parent is None}


def _top(deps: Deps, code: str) -> str:
    known = deps.catalog.category_by_code.get(code)
    return (known.parent or code) if known else code


def sources(deps: Deps) -> dict[str, str]:
    """Names of the doors."""
    return {Source.MINI_PROGRAM.value: "小程序"} | {
        code.value: each.title for code, each in deps.catalog.registration.items()
    }


@dataclass(slots=True)
class _Shown:
    """A table as this reader may see it."""

    deps: Deps
    asked: Asked
    table: Table

    @property
    def rules(self) -> StatisticsRules:
        return self.deps.catalog.statistics

    def totals(self) -> Figures:
        row = self.table.total
        hidden = self._hidden_totals(row) | self._hidden_sides(row)
        return self._figures(self.rules.figures, row, hidden, guarded=self.asked.is_elsewhere)

    def rows(
        self, dim: str, titles: Mapping[str, str], group: Callable[[str], str] = lambda code: code
    ) -> list[FigureRowOut]:
        """In the catalog's order, then what it does not know."""
        grouped = _grouped(self.table.cells[dim], group)
        codes = [*(code for code in titles if code in grouped), *sorted(grouped.keys() - titles.keys())]
        return self._table({code: grouped[code] for code in codes}, titles)

    def mapped(self, titles: Mapping[str, str], to: str) -> list[FigureRowOut]:
        """Two tables over the same cases would tell what one of them hides."""
        if self.asked.is_elsewhere:
            return []
        known = self.deps.catalog.category_by_code
        return self.rows("category", titles, lambda code: getattr(known[code], to) if code in known else "")

    def centers(self) -> list[FigureRowOut]:
        """All of them, also those where nothing happened."""
        found = self.table.cells["center"]
        return self._table({code: found[code] for code in self.asked.centers}, self.asked.centers, of_centers=True)

    def _table(
        self, rows: Mapping[str, Row], titles: Mapping[str, str], *, of_centers: bool = False
    ) -> list[FigureRowOut]:
        own = frozenset({str(self.asked.own_id)}) if of_centers else frozenset[str]()
        guarded = of_centers or self.asked.is_elsewhere
        hidden = self._hidden_cells(rows, own) if guarded else {}
        core = [rule for rule in self.rules.figures if rule.in_tables]
        return [
            FigureRowOut(
                code=code,
                title=titles.get(code, code or _NOT_SAID),
                figures=self._figures(core, row, hidden.get(code, set()), guarded=guarded and code not in own),
            )
            for code, row in rows.items()
        ]

    def _hidden_cells(self, rows: Mapping[str, Row], own: Set[str]) -> dict[str, set[str]]:
        """Kinds by code."""
        found = defaultdict[str, set[str]](set)
        for kind in self.rules.kinds:
            numbers = {code: row[kind].cases if kind in row else 0 for code, row in rows.items()}
            for code in hiding.hidden(numbers, self.rules.small_number, shown=own):
                found[code].add(kind)
        return found

    def _hidden_totals(self, row: Row) -> set[str]:
        """Small ones of a center elsewhere; and where one single center below would be what is left of the sum."""
        if self.asked.is_elsewhere:
            return {kind for kind, each in row.items() if 0 < each.cases < self.rules.small_number}
        if self.asked.center is None:
            return set()
        rows = {code: self.table.cells["center"][code] for code in self.asked.centers}
        hidden = self._hidden_cells(rows, frozenset({str(self.asked.own_id)}))
        times = [kind for kinds in hidden.values() for kind in kinds]
        return {kind for kind in times if times.count(kind) == 1}

    def _hidden_sides(self, row: Row) -> set[str]:
        """Nobody at all shall see which side gave a few ratings: not of the one, nor of the other as the rest."""
        numbers = [row[kind].cases for kind in _SIDES if kind in row]
        return set(_SIDES) if any(0 < number < self.rules.small_number for number in numbers) else set()

    def _figures(self, rules: Iterable[FigureRule], row: Row, hidden: Set[str], *, guarded: bool) -> Figures:
        small = self.rules.small_number if guarded else 0
        return {rule.code: figure(rule, row, hidden, small) for rule in rules}


def figure(rule: FigureRule, row: Row, hidden: Set[str] = frozenset(), small: int = 0) -> FigureOut:
    """`hidden` kinds are not told, nor what is made of them; nor a rate whose rest is below `small`."""
    if hidden & set(rule.kinds):
        return _HIDDEN
    if rule.unit != "rate":
        place = 1 if rule.unit == "fen" else 0
        value = _sum(row, rule.counts, place) - _sum(row, rule.minus, place)
        return FigureOut(value=value, numerator=None, denominator=None, rate=None, suppressed=False)
    part, whole = _sum(row, rule.counts, 0), _sum(row, rule.of, 0)
    if 0 < whole - part < small or 0 < part < small:
        return _HIDDEN
    rate = round(part / whole, 4) if whole else None
    return FigureOut(value=None, numerator=part, denominator=whole, rate=rate, suppressed=False)


def _sum(row: Row, kinds: Iterable[str], place: int) -> int:
    return sum(row[kind][place] for kind in kinds if kind in row)


def _grouped(cells: Mapping[str, Row], group: Callable[[str], str]) -> dict[str, dict[str, Sum]]:
    found = defaultdict[str, dict[str, Sum]](lambda: defaultdict(Sum))
    for code, row in cells.items():
        into = found[group(code)]
        for kind, each in row.items():
            into[kind] = into[kind].plus(*each)
    return found
