"""County outlines: in which county a point lies, and whose border is near. WGS-84, longitude first; optional data."""

import math
import struct
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from backend.core.geo import Wgs84, radii_m

Ring = Sequence[tuple[float, float]]
Polygon = Sequence[Ring]
"""The outer ring first, then its holes; the first point of a ring is also its last."""

Box = tuple[float, float, float, float]
"""West, south, east, north."""

_BANDS_PER_DEGREE = 50
"""Edges are found by latitude: a band is about 2 km high and holds a few dozen of one county."""

_CELLS_PER_DEGREE = 4
_POLYGON, _MULTI_POLYGON = 3, 6


@dataclass(frozen=True, slots=True)
class Spot:
    county: str | None
    """None outside every outline."""
    touched: tuple[str, ...]
    """Other counties within the radius asked about, by code."""
    near_border: bool


class Outline:
    """One county: rings of all its parts in one row of numbers. A point is inside when a line to the east crosses
    an odd number of edges, so holes and parts need no care."""

    __slots__ = ("_bands", "_numbers", "box", "code", "name")

    def __init__(self, code: str, name: str, polygons: Iterable[Polygon]) -> None:
        self.code, self.name = code, name
        self._numbers = array("d")
        self._bands: dict[int, array[int]] = {}
        for ring in (ring for polygon in polygons for ring in polygon):
            self._add(ring)
        lons, lats = self._numbers[0::2], self._numbers[1::2]
        self.box: Box = (min(lons), min(lats), max(lons), max(lats))

    def __contains__(self, point: Wgs84) -> bool:
        lon, lat = point
        west, south, east, north = self.box
        if not (west <= lon <= east and south <= lat <= north):
            return False
        inside = False
        for x1, y1, x2, y2 in self._edges(lat, lat):
            if (y1 > lat) != (y2 > lat):
                # From the lower end, whichever county draws it: neighbors share a line and must agree on it.
                low_x, low_y, high_x, high_y = (x1, y1, x2, y2) if y1 < y2 else (x2, y2, x1, y1)
                if lon < low_x + (high_x - low_x) * (lat - low_y) / (high_y - low_y):
                    inside = not inside
        return inside

    def border_within(self, point: Wgs84, metres: float) -> bool:
        per_north, per_east = (math.radians(each) for each in radii_m(point.lat))
        reach_lat, reach_lon = metres / per_north, metres / per_east
        west, east = point.lon - reach_lon, point.lon + reach_lon
        for x1, y1, x2, y2 in self._edges(point.lat - reach_lat, point.lat + reach_lat):
            if (x1 < west and x2 < west) or (x1 > east and x2 > east):
                continue
            start = ((x1 - point.lon) * per_east, (y1 - point.lat) * per_north)
            end = ((x2 - point.lon) * per_east, (y2 - point.lat) * per_north)
            if _distance_to_origin(start, end) <= metres:
                return True
        return False

    def _add(self, ring: Ring) -> None:
        for position, (lon, lat) in enumerate(ring):
            if position + 1 < len(ring):
                other = ring[position + 1][1]
                for band in range(_band(min(lat, other)), _band(max(lat, other)) + 1):
                    self._bands.setdefault(band, array("I")).append(len(self._numbers))
            self._numbers.append(lon)
            self._numbers.append(lat)

    def _edges(self, south: float, north: float) -> Iterator[tuple[float, float, float, float]]:
        """An edge of several bands may come more than once, unless a single latitude is asked for."""
        numbers, bands = self._numbers, self._bands
        for band in range(_band(south), _band(north) + 1):
            for at in bands.get(band, ()):
                yield numbers[at], numbers[at + 1], numbers[at + 2], numbers[at + 3]


class CountyBoundaries:
    """One immutable snapshot; empty when nothing was imported."""

    def __init__(self, outlines: Iterable[Outline] = ()) -> None:
        self._by_code = {outline.code: outline for outline in sorted(outlines, key=lambda outline: outline.code)}
        self._cells: dict[tuple[int, int], list[Outline]] = {}
        for outline in self._by_code.values():
            for cell in _cells(*outline.box):
                self._cells.setdefault(cell, []).append(outline)

    def __len__(self) -> int:
        return len(self._by_code)

    def knows(self, county: str) -> bool:
        return county in self._by_code

    def name_of(self, county: str) -> str:
        return self._by_code[county].name

    def of_city(self, city: str) -> list[str]:
        """Codes of the counties that begin as the city's: 4205 for 420500."""
        return [code for code in self._by_code if code.startswith(city[:4])]

    def box_around(self, counties: Iterable[str]) -> Box:
        boxes = [self._by_code[county].box for county in counties]
        west, south = min(box[0] for box in boxes), min(box[1] for box in boxes)
        return west, south, max(box[2] for box in boxes), max(box[3] for box in boxes)

    def county_of(self, point: Wgs84) -> str | None:
        """Of two that share a line with the point on it, always the same."""
        around = (outline for cell in _cells(*point, *point) for outline in self._cells.get(cell, ()))
        return min((outline.code for outline in around if point in outline), default=None)

    def spot(self, point: Wgs84, radius_m: float) -> Spot:
        """On a line that two counties share exactly one of them has the point, always the same."""
        north, east = radii_m(point.lat)
        reach_lat, reach_lon = math.degrees(radius_m / north), math.degrees(radius_m / east)
        box = (point.lon - reach_lon, point.lat - reach_lat, point.lon + reach_lon, point.lat + reach_lat)
        cells = (self._cells.get(cell, ()) for cell in _cells(*box))
        around = {outline.code: outline for cell in cells for outline in cell if _overlap(outline.box, box)}
        inside = [outline for outline in around.values() if point in outline]
        home = min((outline.code for outline in inside), default=None)
        touched = [outline.code for outline in around.values() if outline.border_within(point, radius_m)]
        return Spot(home, tuple(sorted(code for code in touched if code != home)), bool(touched))


def to_wkb(polygons: Sequence[Polygon]) -> bytes:
    """Little-endian MultiPolygon, as PostGIS and others write it."""
    parts = [struct.pack("<BII", 1, _MULTI_POLYGON, len(polygons))]
    for polygon in polygons:
        parts.append(struct.pack("<BII", 1, _POLYGON, len(polygon)))
        for ring in polygon:
            numbers = [number for point in ring for number in point]
            parts.append(struct.pack(f"<I{len(numbers)}d", len(ring), *numbers))
    return b"".join(parts)


def from_wkb(content: bytes) -> list[Polygon]:
    """Reads what `to_wkb` wrote."""
    _order, _kind, count = struct.unpack_from("<BII", content)
    at, polygons = 9, list[Polygon]()
    for _ in range(count):
        _order, _kind, rings = struct.unpack_from("<BII", content, at)
        at += 9
        polygon = []
        for _ in range(rings):
            (length,) = struct.unpack_from("<I", content, at)
            numbers = struct.unpack_from(f"<{2 * length}d", content, at + 4)
            at += 4 + 16 * length
            polygon.append(tuple(zip(numbers[0::2], numbers[1::2], strict=True)))
        polygons.append(polygon)
    return polygons


def _band(lat: float) -> int:
    return math.floor(lat * _BANDS_PER_DEGREE)


def _cells(west: float, south: float, east: float, north: float) -> Iterator[tuple[int, int]]:
    for column in range(math.floor(west * _CELLS_PER_DEGREE), math.floor(east * _CELLS_PER_DEGREE) + 1):
        for row in range(math.floor(south * _CELLS_PER_DEGREE), math.floor(north * _CELLS_PER_DEGREE) + 1):
            yield column, row


def _overlap(a: Box, b: Box) -> bool:
    return a[0] <= b[2] and b[0] <= a[2] and a[1] <= b[3] and b[1] <= a[3]


def _distance_to_origin(start: tuple[float, float], end: tuple[float, float]) -> float:
    along = (end[0] - start[0], end[1] - start[1])
    length = along[0] ** 2 + along[1] ** 2
    part = 0.0 if length == 0.0 else -(start[0] * along[0] + start[1] * along[1]) / length
    part = min(1.0, max(0.0, part))
    return math.hypot(start[0] + part * along[0], start[1] + part * along[1])
