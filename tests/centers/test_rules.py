"""Routing with a policy, outlines and a closed center: a small land of two counties and a hole."""

import json

import pytest

from backend.centers import policy, reasons
from backend.centers.decision import RouteDecision
from backend.centers.index import GridIndex
from backend.centers.policy import Rules
from backend.core import policies
from backend.core.boundaries import CountyBoundaries, Outline
from backend.core.catalog import Catalog
from backend.core.deps import CenterPoint
from backend.core.divisions import DivisionDirectory, DivisionMatch, DivisionPoint
from backend.core.geo import Wgs84
from config import catalog_files

CATALOG = Catalog.parse(catalog_files.read_catalog())
PARENTS = {category.code: category.parent for category in CATALOG.categories if category.parent}


def square(west: float, south: float, size: float) -> list[tuple[float, float]]:
    east, north = west + size, south + size
    return [(west, south), (east, south), (east, north), (west, north), (west, south)]


def center(code: str, lon: float, lat: float, level: str = "township", *special: str) -> CenterPoint:
    names = frozenset(special)
    return CenterPoint(code, code, f"{code}中心", level, code[1:], Wgs84(lon, lat), names, False, specialities=names)


# The border runs along 112.0. West: one township far from it. East: one just across.
WEST = center("C420501001", 111.6, 30.5)
EAST = center("C420502001", 112.03, 30.5)
EAST_TOO = center("C420502002", 112.5, 30.5)
WEST_SEAT = center("C420501", 111.5, 30.5, "county")
EAST_SEAT = center("C420502", 112.4, 30.5, "county")
CLINIC = center("C420502009", 112.6, 30.6, "county", "medical")
CENTERS = [WEST, EAST, EAST_TOO, WEST_SEAT, EAST_SEAT, CLINIC]
CLOSED = center("C420501008", 111.9, 30.5)
QUEUE = center("C420500", 111.5, 30.5, "city")
LAND = CountyBoundaries(
    [
        Outline("420501", "甲县", [[square(111.0, 30.0, 1.0), square(111.2, 30.2, 0.1)]]),
        Outline("420502", "乙县", [[square(112.0, 30.0, 1.0)]]),
        Outline("420503", "丙县", [[square(113.0, 30.0, 1.0)]]),
    ]
)
COUNTIES = [DivisionPoint(f"42050{n}", f"{name}县", "county", "420500", None) for n, name in ((1, "甲"), (2, "乙"))]
TOWN = DivisionPoint("420501001", "东镇", "township", "420501", Wgs84(111.6, 30.5))
DIVISIONS = DivisionDirectory([*COUNTIES, TOWN])
INDEX = GridIndex(CENTERS, QUEUE, PARENTS)
RETIRED = GridIndex([CLOSED], QUEUE, PARENTS)

NEAR_EAST = Wgs84(111.97, 30.5)
"""In the west, 3 km from the border and nearest to the center beyond it."""


def written(way: str, rules: str = "") -> policies.Policy:
    return policies.ready(policies.parse(f'name = "试"\nway = "{way}"\n{rules}'), 3, None)


MEDICAL = '[[rules]]\nid = "medical"\ncategories = ["medical"]\nway = "speciality"\n'


def decide(
    point: Wgs84 | DivisionMatch,
    way: str = "nearest",
    *,
    category: str = "property",
    rules: str = "",
    land: CountyBoundaries = LAND,
    named: DivisionMatch | None = None,
    accuracy_m: float | None = None,
) -> RouteDecision:
    operator = Rules(written(way, rules), land)
    return policy.choose(INDEX, DIVISIONS, CATALOG, category, point, accuracy_m, rules=operator, named=named)


def names(decision: RouteDecision) -> list[str]:
    return [candidate.center.code for candidate in decision.candidates]


def test_nearest_beyond_the_border_is_confirmed_and_jurisdiction_is_offered() -> None:
    decision = decide(NEAR_EAST)
    assert (decision.policy, decision.center, decision.county) == ("nearest", EAST, "420501")
    assert decision.doubts == ("ways_differ",)
    assert WEST.code in names(decision)
    assert decision.comparison is not None
    assert decision.comparison.text == "最近的是C420502001中心，按辖区是C420501001中心。"


def test_jurisdiction_takes_the_nearest_inside_the_county_and_offers_the_nearest() -> None:
    decision = decide(NEAR_EAST, "jurisdiction")
    assert (decision.policy, decision.center) == ("jurisdiction", WEST)
    assert names(decision) == [WEST.code, EAST.code]
    assert decision.needs_confirmation
    assert "甲县" in decision.reason


@pytest.mark.parametrize("way", ["nearest", "jurisdiction"])
def test_where_both_agree_nobody_is_asked(way: str) -> None:
    decision = decide(Wgs84(111.59, 30.5), way)
    assert (decision.center, decision.policy, decision.doubts) == (WEST, way, ())


@pytest.mark.parametrize(
    ("accuracy_m", "asks"), [(None, False), (400.0, False), (4_000.0, True)], ids=["none", "small", "large"]
)
def test_the_accuracy_circle_touches_a_border(accuracy_m: float | None, asks: bool) -> None:
    decision = decide(Wgs84(112.035, 30.5), "jurisdiction", accuracy_m=accuracy_m)
    assert ("border" in decision.doubts) == asks
    assert (WEST.code in names(decision)) == asks


def test_so_near_a_border_that_outlines_differ() -> None:
    decision = decide(Wgs84(112.001, 30.5))
    assert "border" in decision.doubts


@pytest.mark.parametrize(
    "point", [Wgs84(111.25, 30.25), Wgs84(113.5, 30.5), Wgs84(110.9, 30.5)], ids=["hole", "no center", "beyond"]
)
@pytest.mark.parametrize("way", ["nearest", "jurisdiction"])
def test_outside_every_served_county(point: Wgs84, way: str) -> None:
    decision = decide(point, way)
    assert decision.policy == "nearest"
    assert "outside" in decision.doubts
    assert "不在已开通服务" in decision.reason
    assert decision.center in CENTERS


def test_outlines_of_one_county_say_nothing_of_others() -> None:
    only_west = CountyBoundaries([Outline("420501", "甲县", [[square(111.0, 30.0, 1.0)]])])
    assert decide(Wgs84(112.49, 30.5), land=only_west).doubts == ()


@pytest.mark.parametrize("way", ["nearest", "jurisdiction"])
def test_without_outlines_the_division_named_tells_the_county(way: str) -> None:
    nothing, named = CountyBoundaries(), DIVISIONS.match("420501001", None)
    told, untold = decide(NEAR_EAST, way, land=nothing, named=named), decide(NEAR_EAST, way, land=nothing)
    assert told.center == (WEST if way == "jurisdiction" else EAST)
    assert told.doubts == ("ways_differ",)
    assert (untold.policy, untold.center, untold.doubts) == ("nearest", EAST, ())


@pytest.mark.parametrize("way", ["nearest", "jurisdiction"])
def test_a_point_in_another_county_than_the_division_named(way: str) -> None:
    """Somebody put the pin at home, or chose the wrong line of a list: the resident is asked."""
    decision = decide(Wgs84(112.2, 30.5), way, named=DIVISIONS.match("420501001", None))
    assert (decision.center, decision.county, decision.doubts) == (EAST, "420502", ("named_elsewhere",))
    assert WEST.code in names(decision)
    agreed = decide(Wgs84(112.2, 30.5), way, named=DIVISIONS.match("420502", None))
    assert agreed.doubts == ()


def test_a_speciality_is_worth_a_longer_way() -> None:
    decision = decide(NEAR_EAST, category="medical", rules=MEDICAL)
    assert (decision.policy, decision.rule, decision.version, decision.center) == ("speciality", "medical", 3, CLINIC)
    assert "专业" in decision.reason
    seated = decide(DivisionMatch(TOWN), category="medical", rules=MEDICAL)
    assert (seated.policy, seated.center, seated.distance_m) == ("speciality", CLINIC, None)


def test_a_speciality_only_of_the_centers_named() -> None:
    named = MEDICAL + 'centers = ["C420501", "C420502"]\n'
    decision = decide(NEAR_EAST, category="medical", rules=named)
    assert names(decision) == ["C420502", "C420501"]


@pytest.mark.parametrize(("way", "chosen"), [("nearest", EAST_SEAT), ("jurisdiction", WEST_SEAT)])
def test_a_speciality_that_nobody_has_falls_back(way: str, chosen: CenterPoint) -> None:
    rules = MEDICAL.replace("medical", "finance")
    decision = decide(NEAR_EAST, way, category="finance", rules=rules)
    assert (decision.policy, decision.rule, decision.center) == (way, "default", chosen)


def test_nobody_at_all_is_the_city_queue() -> None:
    empty = Rules(written("jurisdiction", MEDICAL), LAND)
    decision = policy.choose(GridIndex([], QUEUE, PARENTS), DIVISIONS, CATALOG, "medical", NEAR_EAST, rules=empty)
    assert (decision.policy, decision.center) == ("city_queue", QUEUE)


@pytest.mark.parametrize(
    ("way", "category", "expected"),
    [
        ("nearest", "property", set()),
        ("jurisdiction", "property", {("C420501008", "inactive")}),
        ("nearest", "finance", {("C420502001", "level"), ("C420501001", "level"), ("C420501008", "inactive")}),
    ],
)
def test_who_was_passed_over_and_why(way: str, category: str, expected: set[tuple[str, str]]) -> None:
    decision = decide(NEAR_EAST, way, category=category)
    found = reasons.passed_over(INDEX, RETIRED, decision, NEAR_EAST)
    assert {(each.center.code, each.why) for each in found} == expected


LABOUR_ONLY = [each._replace(categories=frozenset({"labour"})) for each in CENTERS if each.level == "township"]


def test_who_does_not_serve_the_category_is_not_of_the_wrong_level() -> None:
    """When no township may take it, the county's center does."""
    index = GridIndex([*LABOUR_ONLY, WEST_SEAT], QUEUE, PARENTS)
    decision = policy.choose(index, DIVISIONS, CATALOG, "property", NEAR_EAST)
    assert decision.center == WEST_SEAT
    found = reasons.passed_over(index, RETIRED, decision, NEAR_EAST)
    assert {(each.center.code, each.why) for each in found} == {
        ("C420502001", "category"), ("C420501001", "category"), ("C420501008", "inactive"),
    }  # fmt: skip


def test_whom_the_queue_stands_in_for() -> None:
    index = GridIndex(LABOUR_ONLY, QUEUE, PARENTS)
    decision = policy.choose(index, DIVISIONS, CATALOG, "property", NEAR_EAST)
    assert decision.center == QUEUE
    found = reasons.passed_over(index, RETIRED, decision, NEAR_EAST)
    assert [each.why for each in found] == ["category", "inactive", "category", "category"]


def test_a_closed_center_of_the_division_named() -> None:
    closed = GridIndex([center("C420501001", 111.6, 30.5)], QUEUE, PARENTS)
    index = GridIndex([WEST_SEAT], QUEUE, PARENTS)
    named = DivisionMatch(TOWN)
    decision = policy.choose(index, DIVISIONS, CATALOG, "property", named)
    assert decision.center == WEST_SEAT
    [found] = reasons.passed_over(index, closed, decision, named)
    assert (found.center.code, found.distance_m, found.why) == ("C420501001", None, "inactive")


def test_the_record_explains_and_gives_no_place_away() -> None:
    decision = decide(NEAR_EAST, "jurisdiction")
    decision = decision._replace(excluded=reasons.passed_over(INDEX, RETIRED, decision, NEAR_EAST))
    record = json.loads(json.dumps(decision.as_record()))
    assert (record["policy"], record["rule"], record["policy_version"]) == ("jurisdiction", "default", 3)
    assert (record["center_id"], record["runner_up_center_id"]) == (WEST.id, EAST.id)
    assert (record["nearest_center_id"], record["jurisdiction_center_id"]) == (EAST.id, WEST.id)
    assert record["distance_km"] == 36
    assert record["excluded"] == [{"center_id": CLOSED.id, "code": CLOSED.code, "distance_km": 7, "why": "inactive"}]
    assert "111.97" not in json.dumps(record)
