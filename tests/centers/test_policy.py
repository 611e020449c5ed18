import json
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.centers import policy
from backend.centers.decision import RouteDecision
from backend.centers.index import GridIndex
from backend.core.catalog import Catalog
from backend.core.deps import CenterPoint
from backend.core.divisions import DivisionDirectory, DivisionPoint
from backend.core.geo import Wgs84, distance_m, to_wgs84
from config import catalog_files

CATALOG = Catalog.parse(catalog_files.read_catalog())
PARENTS = {category.code: category.parent for category in CATALOG.categories if category.parent}


def _center(row: dict[str, str]) -> CenterPoint:
    assert row["crs"] in {"gcj02", "wgs84"}
    point = to_wgs84(float(row["lon"]), float(row["lat"]), "gcj02" if row["crs"] == "gcj02" else "wgs84")
    return CenterPoint(
        row["code"], row["code"], row["name"], row["level"], row["division_code"], point, frozenset(), True
    )


def _division(row: dict[str, str]) -> DivisionPoint:
    seat = to_wgs84(float(row["lon_gcj02"]), float(row["lat_gcj02"]), "gcj02") if row["lon_gcj02"] else None
    return DivisionPoint(row["code"], row["name"], row["level"], row["parent_code"] or None, seat)


EVERYONE = [_center(row) for row in catalog_files.read_centers()]
QUEUE = next(center for center in EVERYONE if center.level == "city")
CENTERS = [center for center in EVERYONE if center is not QUEUE]
DIVISIONS = DivisionDirectory(_division(row) for row in catalog_files.read_divisions())
YICHANG = GridIndex(CENTERS, QUEUE, PARENTS)

LUCHENG = to_wgs84(111.4779, 30.3788, "gcj02")


def at(
    point: Wgs84, category: str = "property", most: int = policy.MAX_CANDIDATES, accuracy_m: float | None = None
) -> RouteDecision:
    return policy.choose(YICHANG, DIVISIONS, CATALOG, category, point, accuracy_m, most=most)


def named(
    code: str | None, address: str | None = None, category: str = "property", index: GridIndex = YICHANG
) -> RouteDecision:
    match = DIVISIONS.match(code, address)
    assert match is not None
    return policy.choose(index, DIVISIONS, CATALOG, category, match)


def without(*names: str) -> GridIndex:
    return GridIndex([center for center in CENTERS if center.name not in names], QUEUE, PARENTS)


@given(
    st.builds(Wgs84, st.floats(110.2, 112.1), st.floats(29.9, 31.6)),
    st.sampled_from(["property", "property_fees", "medical", "commercial_trade", "other"]),
    st.integers(0, 3),
)
def test_really_nearest_whatever_the_order_of_rows(point: Wgs84, category: str, seed: int) -> None:
    level = CATALOG.category_by_code[category].level
    ranked = sorted((distance_m(point, center.point), center.code) for center in CENTERS if center.level == level)
    shuffled = random.Random(seed).sample(CENTERS, len(CENTERS))  # noqa: S311 - only an order
    decision = policy.choose(GridIndex(shuffled, QUEUE, PARENTS), DIVISIONS, CATALOG, category, point)
    assert decision == at(point, category)
    assert decision.policy == "nearest"
    assert (decision.distance_m, decision.center.code) == ranked[0]
    assert [candidate.center.code for candidate in decision.candidates] == [code for _, code in ranked[:6]]
    assert decision.runner_up == decision.candidates[1]


def test_beside_a_center() -> None:
    decision = at(LUCHENG, accuracy_m=30)
    assert decision.center.name == "宜都市陆城街道综治中心"
    assert decision.reason == "这是距离您填写的事发地点最近的综治中心，不到1公里。"
    assert not decision.needs_confirmation


def test_a_specialised_category_goes_to_the_county() -> None:
    decision = at(LUCHENG, "intellectual_property")
    assert decision.center.name == "宜都市综治中心"
    assert "县（市、区）级" in decision.reason
    assert {candidate.center.level for candidate in decision.candidates} == {"county"}


def test_the_accuracy_circle_may_hold_two_nearest_centers() -> None:
    gap = at(LUCHENG).candidates[1].distance_m or 0.0
    gap -= at(LUCHENG).distance_m or 0.0
    assert not at(LUCHENG, accuracy_m=gap / 2 - 1).needs_confirmation
    assert at(LUCHENG, accuracy_m=gap / 2 + 1).needs_confirmation


def test_half_way_between_two_centers_the_resident_decides() -> None:
    first, second = at(LUCHENG).candidates[:2]
    a, b = first.center.point, second.center.point
    middle = at(Wgs84((a.lon + b.lon) / 2, (a.lat + b.lat) / 2))
    assert middle.needs_confirmation


@pytest.mark.parametrize(("lon", "lat", "far"), [(116.4, 39.9, True), (114.3, 30.6, True), (111.3, 30.7, False)])
def test_far_from_every_center(lon: float, lat: float, far: bool) -> None:
    decision = at(Wgs84(lon, lat))
    assert decision.center.level == "township"
    assert ("不在服务范围" in decision.reason) == far
    assert decision.needs_confirmation or not far


@pytest.mark.parametrize(
    ("code", "address", "category", "center", "asks"),
    [
        ("420581001", None, "property", "宜都市陆城街道综治中心", False),
        ("420581001004", None, "property_fees", "宜都市陆城街道综治中心", False),
        ("420581001", None, "medical", "宜都市综治中心", False),
        ("420581", None, "medical", "宜都市综治中心", False),
        ("420581", None, "property", "宜都市综治中心", True),
        ("420505", None, "property", "猇亭区综治中心", True),
        ("420581", "陆城街道", "property", "宜都市陆城街道综治中心", False),
        (None, "宜昌市西陵区葛洲坝街道", "property", "西陵区葛洲坝街道综治中心", False),
        (None, "葛洲坝", "property", "西陵区葛洲坝街道综治中心", True),
        ("420502007", None, "property", "西陵区综治中心", True),
        ("420500", None, "property", "宜昌市综治中心受理专席", True),
    ],
)
def test_without_a_point(code: str | None, address: str | None, category: str, center: str, asks: bool) -> None:
    decision = named(code, address, category)
    assert decision.center.name == center
    assert decision.needs_confirmation == asks
    assert decision.distance_m is None
    assert decision.policy == ("city_queue" if center == QUEUE.name else "division")
    assert 1 <= len(decision.candidates) <= policy.MAX_CANDIDATES
    assert len({candidate.center.id for candidate in decision.candidates}) == len(decision.candidates)


def test_of_a_county_alone_its_townships_are_offered() -> None:
    decision = named("420581")
    codes = {candidate.center.division_code for candidate in decision.candidates}
    assert all(code.startswith("420581") for code in codes)
    assert "乡镇" in decision.reason


def test_a_township_without_its_center_goes_up() -> None:
    decision = named("420581001", index=without("宜都市陆城街道综治中心"))
    assert decision.center.name == "宜都市综治中心"
    assert decision.needs_confirmation
    assert "目前没有" in decision.reason


def test_a_county_without_its_center_goes_to_the_nearest_township_then_across_the_border() -> None:
    decision = named("420581", index=without("宜都市综治中心"))
    assert decision.center.division_code.startswith("420581")
    assert decision.center.level == "township"
    special = named("420581", category="medical", index=without("宜都市综治中心"))
    assert special.center.level == "county"
    assert special.needs_confirmation


@pytest.mark.parametrize("category", ["property", "medical"])
def test_when_no_center_may_people_decide(category: str) -> None:
    nobody = GridIndex([center._replace(categories=frozenset({"labour"})) for center in CENTERS], QUEUE, PARENTS)
    for decision in (
        policy.choose(nobody, DIVISIONS, CATALOG, category, LUCHENG),
        named("420581001", category=category, index=nobody),
    ):
        assert decision.policy == "city_queue"
        assert decision.center is QUEUE
        assert not decision.needs_confirmation
        assert QUEUE.name in decision.reason


def test_a_township_category_nobody_in_the_townships_serves_goes_to_a_county() -> None:
    only_counties = GridIndex([center for center in CENTERS if center.level == "county"], QUEUE, PARENTS)
    decision = policy.choose(only_counties, DIVISIONS, CATALOG, "property", LUCHENG)
    assert decision.center.name == "宜都市综治中心"


def test_the_resident_may_take_another_candidate_and_nothing_else() -> None:
    decision = at(LUCHENG)
    other = decision.candidates[2].center
    taken = decision.with_choice(other.id)
    assert taken is not None
    assert (taken.center, taken.distance_m) == (other, decision.candidates[2].distance_m)
    assert taken.as_record()["chosen_by_resident"] is True
    assert taken.as_record()["proposed_center_id"] == decision.center.id
    assert decision.with_choice(decision.center.id) == decision
    assert decision.with_choice("nobody") is None
    assert decision.with_choice(QUEUE.id) is None


def test_the_record_does_not_give_the_place_away() -> None:
    record = json.dumps(at(Wgs84(111.23456, 30.65432), accuracy_m=17).as_record(), ensure_ascii=False)
    assert not any(digits in record for digits in ("23456", "65432", "111.", "30.6"))
    distances = [candidate["distance_km"] for candidate in json.loads(record)["candidates"]]
    assert len(distances) == 6
    assert all(isinstance(distance, int) for distance in distances)


@given(
    st.builds(Wgs84, st.floats(110.2, 112.1), st.floats(29.9, 31.6)),
    st.sampled_from(["property", "medical"]),
    st.floats(0, 5000),
)
def test_two_candidates_are_the_first_of_six(point: Wgs84, category: str, accuracy_m: float) -> None:
    six, two = at(point, category, accuracy_m=accuracy_m), at(point, category, accuracy_m=accuracy_m, most=2)
    assert two == six._replace(candidates=six.candidates[:2])
