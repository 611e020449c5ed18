"""The nearest of many points: bands of latitude, each sorted by longitude. Longitudes do not wrap: there is no China at
the antimeridian."""

import math
from array import array
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from operator import itemgetter
from typing import NamedTuple, TypeVar

from backend.core.deps import CenterPoint
from backend.core.geo import ECCENTRICITY_SQUARED, Wgs84, distance_m

SLICE = 250
"""So much is done between two turns of the event loop; about a millisecond."""

_COARSEST, _FINEST = 0.5, 20.0
"""Bands per degree."""

_SQUARES_PER_CENTER = 8.0
"""As high as a band: spread evenly, centers would leave most of them empty; they stand in clusters."""

_FIRST_REACH = 0.6
"""Bands northwards and southwards that are looked at first when one center is asked for."""

_FARTHEST, _BEND = 10.0, 0.1
"""Up to so many degrees from the point, and 55° of latitude, the square of a distance in the plane is right but for a
twentieth either way per degree northwards, mostly since parallels grow shorter: a tenth between two of them."""

_LEAST_METRES_PER_DEGREE = 110_500.0
"""Northwards, anywhere, and a bit less."""

Row = tuple[float, float, int, CenterPoint]
"""Longitude and latitude in degrees, what it serves as bits, the center."""
Found = tuple[float, str, CenterPoint]
"""Metres, code, center: in this order they are ranked."""
_Seen = tuple[float, int, list[CenterPoint]]
"""The square of the distance in the plane, in degrees northwards; which one of these centers."""
_T = TypeVar("_T")


class _Band(NamedTuple):
    """In the order of longitudes, side by side: a search reads memory in a row, and no center before it is wanted."""

    lons: "array[float]"
    lats: "array[float]"
    serves: list[int]
    centers: list[CenterPoint]

    @classmethod
    def of(cls, rows: Iterable[Row]) -> "_Band":
        lons, lats, serves, centers = zip(*sorted(rows, key=_first), strict=True)
        return cls(array("d", lons), array("d", lats), list(serves), list(centers))

    def rows(self) -> Iterator[Row]:
        return zip(*self, strict=True)


class Grid:
    """Never changed once it is filled."""

    __slots__ = ("_bands", "_per_degree", "_size")

    def __init__(self, rows: Sequence[Row]) -> None:
        """For as many rows, and as far apart, as these."""
        self._per_degree = _bands_per_degree(rows)
        self._bands: dict[int, _Band] = {}
        self._size = len(rows)

    def __len__(self) -> int:
        return self._size

    def fill(self, rows: Sequence[Row]) -> Iterator[None]:
        """Slice by slice."""
        of_band, per_degree = defaultdict[int, list[Row]](list), self._per_degree
        for some in slices(rows):
            for row in some:
                of_band[int((row[1] + 90.0) * per_degree)].append(row)
            yield
        filed = 0
        for key, there in of_band.items():
            self._bands[key] = _Band.of(there)
            filed += len(there)
            if filed > SLICE:
                filed = 0
                yield

    def changed(self, leaving: Iterable[CenterPoint], coming: Iterable[Row]) -> "Grid":
        """Another one; bands that nobody enters or leaves are shared."""
        gone = {center.id for center in leaving}
        entering: dict[int, list[Row]] = {self._key(center.point.lat): [] for center in leaving}
        for row in coming:
            entering.setdefault(self._key(row[1]), []).append(row)
        other = Grid(())
        other._per_degree, other._bands = self._per_degree, dict(self._bands)
        for key, rows in entering.items():
            before = self._bands[key].rows() if key in self._bands else ()
            there = [*(row for row in before if row[3].id not in gone), *rows]
            other._bands.pop(key, None)
            if there:
                other._bands[key] = _Band.of(there)
        other._size = sum(len(band.centers) for band in other._bands.values())
        return other

    def rows(self) -> Iterator[Row]:
        return (row for band in self._bands.values() for row in band.rows())

    def nearest(self, point: Wgs84, wanted: int, limit: int, within_m: float) -> list[Found]:
        """In a square around the point that grows until nothing outside can be nearer. By a plane that touches the
        ground at the point, which costs a fifth; what is nearly among the nearest there is measured exactly."""
        squash, band = _squash(point.lat), 1.0 / self._per_degree
        farthest = _reach_of(within_m)
        reach = min(math.sqrt(limit) * _FIRST_REACH * band, farthest)
        while reach < _FARTHEST and limit < self._size:
            seen = self._seen(point, reach, wanted, squash)
            slack = 1.0 + _BEND * (reach + band)
            wider = 2.0 * reach
            if len(seen) >= limit:
                seen.sort(key=_first)
                last = seen[limit - 1][0]
                if last * slack <= reach * reach:
                    near = [centers[at] for square, at, centers in seen if square <= last * slack]
                    return _measured(point, near, limit, within_m)
                wider = math.sqrt(last) * slack
            if reach >= farthest:
                return _measured(point, [centers[at] for _, at, centers in seen], limit, within_m)
            reach = min(wider, farthest)
        everybody = (center for _, _, serves, center in self.rows() if serves & wanted)
        return _measured(point, everybody, limit, within_m)

    def _seen(self, point: Wgs84, reach: float, wanted: int, squash: float) -> list[_Seen]:
        """`reach` in degrees northwards."""
        lon0, lat0 = point
        y, per_degree, bands = lat0 + 90.0, self._per_degree, self._bands
        reach_east = reach / math.sqrt(squash)
        west, east = lon0 - reach_east, lon0 + reach_east
        seen = []
        for key in range(int((y - reach) * per_degree), int((y + reach) * per_degree) + 1):
            if band := bands.get(key):
                lons, lats, serves, centers = band
                begin = bisect_left(lons, west)
                for at in range(begin, bisect_right(lons, east, begin)):
                    if serves[at] & wanted:
                        x, y_ = lons[at] - lon0, lats[at] - lat0
                        seen.append((y_ * y_ + squash * x * x, at, centers))
        return seen

    def _key(self, lat: float) -> int:
        return int((lat + 90.0) * self._per_degree)


def slices(rows: Iterable[_T]) -> Iterator[list[_T]]:
    remaining = iter(rows)
    while some := list(islice(remaining, SLICE)):
        yield some


def _measured(point: Wgs84, centers: Iterable[CenterPoint], limit: int, within_m: float) -> list[Found]:
    found = sorted([(distance_m(point, center.point), center.code, center) for center in centers])[:limit]
    return found if within_m == math.inf else [each for each in found if each[0] <= within_m]


def _squash(lat: float) -> float:
    """A square degree eastwards, in square degrees northwards."""
    phi = math.radians(lat)
    cosine, sine = math.cos(phi), math.sin(phi)
    ratio = cosine * (1.0 - ECCENTRICITY_SQUARED * sine * sine) / (1.0 - ECCENTRICITY_SQUARED)
    return ratio * ratio


def _reach_of(metres: float) -> float:
    """Degrees northwards that hold whatever is so near."""
    degrees = metres / _LEAST_METRES_PER_DEGREE
    return degrees * (1.0 + _BEND * (degrees + 1.0 / _COARSEST))


def _bands_per_degree(rows: Sequence[Row]) -> float:
    if not rows:
        return _COARSEST
    lons, lats = [row[0] for row in rows], [row[1] for row in rows]
    square_degrees = (max(lats) - min(lats)) * (max(lons) - min(lons))
    per_degree = math.sqrt(_SQUARES_PER_CENTER * len(rows) / max(square_degrees, 1e-9))
    return min(max(per_degree, _COARSEST), _FINEST)


_first = itemgetter(0)
