"""Exact nearest centers from memory, by level and category. Never changed once it is built: a change makes another."""

import asyncio
import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from operator import attrgetter

from backend.centers.grid import Grid, Row, slices
from backend.core.deps import CenterPoint
from backend.core.geo import Wgs84

LEVELS = ("township", "county", "village")
"""Of centers that may take a case."""

_RARE = 8
"""A category that fewer than one in so many centers of a level serves has a grid of its own."""

_ANY = -1
_SERVES_ALL = 1

Hit = tuple[float, CenterPoint]


class GridIndex:
    """One snapshot of the active centers; a change makes another one.

    `parents` maps a child category to its top category: a center that serves the top serves its children.
    """

    def __init__(self, centers: Iterable[CenterPoint], city_queue: CenterPoint, parents: Mapping[str, str]) -> None:
        self._city_queue = city_queue
        self._parents = dict(parents)
        self._by_id = {city_queue.id: city_queue}
        self._by_code: dict[str, CenterPoint] = {}
        self._by_county: dict[str, list[CenterPoint]] = {}
        self._bits: dict[str, int] = {}
        self._serving: dict[tuple[frozenset[str], frozenset[str]], int] = {}
        """Thousands of centers list the same."""
        self._grids: dict[str, Grid] = {}
        self._grids_of: dict[tuple[str, int], Grid] = {}
        for _ in self._filled_with(centers):
            pass

    @classmethod
    async def build(
        cls, centers: Iterable[CenterPoint], city_queue: CenterPoint, parents: Mapping[str, str]
    ) -> "GridIndex":
        """Gives way to other tasks every millisecond or so: a thread would hold the interpreter for five at a time."""
        index = cls((), city_queue, parents)
        for _ in index._filled_with(centers):
            await asyncio.sleep(0)
        return index

    def changed(self, gone: Iterable[CenterPoint], come: Iterable[CenterPoint], city_queue: CenterPoint) -> "GridIndex":
        """Another snapshot, a few centers different: milliseconds, whatever the number of the others."""
        gone, come = list(gone), list(come)
        other = GridIndex((), city_queue, self._parents)
        other._bits, other._serving = dict(self._bits), dict(self._serving)
        other._by_id = _rekeyed(self._by_id, _id, (self._city_queue, *gone), (city_queue, *come))
        other._by_code = _rekeyed(self._by_code, _code, gone, come)
        other._by_county = _regrouped(self._by_county, gone, come)
        other._grids = dict(self._grids)
        for level in {center.level for center in (*gone, *come)}:
            rows = [other._row(center) for center in come if center.level == level]
            leaving = [center for center in gone if center.level == level]
            other._grids[level] = other._grids.get(level, Grid(rows)).changed(leaving, rows)
        return other

    def __len__(self) -> int:
        """Without the city queue."""
        return sum(map(len, self._grids.values()))

    @property
    def city_queue(self) -> CenterPoint:
        return self._city_queue

    def by_id(self, center_id: str) -> CenterPoint | None:
        return self._by_id.get(center_id)

    def by_code(self, code: str) -> CenterPoint | None:
        return self._by_code.get(code)

    def of_division(self, division_code: str, *, levels: tuple[str, ...], category: str | None) -> list[CenterPoint]:
        """Centers of exactly this division, by code."""
        there = self.inside(division_code[:6], levels=levels, category=category)
        return sorted((center for center in there if center.division_code == division_code), key=_code)

    def inside(self, county: str, *, levels: tuple[str, ...], category: str | None) -> list[CenterPoint]:
        """Of the county and of all that lies in it, in no order."""
        wanted = self._wanted(category)
        there = self._by_county.get(county, ())
        return [center for center in there if center.level in levels and self._serves(center) & wanted]

    def serves(self, center: CenterPoint, category: str) -> bool:
        return bool(self._serves(center) & self._wanted(category))

    def nearest(
        self,
        point: Wgs84,
        *,
        levels: tuple[str, ...],
        category: str | None,
        limit: int,
        within_m: float = math.inf,
    ) -> list[Hit]:
        """A small `limit` is quicker: 2 takes half as long as 6."""
        return self._nearest(point, levels, self._wanted(category), limit, within_m)

    def specialists(self, point: Wgs84, *, category: str, limit: int) -> list[Hit]:
        """Of any level, but only such as list the category by name, or host an organization that does."""
        named = (self._bits.get(name, 0) << 1 for name in {category, self._parents.get(category, category)})
        return self._nearest(point, LEVELS, sum(named), limit, math.inf)

    def _nearest(self, point: Wgs84, levels: tuple[str, ...], wanted: int, limit: int, within_m: float) -> list[Hit]:
        grids = [grid for level in levels if (grid := self._grid(level, wanted))]
        if len(grids) == 1:
            found = grids[0].nearest(point, wanted, limit, within_m)
        else:
            found = sorted(each for grid in grids for each in grid.nearest(point, wanted, limit, within_m))[:limit]
        return [(metres, center) for metres, _, center in found]

    def _filled_with(self, centers: Iterable[CenterPoint]) -> Iterator[None]:
        """Files them slice by slice."""
        by_county, of_level = defaultdict[str, list[CenterPoint]](list), defaultdict[str, list[Row]](list)
        for some in slices(centers):
            self._by_id |= {center.id: center for center in some}
            self._by_code |= {center.code: center for center in some}
            for center in some:
                by_county[center.division_code[:6]].append(center)
                of_level[center.level].append(self._row(center))
            yield
        self._by_county = dict(by_county)
        for level, rows in of_level.items():
            grid = self._grids[level] = Grid(rows)
            yield from grid.fill(rows)

    def _row(self, center: CenterPoint) -> Row:
        return *center.point, self._serves(center), center

    def _serves(self, center: CenterPoint) -> int:
        """Two bits for each category that some center names: serves it, and is special for it."""
        key = center.categories, center.specialities
        known = self._serving.get(key)
        if known is None:
            for name in (*center.categories, *center.specialities):
                self._bits.setdefault(name, 2 << 2 * len(self._bits))
            serves, special = (sum(self._bits[name] for name in names) for names in key)
            known = self._serving[key] = (serves or _SERVES_ALL) | special << 1
        return known

    def _wanted(self, category: str | None) -> int:
        if category is None:
            return _ANY
        bits = self._bits
        return _SERVES_ALL | bits.get(category, 0) | bits.get(self._parents.get(category, category), 0)

    def _grid(self, level: str, wanted: int) -> "Grid | None":
        """That of the level, where most of its centers may serve: the others are passed over."""
        whole = self._grids.get(level)
        if wanted == _ANY or whole is None:
            return whole
        known = self._grids_of.get((level, wanted))
        if known is not None:
            return known
        serving = [row for row in whole.rows() if row[2] & wanted]
        grid = whole
        if len(serving) * _RARE < len(whole):
            grid = Grid(serving)
            for _ in grid.fill(serving):
                pass
        self._grids_of[level, wanted] = grid
        return grid


def county_of(center: CenterPoint) -> str:
    """Six digits, with which the codes of a county's townships begin in every source."""
    return center.division_code[:6]


def _rekeyed(
    known: Mapping[str, CenterPoint],
    key: Callable[[CenterPoint], str],
    gone: Iterable[CenterPoint],
    come: Iterable[CenterPoint],
) -> dict[str, CenterPoint]:
    rekeyed = dict(known)
    for center in gone:
        rekeyed.pop(key(center), None)
    return rekeyed | {key(center): center for center in come}


def _regrouped(
    known: Mapping[str, list[CenterPoint]], gone: Iterable[CenterPoint], come: Iterable[CenterPoint]
) -> dict[str, list[CenterPoint]]:
    """By county; counties that are not concerned share their lists."""
    regrouped = dict(known)
    leaving = {center.id for center in gone}
    for county in {county_of(center) for center in gone}:
        regrouped[county] = [center for center in known[county] if center.id not in leaving]
    for center in come:
        county = county_of(center)
        regrouped[county] = [*regrouped.get(county, ()), center]
    return regrouped


_id, _code = attrgetter("id"), attrgetter("code")
