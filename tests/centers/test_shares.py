"""What the two ways mean for a county, against counting center by center."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from backend import routing_terminal
from backend.centers import shares
from backend.centers.index import LEVELS, county_of
from backend.core.boundaries import Box, CountyBoundaries, Outline
from backend.core.geo import Wgs84, distance_m
from config.settings import Settings
from models import CountyBoundary
from tests.conftest import App

WEST, SOUTH, EAST, NORTH = BOX = (111.2, 30.2, 111.6, 30.5)
RING = [(WEST, SOUTH), (EAST, SOUTH), (EAST, NORTH), (WEST, NORTH), (WEST, SOUTH)]


@pytest.mark.parametrize("spacing_m", [500.0, 3_000.0])
@pytest.mark.parametrize("box", [BOX, (120.0, 48.0, 120.5, 48.4), (109.0, 18.3, 109.4, 18.9)])
def test_every_point_stands_for_as_much_land(box: Box, spacing_m: float) -> None:
    rows = list(shares.lattice(box, spacing_m))
    assert len(rows) == shares.rows(box, spacing_m)
    first, second = rows[0][:2]
    assert distance_m(first, second) == pytest.approx(spacing_m, rel=0.01)
    assert distance_m(first, Wgs84(first.lon, rows[1][0].lat)) == pytest.approx(spacing_m, rel=0.1)


def test_a_county_counted_center_by_center(app: App) -> None:
    land = CountyBoundaries([Outline("420581", "宜都市", [[RING]])])
    deps = replace(app.ctx.deps, boundaries=land)
    told: list[int] = []
    found = shares.measured(deps, ["420581"], ["property", "medical"], 3_000.0, told.append)["420581"]
    points = [point for row in shares.lattice(BOX, 3_000.0) for point in row if land.county_of(point)]
    everyone = [center for _, center in deps.centers.nearest(points[0], levels=LEVELS, category=None, limit=10_000)]
    for category, level in (("property", "township"), ("medical", "county")):
        expected = shares.Share()
        for point in points:
            ranked = sorted(
                (distance_m(point, center.point), center.code, center) for center in everyone if center.level == level
            )
            own = next(center for _, _, center in ranked if county_of(center) == "420581")
            expected.add("420581", point, ranked[0][2], own)
        assert found[category] == expected
        assert 0 < expected.nearest_elsewhere < expected.points == len(points)
        assert expected.jurisdiction_elsewhere == 0 < expected.detours_m
    assert sum(told) == shares.rows(BOX, 3_000.0)


@pytest.fixture
async def operator(settings: Settings, app: App) -> AsyncIterator[Settings]:
    yield settings
    await CountyBoundary.all().delete()


@pytest.mark.usefixtures("app")
async def test_an_official_reads_a_table(
    operator: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "160")
    with pytest.raises(routing_terminal.REFUSALS, match="import them first"):
        await routing_terminal.shares(operator, "420500", 2_000.0)
    feature = {
        "properties": {"code": "420581", "name": "宜都市"},
        "geometry": {"type": "Polygon", "coordinates": [RING]},
    }
    path = tmp_path / "counties.geojson"
    path.write_text(json.dumps({"features": [feature]}), encoding="utf-8")
    await routing_terminal.import_boundaries(operator, file=path, crs="wgs84", edition="tianditu", city=None)
    told = await routing_terminal.shares(operator, "420500", 2_000.0)
    table = capsys.readouterr().out
    assert "1个县（市、区），每2000米一个点，共" in told
    assert "宜都市" in table
    assert "合计" in table
    assert table.count("%") == 8
