"""The language of templates: what is refused, with its line, and that values never become structure."""

import io
from typing import Any

import pypdf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.core.catalog import Catalog
from backend.papers import fields, fonts, pdf, template
from backend.papers.blocks import Line, Table
from backend.papers.kinds import PAPERS
from backend.papers.shapes import AgreementData
from backend.papers.sheet import Check, Sheet
from config.catalog_files import read_catalog

CATALOG = Catalog.parse(read_catalog())
FIELDS, SAMPLE = fields.names(AgreementData), fields.samples(AgreementData)


def wrong(source: str, *required: str) -> list[tuple[int, str]]:
    found = template.problems(source, FIELDS, frozenset(required), SAMPLE)
    return [(each.line, each.message) for each in found]


@pytest.mark.parametrize("code", CATALOG.papers)
def test_what_is_shipped_is_good(code: str) -> None:
    shape, must_say = PAPERS[code].shape, CATALOG.papers[code].must_say
    source = CATALOG.paper_templates[code]
    assert template.problems(source, fields.names(shape), must_say, fields.samples(shape)) == []
    assert set(CATALOG.papers[code].must_know) <= set(fields.names(shape))


@pytest.mark.parametrize(
    ("source", "line", "words"),
    [
        ("# 标题\n{{ 案由 }}", 2, "没有“案由”"),
        ("{{ 案浩 }}", 1, "案号"),
        ("一\n{{ 案号", 2, "花括号"),
        ("{% for 人 in 当事人 %}\n{{ 人.姓名 }}", 2, "endfor"),
        ("{{ 当事人 }}", 1, "有多项"),
        ("{% for 人 in 当事人 %}{{ 人 }}{% endfor %}", 1, "哪一项"),
        ("{% for 人 in 案号 %}{% endfor %}", 1, "只有一项"),
        ("{% for 人 in 当事人 %}{{ 人.工资 }}{% endfor %}", 1, "没有“工资”"),
        ("{{ 人.姓名 }}", 1, "没有“人”"),
        ("{{ 案号.__class__ }}", 1, "没有“__class__”"),
        ("{{ ''.__class__.__mro__ }}", 1, "只能用"),
        ("{{ range(10) }}", 1, "只能用"),
        ("{{ 案号 * 1000000 }}", 1, "只能用"),
        ("{% for 人 in 'ab' %}{% endfor %}", 1, "应当写项目"),
        ("{% set 甲 = 案号 %}", 1, "只能用"),
        ("{% include 'x' %}", 1, "只能用"),
        ("{% macro 甲() %}{% endmacro %}", 1, "只能用"),
        ("{{ 案号 | upper }}", 1, "中文数字"),
        ("[印章]", 1, "标记"),
        ("| 甲 | 乙\n| 丙", 2, "2格"),
        ("|: 一 | 2", 1, "整数"),
        ("| < | 甲", 1, "格"),
        ("\ue0001\ue001", 1, "无法识别"),
        ("没有 {%  endfor %}", 1, "花括号"),
        ("{{ 案号 }}{{ }}", 1, "花括号"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(source: str, line: int, words: str) -> None:
    found = wrong(source)
    assert found, "refused"
    assert (found[0][0], words in " ".join(message for _, message in found)) == (line, True), found


def test_everything_is_said_at_once() -> None:
    found = wrong("{{ 甲 }}\n{{ 乙 }}\n{{ 案号 }}", "案号", "协议内容", "[签名]")
    assert [line for line, _ in found] == [1, 2, 1, 1]
    assert "协议内容" in found[3][1] + found[2][1]


@given(st.text())
def test_whatever_is_typed_is_answered(source: str) -> None:
    template.problems(source, FIELDS, frozenset(), SAMPLE)


WORDS = st.text(alphabet=st.sampled_from("# |[]{}%<>^!\n签名=:\ue000\ue0010甲"), min_size=1, max_size=30)


@given(facts=WORDS, who=WORDS)
def test_values_are_never_structure(facts: str, who: str) -> None:
    source = "# {{ 案号 }}\n{{ 纠纷事实 }}\n| 甲 | {{ 责任 }} | 乙\n"
    source += "{% for 条 in 协议内容 %}\n| {{ 条.履行人 }} | 丙 | 丁\n{% endfor %}\n"
    values: dict[str, Any] = SAMPLE | {"纠纷事实": facts, "责任": who, "协议内容": [{"履行人": who}]}
    blocks = template.fill(source, values)
    assert isinstance(blocks[-1], Table)
    assert [[cell.text for cell in row.cells] for row in blocks[-1].rows] == [["甲", who, "乙"], [who, "丙", "丁"]]
    texts = [block for block in blocks[1:-1] if isinstance(block, Line)]
    assert {block.kind for block in texts} <= {"body"}
    assert [block.text for block in texts] == [line.strip() for line in facts.splitlines() if line.strip()]


def test_lines_that_only_steer_leave_no_gap() -> None:
    rows = "{% for 条 in 协议内容 %}\n| 甲 | {{ 条.履行人 }}\n{% endfor %}\n"
    blocks = template.fill("{% if 案号 %}\n|: 1 | 3\n" + rows + "{% endif %}\n| 乙 | <\n", SAMPLE)
    assert len(blocks) == 1
    table = blocks[0]
    assert isinstance(table, Table)
    assert (table.widths, len(table.rows), table.rows[-1].cells[0].span) == ((1, 3), 3, 2)


@pytest.mark.parametrize(
    ("number", "text"), [(1, "一"), (10, "十"), (12, "十二"), (20, "二十"), (99, "九十九"), (100, "100")]
)
def test_numbers_in_chinese(number: int, text: str) -> None:
    assert template.chinese_number(number) == text


def test_the_fonts_cover_the_names_of_the_country() -> None:
    """All of Unicode's first block and its extension A, and what the table of standard characters has beyond them."""
    common = [chr(code) for code in (*range(0x4E00, 0xA000), *range(0x3400, 0x4DC0))]
    assert fonts.printable("".join(common))[1] == []
    assert fonts.printable("𬀩𬭎𣲗𠅤䶮㛃㐱·，。《》〔〕①—…￥")[1] == []
    assert fonts.printable("王\u200b\u202e五\ufe00") == ("王五", [])
    assert fonts.printable("😀李") == ("〓李", ["😀"])


def test_a_long_run_of_letters_stays_on_the_page_and_itself() -> None:
    sheet = Sheet(
        "甲", (Line("body", "A" * 600), Line("plain", "0f" * 32)), "乙", Check("https://hejie.example/", "ab")
    )
    lines = [line for page in pypdf.PdfReader(io.BytesIO(pdf.draw(sheet).content)).pages
             for line in page.extract_text().splitlines()]  # fmt: skip
    assert max(len(line) for line in lines) <= 64
    assert "".join(line for line in lines if set(line) == {"A"}) == "A" * 600
    assert "0f" * 32 in "".join(lines)
