"""`hejie import-organizations` and `hejie export-organizations` on real tables."""

from pathlib import Path

import pytest

from backend import organization_files
from backend.import_report import ImportRefusedError
from config.catalog_files import FOLDER
from config.settings import Settings
from models import Organization, Residency
from tests.casework.staff import PeopleAtWork
from tests.clock import TravellingClock

pytestmark = pytest.mark.usefixtures("people")

HEAD = "编码,类型,名称,许可证号,有效期至,专业领域,受理类别,电话,状态,入驻"
FIRST = (
    "X1,specialised_committee,宜昌市医疗纠纷人民调解委员会,,,medicine;法律,medical,07176215798,,"
    "C420581001 轮驻 周二、周四；C420581 常驻"
)
SECOND = "X2,商事调解组织,宜昌商事调解中心,鄂商调1,2029/12/31,law,,12348,启用,C420505 随叫随到"


async def bring_in(settings: Settings, *lines: str, dry_run: bool = False) -> None:
    content = "\n".join([HEAD, *lines]).encode()
    url = settings.database_url.get_secret_value()
    await organization_files.bring_in(url, content, dry_run=dry_run, at=TravellingClock())


async def test_adds_changes_settles_and_moves_out(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    await bring_in(settings, FIRST, SECOND, dry_run=True)
    assert "试运行，没有写入任何内容：新增 2" in capsys.readouterr().out
    assert not await Organization.filter(code__startswith="X").exists()
    await bring_in(settings, FIRST, SECOND)
    assert "新增 2，修改 0（其中停用 0），没有变化 0；入驻新增或调整 3，撤出 0。" in capsys.readouterr().out
    first = await Organization.get(code="X1")
    assert (first.expertise, first.categories, first.phone) == (["law", "medicine"], ["medical"], "0717-6215798")
    desks = (
        await Residency.filter(organization_id=first.id)
        .order_by("center__code")
        .values_list("center__code", "kind", "weekdays")
    )
    assert desks == [
        ("C420581", "permanent", ["monday", "tuesday", "wednesday", "thursday", "friday"]),
        ("C420581001", "rotating", ["tuesday", "thursday"]),
    ]
    await bring_in(settings, FIRST, SECOND)
    assert "没有变化 2；入驻新增或调整 0" in capsys.readouterr().out
    await bring_in(settings, "X1,specialised_committee,医调委,,,,,,closed,C420581001 rotating monday")
    out = capsys.readouterr().out
    assert "停用 X1 医调委" in out
    assert "修改 1（其中停用 1），没有变化 0；入驻新增或调整 1，撤出 1。" in out
    changed = await Organization.get(code="X1")
    assert (changed.id, changed.expertise) == (first.id, ["law", "medicine"]), "what a file does not say stays"
    assert (changed.deactivated_at is not None, changed.name) == (True, "医调委")


async def test_every_bad_row_is_named_and_nothing_is_written(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = [
        "X1,club,俱乐部,,soon,magic,football,1,half,C420581001 轮驻",
        ",specialised_committee,,,,,,,,nowhere 常驻",
        SECOND,
        "X5,specialised_committee,某委员会,,,,,,,C420581001 随叫随到 周二",
        "X6,specialised_committee,某委员会,,,,,,,C420581001 轮驻 周八",
        "X7,specialised_committee,某委员会,,,,,,,C420581001 常驻；C420581001 轮驻 周二",
        "X8,specialised_committee,某委员会,,2026-02-30,,,,,C420581001",
        "X9,specialised_committee,某委员会,,,,,,,,多一列",
    ]
    with pytest.raises(ImportRefusedError, match="8 行有问题"):
        await bring_in(settings, FIRST, SECOND, *bad)
    out = capsys.readouterr().out
    line_4 = ("kind", "licence_expires_on", "expertise", "categories", "phone", "status", "residencies：轮驻要写明")
    others = (
        "第5行 code：",
        "第5行 name：",
        "第6行 code：重复，第3行",
        "第7行 residencies：随叫随到",
        "第8行 residencies：入驻写成",
        "第9行 residencies：同一个中心",
        "第10行 licence_expires_on：日期不对",
        "第10行 residencies：",
        "第11行：这一行的列比表头多",
    )
    for place in (*(f"第4行 {column}" for column in line_4), *others):
        assert place in out, out
    assert "\n第2行" not in f"\n{out}"
    assert not await Organization.filter(code__startswith="X").exists()
    with pytest.raises(ImportRefusedError):
        await bring_in(settings)
    assert "只有表头" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["organizations.csv", "organizations.xlsx"])
async def test_reading_an_export_changes_nothing(
    settings: Settings, people: PeopleAtWork, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    await bring_in(settings, FIRST, SECOND)
    await (await people.staff("admin")).post("/organizations", {"kind": "notary", "name": "没有编码的公证处"})
    url, path = settings.database_url.get_secret_value(), tmp_path / name
    written = await organization_files.write_out(url, path)
    assert written == await Organization.filter(is_own_committee=False).count()
    capsys.readouterr()
    await organization_files.bring_in(url, path.read_bytes(), dry_run=False)
    told = capsys.readouterr().out
    # Whoever had no code gets the one it was exported under.
    assert f"新增 0，修改 1（其中停用 0），没有变化 {written - 1}；入驻新增或调整 0，撤出 0。" in told
    await organization_files.bring_in(url, path.read_bytes(), dry_run=False)
    assert f"没有变化 {written}" in capsys.readouterr().out


async def test_the_template_can_be_taken_as_it_stands(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    content = (FOLDER / "organizations_template.csv").read_bytes()
    await organization_files.bring_in(settings.database_url.get_secret_value(), content, dry_run=True)
    assert "新增 2" in capsys.readouterr().out
