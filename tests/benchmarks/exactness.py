"""Answers of the index against the geodesic, which knows nothing of grids, planes or mean latitudes."""

import math
import random
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

import pyproj

from backend.centers.index import GridIndex
from backend.core.deps import CenterPoint
from backend.core.geo import Wgs84
from tests.benchmarks import nation

POINTS: Final = 20_000
GOAL_M: Final = 20.0

_GEODESIC: Final = pyproj.Geod(ellps="WGS84")
_SHORTEST_DEGREE_M: Final = 110_500.0
"""Of latitude, anywhere on the ellipsoid, and a bit less."""
_LEVELS: Final = ("county", "township")


@dataclass(frozen=True, slots=True)
class Exactness:
    points: int
    not_nearest: int
    worst_excess_m: float
    same_when_shuffled: bool


def measure(points: int = POINTS, among: int = nation.CENTERS) -> Exactness:
    centers = list(islice(nation.centers(), among))
    chance = random.Random(points)  # noqa: S311 - the same points in every run
    index = GridIndex(centers, nation.QUEUE, {})
    shuffled = GridIndex(chance.sample(centers, len(centers)), nation.QUEUE, {})
    oracle = _Oracle(centers)
    excess, same = [], True
    for point in (nation.anywhere(chance) for _ in range(points)):
        hits = index.nearest(point, levels=_LEVELS, category=None, limit=2)
        same &= hits == shuffled.nearest(point, levels=_LEVELS, category=None, limit=2)
        excess.append(oracle.excess_m(point, hits[0][1]))
    return Exactness(points, sum(each > 0.0 for each in excess), max(excess), same)


class _Oracle:
    def __init__(self, centers: Sequence[CenterPoint]) -> None:
        self._centers = sorted(centers, key=lambda center: center.point.lat)
        self._lats = [center.point.lat for center in self._centers]

    def excess_m(self, point: Wgs84, answer: CenterPoint) -> float:
        """How much nearer the nearest is. Only centers in the rectangle around the answer's circle can be it."""
        metres = self._metres(point, [answer])[0]
        north = metres / _SHORTEST_DEGREE_M
        east = north / math.cos(math.radians(min(point.lat + north, 85.0)))
        strip = slice(bisect_left(self._lats, point.lat - north), bisect_right(self._lats, point.lat + north))
        rivals = [center for center in self._centers[strip] if abs(center.point.lon - point.lon) <= east]
        return metres - min(self._metres(point, [answer, *rivals]))

    def _metres(self, point: Wgs84, centers: Sequence[CenterPoint]) -> list[float]:
        lons, lats = [center.point.lon for center in centers], [center.point.lat for center in centers]
        count = len(centers)
        return list(_GEODESIC.inv([point.lon] * count, [point.lat] * count, lons, lats)[2])
