"""Decisions of the routing policy, and the index alone, over as many centers as the country might have."""

import random
import time
from dataclasses import dataclass
from typing import Final

from backend.centers import policy
from backend.centers.index import GridIndex
from backend.core.catalog import Catalog
from backend.core.deps import CenterPoint
from backend.core.divisions import DivisionDirectory
from backend.core.geo import Wgs84
from config.catalog_files import read_catalog

CENTERS: Final = 44_000
_COUNTIES: Final = 3_000
_DECISIONS: Final = 5_000
_CATEGORY, _COUNTY_CATEGORY = "property", "medical"


@dataclass(frozen=True, slots=True)
class Speed:
    name: str
    p50_us: float
    p99_us: float

    @property
    def per_second(self) -> float:
        return 1e6 / self.p50_us


def measure() -> list[Speed]:
    chance = random.Random(20261124)  # noqa: S311 - the same points in every run
    catalog = Catalog.parse(read_catalog())
    index, divisions = _index(chance), DivisionDirectory(())
    points = [_somewhere(chance) for _ in range(_DECISIONS)]

    def decide(point: Wgs84) -> object:
        return policy.choose(index, divisions, catalog, _CATEGORY, point)

    def decide_at_county(point: Wgs84) -> object:
        return policy.choose(index, divisions, catalog, _COUNTY_CATEGORY, point)

    def look_up(point: Wgs84) -> object:
        return index.nearest(point, levels=("township",), category=_CATEGORY, limit=policy.MAX_CANDIDATES)

    return [
        _timed("policy.choose, any township", decide, points),
        _timed("policy.choose, specialised", decide_at_county, points),
        _timed("index.nearest", look_up, points),
    ]


def _timed(name: str, call: "object", points: list[Wgs84]) -> Speed:
    assert callable(call)
    call(points[0])  # builds the grid
    took = []
    for point in points:
        began = time.perf_counter_ns()
        call(point)
        took.append((time.perf_counter_ns() - began) / 1000)
    took.sort()
    return Speed(name, took[len(took) // 2], took[len(took) * 99 // 100])


def _index(chance: random.Random) -> GridIndex:
    centers = [
        CenterPoint(
            id=str(number),
            code=f"C{number:05}",
            name=f"第{number}综治中心",
            level="county" if number < _COUNTIES else "township",
            division_code=f"{number:09}",
            point=_somewhere(chance),
            categories=frozenset(),
            placeholder=True,
        )
        for number in range(CENTERS)
    ]
    queue = CenterPoint("queue", "Q", "受理专席", "city", "420500", Wgs84(111.28, 30.69), frozenset(), placeholder=True)
    return GridIndex(centers, queue, {})


def _somewhere(chance: random.Random) -> Wgs84:
    """As people live: most of them around the cities of the east."""
    if chance.random() < 0.2:
        return Wgs84(chance.uniform(98.0, 122.0), chance.uniform(22.0, 45.0))
    city = chance.choice(_CITIES)
    return Wgs84(chance.gauss(city.lon, 1.5), chance.gauss(city.lat, 1.2))


_CITIES: Final = [
    Wgs84(lon, lat)
    for lon, lat in (
        (116.4, 39.9), (121.5, 31.2), (113.3, 23.1), (104.1, 30.7), (114.3, 30.6), (108.9, 34.3), (111.3, 30.7),
        (117.0, 36.7), (120.2, 30.3), (118.8, 32.1), (113.6, 34.7), (112.9, 28.2), (106.6, 29.6), (123.4, 41.8),
    )
]  # fmt: skip
