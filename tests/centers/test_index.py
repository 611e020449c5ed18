import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.centers.index import GridIndex
from backend.core.deps import CenterPoint
from backend.core.geo import Wgs84, distance_m

PARENTS = {"property_fees": "property", "labour_wages": "labour"}
QUEUE = CenterPoint("q", "C420500", "宜昌市综治中心受理专席", "city", "420500", Wgs84(111.28, 30.69), frozenset(), True)

# Corners of cells, shared points and near neighbors on purpose.
degrees = st.integers(0, 80)
places = st.builds(lambda x, y: Wgs84(109.0 + x / 16, 29.0 + y / 16), degrees, degrees) | st.builds(
    Wgs84, st.floats(74.0, 134.0), st.floats(18.0, 53.0)
)
centers = st.lists(
    st.tuples(
        places,
        st.sampled_from(["township", "county"]),
        st.frozensets(st.sampled_from(["property", "property_fees", "medical"]), max_size=2),
    ),
    max_size=60,
)


def build(rows: list[tuple[Wgs84, str, frozenset[str]]]) -> list[CenterPoint]:
    return [
        CenterPoint(f"id{n}", f"C{n:04}", f"中心{n}", level, f"{420000 + n % 7}", point, categories, True)
        for n, (point, level, categories) in enumerate(rows)
    ]


def one_by_one(
    points: list[CenterPoint], point: Wgs84, levels: tuple[str, ...], category: str | None, limit: int
) -> list[tuple[float, CenterPoint]]:
    wanted = {category, PARENTS.get(category or "")}
    eligible = [
        center
        for center in points
        if center.level in levels and (category is None or not center.categories or wanted & center.categories)
    ]
    ranked = [(distance_m(point, center.point), center) for center in eligible]
    return sorted(ranked, key=lambda hit: (hit[0], hit[1].code))[:limit]


@given(
    rows=centers,
    point=places,
    levels=st.sampled_from([("township",), ("county",), ("township", "county"), ("village",)]),
    category=st.sampled_from([None, "property", "property_fees", "labour_wages", "medical", "unheard_of"]),
    limit=st.integers(1, 6),
    seed=st.randoms(use_true_random=False),
)
@settings(max_examples=150)
def test_equal_to_looking_at_every_center(
    *,
    rows: list[tuple[Wgs84, str, frozenset[str]]],
    point: Wgs84,
    levels: tuple[str, ...],
    category: str | None,
    limit: int,
    seed: random.Random,
) -> None:
    points = build(rows)
    expected = one_by_one(points, point, levels, category, limit)
    shuffled = seed.sample(points, len(points))
    for order in (points, shuffled):
        index = GridIndex(order, QUEUE, PARENTS)
        assert index.nearest(point, levels=levels, category=category, limit=limit) == expected


def test_equal_to_looking_at_every_center_when_there_are_many() -> None:
    dice = random.Random(20261124)  # noqa: S311 - a fixed seed on purpose
    rows = [(Wgs84(dice.uniform(108, 114), dice.uniform(28, 33)), "township", frozenset[str]()) for _ in range(2000)]
    points = build(rows)
    index = GridIndex(points, QUEUE, PARENTS)
    for _ in range(100):
        point = Wgs84(dice.uniform(107, 115), dice.uniform(27, 34))
        expected = one_by_one(points, point, ("township",), "property", 6)
        assert index.nearest(point, levels=("township",), category="property", limit=6) == expected


@given(rows=centers, point=places, moved=st.data())
@settings(max_examples=60)
def test_a_change_is_as_good_as_building_anew(
    rows: list[tuple[Wgs84, str, frozenset[str]]], point: Wgs84, moved: st.DataObject
) -> None:
    points = build(rows)
    gone = moved.draw(st.lists(st.sampled_from(points), unique_by=lambda each: each.id) if points else st.just([]))
    here = moved.draw(st.lists(st.sampled_from(gone), unique_by=lambda each: each.id) if gone else st.just([]))
    come = [each._replace(point=point, categories=frozenset({"traffic"})) for each in here]
    index = GridIndex(points, QUEUE, PARENTS)
    after = index.changed(gone, come, QUEUE)
    left = [each for each in points if each not in gone] + come
    for category in (None, "property_fees", "traffic"):
        for levels in (("township",), ("township", "county")):
            expected = one_by_one(left, point, levels, category, 5)
            assert after.nearest(point, levels=levels, category=category, limit=5) == expected
    assert len(after) == len(left)
    assert index.nearest(point, levels=("township",), category=None, limit=60) == one_by_one(
        points, point, ("township",), None, 60
    )


@given(rows=centers, point=places, within_m=st.floats(0.0, 400_000.0), limit=st.integers(1, 8))
@settings(max_examples=60)
def test_within_a_distance(
    rows: list[tuple[Wgs84, str, frozenset[str]]], point: Wgs84, within_m: float, limit: int
) -> None:
    points = build(rows)
    index = GridIndex(points, QUEUE, PARENTS)
    found = index.nearest(point, levels=("township",), category="property", limit=limit, within_m=within_m)
    expected = one_by_one(points, point, ("township",), "property", limit)
    assert found == [hit for hit in expected if hit[0] <= within_m]


def test_equal_distances_go_by_code() -> None:
    twins = [
        CenterPoint(code, code, code, "township", "420502", Wgs84(111.3, 30.7), frozenset(), False)
        for code in ("C3", "C1", "C2")
    ]
    hits = GridIndex(twins, QUEUE, {}).nearest(Wgs84(111.0, 30.0), levels=("township",), category=None, limit=2)
    assert [center.code for _, center in hits] == ["C1", "C2"]


@pytest.mark.parametrize("levels", [("city",), ("township", "county", "city", "village")])
def test_the_city_queue_is_known_but_never_near(levels: tuple[str, ...]) -> None:
    index = GridIndex([], QUEUE, {})
    assert index.nearest(QUEUE.point, levels=levels, category=None, limit=6) == []
    assert index.by_id("q") is index.city_queue is QUEUE
    assert index.by_id("nobody") is None


def test_of_division() -> None:
    points = build([(Wgs84(111.0, 30.0), "township", frozenset({"property"}))] * 8)
    index = GridIndex(reversed(points), QUEUE, PARENTS)
    same = index.of_division("420000", levels=("township",), category="property_fees")
    assert [center.code for center in same] == ["C0000", "C0007"]
    assert index.of_division("420000", levels=("county",), category="property") == []
    assert index.of_division("420000", levels=("township",), category="medical") == []
