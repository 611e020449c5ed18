"""Which center is the door for a dispute, and why. Pure: the same snapshot and input give the same answer."""

from dataclasses import dataclass, replace
from typing import Literal

from backend.core.catalog import Catalog
from backend.core.deps import CenterIndex, CenterPoint
from backend.core.divisions import DivisionDirectory, DivisionMatch, DivisionPoint
from backend.core.geo import Wgs84, distance_m
from backend.core.wording import distance_text

Policy = Literal["nearest", "division", "registered", "city_queue"]

MAX_CANDIDATES = 6
"""The chosen center included."""

CLOSE_CALL_M = 200.0
"""Two straight lines this similar do not say which center is nearer for a person on a road."""

FAR_M = {"township": 30_000.0, "county": 80_000.0}
"""Beyond this the point is probably outside the area served; the remotest corner of Yichang is 25 km from
its nearest township seat."""

LADDER: dict[str, tuple[str, ...]] = {"township": ("township", "county"), "county": ("county",)}
"""Level asked for by the category → levels tried, in order."""

_SPECIALISED = "这类纠纷专业性较强，由县（市、区）级综治中心办理"


@dataclass(frozen=True, slots=True)
class Candidate:
    center: CenterPoint
    distance_m: float | None
    """None when the resident gave no point."""
    reason: str


@dataclass(frozen=True, slots=True)
class RouteDecision:
    policy: Policy
    category: str
    level: str
    """Asked for by the category."""
    catalog_version: str
    candidates: tuple[Candidate, ...]
    """The center proposed comes first."""
    needs_confirmation: bool
    division_code: str | None = None
    chosen: int = 0
    """Index into `candidates`; above zero when the resident took another one."""

    @property
    def center(self) -> CenterPoint:
        return self.candidates[self.chosen].center

    @property
    def distance_m(self) -> float | None:
        return self.candidates[self.chosen].distance_m

    @property
    def reason(self) -> str:
        if self.chosen == 0:
            return self.candidates[0].reason
        return f"您选择了{self.center.name}。"

    @property
    def runner_up(self) -> Candidate | None:
        return self.candidates[1] if len(self.candidates) > 1 else None

    def with_choice(self, center_id: str) -> "RouteDecision | None":
        """None when that center was not among the candidates."""
        for position, candidate in enumerate(self.candidates):
            if candidate.center.id == center_id:
                return replace(self, chosen=position)
        return None

    def registered_at(self, center: CenterPoint) -> "RouteDecision":
        """首问负责: the center whose staff registered it has it, wherever it happened."""
        own = Candidate(center, None, f"由{center.name}登记受理。")
        return replace(
            self, policy="registered", candidates=(own, *self.candidates), chosen=0, needs_confirmation=False
        )

    def as_record(self) -> dict[str, object]:
        """Kept in the clear, so without the point, and with distances in whole kilometres: several exact ones
        would give the place away."""
        return {
            "policy": self.policy,
            "category": self.category,
            "level": self.level,
            "catalog_version": self.catalog_version,
            "division_code": self.division_code,
            "center_id": self.center.id,
            "proposed_center_id": self.candidates[0].center.id,
            "chosen_by_resident": self.chosen > 0,
            "needs_confirmation": self.needs_confirmation,
            "reason": self.reason,
            "candidates": [
                {
                    "center_id": candidate.center.id,
                    "code": candidate.center.code,
                    "distance_km": None if candidate.distance_m is None else round(candidate.distance_m / 1000),
                }
                for candidate in self.candidates
            ],
        }


def choose(  # noqa: PLR0917 - snapshot, rules, question
    index: CenterIndex,
    divisions: DivisionDirectory,
    catalog: Catalog,
    category: str,
    place: Wgs84 | DivisionMatch,
    accuracy_m: float | None = None,
) -> RouteDecision:
    """`category` is a code of the catalog; `place` is where it happened; `accuracy_m` the radius the phone gave."""
    level = catalog.category_by_code[category].level
    if isinstance(place, DivisionMatch):
        candidates = _by_division(index, divisions, category, level, place)
        policy: Policy = "division"
        doubt = not place.certain or _is_guess(place.division, candidates, level)
        division_code = place.division.code
    else:
        candidates = _by_distance(index, category, level, place)
        policy, division_code = "nearest", None
        doubt = _is_close_call(candidates, accuracy_m) or _is_far(candidates)
    if not candidates or candidates[0].center is index.city_queue:
        policy, doubt = "city_queue", len(candidates) > 1
    return RouteDecision(
        policy=policy,
        category=category,
        level=level,
        catalog_version=catalog.version,
        candidates=candidates or (_queue(index, "目前没有综治中心可以直接受理这类纠纷"),),
        needs_confirmation=doubt,
        division_code=division_code,
    )


def _by_distance(index: CenterIndex, category: str, level: str, point: Wgs84) -> tuple[Candidate, ...]:
    hits = _nearest(index, category, level, point)
    return tuple(
        Candidate(center, metres, _distance_reason(center, metres, level, first=position == 0))
        for position, (metres, center) in enumerate(hits)
    )


def _nearest(index: CenterIndex, category: str, level: str, point: Wgs84) -> list[tuple[float, CenterPoint]]:
    for rung in LADDER[level]:
        if hits := index.nearest(point, levels=(rung,), category=category, limit=MAX_CANDIDATES):
            return hits
    return []


def _distance_reason(center: CenterPoint, metres: float, level: str, *, first: bool) -> str:
    """No finer than a kilometre, since the reason is kept in the clear."""
    about = f"约{distance_text(round(metres, -3))}" if metres >= 1000 else "不到1公里"
    if not first:
        return f"{center.name}，距离{about}。"
    if metres > FAR_M[center.level]:
        return f"您填写的事发地点离最近的综治中心也比较远（{about}），可能不在服务范围内，请确认位置是否正确。"
    if level == "county":
        return f"{_SPECIALISED}；这是距离您填写的事发地点最近的一个，{about}。"
    return f"这是距离您填写的事发地点最近的综治中心，{about}。"


def _is_close_call(candidates: tuple[Candidate, ...], accuracy_m: float | None) -> bool:
    """A point r off changes each distance by at most r, hence the difference of two by 2r."""
    distances = [candidate.distance_m for candidate in candidates[:2] if candidate.distance_m is not None]
    return len(distances) == 2 and distances[1] - distances[0] < max(CLOSE_CALL_M, 2.0 * (accuracy_m or 0.0))


def _is_far(candidates: tuple[Candidate, ...]) -> bool:
    return any((first.distance_m or 0.0) > FAR_M[first.center.level] for first in candidates[:1])


def _by_division(
    index: CenterIndex, divisions: DivisionDirectory, category: str, level: str, match: DivisionMatch
) -> tuple[Candidate, ...]:
    """The division's own center, else its county's, else the one nearest to its seat.

    A resident who names only the county is given the county's center: any of its townships would be a guess.
    """
    division = match.division
    if division.level == "city":
        queue = _queue(index, "只填写到市，还不能确定由哪个中心受理")
        return (queue, *map(_offered, _around(index, category, "county", division)))[:MAX_CANDIDATES]
    county = divisions.parent(division) if division.level == "township" else division
    named = [division, county, *match.others] if county else [division, *match.others]
    centers = [center for unit in named for center in _own(index, category, level, unit)]
    if division.level == "county":
        centers += _inside(index, divisions, category, level, division)
    centers += _around(index, category, level, division if division.point or not county else county)
    different = list(dict.fromkeys(centers))[:MAX_CANDIDATES]
    return tuple(
        Candidate(center, None, _division_reason(center, division, level)) if position == 0 else _offered(center)
        for position, center in enumerate(different)
    )


def _own(index: CenterIndex, category: str, level: str, unit: DivisionPoint) -> list[CenterPoint]:
    if unit.level not in LADDER[level]:
        return []
    return index.of_division(unit.code, levels=(unit.level,), category=category)


def _inside(
    index: CenterIndex, divisions: DivisionDirectory, category: str, level: str, county: DivisionPoint
) -> list[CenterPoint]:
    """Its townships' centers, nearest to the county seat first."""
    townships = divisions.children(county.code)
    centers = [center for unit in townships for center in _own(index, category, level, unit)]
    seat = county.point
    return sorted(centers, key=lambda center: (distance_m(seat, center.point) if seat else 0.0, center.code))


def _around(index: CenterIndex, category: str, level: str, unit: DivisionPoint) -> list[CenterPoint]:
    if unit.point is None:
        return []
    return [center for _, center in _nearest(index, category, level, unit.point)]


def _division_reason(center: CenterPoint, division: DivisionPoint, level: str) -> str:
    if level == "county":
        return f"{_SPECIALISED}；您填写的是{division.name}，由{center.name}受理。"
    if center.division_code != division.code:
        return f"{division.name}目前没有可以受理的综治中心，由{center.name}受理。"
    if division.level == "county":
        return f"您填写的是{division.name}，由{center.name}受理；如果知道所在乡镇（街道），也可以改选那里的中心。"
    return f"您填写的是{division.name}，由{center.name}受理。"


def _offered(center: CenterPoint) -> Candidate:
    return Candidate(center, None, f"也可以选择{center.name}。")


def _is_guess(division: DivisionPoint, candidates: tuple[Candidate, ...], level: str) -> bool:
    """Not the center of the level asked for in the very division named."""
    center = candidates[0].center if candidates else None
    named = {division.code, division.parent_code}
    return center is None or center.level != level or center.division_code not in named


def _queue(index: CenterIndex, why: str) -> Candidate:
    return Candidate(index.city_queue, None, f"{why}，先由{index.city_queue.name}登记并分派。")
