"""Exact nearest centers from memory: one grid per level, searched in rings. Never changed once it is built."""

import asyncio
import math
from bisect import insort
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TypeVar

from backend.core.deps import CenterPoint
from backend.core.geo import ECCENTRICITY_SQUARED, EQUATORIAL_RADIUS_M, METRES_PER_DEGREE, Wgs84, distance_m, radii_m

_ROW = 1 << 12
"""Cell key = row * _ROW + column; at most 3,960 columns go around the globe."""

_AROUND = tuple(row * _ROW + column for row in (-1, 0, 1) for column in (-1, 0, 1))

_COARSEST, _FINEST = 0.5, 11.0
"""Cells per degree."""

_CELLS_PER_CENTER = 4.0
"""Spread evenly, centers would leave three in four cells empty; they stand in clusters of several to a cell."""

_RARE = 8
"""A category that fewer than one in so many centers of a level serves has a grid of its own."""

_SLICE = 250
"""Centers filed between two turns of the event loop; about a millisecond."""

_COUNTY_DIGITS = 6

_ANY = -1
_SERVES_ALL = 1

_LEAST_NORTH_M = radii_m(0.0)[0]
"""Metres per radian of latitude are fewest at the equator."""

_NORTH_ALONE = 1.0 / (1.0 - ECCENTRICITY_SQUARED) ** 2
"""A center is out of reach if it is by its latitude alone, when a degree of it is as short as anywhere."""

Hit = tuple[float, CenterPoint]
_Row = tuple[float, float, float, float, int, CenterPoint]
"""Latitude and longitude in degrees, sine and cosine of the latitude, kinds of category served, the center."""
_Found = tuple[float, str, CenterPoint]
_T = TypeVar("_T")


class GridIndex:
    """One snapshot of the active centers; a change makes another one.

    `parents` maps a child category to its top category: a center that serves the top serves its children.
    """

    def __init__(self, centers: Iterable[CenterPoint], city_queue: CenterPoint, parents: Mapping[str, str]) -> None:
        self._city_queue = city_queue
        self._parents = dict(parents)
        self._by_id = {city_queue.id: city_queue}
        self._by_county: dict[str, list[CenterPoint]] = {}
        self._bits: dict[str, int] = {}
        self._grids: dict[str, _Grid] = {}
        self._grids_of: dict[tuple[str, int], _Grid] = {}
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

    @property
    def city_queue(self) -> CenterPoint:
        return self._city_queue

    def by_id(self, center_id: str) -> CenterPoint | None:
        return self._by_id.get(center_id)

    def of_division(self, division_code: str, *, levels: tuple[str, ...], category: str | None) -> list[CenterPoint]:
        """Centers of exactly this division, by code."""
        wanted = self._wanted(category)
        there = self._by_county.get(division_code[:_COUNTY_DIGITS], ())
        found = [
            center
            for center in there
            if center.division_code == division_code and center.level in levels and self._serves(center) & wanted
        ]
        return sorted(found, key=_code)

    def nearest(self, point: Wgs84, *, levels: tuple[str, ...], category: str | None, limit: int) -> list[Hit]:
        """A small `limit` is quicker: 2 takes half as long as 6."""
        wanted = self._wanted(category)
        grids = [grid for level in levels if (grid := self._grid(level, wanted))]
        if len(grids) == 1:
            return _hits(grids[0].nearest(point, wanted, limit))
        return _hits(sorted(found for grid in grids for found in grid.nearest(point, wanted, limit))[:limit])

    def _filled_with(self, centers: Iterable[CenterPoint]) -> Iterator[None]:
        """Files them slice by slice."""
        of_level: dict[str, list[_Row]] = {}
        for some in _slices(iter(centers)):
            for center in some:
                self._by_id[center.id] = center
                self._by_county.setdefault(center.division_code[:_COUNTY_DIGITS], []).append(center)
                of_level.setdefault(center.level, []).append(self._row(center))
            yield
        for level, rows in of_level.items():
            grid = self._grids[level] = _Grid(rows)
            for slice_ in _slices(iter(rows)):
                grid.add(slice_)
                yield

    def _row(self, center: CenterPoint) -> _Row:
        lon, lat = center.point
        phi = math.radians(lat)
        for name in center.categories:
            self._bits.setdefault(name, _SERVES_ALL << len(self._bits) + 1)
        return lat, lon, math.sin(phi), math.cos(phi), self._serves(center), center

    def _serves(self, center: CenterPoint) -> int:
        """One bit for each category that some center names."""
        return sum(self._bits[name] for name in center.categories) or _SERVES_ALL

    def _wanted(self, category: str | None) -> int:
        if category is None:
            return _ANY
        bits = self._bits
        return _SERVES_ALL | bits.get(category, 0) | bits.get(self._parents.get(category, category), 0)

    def _grid(self, level: str, wanted: int) -> "_Grid | None":
        """That of the level, where most of its centers may serve: the others are passed over."""
        if wanted == _ANY:
            return self._grids.get(level)
        known = self._grids_of.get((level, wanted))
        whole = self._grids.get(level)
        if known or whole is None:
            return known
        serving = [row for row in whole.rows if row[4] & wanted]
        grid = whole
        if len(serving) * _RARE < len(whole.rows):
            grid = _Grid(serving)
            grid.add(serving)
        self._grids_of[level, wanted] = grid
        return grid


class _Grid:
    """Longitudes do not wrap: there is no China at the antimeridian."""

    __slots__ = ("_cells", "_per_degree", "rows")

    def __init__(self, rows: list[_Row]) -> None:
        """For as many rows, and as far apart, as these; `add` files them."""
        self.rows = rows
        self._per_degree = _cells_per_degree(rows)
        self._cells: dict[int, list[_Row]] = {}

    def add(self, rows: Iterable[_Row]) -> None:
        cells, per_degree = self._cells, self._per_degree
        for row in rows:
            key = int((row[0] + 90.0) * per_degree) * _ROW + int((row[1] + 180.0) * per_degree)
            cells.setdefault(key, []).append(row)

    def nearest(self, point: Wgs84, wanted: int, limit: int) -> list[_Found]:
        """The cells around, rings outward until `limit` are found, then what else lies within the last one's
        distance."""
        if limit >= len(self.rows):
            return self._ranked(point, wanted, limit)
        cells = self._cells
        y, x = (point.lat + 90.0) * self._per_degree, (point.lon + 180.0) * self._per_degree
        row, column = int(y), int(x)
        center = row * _ROW + column
        search = _Search(point, wanted, limit)
        best = search.among([cells[key] for step in _AROUND if (key := center + step) in cells])
        rings = 1
        while len(best) < limit:
            rings += 1
            if (2 * rings + 1) ** 2 > len(cells) + 9:
                return self._ranked(point, wanted, limit)
            search.among([cells[key] for key in _ring(row, column, rings) if key in cells])
        north, east = _reach(point.lat, best[-1][0], self._per_degree)
        south_row, north_row, west_column, east_column = int(y - north), int(y + north), int(x - east), int(x + east)
        if max(row - south_row, north_row - row, column - west_column, east_column - column) <= rings:
            return best
        if (north_row - south_row + 1) * (east_column - west_column + 1) > len(cells) + 9:
            return self._ranked(point, wanted, limit)
        unseen = [
            cells[key]
            for r in range(south_row, north_row + 1)
            for c in range(west_column, east_column + 1)
            if (abs(r - row) > rings or abs(c - column) > rings) and (key := r * _ROW + c) in cells
        ]
        return search.among(unseen)

    def _ranked(self, point: Wgs84, wanted: int, limit: int) -> list[_Found]:
        """Every row, for questions that ask for nearly all."""
        centers = [row[5] for row in self.rows if row[4] & wanted]
        return sorted((distance_m(point, center.point), center.code, center) for center in centers)[:limit]


class _Search:
    """The best so far, in order."""

    __slots__ = ("_at", "best")

    def __init__(self, point: Wgs84, wanted: int, limit: int) -> None:
        phi = math.radians(point.lat)
        self._at = (*point, math.sin(phi) / 2.0, math.cos(phi) / 2.0, wanted, limit)
        self.best: list[_Found] = []

    def among(self, cells: Iterable[Sequence[_Row]]) -> list[_Found]:
        """The arithmetic is that of `geo.distance_m`, to the last bit, without a call for each center."""
        lon0, lat0, half_sine, half_cosine, wanted, limit = self._at
        best = self.best
        bar = math.inf if len(best) < limit else _square(best[-1][0])
        strip = bar * _NORTH_ALONE
        for cell in cells:
            for lat, lon, sine, cosine, serves, center in cell:
                north = lat - lat0
                if north * north > strip or not serves & wanted:
                    continue
                steep = 0.5 - cosine * half_cosine + sine * half_sine
                w = 1.0 - ECCENTRICITY_SQUARED * steep
                north = north * (1.0 - ECCENTRICITY_SQUARED) / w
                east = lon - lon0
                square = (north * north + east * east * (1.0 - steep)) / w
                if square <= bar:
                    insort(best, (math.sqrt(square) * METRES_PER_DEGREE, center.code, center))
                    if len(best) > limit:
                        best.pop()
                    if len(best) == limit:
                        bar = _square(best[-1][0])
                        strip = bar * _NORTH_ALONE
        return best


def _square(metres: float) -> float:
    """In square degrees of the equator, rounded up: squares a bit apart may have the same root."""
    degrees = metres / METRES_PER_DEGREE
    return degrees * degrees * (1.0 + 1e-12)


def _cells_per_degree(rows: list[_Row]) -> float:
    if not rows:
        return _COARSEST
    lats, lons = [row[0] for row in rows], [row[1] for row in rows]
    square_degrees = (max(lats) - min(lats)) * (max(lons) - min(lons))
    per_degree = math.sqrt(_CELLS_PER_CENTER * len(rows) / max(square_degrees, 1e-9))
    return min(max(per_degree, _COARSEST), _FINEST)


def _ring(row: int, column: int, distance: int) -> list[int]:
    """Keys of the cells exactly `distance` cells away, diagonals counted as one."""
    if distance == 0:
        return [row * _ROW + column]
    across = range(column - distance, column + distance + 1)
    keys = [r * _ROW + c for r in (row - distance, row + distance) for c in across]
    keys += [r * _ROW + c for r in range(row - distance + 1, row + distance) for c in (across[0], across[-1])]
    return keys


def _reach(lat: float, metres: float, per_degree: float) -> tuple[float, float]:
    """Cells north and east beyond which nothing lies within `metres`: a lower bound of `distance_m`."""
    north = math.degrees(metres / _LEAST_NORTH_M) + 1e-9
    steepest = math.cos(math.radians(min(abs(lat) + north / 2.0, 89.9)))
    east = math.degrees(metres / (EQUATORIAL_RADIUS_M * steepest)) + 1e-9
    return north * per_degree, east * per_degree


def _hits(found: list[_Found]) -> list[Hit]:
    return [(metres, center) for metres, _, center in found]


def _slices(rows: Iterator[_T]) -> Iterator[list[_T]]:
    while some := list(islice(rows, _SLICE)):
        yield some


def _code(center: CenterPoint) -> str:
    return center.code
