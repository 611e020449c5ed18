"""What routing decided about one dispute, and the record that is kept of it."""

from typing import Literal, NamedTuple

from backend.core.deps import CenterPoint
from backend.core.travel import TravelState

Way = Literal["nearest", "jurisdiction", "speciality", "division", "registered", "city_queue"]

Doubt = Literal[
    "close_call",
    "far",
    "border",
    "ways_differ",
    "outside",
    "named_elsewhere",
    "unsure_name",
    "not_in_division",
    "queue",
]
"""Why the resident is asked to confirm; kept with the dispute."""

LADDER: dict[str, tuple[str, ...]] = {"township": ("township", "county"), "county": ("county",)}
"""Level asked for by the category → levels tried, in order."""

Why = Literal["inactive", "category", "level", "jurisdiction", "speciality"]
"""Why a center that is nearer was passed over."""


class Candidate(NamedTuple):
    center: CenterPoint
    distance_m: float | None
    """None when the resident gave no point."""
    reason: str
    minutes: int | None = None
    """By car, where driving times were asked for."""


class Comparison(NamedTuple):
    """Both ways' answers to the same question, when they differ."""

    nearest: CenterPoint
    jurisdiction: CenterPoint

    @property
    def text(self) -> str:
        return f"最近的是{self.nearest.name}，按辖区是{self.jurisdiction.name}。"


class Excluded(NamedTuple):
    center: CenterPoint
    distance_m: float | None
    why: Why


class RouteDecision(NamedTuple):
    policy: Way
    category: str
    level: str
    """Asked for by the category."""
    catalog_version: str
    candidates: tuple[Candidate, ...]
    """The center proposed comes first."""
    doubts: tuple[Doubt, ...] = ()
    division_code: str | None = None
    chosen: int = 0
    """Index into `candidates`; above zero when the resident took another one."""
    rule: str = "default"
    version: int = 0
    """Of the routing policy."""
    county: str | None = None
    """The place's own, where an outline or the resident tells it."""
    comparison: Comparison | None = None
    excluded: tuple[Excluded, ...] = ()
    travel: TravelState = "off"
    """Whether driving times were known; without them the straight line decided."""

    @property
    def needs_confirmation(self) -> bool:
        return bool(self.doubts)

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
                return self._replace(chosen=position)
        return None

    def registered_at(self, center: CenterPoint) -> "RouteDecision":
        """首问负责: the center whose staff registered it has it, wherever it happened."""
        own = Candidate(center, None, f"由{center.name}登记受理。")
        return self._replace(policy="registered", candidates=(own, *self.candidates), chosen=0, doubts=())

    def as_record(self) -> dict[str, object]:
        """Kept in the clear, so without the point, and with distances in whole kilometres: several exact ones
        would give the place away."""
        runner_up = self.runner_up
        comparison = self.comparison
        return {
            "policy": self.policy,
            "rule": self.rule,
            "policy_version": self.version,
            "category": self.category,
            "level": self.level,
            "catalog_version": self.catalog_version,
            "division_code": self.division_code,
            "county": self.county,
            "center_id": self.center.id,
            "distance_km": _km(self.distance_m),
            "proposed_center_id": self.candidates[0].center.id,
            "runner_up_center_id": runner_up.center.id if runner_up else None,
            "chosen_by_resident": self.chosen > 0,
            "needs_confirmation": self.needs_confirmation,
            "doubts": list(self.doubts),
            "reason": self.reason,
            "travel": self.travel,
            "comparison": comparison.text if comparison else None,
            "nearest_center_id": comparison.nearest.id if comparison else None,
            "jurisdiction_center_id": comparison.jurisdiction.id if comparison else None,
            "candidates": [_line(candidate.center, candidate.distance_m) for candidate in self.candidates],
            "excluded": [_line(each.center, each.distance_m) | {"why": each.why} for each in self.excluded],
        }


def _line(center: CenterPoint, metres: float | None) -> dict[str, object]:
    return {"center_id": center.id, "code": center.code, "distance_km": _km(metres)}


def _km(metres: float | None) -> int | None:
    return None if metres is None else round(metres / 1000)
