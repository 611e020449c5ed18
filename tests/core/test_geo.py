import math

import coord_convert.transform
import prcoords
import pyproj
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from backend.core import geo
from backend.core.geo import Crs, Gcj02, Wgs84

MILLIMETRE = 0.001
GEODESIC = pyproj.Geod(ellps="WGS84")

yichang = st.builds(Wgs84, st.floats(110.2, 112.1), st.floats(29.9, 31.6))
inland = st.builds(Wgs84, st.floats(100.0, 118.0), st.floats(26.0, 41.0))
china = st.builds(Wgs84, st.floats(73.5, 135.0), st.floats(3.5, 53.5)).filter(lambda point: geo.in_china(*point))


@given(china | yichang)
def test_every_system_finds_its_way_back(point: Wgs84) -> None:
    gcj02 = geo.to_gcj02(point)
    bd09 = geo.to_bd09(point)
    assert geo.distance_m(point, geo.to_wgs84(*gcj02, "gcj02")) < MILLIMETRE
    assert geo.distance_m(point, geo.to_wgs84(*bd09, "bd09")) < MILLIMETRE
    assert geo.to_wgs84(*point, "wgs84") == point


@given(inland | yichang)
def test_conversions_agree_with_an_independent_library(point: Wgs84) -> None:
    gcj02 = Gcj02(*coord_convert.transform.wgs2gcj(*point))
    assert math.dist(geo.to_gcj02(point), gcj02) < 1e-9
    assert math.dist(geo.to_bd09(point), coord_convert.transform.gcj2bd(*gcj02)) < 1e-9
    assert math.dist(geo.to_wgs84(*gcj02, "gcj02"), coord_convert.transform.gcj2wgs(*gcj02)) < 1e-6


@given(inland | yichang)
def test_conversions_agree_with_another_independent_library(point: Wgs84) -> None:
    """There a point is latitude, longitude. Its own ways back leave centimetres, so ours goes forth again by it."""
    gcj02 = prcoords.wgs_gcj(prcoords.Coords(point.lat, point.lon))
    bd09 = prcoords.gcj_bd(gcj02)
    assert geo.distance_m(Wgs84(*geo.to_gcj02(point)), Wgs84(gcj02.lon, gcj02.lat)) < MILLIMETRE
    assert geo.distance_m(Wgs84(*geo.to_bd09(point)), Wgs84(bd09.lon, bd09.lat)) < MILLIMETRE
    ours = geo.to_wgs84(bd09.lon, bd09.lat, "bd09")
    again = prcoords.wgs_bd(prcoords.Coords(ours.lat, ours.lon))
    assert geo.distance_m(Wgs84(bd09.lon, bd09.lat), Wgs84(again.lon, again.lat)) < MILLIMETRE


@given(
    china,
    st.floats(0, 360),
    st.sampled_from([(3_000, 0.001), (30_000, 0.1), (100_000, 3.0), (200_000, 20.0)]),
)
def test_distance_against_the_geodesic(point: Wgs84, bearing: float, length: tuple[int, float]) -> None:
    metres, tolerance = length
    lon, lat, _ = GEODESIC.fwd(*point, bearing, metres)
    assert geo.distance_m(point, Wgs84(lon, lat)) == pytest.approx(metres, abs=tolerance)


@given(china, china)
def test_distance_is_symmetric(a: Wgs84, b: Wgs84) -> None:
    assert geo.distance_m(a, b) == geo.distance_m(b, a)
    assert geo.distance_m(a, a) == 0


@pytest.mark.parametrize(
    ("place", "lon", "lat"),
    [
        ("Yichang", 111.2865, 30.6919),
        ("Mohe", 122.54, 53.48),
        ("Kashgar", 75.99, 39.47),
        ("Fuyuan, the easternmost county", 134.30, 48.36),
        ("Sanya", 109.51, 18.25),
        ("Sansha", 112.34, 16.83),
        ("Ruili", 97.85, 24.01),
        ("Dandong", 124.38, 40.13),
        ("Hunchun", 130.36, 42.86),
        ("Medog", 95.33, 29.33),
        ("a boat on the Yangtze", 111.27, 30.70),
        ("Hong Kong", 114.17, 22.28),
        ("Macau", 113.54, 22.19),
        ("Taipei", 121.56, 25.04),
        ("Changdao, in the Bohai Strait", 120.74, 37.92),
    ],
)
def test_in_china(place: str, lon: float, lat: float) -> None:
    assert geo.in_china(lon, lat), place


@pytest.mark.parametrize(
    ("place", "lon", "lat"),
    [
        ("Seoul", 126.98, 37.57),
        ("Pyongyang", 125.75, 39.03),
        ("Tokyo", 139.69, 35.69),
        ("Fukuoka", 130.40, 33.59),
        ("Vladivostok", 131.89, 43.12),
        ("Ulaanbaatar", 106.92, 47.92),
        ("Irkutsk", 104.28, 52.29),
        ("Almaty", 76.89, 43.24),
        ("Bishkek", 74.59, 42.87),
        ("Delhi", 77.21, 28.61),
        ("Kathmandu", 85.32, 27.72),
        ("Dhaka", 90.41, 23.81),
        ("Mandalay", 96.08, 21.97),
        ("Hanoi", 105.85, 21.03),
        ("Manila", 120.98, 14.60),
        ("Singapore", 103.82, 1.35),
        ("London", -0.13, 51.51),
    ],
)
def test_abroad_is_neither_shifted_nor_served(place: str, lon: float, lat: float) -> None:
    assert not geo.in_china(lon, lat), place
    assert geo.to_gcj02(Wgs84(lon, lat)) == (lon, lat)
    assert geo.gcj02_to_wgs84(Gcj02(lon, lat)) == (lon, lat)
    assert [problem.path for problem in geo.point_problems(lon, lat, "wgs84")] == [
        "location.lon",
        "location.lat",
    ]


@pytest.mark.parametrize("crs", ["gcj02", "wgs84", "bd09"])
@pytest.mark.parametrize(
    ("lon", "lat", "words"),
    [
        (111.2867, 30.6919, None),
        (111.044, 31.431, None),
        (0.0, 0.0, "没有取到位置"),
        (30.6919, 111.2867, "填反了"),
        (139.69, 35.69, "不在国内"),
        (181.0, 30.0, "不在国内"),
        (111.0, -91.0, "不在国内"),
        (1e308, -1e308, "不在国内"),
        (math.nan, 30.0, "不是有效的数字"),
        (111.0, math.inf, "不是有效的数字"),
    ],
)
def test_point_problems(crs: Crs, lon: float, lat: float, words: str | None) -> None:
    problems = geo.point_problems(lon, lat, crs, path="contact_location")
    assert bool(problems) == (words is not None)
    for problem in problems:
        assert problem.path in {"contact_location.lon", "contact_location.lat"}
        assert words is not None
        assert words in problem.message
        assert not any(digit in problem.message for digit in ("30.69", "111.28"))


@given(st.floats(), st.floats(), st.sampled_from(["gcj02", "wgs84", "bd09"]))
@example(0.0, 90.0, "gcj02")
@example(105.0, -90.0, "bd09")
def test_any_pair_of_numbers_is_answered(lon: float, lat: float, crs: Crs) -> None:
    if not geo.point_problems(lon, lat, crs):
        assert geo.in_china(*geo.to_wgs84(lon, lat, crs))


@given(china)
def test_a_plain_place_says_no_more_than_about_a_kilometre(point: Wgs84) -> None:
    place = geo.rounded(point)
    assert geo.distance_m(point, place) < 800
    assert place == geo.rounded(place)
