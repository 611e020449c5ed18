"""What is known of driving times when somebody is routed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

TravelState = Literal["off", "not_asked", "known", "away"]
"""`away`: it was asked, and did not answer in time or refused; the straight line decided."""


@dataclass(frozen=True, slots=True)
class TravelTimes:
    state: TravelState
    seconds: Mapping[str, int] = field(default_factory=dict)
    """By center id; one that cannot be reached by road is missing."""
    tolerance_m: float = 0.0
    """Centers no farther than this beyond the nearest one compete by driving time."""


OFF = TravelTimes("off")
