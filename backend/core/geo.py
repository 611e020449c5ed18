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
METRES_PER_DEGREE = EQUATORIAL_RADIUS_M * math.radians(1.0)
"""Along the equator."""
ECCENTRICITY_SQUARED = 0.0066943799901413165

# GCJ-02 was defined on the Krasovsky ellipsoid.
_KRASOVSKY_RADIUS_M = 6378245.0
_KRASOVSKY_ECCENTRICITY_SQUARED = 0.00669342162296594323
_BD09_ANGLE = math.pi * 3000.0 / 180.0

_INVERSE_STEPS = 4
"""Each step of the inverse shrinks the error some hundredfold; four leave less than a hundredth of a millimetre."""


_CHINA: dict[int, tuple[tuple[float, float], ...]] = {
    3: ((112.0, 112.5),),
    4: ((112.5, 113.0),),
    5: ((112.0, 113.0),),
    6: ((112.5, 114.0),),
    7: ((109.0, 112.0), (112.5, 113.0), (113.5, 115.5)),
    8: ((110.0, 116.5),),
    9: ((111.0, 117.0),),
    10: ((113.5, 118.0),),
    11: ((114.0, 115.5), (116.5, 118.0)),
    13: ((115.0, 115.5),),
    15: ((111.0, 111.5), (112.0, 112.5), (113.5, 115.0), (117.5, 118.0)),
    16: ((111.5, 113.0), (114.0, 115.0), (116.5, 117.0)),
    17: ((111.0, 112.0),),
    18: ((108.5, 111.0),),
    19: ((108.5, 111.5), (112.5, 114.0)),
    20: ((109.5, 111.0), (115.5, 116.0), (116.5, 117.0)),
    21: ((99.5, 102.0), (106.5, 114.5), (115.5, 116.5), (120.5, 121.5)),
    22: ((99.0, 105.0), (105.5, 117.0), (120.0, 122.5)),
    23: ((97.5, 98.0), (98.5, 118.0), (119.0, 122.5)),
    24: ((97.5, 119.5), (120.0, 122.5)),
    25: ((97.5, 120.0), (121.0, 122.5), (123.0, 124.0), (124.5, 125.5)),
    26: ((92.0, 94.0), (98.5, 121.5)),
    27: ((85.5, 89.5), (90.5, 95.5), (96.5, 97.5), (98.0, 122.0)),
    28: ((84.0, 123.0),),
    29: ((82.0, 123.0),),
    30: ((79.0, 123.5),),
    31: ((78.5, 123.0),),
    32: ((78.0, 122.5),),
    33: ((78.5, 121.5),),
    34: ((78.0, 121.0),),
    35: ((76.0, 121.0),),
    36: ((74.5, 123.5),),
    37: ((74.0, 123.5),),
    38: ((73.5, 123.0),),
    39: ((73.0, 125.0),),
    40: ((73.5, 126.5),),
    41: ((76.5, 129.0),),
    42: ((79.5, 103.5), (105.5, 131.5)),
    43: ((80.0, 96.5), (110.5, 131.5)),
    44: ((79.5, 96.0), (111.0, 131.5)),
    45: ((80.0, 93.5), (111.5, 113.0), (114.0, 134.0)),
    46: ((82.0, 91.5), (116.0, 134.5)),
    47: ((82.5, 91.0), (115.5, 135.0)),
    48: ((85.5, 90.0), (115.5, 131.0), (132.5, 135.5)),
    49: ((86.5, 88.0), (116.0, 130.5)),
    50: ((119.0, 128.0),),
    51: ((119.5, 127.0),),
    52: ((120.0, 127.0),),
    53: ((120.0, 126.0),),
}
"""Whole degree of latitude → longitudes (WGS-84, half degrees) where land of China begins and ends.

Drawn once from the public county outlines (天地图), with half a degree of coastal water on the east side and
the whole of the Bohai Sea. A foreign town less than a degree beyond the border may pass; farther ones do not:
Seoul, Pyongyang, Vladivostok, Ulaanbaatar, Almaty, Kathmandu, Hanoi and Manila are outside. Hong Kong, Macau
and Taiwan are inside and are shifted like the rest: no rectangle can part Hong Kong from Shenzhen or Macau
from Zhuhai, and a point half a kilometre off in Shenzhen would go to the wrong center.
"""


_WEST, _SOUTH, _EAST, _NORTH = 70.0, 0.0, 140.0, 60.0
"""Around all that; the shift itself grows beyond all bounds towards the poles."""


def in_china(lon: float, lat: float) -> bool:
    """WGS-84. Also decides where GCJ-02 differs from WGS-84 at all."""
    return any(west <= lon <= east for west, east in _CHINA.get(math.floor(lat), ()))


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
    if not (_WEST < point.lon < _EAST and _SOUTH < point.lat < _NORTH):
        return Wgs84(*point)
    lon, lat = _inverse(_shifted, *point)
    # The border is drawn on the WGS-84 side, and a millimetre wide, so that a point on it finds its way back.
    return Wgs84(lon, lat) if in_china(round(lon, 8), round(lat, 8)) else Wgs84(*point)


def gcj02_to_bd09(point: Gcj02) -> Bd09:
    return Bd09(*_twisted(*point))


def bd09_to_gcj02(point: Bd09) -> Gcj02:
    return Gcj02(*_inverse(_twisted, *point))


def to_bd09(point: Wgs84) -> Bd09:
    return gcj02_to_bd09(to_gcj02(point))


def _inverse(forward: Callable[[float, float], tuple[float, float]], lon: float, lat: float) -> tuple[float, float]:
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

    Against the geodesic anywhere in China: off by less than 0.1 m at 30 km, 3 m at 100 km, 20 m at 200 km.
    """
    phi, psi = math.radians(a.lat), math.radians(b.lat)
    # The squared sine of the mean, from terms of one latitude each: an index may keep those of its centers.
    steep = 0.5 - math.cos(psi) * (math.cos(phi) / 2.0) + math.sin(psi) * (math.sin(phi) / 2.0)
    w = 1.0 - ECCENTRICITY_SQUARED * steep
    north = (b.lat - a.lat) * (1.0 - ECCENTRICITY_SQUARED) / w
    east = b.lon - a.lon
    return math.sqrt((north * north + east * east * (1.0 - steep)) / w) * METRES_PER_DEGREE


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
