"""Where a filing goes: from what the resident says of the place to a decision with its reason."""

from backend.centers import policy
from backend.centers.policy import RouteDecision
from backend.core import geo
from backend.core.deps import Deps
from backend.core.divisions import DivisionMatch
from backend.core.errors import FieldProblem, InvalidFieldsError
from backend.core.geo import Wgs84
from backend.disputes.schemas import PlaceIn


def decide(deps: Deps, category: str, place: PlaceIn, center_id: str | None = None) -> RouteDecision:
    """Raises InvalidFieldsError: a place that nobody can find, a center that was not among the candidates."""
    where = locate(deps, place)
    decision = policy.choose(deps.centers, deps.divisions, deps.catalog, category, where, place.accuracy_m)
    if center_id is None:
        return decision
    chosen = decision.with_choice(center_id)
    if chosen is None:
        raise InvalidFieldsError.at("center_id", "这个中心不在可选范围内，请从推荐的中心里选择。")
    return chosen


def locate(deps: Deps, place: PlaceIn) -> Wgs84 | DivisionMatch:
    """A point decides; without one, the division, narrowed by the address. Raises InvalidFieldsError."""
    match = deps.divisions.match(place.division_code, place.address)
    if place.division_code is not None and deps.divisions.by_code(place.division_code) is None:
        raise InvalidFieldsError(fields=(FieldProblem("location.division_code", _NO_SUCH_DIVISION),))
    if place.lon is not None and place.lat is not None and place.crs is not None:
        return geo.to_wgs84(place.lon, place.lat, place.crs)
    if match is None:
        raise InvalidFieldsError(fields=(FieldProblem("location.division_code", _NOT_FOUND),))
    return match


_NO_SUCH_DIVISION = "没有这个行政区划，请从列表中选择所在的县（市、区）和乡镇（街道）。"
_NOT_FOUND = "没能从地址认出是哪里，请从列表中选择所在的县（市、区）和乡镇（街道）。"
