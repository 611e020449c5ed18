"""The centers by code and by county, those with a speciality, and those that were closed."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from backend.centers.index import GridIndex, Hit
from backend.core.deps import CenterPoint
from backend.core.geo import Wgs84

LEVELS = ("township", "county", "village")


class Directory:
    """One immutable snapshot beside the index of the same centers."""

    def __init__(
        self,
        centers: Iterable[CenterPoint],
        city_queue: CenterPoint,
        parents: Mapping[str, str],
        retired: Iterable[CenterPoint] = (),
    ) -> None:
        in_order = sorted(centers, key=lambda center: center.code)
        self._parents = dict(parents)
        self._by_code = {center.code: center for center in in_order}
        self._by_county: dict[str, list[CenterPoint]] = {}
        for center in in_order:
            self._by_county.setdefault(county_of(center), []).append(center)
        self._by_id = {center.id: center for center in in_order if center.specialities}
        special = map(_as_specialist, self._by_id.values())
        self._specialists = GridIndex(special, city_queue, parents)
        self._retired = GridIndex(retired, city_queue, parents)

    def by_code(self, code: str) -> CenterPoint | None:
        return self._by_code.get(code)

    def inside(self, county: str, *, levels: tuple[str, ...], category: str | None) -> list[CenterPoint]:
        return [
            center
            for center in self._by_county.get(county, ())
            if center.level in levels and self._serves(center, category)
        ]

    def specialists(self, point: Wgs84, *, category: str, limit: int) -> list[Hit]:
        hits = self._specialists.nearest(point, levels=LEVELS, category=category, limit=limit)
        return [(metres, self._by_id[center.id]) for metres, center in hits]

    def retired(self, point: Wgs84, limit: int) -> list[Hit]:
        return self._retired.nearest(point, levels=LEVELS, category=None, limit=limit)

    def _serves(self, center: CenterPoint, category: str | None) -> bool:
        if category is None or not center.categories:
            return True
        return category in center.categories or self._parents.get(category) in center.categories


def county_of(center: CenterPoint) -> str:
    """Six digits, with which the codes of a county's townships begin in every source."""
    return center.division_code[:6]


def _as_specialist(center: CenterPoint) -> CenterPoint:
    return center if center.categories == center.specialities else replace(center, categories=center.specialities)
