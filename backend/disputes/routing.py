"""Where a filing goes: from what the resident says of the place to a decision with its reason."""

from backend.centers import policy
from backend.centers.policy import RouteDecision
from backend.core import geo
from backend.core.deps import Deps
from backend.core.divisions import DivisionMatch
from backend.core.geo import Wgs84
from backend.disputes.schemas import PlaceIn

Place = Wgs84 | DivisionMatch


def locate(deps: Deps, place: PlaceIn) -> Place:
    """A point decides; without one, the division, narrowed by the address."""
    if place.lon is not None and place.lat is not None and place.crs is not None:
        return geo.to_wgs84(place.lon, place.lat, place.crs)
    match = deps.divisions.match(place.division_code, place.address)
    assert match is not None, "PlaceIn refuses what cannot be found"
    return match


def decide(deps: Deps, category: str, where: Place, accuracy_m: float | None) -> RouteDecision:
    return policy.choose(deps.centers, deps.divisions, deps.catalog, category, where, accuracy_m)
