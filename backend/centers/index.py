"""Exact nearest centers from memory: one grid per level and category, searched in rings."""

import math
from collections.abc import Iterable, Mapping

from backend.core.deps import CenterPoint
from backend.core.geo import EQUATORIAL_RADIUS_M, Wgs84, distance_m, radii_m

CELLS_PER_DEGREE = 4
_ROW = 2048
"""Cell key = row * _ROW + column; 1,440 columns go around the globe."""

_LEAST_NORTH_M = radii_m(0.0)[0]
"""Metres per radian of latitude are fewest at the equator."""

Hit = tuple[float, CenterPoint]


class GridIndex:
    """One immutable snapshot of the active centers; a change makes another one.

    `parents` maps a child category to its top category: a center that serves the top serves its children.
    """

    def __init__(self, centers: Iterable[CenterPoint], city_queue: CenterPoint, parents: Mapping[str, str]) -> None:
        self._centers = tuple(centers)
        self._city_queue = city_queue
        self._parents = dict(parents)
        self._by_id = {center.id: center for center in (*self._centers, city_queue)}
        self._by_division: dict[str, list[CenterPoint]] = {}
        for center in sorted(self._centers, key=lambda center: center.code):
            self._by_division.setdefault(center.division_code, []).append(center)
        self._named = frozenset[str]().union(*(center.categories for center in self._centers))
        self._grids: dict[tuple[str, frozenset[str] | None], _Grid] = {}

    @property
    def city_queue(self) -> CenterPoint:
        return self._city_queue

    def by_id(self, center_id: str) -> CenterPoint | None:
        return self._by_id.get(center_id)

    def of_division(self, division_code: str, *, levels: tuple[str, ...], category: str | None) -> list[CenterPoint]:
        """Centers of exactly this division, by code."""
        wanted = self._wanted(category)
        return [
            center
            for center in self._by_division.get(division_code, ())
            if center.level in levels and _serves(center, wanted)
        ]

    def nearest(self, point: Wgs84, *, levels: tuple[str, ...], category: str | None, limit: int) -> list[Hit]:
        wanted = self._wanted(category)
        hits = [hit for level in levels for hit in self._grid(level, wanted).nearest(point, limit)]
        return sorted(hits, key=_order)[:limit]

    def _wanted(self, category: str | None) -> frozenset[str] | None:
        """The names under which a center may list the category; only names that some center lists, so that
        there are no more grids than kinds of center."""
        if category is None:
            return None
        return frozenset({category, self._parents.get(category, category)}) & self._named

    def _grid(self, level: str, wanted: frozenset[str] | None) -> "_Grid":
        grid = self._grids.get((level, wanted))
        if grid is None:
            grid = _Grid(center for center in self._centers if center.level == level and _serves(center, wanted))
            self._grids[level, wanted] = grid
        return grid


class _Grid:
    """Cells of a quarter degree. Longitudes do not wrap: there is no China at the antimeridian."""

    __slots__ = ("_cells",)

    def __init__(self, centers: Iterable[CenterPoint]) -> None:
        self._cells: dict[int, list[CenterPoint]] = {}
        for center in centers:
            row, column = _cell(center.point.lon, center.point.lat)
            self._cells.setdefault(row * _ROW + column, []).append(center)

    def nearest(self, point: Wgs84, limit: int) -> list[Hit]:
        """Rings outward until `limit` are found, then whatever else lies within the last one's distance."""
        row, column = _cell(*point)
        hits: list[Hit] = []
        rings = 0
        while len(hits) < limit:
            if (2 * rings + 1) ** 2 > len(self._cells) + 8:
                return self._all(point)[:limit]
            hits += self._hits(point, _ring(row, column, rings))
            rings += 1
        hits.sort(key=_order)
        south_west, north_east = _box(point, hits[limit - 1][0])
        rows, columns = range(south_west[0], north_east[0] + 1), range(south_west[1], north_east[1] + 1)
        if len(rows) * len(columns) > len(self._cells) + 8:
            return self._all(point)[:limit]
        unseen = [r * _ROW + c for r in rows for c in columns if abs(r - row) >= rings or abs(c - column) >= rings]
        if more := self._hits(point, unseen):
            hits = sorted(hits + more, key=_order)
        return hits[:limit]

    def _hits(self, point: Wgs84, keys: Iterable[int]) -> list[Hit]:
        cells = self._cells
        return [(distance_m(point, center.point), center) for key in keys if key in cells for center in cells[key]]

    def _all(self, point: Wgs84) -> list[Hit]:
        return sorted(self._hits(point, self._cells), key=_order)


def _cell(lon: float, lat: float) -> tuple[int, int]:
    return math.floor((lat + 90.0) * CELLS_PER_DEGREE), math.floor((lon + 180.0) * CELLS_PER_DEGREE)


def _ring(row: int, column: int, distance: int) -> list[int]:
    """Keys of the cells exactly `distance` cells away, diagonals counted as one."""
    if distance == 0:
        return [row * _ROW + column]
    across = range(column - distance, column + distance + 1)
    keys = [r * _ROW + c for r in (row - distance, row + distance) for c in across]
    keys += [r * _ROW + c for r in range(row - distance + 1, row + distance) for c in (across[0], across[-1])]
    return keys


def _box(point: Wgs84, metres: float) -> tuple[tuple[int, int], tuple[int, int]]:
    """Cells outside these two corners hold nothing within `metres`: a lower bound of `distance_m`."""
    north = math.degrees(metres / _LEAST_NORTH_M) + 1e-9
    steepest = math.cos(math.radians(min(abs(point.lat) + north / 2.0, 89.9)))
    east = math.degrees(metres / (EQUATORIAL_RADIUS_M * steepest)) + 1e-9
    return _cell(point.lon - east, point.lat - north), _cell(point.lon + east, point.lat + north)


def _serves(center: CenterPoint, wanted: frozenset[str] | None) -> bool:
    return wanted is None or not center.categories or not wanted.isdisjoint(center.categories)


def _order(hit: Hit) -> tuple[float, str]:
    return hit[0], hit[1].code
