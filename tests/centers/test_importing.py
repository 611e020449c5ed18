"""Files of centers: what is read, what is refused, and where."""

import io
import re
import zipfile

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.centers import importing
from backend.centers.importing import Checked, KnownCenter
from backend.core import sheets
from backend.core.catalog import Catalog
from backend.core.divisions import DivisionDirectory, DivisionPoint
from config import catalog_files

CATALOG = Catalog.parse(catalog_files.read_catalog())
DIVISIONS = DivisionDirectory(
    DivisionPoint(row["code"], row["name"], row["level"], row["parent_code"] or None, None)
    for row in catalog_files.read_divisions()
)
KNOWN = {"C420500": KnownCenter("city", is_active=True), "C420502": KnownCenter("county", is_active=True)}

HEAD = "code,name,level,division_code,lon,lat,crs,address,phone,categories,status,successor_code"
GOOD = "A1,葛洲坝街道综治中心,township,420502005,111.2786,30.7325,gcj02,建设路1号,0717-6215798,labour;medical,,"


def check(content: str | bytes) -> Checked:
    raw = content.encode() if isinstance(content, str) else content
    return importing.check(sheets.read(raw), CATALOG, DIVISIONS, KNOWN)


def problems(*lines: str, head: str = HEAD) -> list[tuple[int, str]]:
    return [(each.line, each.column) for each in check("\n".join([head, *lines])).problems]


def changed(**cells: str) -> str:
    row = dict(zip(HEAD.split(","), GOOD.split(","), strict=True)) | cells
    return ",".join(row[name] for name in HEAD.split(","))


def workbook(*rows: list[object]) -> bytes:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_however_office_software_saves_it(encoding: str, ends: str, delimiter: str) -> None:
    text = ends.join([HEAD, GOOD.replace(";", "、"), ""]).replace(",", delimiter)
    checked = check(text.encode(encoding))
    assert checked.problems == []
    (row,) = checked.rows
    assert (row.line, row.draft.name, row.draft.lon) == (2, "葛洲坝街道综治中心", 111.2786)
    assert row.draft.categories == ("labour", "medical")


def test_headings_in_chinese_and_full_width_digits() -> None:
    head = "编码,名称,层级,行政区划代码,经度,纬度,坐标系,联系电话"
    (row,) = check(f"{head}\nA1,甲中心,街道,４２０５０２００５,111.2786,30.7325,腾讯,0717－6215798").rows
    assert (row.draft.level, row.draft.division_code, row.draft.crs) == ("township", "420502005", "gcj02")
    assert row.draft.phone == "0717-6215798"
    assert row.draft.categories is None


def test_codes_typed_as_numbers_in_a_workbook() -> None:
    headings: list[object] = ["code", "name", "level", "division_code", "lon", "lat", "crs", "closing date"]
    row: list[object] = [1001, "甲中心", "township", 420502005.0, 111.2786, 30.7325, "wgs84"]
    (taken,) = check(workbook(headings[:-1], row, [None] * 7)).rows
    assert (taken.draft.code, taken.draft.division_code) == ("1001", "420502005")
    assert [each.column for each in check(workbook(headings, row)).problems] == ["closing date"]


@pytest.mark.parametrize(
    ("cells", "columns"),
    [
        ({"code": ""}, ["code"]),
        ({"code": "宜昌1"}, ["code"]),
        ({"name": ""}, ["name"]),
        ({"name": "中" * 65}, ["name"]),
        ({"level": "street"}, ["level"]),
        ({"division_code": "420502"}, ["division_code"]),
        ({"division_code": "420502999"}, ["division_code"]),
        ({"division_code": "4.20502E+08"}, ["division_code"]),
        ({"lon": "30.7325", "lat": "111.2786"}, ["lat", "lon"]),
        ({"lon": "0", "lat": "0"}, ["lat", "lon"]),
        ({"lon": "2.35", "lat": "48.85"}, ["lat", "lon"]),
        ({"lon": "111°16′", "lat": "nan"}, ["lon"]),
        ({"lon": "nan"}, ["lon"]),
        ({"crs": ""}, ["crs"]),
        ({"crs": "北京54"}, ["crs"]),
        ({"phone": "7176215798"}, ["phone"]),
        ({"phone": "见墙上"}, ["phone"]),
        ({"categories": "labour;football"}, ["categories"]),
        ({"address": "建设路\x0b1号"}, ["address"]),
        ({"name": "甲\u2028中心"}, ["name"]),
        ({"status": "maybe"}, ["status"]),
        ({"status": "closed"}, ["successor_code"]),
        ({"status": "closed", "successor_code": "A1"}, ["successor_code"]),
        ({"status": "closed", "successor_code": "nobody"}, ["successor_code"]),
        ({"successor_code": "C420502"}, ["successor_code"]),
        ({"name": "", "level": "x", "lon": "east", "status": "?"}, ["level", "lon", "name", "status"]),
    ],
)
def test_bad_rows_by_line_and_column(cells: dict[str, str], columns: list[str]) -> None:
    assert problems(changed(code="A0"), changed(**cells)) == [(3, column) for column in columns]


def test_names_stay_as_they_are_written() -> None:
    (row,) = check("\n".join([HEAD, changed(name="甲中心（二）①", address='"建设路\r\n１号"')])).rows
    assert (row.draft.name, row.draft.address) == ("甲中心（二）①", "建设路 １号")
    (row,) = check("\n".join([HEAD, changed(categories=";")])).rows
    assert row.draft.categories is None


def test_a_workbook_with_a_wrong_size_and_a_broken_formula() -> None:
    file = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook(list(HEAD.split(",")), [*GOOD.split(",")[:7], "#REF!"]))) as book,
        zipfile.ZipFile(file, "w") as smaller,
    ):
        for name in book.namelist():
            smaller.writestr(name, re.sub(b'(?<=<dimension ref=")[^"]*', b"A1", book.read(name)))
    found = check(file.getvalue()).problems
    assert [(each.line, each.column) for each in found] == [(2, "address")]
    assert "公式" in found[0].reason


def test_swapped_coordinates_are_told_as_such() -> None:
    found = check("\n".join([HEAD, changed(lon="30.7325", lat="111.2786")])).problems
    assert len(found) == 2
    assert all(each.reason.startswith("经度和纬度好像填反了") for each in found)


def test_good_rows_that_close_centers() -> None:
    assert problems(changed(status="closed", successor_code="C420502")) == []
    assert problems(changed(status="closed", successor_code="A2"), changed(code="A2")) == []
    chain = [
        changed(status="closed", successor_code="A2"),
        changed(code="A2", status="closed", successor_code="C420502"),
    ]
    assert problems(*chain) == [(2, "successor_code")]
    queue = changed(code="C420500", level="city", division_code="420500", status="closed", successor_code="C420502")
    assert problems(queue) == [(2, "status")]
    assert problems(queue, changed(code="Q2", level="city", division_code="420500")) == []
    assert problems(changed(code="C420500", level="county", division_code="420502")) == [(2, "level")]


def test_a_city_whose_divisions_are_not_loaded() -> None:
    assert problems(changed(division_code="110101001", lon="116.4", lat="39.9")) == []


def test_duplicates_name_the_first() -> None:
    found = check("\n".join([HEAD, GOOD, changed(code="B"), GOOD])).problems
    assert [(each.line, each.column) for each in found] == [(4, "code")]
    assert "第2行" in found[0].reason


def test_lines_are_counted_as_office_software_does() -> None:
    two_lines = GOOD.replace("建设路1号", '"建设路\n1号"')
    assert problems(two_lines, "", changed(code="B", crs="")) == [(5, "crs")]


@pytest.mark.parametrize(
    ("content", "where"),
    [
        ("", [(0, "")]),
        (HEAD, [(0, "")]),
        (HEAD.replace("crs,", "") + "\n" + GOOD, [(1, "crs")]),
        (HEAD + ",code\n" + GOOD, [(1, "code")]),
        (HEAD.replace("phone", "fax") + "\n" + GOOD, [(1, "fax")]),
        (HEAD + "\n" + GOOD + ",,surplus", [(2, "")]),
        (HEAD + '\n"' + GOOD, [(2, "")]),
        (HEAD + "\n" + GOOD + '\nB,"x"y,', [(3, "")]),
        (b"\x00\x01\x02\xff", [(0, "")]),
        (b"PK\x03\x04 no workbook", [(0, "")]),
        (b"\xff\xfe\x00", [(0, "")]),
    ],
)
def test_files_that_are_no_table_of_centers(content: str | bytes, where: list[tuple[int, str]]) -> None:
    assert [(each.line, each.column) for each in check(content).problems] == where


@given(st.binary(max_size=300))
def test_no_file_breaks_the_reader(content: bytes) -> None:
    assert check(content).problems


@given(
    st.lists(
        st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\r\n"), max_size=20), min_size=1, max_size=15
    )
)
def test_no_row_breaks_the_reader(cells: list[str]) -> None:
    row = ",".join('"' + cell.replace('"', '""') + '"' for cell in cells)
    checked = check(f"{HEAD}\n{row}\n")
    assert checked.problems
    assert checked.rows == []


def test_very_many_rows_and_one_bad_one() -> None:
    lines = [GOOD.replace("A1,", f"A{number},") for number in range(20_000)]
    lines[17_776] = changed(code="A17776", lat="")
    found = check("\n".join([HEAD, *lines])).problems
    assert [(each.line, each.column) for each in found] == [(17_778, "lat")]


def test_the_template_is_right() -> None:
    checked = check((catalog_files.FOLDER / "centers_template.csv").read_bytes())
    assert checked.problems == []
    assert [row.closed for row in checked.rows] == [False, True]
