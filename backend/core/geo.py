"""Coordinates and distances. Degrees everywhere, longitude first; metres for lengths.

Points are kept and compared on WGS-84; maps in mini-programs draw GCJ-02, so answers are GCJ-02.
"""

import math
from collections.abc import Callable
from typing import Literal, NamedTuple

from backend.core.errors import FieldProblem

Crs = Literal["gcj02", "wgs84", "bd09"]


class Wgs84(NamedTuple):
    lon: float
    lat: float


class Gcj02(NamedTuple):
    lon: float
    lat: float


class Bd09(NamedTuple):
    lon: float
    lat: float


EQUATORIAL_RADIUS_M = 6378137.0
ECCENTRICITY_SQUARED = 0.0066943799901413165

# GCJ-02 was defined on the Krasovsky ellipsoid.
_KRASOVSKY_RADIUS_M = 6378245.0
_KRASOVSKY_ECCENTRICITY_SQUARED = 0.00669342162296594323
_BD09_ANGLE = math.pi * 3000.0 / 180.0

_INVERSE_STEPS = 6
"""Each step of the inverse shrinks the error about a thousandfold; six leave nanometres."""


def in_china(lon: float, lat: float) -> bool:
    return 73.0 <= lon <= 135.5 and 3.5 <= lat <= 54.0


def to_wgs84(lon: float, lat: float, crs: Crs) -> Wgs84:
    match crs:
        case "wgs84":
            return Wgs84(lon, lat)
        case "gcj02":
            return gcj02_to_wgs84(Gcj02(lon, lat))
        case "bd09":
            return gcj02_to_wgs84(bd09_to_gcj02(Bd09(lon, lat)))


def to_gcj02(point: Wgs84) -> Gcj02:
    if not in_china(point.lon, point.lat):
        return Gcj02(*point)
    return Gcj02(*_shifted(point.lon, point.lat))


def gcj02_to_wgs84(point: Gcj02) -> Wgs84:
    lon, lat = _inverse(_shifted, *point)
    # The border is drawn on the WGS-84 side, so that a point just inside it finds its way back.
    return Wgs84(lon, lat) if in_china(lon, lat) else Wgs84(*point)


def gcj02_to_bd09(point: Gcj02) -> Bd09:
    return Bd09(*_twisted(*point))


def bd09_to_gcj02(point: Bd09) -> Gcj02:
    return Gcj02(*_inverse(_twisted, *point))


def to_bd09(point: Wgs84) -> Bd09:
    return gcj02_to_bd09(to_gcj02(point))


def _inverse(
    forward: Callable[[float, float], tuple[float, float]], lon: float, lat: float
) -> tuple[float, float]:
    """Fixed point of x = target - (forward(x) - x): both shifts change slowly from place to place."""
    guess_lon, guess_lat = lon, lat
    for _ in range(_INVERSE_STEPS):
        there_lon, there_lat = forward(guess_lon, guess_lat)
        guess_lon, guess_lat = guess_lon + lon - there_lon, guess_lat + lat - there_lat
    return guess_lon, guess_lat


def _shifted(lon: float, lat: float) -> tuple[float, float]:
    """The GCJ-02 offset as commonly published; the real service adds noise below a metre or so."""
    x, y = lon - 105.0, lat - 35.0
    root = math.sqrt(abs(x))
    wave = (20.0 * math.sin(6.0 * x * math.pi) + 20.0 * math.sin(2.0 * x * math.pi)) * 2.0 / 3.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + wave
    north += (20.0 * math.sin(y * math.pi) + 40.0 * math.sin(y / 3.0 * math.pi)) * 2.0 / 3.0
    north += (160.0 * math.sin(y / 12.0 * math.pi) + 320.0 * math.sin(y * math.pi / 30.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + wave
    east += (20.0 * math.sin(x * math.pi) + 40.0 * math.sin(x / 3.0 * math.pi)) * 2.0 / 3.0
    east += (150.0 * math.sin(x / 12.0 * math.pi) + 300.0 * math.sin(x / 30.0 * math.pi)) * 2.0 / 3.0

    phi = math.radians(lat)
    w = 1.0 - _KRASOVSKY_ECCENTRICITY_SQUARED * math.sin(phi) ** 2
    meridian = _KRASOVSKY_RADIUS_M * (1.0 - _KRASOVSKY_ECCENTRICITY_SQUARED) / (w * math.sqrt(w))
    parallel = _KRASOVSKY_RADIUS_M / math.sqrt(w) * math.cos(phi)
    return lon + math.degrees(east / parallel), lat + math.degrees(north / meridian)


def _twisted(lon: float, lat: float) -> tuple[float, float]:
    """GCJ-02 → BD-09."""
    radius = math.hypot(lon, lat) + 0.00002 * math.sin(lat * _BD09_ANGLE)
    angle = math.atan2(lat, lon) + 0.000003 * math.cos(lon * _BD09_ANGLE)
    return radius * math.cos(angle) + 0.0065, radius * math.sin(angle) + 0.006


def radii_m(lat: float) -> tuple[float, float]:
    """Metres per radian northwards and eastwards at this latitude, on the WGS-84 ellipsoid."""
    phi = math.radians(lat)
    w = 1.0 - ECCENTRICITY_SQUARED * math.sin(phi) ** 2
    root = math.sqrt(w)
    north = EQUATORIAL_RADIUS_M * (1.0 - ECCENTRICITY_SQUARED) / (w * root)
    return north, EQUATORIAL_RADIUS_M / root * math.cos(phi)


def distance_m(a: Wgs84, b: Wgs84) -> float:
    """Straight line with the ellipsoid's radii at the mean latitude.

    Against the geodesic: less than a metre off at 30 km, less than 20 m at 200 km anywhere in China.
    """
    north, east = radii_m((a.lat + b.lat) / 2.0)
    return math.hypot(north * math.radians(b.lat - a.lat), east * math.radians(b.lon - a.lon))


def rounded(point: Wgs84) -> Wgs84:
    """About 1 km: the only form of a resident's place that may be kept plain."""
    return Wgs84(round(point.lon, 2), round(point.lat, 2))


def point_problems(lon: float, lat: float, crs: Crs, path: str = "location") -> tuple[FieldProblem, ...]:
    """What is wrong with a point someone sent; empty = usable."""
    if not (math.isfinite(lon) and math.isfinite(lat)):
        return (FieldProblem(f"{path}.lon", "经纬度不是有效的数字，请在地图上重新选点。"),)
    if abs(lon) < 0.01 and abs(lat) < 0.01:
        text = "没有取到位置（经纬度都是0），请在地图上重新选点，或改填所在乡镇（街道）。"
        return (FieldProblem(f"{path}.lon", text), FieldProblem(f"{path}.lat", text))
    if _lands_in_china(lon, lat, crs):
        return ()
    if _lands_in_china(lat, lon, crs):
        text = "经度和纬度好像填反了：国内的经度在73到136之间，纬度在3到54之间，请对调后再试。"
        return (FieldProblem(f"{path}.lon", text), FieldProblem(f"{path}.lat", text))
    text = "这个位置不在国内，请在地图上重新选点，或改填所在乡镇（街道）。"
    return (FieldProblem(f"{path}.lon", text), FieldProblem(f"{path}.lat", text))


def _lands_in_china(lon: float, lat: float, crs: Crs) -> bool:
    return abs(lon) <= 180.0 and abs(lat) <= 90.0 and in_china(*to_wgs84(lon, lat, crs))
