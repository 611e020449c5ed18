import json
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from backend import routing_terminal
from config import catalog_files
from config.settings import Settings
from models import CountyBoundary, RoutingPolicy
from tests.people import People, file_dispute

JURISDICTION = (catalog_files.FOLDER / "routing" / "jurisdiction.toml").read_bytes()
ONE_CENTER = """
name = "试"
way = "nearest"
[[rules]]
id = "fees"
categories = ["property_fees"]
way = "speciality"
centers = ["C420502"]
"""


@pytest.fixture
async def operator(settings: Settings, client: httpx.AsyncClient) -> AsyncIterator[Settings]:
    yield settings
    await RoutingPolicy.filter(version__gt=1).delete()
    await CountyBoundary.all().delete()


async def test_a_dry_run_shows_what_would_change(
    operator: Settings, people: People, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "160")
    filed = await file_dispute(await people.resident("lin"), category="property_fees")
    told = await routing_terminal.dry_run(operator, ONE_CENTER.encode(), 100)
    table = capsys.readouterr().out
    assert filed["number"] in table
    assert "宜都市陆城街道综治中心" in table
    assert "西陵区综治中心" in table
    assert "清江大道" not in table
    assert "重新计算1件，1件改由其他中心受理" in told
    assert await RoutingPolicy.all().count() == 1


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (ONE_CENTER.replace("C420502", "C999999").encode(), "line 8: unknown center 'C999999'"),
        (ONE_CENTER.encode("gbk"), "line 2: not UTF-8"),
    ],
)
async def test_a_wrong_file_is_told_with_its_line(operator: Settings, content: bytes, told: str) -> None:
    for work in (routing_terminal.activate(operator, content), routing_terminal.dry_run(operator, content, 10)):
        with pytest.raises(routing_terminal.REFUSALS) as caught:
            await work
        assert told in str(caught.value)


async def test_activate_history_rollback(operator: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    assert "version 2 (属地受理) takes effect" in await routing_terminal.activate(operator, JURISDICTION)
    assert "version 2" in await routing_terminal.history(operator)
    assert "执行中" in capsys.readouterr().out
    assert "in force: version 1" in await routing_terminal.roll_back(operator)
    assert "version 1" in await routing_terminal.history(operator)
    assert "已撤回" in capsys.readouterr().out


async def test_outlines_of_one_city(operator: Settings, tmp_path: Path) -> None:
    ring = [[111.0, 30.0], [112.0, 30.0], [112.0, 31.0], [111.0, 30.0]]
    features = [
        {"properties": {"code": code, "name": "县"}, "geometry": {"type": "Polygon", "coordinates": [ring]}}
        for code in ("420502", "420602")
    ]
    path = tmp_path / "counties.geojson"
    path.write_text(json.dumps({"features": features}), encoding="utf-8")
    for _ in range(2):
        told = await routing_terminal.import_boundaries(
            operator, file=path, crs="wgs84", edition="tianditu", city="420500"
        )
        assert told == "1 counties from counties.geojson"
    (row,) = await CountyBoundary.all()
    assert (row.code, row.source) == ("420502", "counties.geojson")
