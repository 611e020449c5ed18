"""Files of notices: what is read, what is refused, and where."""

import io
from datetime import date

import openpyxl
import pytest

from backend.calendars import importing
from backend.calendars.importing import NoticeRefusedError
from backend.calendars.working_days import NoticeDay
from models import DayKind

HEAD = "date,kind,festival"
GOOD = ["2027-02-05,off,春节", "2027-02-06,off,春节", "2027-02-14,work,春节"]


def refused(*lines: str, head: str = HEAD) -> list[str]:
    with pytest.raises(NoticeRefusedError) as caught:
        importing.check("\n".join([head, *lines]).encode())
    return [f"{each.line}: {each.reason}" for each in caught.value.problems]


def test_a_notice_reads_as_it_is_written() -> None:
    notice = importing.check("\n".join([HEAD, *GOOD]).encode())
    assert notice.year == 2027
    assert notice.days == (
        NoticeDay(date(2027, 2, 5), DayKind.OFF, "春节"),
        NoticeDay(date(2027, 2, 6), DayKind.OFF, "春节"),
        NoticeDay(date(2027, 2, 14), DayKind.WORK, "春节"),
    )
    assert notice.unnamed[date(2027, 10, 1)] == "国庆节"
    assert date(2027, 2, 5) not in notice.unnamed


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
def test_office_software_may_have_had_it(encoding: str) -> None:
    text = "日期;类型;节日\r\n2027/2/5;放假;春节\r\n2027/2/14;调休上班;春节\r\n"
    assert [day.kind for day in importing.check(text.encode(encoding)).days] == [DayKind.OFF, DayKind.WORK]


def test_a_workbook_is_read_too() -> None:
    book, file = openpyxl.Workbook(), io.BytesIO()
    sheet = book.active
    assert sheet is not None
    for row in (["date", "kind", "festival"], [date(2027, 2, 5), "off", "春节"]):
        sheet.append(row)
    book.save(file)
    assert importing.check(file.getvalue()).days == (NoticeDay(date(2027, 2, 5), DayKind.OFF, "春节"),)


def test_every_bad_line_is_named() -> None:
    found = refused(
        *GOOD, "2027-02-30,off,春节", "2027-02-07,free,", "2027-02-05,off,春节", "soon", "2027-02-07,off," + "长" * 65
    )
    assert [each.split(":")[0] for each in found] == ["5", "6", "7", "8", "8", "9"]
    assert "第2行已经有了" in found[2]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("2027-02-06,work,春节", "自相矛盾"),
        ("2027-02-09,work,春节", "周一至周五"),
        ("2027-10-02,work,国庆节", "法定节假日"),
        ("2026-11-30,off,元旦", "不属于2027年"),
        ("2028-01-01,off,元旦", "不属于2027年"),
    ],
)
def test_a_notice_that_contradicts_itself_is_refused(line: str, reason: str) -> None:
    [found] = refused(*GOOD, line)
    assert found.startswith("5: ")
    assert reason in found


def test_a_notice_may_reach_into_the_december_before() -> None:
    assert importing.check("\n".join([HEAD, *GOOD, "2026-12-31,off,元旦"]).encode()).year == 2027


@pytest.mark.parametrize(
    "content", [b"", b"\n\n", HEAD.encode(), b"\x00\x01\x02", b"PK\x03\x04rubbish", b'date,kind,festival\n"2027']
)
def test_a_file_of_nothing_is_refused(content: bytes) -> None:
    with pytest.raises(NoticeRefusedError):
        importing.check(content)


def test_a_missing_or_doubled_column_is_named() -> None:
    assert "kind" in refused(*GOOD, head="date,type,festival")[0]
    assert "两个 date" in refused(*GOOD, head="date,kind,festival,日期")[0]
