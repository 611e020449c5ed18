"""As many centers as the country might have, made up: the same in every run."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from backend.core import geo
from backend.core.deps import CenterPoint
from backend.core.geo import Wgs84

CENTERS: Final = 44_000
_COUNTIES: Final = 3_000
_SEED: Final = 20261124

COMMON, RARE, AT_COUNTY = "property", "traffic_insurance", "medical"
"""Served by most townships; by one in twenty; by most counties."""

QUEUE: Final = CenterPoint(
    "queue", "Q", "受理专席", "city", "420500", Wgs84(111.28, 30.69), frozenset(), placeholder=True
)

_LISTS: Final = (
    (10, frozenset[str]()),
    (6, frozenset({COMMON, "labour", "contract"})),
    (3, frozenset({"consumer", "neighbourhood"})),
    (1, frozenset({RARE, COMMON})),
)
"""Weight → categories listed. Who lists none serves all."""


@dataclass(frozen=True, slots=True)
class Question:
    point: Wgs84
    category: str
    level: str


def centers() -> Iterator[CenterPoint]:
    chance = random.Random(_SEED)  # noqa: S311 - the same centers in every run
    for number in range(CENTERS):
        is_county = number < _COUNTIES
        [listed] = chance.choices([names for _, names in _LISTS], [weight for weight, _ in _LISTS])
        yield CenterPoint(
            id=str(UUID(int=chance.getrandbits(128))),
            code=f"C{number:08}",
            name=f"第{number}街道综合治理中心",
            level="county" if is_county else "township",
            division_code=f"{number % _COUNTIES:06}"
            if is_county
            else f"{number % _COUNTIES:06}{number // _COUNTIES:03}",
            point=somewhere(chance),
            categories=frozenset({"medical"}) if is_county and listed else listed,
            placeholder=True,
            address=f"第{number}县某某镇人民路{number % 300}号综治中心一楼",
            phone=f"0717-{6_000_000 + number}",
        )


def questions(count: int) -> list[Question]:
    chance = random.Random(_SEED + 1)  # noqa: S311 - the same questions in every run
    kinds = ((COMMON, "township"), (RARE, "township"), (AT_COUNTY, "county"))
    return [Question(somewhere(chance), *chance.choices(kinds, (7, 1, 2))[0]) for _ in range(count)]


def somewhere(chance: random.Random) -> Wgs84:
    """As people live: most of them around the cities of the east."""
    if chance.random() < 0.2:
        return anywhere(chance)
    city = chance.choice(_CITIES)
    return Wgs84(chance.gauss(city.lon, 1.5), chance.gauss(city.lat, 1.2))


def anywhere(chance: random.Random) -> Wgs84:
    while True:
        point = Wgs84(chance.uniform(73.0, 135.5), chance.uniform(3.0, 54.0))
        if geo.in_china(*point):
            return point


_CITIES: Final = [
    Wgs84(lon, lat)
    for lon, lat in (
        (116.4, 39.9), (121.5, 31.2), (113.3, 23.1), (104.1, 30.7), (114.3, 30.6), (108.9, 34.3), (111.3, 30.7),
        (117.0, 36.7), (120.2, 30.3), (118.8, 32.1), (113.6, 34.7), (112.9, 28.2), (106.6, 29.6), (123.4, 41.8),
    )
]  # fmt: skip
