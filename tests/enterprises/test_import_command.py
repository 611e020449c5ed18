"""`hejie import-enterprises` on real tables: 214 companies with 30,000 workers."""

import pytest

from backend import enterprise_files
from backend.import_report import ImportRefusedError
from config.settings import Settings
from models import Enterprise
from tests.casework.staff import PeopleAtWork
from tests.enterprises.scene import credit_code
from tests.journeys.contract import granted

HEAD = "统一社会信用代码,企业名称,规模,服务站编码,区划代码,职工人数,重点企业,联系人,联系电话,状态"


def line(number: int, **cells: str) -> str:
    known = {"code": credit_code(number), "name": f"第{number}公司", "size": "中型", "station": "demo-park",
             "division": "420505", "workers": "140", "key": "否", "contact": "赵总", "phone": "13872561234",
             "status": "在册"}  # fmt: skip
    return ",".join((known | cells).values())


async def bring_in(settings: Settings, *lines: str, dry_run: bool = False) -> None:
    await enterprise_files.bring_in(settings, "\n".join([HEAD, *lines]).encode(), dry_run=dry_run)


async def test_a_roster_from_a_file(
    people: PeopleAtWork, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [line(number, workers="140" if number > 40 else "141") for number in range(1, 215)]
    await bring_in(settings, *lines, dry_run=True)
    assert await Enterprise.all().count() == 0
    await bring_in(settings, *lines)
    assert "已导入：新增 214，修改 0，没有变化 0。" in capsys.readouterr().out
    await bring_in(settings, *lines)
    assert "新增 0，修改 0，没有变化 214。" in capsys.readouterr().out
    park = await people.staff("park")
    roster = granted(await park.get("/statistics/enterprises"))["roster"]
    assert (roster["enterprises"], roster["workers"]) == (214, 30_000)
    await bring_in(settings, line(1, phone="", contact="钱总"), line(2, status="迁出"), line(3, workers="141"))
    assert "新增 0，修改 2，没有变化 1。" in capsys.readouterr().out
    (first,) = granted(await park.get("/enterprises", q=credit_code(1)))["items"]
    assert (first["contact_name"], first["contact_phone"]) == ("钱*", "138****1234")
    assert (await Enterprise.get(credit_code=credit_code(2))).left_at is not None


async def test_every_bad_row_is_named_without_what_stands_in_it(
    people: PeopleAtWork, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = [
        line(1, code="91420505MA00000010"),
        line(2, size="巨型", station="nowhere", division="420500", workers="很多", key="也许", phone="138", status="?"),
        line(3),
        line(3, contact="孙秘书"),
        line(4, name=""),
    ]
    with pytest.raises(ImportRefusedError, match="4 行有问题"):
        await bring_in(settings, *bad)
    out = capsys.readouterr().out
    for place in ("第2行 credit_code：统一社会信用代码有误", *(f"第3行 {column}：" for column in (
        "size", "station_code", "division_code", "workers", "is_key", "contact_phone", "status")),
        "第5行 credit_code：重复，第4行", "第6行 name："):  # fmt: skip
        assert place in out, out
    assert "孙秘书" not in out
    assert await Enterprise.all().count() == 0
