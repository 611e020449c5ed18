"""`hejie import-centers` and `hejie export-centers` on real tables."""

from pathlib import Path

import pytest
from tortoise import connections

from backend import center_files
from backend.import_report import ImportRefusedError
from config.settings import Settings
from models import Center, Organization, SceneCode
from tests.people import People, file_dispute
from tests.server_time import eventually

pytestmark = pytest.mark.usefixtures("centers")

HEAD = "code,name,level,division_code,lon,lat,crs,address,phone,categories,status,successor_code"
LUCHENG = "C420581001,宜都市陆城街道综治中心,township,420581001,111.4775,30.3789,gcj02,"
NEW = "T1,陆城第二综治中心,township,420581001,111.478,30.379,gcj02,清江大道8号,0717-4821234,,,"


async def bring_in(settings: Settings, *lines: str, dry_run: bool = False) -> None:
    content = "\n".join([HEAD, *lines]).encode()
    await center_files.bring_in(settings.database_url.get_secret_value(), content, dry_run=dry_run)


async def revision() -> int:
    (row,) = await connections.get("default").execute_query_dict("SELECT revision FROM center_revision")
    number: int = row["revision"]
    return number


async def test_adds_and_changes(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    old = await Center.get(code="C420581001")
    assert old.placeholder
    await bring_in(settings, NEW, LUCHENG + "清江大道1号,0717-4820000,labour,,")
    assert "新增 1，修改 1（其中停用 0），没有变化 0" in capsys.readouterr().out
    changed = await Center.get(code="C420581001")
    assert (changed.id, changed.short_name, changed.opening) == (old.id, old.short_name, old.opening)
    assert (changed.address, changed.placeholder, changed.categories) == ("清江大道1号", False, ["labour"])
    added = await Center.get(code="T1")
    assert (added.short_name, added.placeholder, added.categories) == ("宜都陆城", False, [])
    committee = await Organization.get(center_id=added.id, is_own_committee=True)
    assert committee.name == "宜都市陆城街道人民调解委员会"
    assert await SceneCode.filter(params__contains={"center_id": str(added.id)}).count() == 1


async def test_what_a_file_does_not_say_stays(settings: Settings) -> None:
    await bring_in(settings, LUCHENG + "清江大道1号,0717-4820000,labour,,")
    await bring_in(settings, LUCHENG + ",,,,")
    center = await Center.get(code="C420581001")
    assert (center.address, center.phone, center.categories) == ("清江大道1号", "0717-4820000", ["labour"])
    assert not center.placeholder
    await bring_in(settings, LUCHENG + ",,all,,")
    assert (await Center.get(code="C420581001")).categories == []


async def test_one_bad_row_and_nothing_is_imported(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    before = await revision()
    with pytest.raises(ImportRefusedError, match="1 行有问题"):
        await bring_in(settings, NEW, NEW.replace("T1", "T2").replace("gcj02", ""))
    assert "第3行 crs：" in capsys.readouterr().out
    assert not await Center.filter(code__startswith="T").exists()
    assert await revision() == before


async def test_a_dry_run_tells_and_writes_nothing(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    before = await revision()
    await bring_in(settings, NEW, dry_run=True)
    assert "试运行，没有写入任何内容：新增 1" in capsys.readouterr().out
    assert await revision() == before


async def test_closing_lists_open_cases_and_moves_none(
    people: People, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    filed = await file_dispute(await people.resident("zhang"))
    await bring_in(settings, NEW, LUCHENG + ",,,closed,T1")
    out = capsys.readouterr().out
    assert "停用 C420581001 宜都市陆城街道综治中心，由 T1 陆城第二综治中心 承接。" in out
    assert f"{filed['number']} submitted" in out
    old = await Center.get(code="C420581001").select_related("successor")
    assert old.deactivated_at is not None
    assert old.successor is not None
    assert old.successor.code == "T1"
    case = (await (await people.staff("director")).get(f"/disputes/{filed['id']}")).json()
    assert case["center"]["id"] == str(old.id)

    await bring_in(settings, NEW, LUCHENG + ",,,closed,T1")
    assert "没有变化 2" in capsys.readouterr().out
    await bring_in(settings, LUCHENG + ",,,active,")
    again = await Center.get(code="C420581001")
    assert (again.deactivated_at, again.successor_id) == (None, None)


@pytest.mark.parametrize("name", ["centers.csv", "centers.xlsx"])
async def test_reading_an_export_changes_nothing(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    """Not even where a center was closed whose successor is closed by now, or an address looks like a formula."""
    await bring_in(settings, NEW, LUCHENG + '"一马路3号（二楼）, ①",0717-4820000,labour,closed,T1')
    await bring_in(settings, NEW.replace("清江大道8号", "=8+1号").removesuffix(",") + "closed,C420581")
    url, path = settings.database_url.get_secret_value(), tmp_path / name
    assert await center_files.write_out(url, path) == 122
    capsys.readouterr()
    await center_files.bring_in(url, path.read_bytes(), dry_run=False)
    assert "新增 0，修改 0（其中停用 0），没有变化 122" in capsys.readouterr().out


async def test_an_import_reaches_the_routing_by_itself(people: People, settings: Settings) -> None:
    zhang = await people.resident("zhang")
    place = {"category": "property", "location": {"lon": 111.478, "lat": 30.379, "crs": "gcj02"}}

    async def is_proposed() -> bool:
        answer = (await zhang.post("/routing/preview", place)).json()
        return bool(answer["center"]["name"] == "陆城第二综治中心")

    assert not await is_proposed()
    await bring_in(settings, NEW)
    await eventually(is_proposed, within_s=10)
