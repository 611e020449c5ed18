import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.core.boundaries import CountyBoundaries, Outline, Polygon, from_wkb, to_wkb
from backend.core.geo import Wgs84, distance_m


def square(west: float, south: float, size: float) -> list[tuple[float, float]]:
    east, north = west + size, south + size
    return [(west, south), (east, south), (east, north), (west, north), (west, south)]


WITH_HOLE: list[Polygon] = [[square(111.0, 30.0, 1.0), square(111.4, 30.4, 0.2)], [square(113.0, 30.0, 0.1)]]
EAST: list[Polygon] = [[square(112.0, 30.0, 1.0)]]
LAND = CountyBoundaries([Outline("420501", "甲县", WITH_HOLE), Outline("420502", "乙县", EAST)])


@pytest.mark.parametrize(
    ("lon", "lat", "county"),
    [
        (111.1, 30.1, "420501"),
        (111.5, 30.5, None),  # the hole
        (111.39, 30.5, "420501"),
        (113.05, 30.05, "420501"),  # its other part
        (112.5, 30.5, "420502"),
        (113.05, 30.5, None),
        (110.9, 30.5, None),
        (120.0, 40.0, None),
    ],
)
def test_in_which_county(lon: float, lat: float, county: str | None) -> None:
    assert LAND.spot(Wgs84(lon, lat), 100.0).county == county


@given(st.floats(30.0, 30.999))
def test_a_point_on_a_shared_border_is_in_exactly_one_county(lat: float) -> None:
    spot = LAND.spot(Wgs84(112.0, lat), 50.0)
    assert spot.county in {"420501", "420502"}
    assert spot.near_border
    assert len(spot.touched) == 1


@pytest.mark.parametrize(
    ("metres_west", "radius_m", "touched"),
    [(500, 499, ()), (500, 501, ("420502",)), (0.5, 1.0, ("420502",)), (19_000, 20_000, ("420502",))],
)
def test_the_circle_touches_the_neighbor(metres_west: float, radius_m: float, touched: tuple[str, ...]) -> None:
    border = Wgs84(112.0, 30.2)
    degree = distance_m(border, Wgs84(111.0, 30.2))
    spot = LAND.spot(Wgs84(112.0 - metres_west / degree, 30.2), radius_m)
    assert (spot.county, spot.touched, spot.near_border) == ("420501", touched, bool(touched))


def test_the_edge_of_a_hole_is_a_border_too() -> None:
    inside, outside = LAND.spot(Wgs84(111.401, 30.5), 300.0), LAND.spot(Wgs84(111.399, 30.5), 300.0)
    assert (inside.county, inside.touched, inside.near_border) == (None, ("420501",), True)
    assert (outside.county, outside.touched, outside.near_border) == ("420501", (), True)


corners = st.lists(st.tuples(st.floats(111.0, 111.3), st.floats(30.0, 30.3)), min_size=3, max_size=12, unique=True)
points = st.builds(Wgs84, st.floats(110.95, 111.35), st.floats(29.95, 30.35))


@given(corners, points)
def test_equal_to_crossing_every_edge(ring: list[tuple[float, float]], point: Wgs84) -> None:
    closed = [*ring, ring[0]]
    outline = Outline("420501", "甲县", [[closed]])
    assert (point in outline) == crosses_oddly(closed, point)


@given(corners, points, st.floats(1.0, 20_000.0))
def test_equal_to_measuring_every_edge(ring: list[tuple[float, float]], point: Wgs84, radius_m: float) -> None:
    closed = [*ring, ring[0]]
    nearest = min(away_m(point, *edge) for edge in itertools.pairwise(closed))
    if abs(nearest - radius_m) > 0.003 * radius_m:
        assert Outline("420501", "甲县", [[closed]]).border_within(point, radius_m) == (nearest < radius_m)


def test_well_known_binary_and_back() -> None:
    assert [[list(ring) for ring in polygon] for polygon in from_wkb(to_wkb(WITH_HOLE))] == WITH_HOLE
    assert to_wkb(EAST)[:9] == b"\x01\x06\x00\x00\x00\x01\x00\x00\x00"


def test_nothing_imported() -> None:
    nothing = CountyBoundaries()
    assert len(nothing) == 0
    assert not nothing.knows("420501")
    assert nothing.spot(Wgs84(111.0, 30.0), 300.0).county is None


def crosses_oddly(closed: list[tuple[float, float]], point: Wgs84) -> bool:
    crossings = 0
    for edge in itertools.pairwise(closed):
        (low_x, low_y), (high_x, high_y) = sorted(edge, key=lambda end: end[1])
        if low_y <= point.lat < high_y:
            crossings += point.lon < low_x + (high_x - low_x) * (point.lat - low_y) / (high_y - low_y)
    return crossings % 2 == 1


def away_m(point: Wgs84, start: tuple[float, float], end: tuple[float, float]) -> float:
    """The distance along an edge has one valley: it is narrowed down."""

    def at(part: float) -> float:
        there = Wgs84(start[0] + (end[0] - start[0]) * part, start[1] + (end[1] - start[1]) * part)
        return distance_m(point, there)

    low, high = 0.0, 1.0
    for _ in range(80):
        third = (high - low) / 3
        low, high = (low, high - third) if at(low + third) < at(high - third) else (low + third, high)
    return at(low)
