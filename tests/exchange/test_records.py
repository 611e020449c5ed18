"""Records of GB/T 31000 out and in again: all fields, in three formats, nothing lost, nothing run, nothing guessed."""

import asyncio
import csv
import json
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import openpyxl
import pytest
from tortoise.transactions import in_transaction

from backend import exchange_files
from backend.core.catalog import Catalog
from backend.disputes import history
from backend.disputes.history import Entry
from backend.exchange import record_files
from backend.exchange.records import COLUMNS, FIELDS, CategoryOf
from backend.import_report import ImportRefusedError
from config.catalog_files import FOLDER, read_catalog
from config.settings import Settings
from models import Dispute, Event, Partner, Registration, UnknownCode
from tests.clock import TravellingClock
from tests.exchange import calling
from tests.exchange.calling import App
from tests.journeys.contract import take
from tests.people import People, file_dispute

CATALOG = Catalog.parse(read_catalog())
DANGEROUS = '=HYPERLINK("http://x","点")\n第二行，还有“引号”'


@pytest.fixture
async def partner(app: App, client: httpx.AsyncClient, clock: TravellingClock) -> Partner:
    legal = dict.fromkeys(("description", "parties", "place"), "个人信息保护法第十三条")
    return (await calling.partner(app, client, clock, "brain", name="城市大脑", may_know=legal)).partner


async def written(settings: Settings, folder: Path, file_format: Any, since: str | None = None) -> dict[str, Any]:
    await exchange_files.write_out(settings, folder, "brain", file_format, since)
    manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return manifest


def records_of(folder: Path, manifest: dict[str, Any]) -> list[dict[str, str]]:
    return [{**row.values} for each in manifest["files"] for row in record_files.read(folder / each["name"])]


def record(nth: int, **changed: str) -> dict[str, str]:
    return {
        "number": f"城{nth:03}", "center_code": "C420581001", "status": "agreed", "filed_on": "20240501",
        "ended_on": "20240520", "event_name": "物业纠纷", "event_date": "20240430", "event_address": "陆城街道1号",
        "event_scale": "01", "event_type": "0402", "people_count": "2", "summary": "漏水", "orgs": "某某物业",
        "party_name": f"张{nth}", "resolve_method": "人民调解", "resolved": "1", "resolve_note": "已修好",
        "lon": "111.4775", "lat": "30.3789",
    } | changed  # fmt: skip


def lines(path: Path, *rows: dict[str, Any] | str) -> Path:
    texts = [row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows]
    path.write_text("\n".join(texts) + "\n", encoding="utf-8")
    return path


async def test_cases_leave_and_come_again_the_same_in_every_format(
    settings: Settings, people: People, partner: Partner, tmp_path: Path
) -> None:
    zhang = await people.resident("zhang")
    filed = await file_dispute(zhang, description=DANGEROUS)
    full = {name: await written(settings, tmp_path / name, name) for name in ("jsonl", "csv", "xlsx")}
    found = {name: records_of(tmp_path / name, manifest) for name, manifest in full.items()}
    assert found["jsonl"] == found["csv"] == found["xlsx"]
    only = found["jsonl"][0]
    assert list(only) == list(COLUMNS)
    assert (only["number"], only["summary"], only["event_type"]) == (filed["number"], DANGEROUS, "0402")
    assert (only["party_name"], only["orgs"], only["people_count"]) == ("张三", "某某物业服务有限公司", "2")
    assert (only["party_id_no"], only["resolved"], only["event_date"]) == ("", "0", "20261101")
    assert (round(float(only["lon"]), 4), round(float(only["lat"]), 4)) == (111.4775, 30.3789)
    raw = (tmp_path / "csv" / "records-001.csv").read_text(encoding="utf-8-sig")
    assert next(csv.DictReader(raw.splitlines(keepends=True)))["事件简述"].startswith("'=")
    sheet = openpyxl.load_workbook(tmp_path / "xlsx" / "records-001.xlsx").worksheets[0]
    assert all(cell.data_type in ("s", "n") for row in sheet.iter_rows() for cell in row)
    described = full["csv"]["files"][0]
    assert described["sha256"] == record_files.sha256_of(tmp_path / "csv" / described["name"])
    assert full["csv"]["counts"] == {"records": 1, "by_status": {"submitted": 1}}
    await exchange_files.bring_in(settings, tmp_path / "xlsx" / "manifest.json", exchange_files.Import("brain"))
    assert await Dispute.all().count() == 1
    later = await file_dispute(await people.resident("li"))
    await take(await people.staff("clerk"), filed["id"], "accept")
    changed = await written(settings, tmp_path / "more", "jsonl", full["jsonl"]["cursor"])
    assert {each["number"]: each["status"] for each in records_of(tmp_path / "more", changed)} == {
        filed["number"]: "accepted", later["number"]: "submitted",
    }  # fmt: skip
    again = await written(settings, tmp_path / "none", "jsonl", changed["cursor"])
    assert (again["counts"]["records"], again["kind"]) == (0, "incremental")


async def test_records_come_into_the_archive_once_and_lose_nothing(
    settings: Settings, partner: Partner, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plain = {title.title: "" for title in FIELDS.values()} | {
        "事件名称": "邻里", "事件规模": "01", "事件类别": "0201", "涉及人数": "2", "化解是否成功": "0",
        "发生日期": "20240101",
    }  # fmt: skip
    bare = tmp_path / "bare.csv"
    bare.write_text(",".join(plain) + "\n" + ",".join(plain.values()) + "\n", encoding="gb18030")
    file = lines(
        tmp_path / "a.jsonl", record(1), record(2, event_type="0603", resolve_method="圆桌会议"),
        record(3, status="in_mediation"), record(4, status="关门了", resolved="0"),
    )  # fmt: skip
    wanted = exchange_files.Import("brain", report=tmp_path / "report.csv")
    await exchange_files.bring_in(settings, file, exchange_files.Import("brain", dry_run=True))
    assert not await Dispute.exists()
    for _ in range(2):
        await exchange_files.bring_in(settings, file, wanted)
    assert "已经有的 3，未办结不导入 1，有误 0" in capsys.readouterr().out
    cases = {str(row.external_number): row.dispute for row in await Registration.all().select_related("dispute")}
    assert {name: (case.category, case.status, case.track) for name, case in cases.items()} == {
        "brain/城001": ("property", "agreed", "people"),
        "brain/城002": ("other", "agreed", None),
        "brain/城004": ("property", "not_agreed", "people"),
    }
    unknown = {(each.kind.value, each.code) for each in await UnknownCode.filter(partner_id=partner.id)}
    assert unknown == {("category", "0603"), ("method", "圆桌会议"), ("status", "关门了")}
    assert await Event.filter(dispute_id=cases["brain/城001"].id, kind="imported", detail_sealed__isnull=False).exists()
    report = (tmp_path / "report.csv").read_text(encoding="utf-8-sig")
    assert [row["结果"] for row in csv.DictReader(report.splitlines())] == [
        "已经有的",
        "已经有的",
        "未办结不导入",
        "已经有的",
    ]
    await exchange_files.bring_in(settings, bare, exchange_files.Import("brain", center="C420581001"))
    await exchange_files.bring_in(settings, bare, exchange_files.Import("brain", center="C420581001"))
    assert await Dispute.filter(category="neighbourhood_water_light", status="not_agreed").count() == 1
    out = await written(settings, tmp_path / "out", "jsonl")
    same = next(each for each in records_of(tmp_path / "out", out) if each["party_name"] == "张1")
    kept = {name: value for name, value in record(1).items() if name not in ("number", "resolve_note", "lon", "lat")}
    assert {name: same[name] for name in kept} == kept


async def test_half_of_the_rows_are_bad_and_each_is_named_with_each_field(
    settings: Settings, partner: Partner, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad: list[tuple[dict[str, Any] | str, set[str]]] = [
        (record(2, event_type="", resolved="", status="", event_date="2024-05-32"),
         {"事件类别", "化解是否成功", "发生日期"}),
        (record(4, number="城001"), {"纠纷编号"}),
        (record(6, center_code="C999"), {"中心编码"}),
        (record(8, people_count="两个", lon="东经"), {"涉及人数", "经度"}),
        (record(10, lat="", ended_on="20240101"), {"纬度", "办结日期"}),
        (record(12, filed_on="20990101", summary="字" * 2001, event_scale="001"), {"登记日期", "事件简述", "事件规模"}),
        (record(14) | {"summary": ["x"], "unknown": "y"}, {"事件简述", "unknown"}),
        (record(16, lon="0", lat="0"), {"经度", "纬度"}),
        ("{", {""}),
        ("[]", {""}),
        (record(22, party_name="张\u202e三", orgs="#REF!"), {"主要当事人姓名", "涉及单位"}),
    ]  # fmt: skip
    rows = [each for nth, (row, _) in enumerate(bad) for each in (record(2 * nth + 1), row)]
    file, report = lines(tmp_path / "half.jsonl", *rows), tmp_path / "report.csv"
    with pytest.raises(ImportRefusedError, match=f"{len(bad)} 行有问题"):
        await exchange_files.bring_in(settings, file, exchange_files.Import("brain", report=report))
    assert not await Dispute.exists()
    told: dict[int, set[str]] = {}
    for each in csv.DictReader(report.read_text(encoding="utf-8-sig").splitlines()):
        if each["结果"] == "有误":
            told.setdefault(int(each["行"]), set()).add(each["栏目"])
    assert told == {2 * nth + 2: fields for nth, (_, fields) in enumerate(bad)}
    assert "half.jsonl 第2行 事件类别：" in capsys.readouterr().out
    await exchange_files.bring_in(settings, file, exchange_files.Import("brain", good_rows=True))
    assert await Dispute.all().count() == len(bad)


async def test_files_that_are_not_what_they_say_bring_nothing(
    settings: Settings, partner: Partner, tmp_path: Path
) -> None:
    manifest = await written(settings, tmp_path, "jsonl")
    lines(tmp_path / manifest["files"][0]["name"], record(1))
    (tmp_path / "broken.xlsx").write_bytes(b"PK\x03\x04 no sheet")
    (tmp_path / "no.csv").write_bytes(b"\x00\x01\x02\xff")
    (tmp_path / "heads.csv").write_text("纠纷编号,天气\n1,晴\n", encoding="utf-8")
    for name in ("manifest.json", "broken.xlsx", "no.csv", "heads.csv"):
        with pytest.raises(ImportRefusedError):
            await exchange_files.bring_in(settings, tmp_path / name, exchange_files.Import("brain"))
    for partner_code, center in (("nobody", None), ("brain", "C999")):
        with pytest.raises(ImportRefusedError):
            await exchange_files.bring_in(settings, tmp_path / "no.csv", exchange_files.Import(partner_code, center))
    assert not await Dispute.exists()


def test_the_fields_are_those_of_the_standard_and_codes_lead_back_or_nowhere() -> None:
    assert len(FIELDS) == 27
    category_of = CategoryOf(CATALOG)
    with (FOLDER / "gbt31000_dispute_types.csv").open(encoding="utf-8-sig") as file:
        types = {row["code"] for row in csv.DictReader(file)}
    found = {code: category_of.get(code) for code in types}
    assert (found["0402"], found["0601"], found["0799"], found["99"]) == ("property", "consumer", "labour", "other")
    for ambiguous in ("0603", "0804", "0499", "1601"):
        assert found[ambiguous] is None
    for code, category in found.items():
        if category not in (None, "other"):
            own = {each.gbt31000 for each in CATALOG.categories if str(category) in CATALOG.codes_of(each.code)}
            assert code in own or (code.endswith("99") and code[:2] in own), (code, category)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx", "'=1", "''", "'", "平常", "", "＝1", "'平常"])
def test_what_is_guarded_comes_back_as_it_was(text: str) -> None:
    assert record_files.unguarded(record_files.guarded(text)) == text
    assert not record_files.guarded(text).startswith(("=", "+", "-", "@", "\t", "＝"))


HEADINGS = {name: COLUMNS[name] for name in record(1)}


def table(path: Path, encoding: str, rows: list[dict[str, str]], delimiter: str = ",", **heads: str) -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file, delimiter=delimiter)
        writer.writerow((HEADINGS | heads).values())
        writer.writerows([row[name] for name in HEADINGS] for row in rows)
    return path


async def test_what_officials_have_is_read_whatever_wrote_it(
    settings: Settings, partner: Partner, tmp_path: Path
) -> None:
    """Half of the rows of each are wrong; the encodings, delimiters and dates are those of office software."""
    dates = ("20240430", "2024-04-30", "2024/4/30", "2024年4月30日", "2024.04.30", "2024-04-30 00:00:00")
    wrong = ("2024-02-30", "04/30/2024", "30.4.2024", "2024-4", "20240230", "昨天")
    for nth, (encoding, delimiter) in enumerate(
        (("gb18030", ","), ("utf-8-sig", ";"), ("utf-8", "\t"), ("utf-16", "\t"))
    ):
        days = [day for pair in zip(dates, wrong, strict=True) for day in pair]
        rows = [record(100 * nth + each, event_date=day, summary=DANGEROUS) for each, day in enumerate(days)]
        file = table(tmp_path / f"{nth}.csv", encoding, rows, delimiter)
        report = tmp_path / f"{nth}-report.csv"
        wanted = exchange_files.Import("brain", good_rows=True, report=report)
        await exchange_files.bring_in(settings, file, wanted)
        told = list(csv.DictReader(report.read_text(encoding="utf-8-sig").splitlines()))
        assert [row["栏目"] for row in told if row["结果"] == "有误"] == ["发生日期"] * len(wrong), encoding
        assert [row["结果"] for row in told].count("新增") == len(dates), encoding
    assert await Dispute.filter(occurred_on="2024-04-30").count() == await Dispute.all().count() == 4 * len(dates)
    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet.append(list(HEADINGS.values()))
    typed = record(999) | {
        "event_date": date(2024, 4, 30),
        "people_count": 2,
        "lon": 111.4775,
        "filed_on": 20240501,
    }
    sheet.append([typed[name] for name in HEADINGS])
    book.save(tmp_path / "typed.xlsx")
    await exchange_files.bring_in(settings, tmp_path / "typed.xlsx", exchange_files.Import("brain"))
    assert await Dispute.filter(occurred_on="2024-04-30").count() == 4 * len(dates) + 1
    out = await written(settings, tmp_path / "out", "csv")
    assert [each["summary"] for each in records_of(tmp_path / "out", out)].count(DANGEROUS) == 4 * len(dates)


async def test_a_hostile_file_is_told_row_by_row_and_breaks_nothing(
    settings: Settings, partner: Partner, tmp_path: Path
) -> None:
    odd = '{"number": "\\ud800", "\\udfff": 1}'
    rows: list[dict[str, Any] | str] = [
        odd, {"[/bold]": 2, "=1+1": 3}, "[" * 100_000, "9" * 5_000, '{"people_count": ' + "9" * 5_000 + "}",
        '{"number": NaN, "lon": Infinity}',
        record(1, lon="nan", lat="nan"), record(2, lon="1_1.5", lat="３０.３"), record(3, lon="1e999"),
        record(4, people_count="９"), record(5, people_count="-1"), record(6, number="\u202e"), record(7, number="\0"),
        record(8, event_type="9" * 5), record(9, status="x" * 33), record(10, filed_on="99999999"),
    ]  # fmt: skip
    rows += ["\x00\x00", "\xff\xfe"]
    file, report = lines(tmp_path / "odd.jsonl", *rows), tmp_path / "report.csv"
    with pytest.raises(ImportRefusedError, match=f"{len(rows)} 行有问题"):
        await exchange_files.bring_in(settings, file, exchange_files.Import("brain", report=report))
    text = report.read_text(encoding="utf-8-sig")
    assert {int(row["行"]) for row in csv.DictReader(text.splitlines())} == set(range(1, len(rows) + 1))
    assert "'=1+1" in text
    for heads in ({"event_scale": "天气[/bold]"}, {"summary": "纠纷编号"}):
        headed = table(tmp_path / "heads.csv", "utf-8", [record(1), record(2)], **heads)
        with pytest.raises(ImportRefusedError, match="1 行有问题（"):
            await exchange_files.bring_in(settings, headed, exchange_files.Import("brain", report=report))
    missing = tmp_path / "missing.csv"
    missing.write_text("纠纷编号,事件名称\n" + "1,物业\n" * 50, encoding="gb18030")
    with pytest.raises(ImportRefusedError, match="1 行有问题（共 3 处）"):
        await exchange_files.bring_in(settings, missing, exchange_files.Import("brain", report=report))
    assert not await Dispute.exists()


async def test_an_incremental_export_waits_for_what_commits_late(
    settings: Settings, people: People, partner: Partner, app: App, tmp_path: Path
) -> None:
    """The transaction is open, with the lower number and the earlier event, while the export before it is made."""
    zhang = await people.resident("zhang")
    late, early = await file_dispute(zhang), await file_dispute(zhang)
    first = await written(settings, tmp_path / "first", "jsonl")
    written_down, may_commit = asyncio.Event(), asyncio.Event()

    async def slow_transaction() -> None:
        async with in_transaction():
            await history.record(app.ctx.deps, await Dispute.get(id=late["id"]), None, Entry("accepted"))
            written_down.set()
            await may_commit.wait()

    task = asyncio.create_task(slow_transaction())
    await written_down.wait()
    async with in_transaction():
        await history.record(app.ctx.deps, await Dispute.get(id=early["id"]), None, Entry("accepted"))
    meanwhile = await written(settings, tmp_path / "meanwhile", "jsonl", first["cursor"])
    may_commit.set()
    await task
    after = await written(settings, tmp_path / "after", "jsonl", meanwhile["cursor"])
    quiet = await written(settings, tmp_path / "quiet", "jsonl", after["cursor"])
    found = [
        {each["number"] for each in records_of(tmp_path / name, manifest)}
        for name, manifest in (("meanwhile", meanwhile), ("after", after), ("quiet", quiet))
    ]
    assert early["number"] in found[0]
    assert late["number"] not in found[0]
    assert late["number"] in found[1]
    assert found[2] == set()
