"""What `nearest` and `jurisdiction` mean for each county: how often the door is in another one, and how much longer the
way to the own one is. Pure."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from backend.centers import policy
from backend.centers.index import county_of
from backend.centers.policy import Rules
from backend.core.boundaries import Box
from backend.core.deps import CenterPoint, Deps
from backend.core.geo import Wgs84, distance_m, radii_m
from backend.core.policies import JURISDICTION


@dataclass(slots=True)
class Share:
    """Of the points of one county, for one category."""

    points: int = 0
    nearest_elsewhere: int = 0
    """The nearest center lies in another county."""
    jurisdiction_elsewhere: int = 0
    """So does the one by jurisdiction: the county has none that may take it."""
    detours_m: float = 0.0
    """How much farther the one by jurisdiction is, all together."""

    def add(self, county: str, point: Wgs84, nearest: CenterPoint, proper: CenterPoint) -> None:
        self.points += 1
        self.nearest_elsewhere += county_of(nearest) != county
        self.jurisdiction_elsewhere += county_of(proper) != county
        self.detours_m += distance_m(point, proper.point) - distance_m(point, nearest.point)

    def include(self, other: "Share") -> None:
        self.points += other.points
        self.nearest_elsewhere += other.nearest_elsewhere
        self.jurisdiction_elsewhere += other.jurisdiction_elsewhere
        self.detours_m += other.detours_m


def lattice(box: Box, spacing_m: float) -> Iterator[list[Wgs84]]:
    """Row by row, every point for as much land as any other."""
    west, south, east, north = box
    for row in range(rows(box, spacing_m)):
        lat = south + (row + 0.5) * (north - south) / rows(box, spacing_m)
        step = math.degrees(spacing_m / radii_m(lat)[1])
        yield [Wgs84(west + (column + 0.5) * step, lat) for column in range(math.ceil((east - west) / step))]


def rows(box: Box, spacing_m: float) -> int:
    return math.ceil(math.radians(box[3] - box[1]) * radii_m((box[1] + box[3]) / 2.0)[0] / spacing_m)


def measured(
    deps: Deps, counties: Sequence[str], categories: Sequence[str], spacing_m: float, tell: Callable[[int], None]
) -> dict[str, dict[str, Share]]:
    """By county and category. `tell` hears of each row that is done. The counties' outlines must be known."""
    shares = {county: {category: Share() for category in categories} for county in counties}
    rules = Rules(JURISDICTION, deps.boundaries)
    for points in lattice(deps.boundaries.box_around(counties), spacing_m):
        for point in points:
            county = deps.boundaries.county_of(point)
            for category, share in shares.get(county or "", {}).items():
                decision = policy.choose(deps.centers, deps.divisions, deps.catalog, category, point, rules=rules)
                both = decision.comparison
                share.add(
                    county or "",
                    point,
                    both.nearest if both else decision.center,
                    both.jurisdiction if both else decision.center,
                )
        tell(1)
    return shares
