"""`hejie import-cases`: earlier cases, each once, all of a file or nothing of it."""

import io
from collections.abc import Iterator
from datetime import date
from time import perf_counter
from typing import Any

import openpyxl
import pytest

from backend import case_files
from backend.casework import importing
from backend.core import sheets
from backend.core.catalog import Catalog
from backend.import_report import ImportRefusedError
from config.catalog_files import read_catalog
from config.settings import Settings
from models import Center, Dispute, Event, Notice, Party, Registration
from tests.journeys.contract import granted, refused, take
from tests.people import People, file_dispute

CATALOG = Catalog.parse(read_catalog())
HEAD = (
    "外部编号,中心编码,类别,状态,登记日期,办结日期,申请人,被申请人,被申请人类型,"
    "申请人电话,纠纷简述,涉及金额（元）,调解方式,挽回损失"
)
CENTER = "C420581001"


def line(nth: int, **cells: str) -> str:
    row = {
        "number": f"旧{nth:05}", "center": CENTER, "category": "物业", "status": "达成协议", "filed": "2024-05-01",
        "ended": "2024/5/20", "applicant": f"张{nth}", "respondent": "某某物业", "kind": "单位",
        "phone": "13872560001", "description": "漏水", "amount": "1200.50", "mode": "云上调解",
        "recovered": "",
    } | cells  # fmt: skip
    return ",".join(row.values())


def checked(*lines: str) -> importing.Checked:
    content = "\n".join([HEAD, *lines]).encode()
    return importing.check(sheets.read(content), CATALOG, {CENTER: "the center"}, date(2026, 11, 24))


async def bring_in(settings: Settings, *lines: str, dry_run: bool = False) -> None:
    await case_files.bring_in(settings, "\n".join([HEAD, *lines]).encode(), dry_run=dry_run)


BAD: list[tuple[dict[str, str], str]] = [
    ({"number": ""}, "external_number"),
    ({"number": "长" * 65}, "external_number"),
    ({"center": "C999"}, "center_code"),
    ({"category": "天气"}, "category"),
    ({"status": "调解中"}, "status"),
    ({"filed": "2099-01-01"}, "filed_on"),
    ({"filed": "昨天"}, "filed_on"),
    ({"filed": "2024-02-30"}, "filed_on"),
    ({"ended": "2024-04-30"}, "ended_on"),
    ({"applicant": ""}, "applicant"),
    ({"applicant": "张\u0007三"}, "applicant"),
    ({"respondent": "好" * 129}, "respondent"),
    ({"kind": "机关"}, "respondent_kind"),
    ({"phone": "12345"}, "applicant_phone"),
    ({"amount": "很多"}, "amount_yuan"),
    ({"recovered": "-1"}, "recovered_yuan"),
    ({"amount": "-1"}, "amount_yuan"),
    ({"amount": "1.234"}, "amount_yuan"),
    ({"amount": "NaN"}, "amount_yuan"),
    ({"mode": "电话"}, "mode"),
]


@pytest.mark.parametrize(("cells", "column"), BAD)
def test_what_is_wrong_is_named_and_never_repeated(cells: dict[str, str], column: str) -> None:
    found = checked(line(1), line(2, **cells))
    assert [(each.line, each.column) for each in found.problems] == [(3, column)]
    value = next(iter(cells.values()))
    assert not value or value not in found.problems[0].reason


def test_ten_thousand_rows_of_which_37_are_bad() -> None:
    bad = {number * 260: BAD[number % len(BAD)] for number in range(1, 38)}
    rows = [line(number, **(bad[number][0] if number in bad else {})) for number in range(1, 10_001)]
    begun = perf_counter()
    found = checked(*rows)
    assert len({problem.line for problem in found.problems}) == 37
    assert {problem.line - 1: problem.column for problem in found.problems} == {
        number: column for number, (_, column) in bad.items()
    }
    assert len(found.cases) == 10_000 - 37
    assert perf_counter() - begun < 60, "an operator waits for it"


def test_headings() -> None:
    rows = sheets.read("外部编号,天气,外部编号\n1,2,3".encode())
    problems = importing.check(rows, CATALOG, {}, date(2026, 11, 24)).problems
    assert {problem.column for problem in problems} >= {"天气", "external_number", "applicant"}
    assert importing.check(sheets.read(b""), CATALOG, {}, date(2026, 11, 24)).problems
    assert checked().problems[0].reason == "文件里只有表头，没有任何案件。"
    assert checked(line(1), line(2, number="旧00001")).problems[0].column == "external_number"


async def test_a_file_comes_in_once(people: People, settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    lines = [line(number) for number in range(1, 251)]
    await bring_in(settings, *lines, dry_run=True)
    assert await Dispute.all().count() == 0
    assert "历史案件 250 件" in capsys.readouterr().out
    await bring_in(settings, *lines)
    await bring_in(settings, *lines, line(251, status="已撤回"))
    assert "历史案件 1 件，已经有的 250 件" in capsys.readouterr().out
    assert await Dispute.all().count() == await Registration.all().count() == 251
    assert await Party.all().count() == 502
    assert await Notice.all().count() == 0
    assert set(await Event.all().values_list("kind", "audience")) == {("imported", "staff")}

    clerk = await people.staff("clerk")
    center = await Center.get(code=CENTER)
    first = await Dispute.all().order_by("id").first()
    assert first is not None
    assert (first.source, first.center_id, first.due_at, first.outcome) == ("historic", center.id, None, 1)
    case = granted(await clerk.get(f"/disputes/{first.id}"))
    assert (case["applicant"], case["amount_fen"], case["mode"], case["light"]) == ("张1", 120_050, "cloud", "green")
    assert case["created_at"].startswith("2024-05-01")
    assert case["registration"]["basis"] == "archive"
    found = granted(await clerk.get("/disputes", q="张251"))["items"]
    assert [each["status"] for each in found] == ["withdrawn"]
    refused(await clerk.put(f"/disputes/{first.id}/registration", {}), 404)


async def test_earlier_cases_are_no_work_until_taken_up_again(people: People, settings: Settings) -> None:
    await bring_in(settings, line(1), line(2, status="已撤回"))
    clerk, director = await people.staff("clerk"), await people.staff("director")
    filed = (await file_dispute(await people.resident()))["id"]
    first, second = await Dispute.filter(source="historic").order_by("id").values_list("id", flat=True)

    async def shown(**query: str) -> list[str]:
        return [each["id"] for each in granted(await clerk.get("/disputes", **query))["items"]]

    for sort in ({}, {"sort": "light"}):
        assert await shown(**sort) == await shown(light="green", **sort) == [filed]
        assert await shown(source="historic", **sort) == [str(second), str(first)]
        assert await shown(status="agreed", **sort) == await shown(q="张1", **sort) == [str(first)]
        assert await shown(source="mini_program", **sort) == [filed]
        assert await shown(light="red", source="historic", **sort) == []
    assert granted(await clerk.get("/me/today"))["overdue"] == []
    await take(director, str(first), "reopen", reason="对方没有履行")
    assert await shown(sort="light") == [filed, str(first)]
    assert await shown() == [filed, str(first)], "in the order of filing"
    assert await shown(sort="light", source="historic") == [str(first), str(second)]


async def test_one_bad_row_and_nothing_is_imported(
    people: People, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(ImportRefusedError, match="1 行有问题"):
        await bring_in(settings, line(1), line(2, phone="13800"), line(3))
    told = capsys.readouterr().out
    assert "第3行 applicant_phone：" in told
    assert "13800" not in told
    assert await Dispute.all().count() == 0


async def test_excel(people: People, settings: Settings) -> None:
    book, file = openpyxl.Workbook(), io.BytesIO()
    sheet: Any = book.active
    for row in rows_of(HEAD, line(1)):
        sheet.append(row)
    sheet["E2"] = date(2024, 5, 1)
    book.save(file)
    await case_files.bring_in(settings, file.getvalue(), dry_run=False)
    assert (await Dispute.all().get()).created_at.date() == date(2024, 5, 1)


def rows_of(*lines: str) -> Iterator[list[str]]:
    return (text.split(",") for text in lines)
