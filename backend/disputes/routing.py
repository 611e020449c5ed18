"""Where a filing goes: from what the resident says of the place to a decision with its reason."""

from backend.centers import policy, reasons
from backend.centers.decision import RouteDecision
from backend.centers.policy import Rules
from backend.core import geo
from backend.core.deps import Deps
from backend.core.divisions import DivisionMatch
from backend.core.geo import Wgs84
from backend.core.policies import Policy
from backend.disputes.schemas import PlaceIn

Place = Wgs84 | DivisionMatch


def decide(
    deps: Deps,
    category: str,
    place: PlaceIn,
    rules: Policy | None = None,
    *,
    where: Place | None = None,
    most: int = policy.MAX_CANDIDATES,
) -> RouteDecision:
    """By the policy in force, or by another one. `where` is `place` if it has been located already."""
    return policy.choose(
        deps.centers,
        deps.divisions,
        deps.catalog,
        category,
        where or locate(deps, place),
        place.accuracy_m,
        rules=Rules(rules or deps.policies.in_force(deps.clock.now()), deps.boundaries),
        named=deps.divisions.match(place.division_code, place.address) if place.division_code else None,
        most=most,
    )


def explained(deps: Deps, category: str, place: PlaceIn, where: Place, *, most: int) -> RouteDecision:
    """With those who were passed over, for the record."""
    decision = decide(deps, category, place, where=where, most=most)
    return decision._replace(excluded=reasons.passed_over(deps.centers, deps.retired, decision, where))


def locate(deps: Deps, place: PlaceIn) -> Place:
    """A point decides; without one, the division, narrowed by the address."""
    if point := point_of(place):
        return point
    match = deps.divisions.match(place.division_code, place.address)
    assert match is not None, "PlaceIn refuses what cannot be found"
    return match


def point_of(place: PlaceIn) -> Wgs84 | None:
    if place.lon is None or place.lat is None or place.crs is None:
        return None
    return geo.to_wgs84(place.lon, place.lat, place.crs)


def input_of(place: PlaceIn) -> dict[str, object]:
    """What was given, without what gives the place away: that is sealed in the dispute."""
    kind = "point" if place.has_point else "division" if place.division_code else "address"
    return {"kind": kind, "crs": place.crs, "accuracy_m": None if place.accuracy_m is None else round(place.accuracy_m)}
