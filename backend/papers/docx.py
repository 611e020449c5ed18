"""The DOCX, to be edited in an office: the same sheet with the fonts that such machines have (仿宋, 黑体, 宋体)."""

import io
from collections.abc import Callable
from datetime import UTC, datetime

import docx
from docx.document import Document
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.oxml.ns import qn
from docx.oxml.parser import OxmlElement
from docx.shared import Cm, Pt
from docx.table import Table as DocxTable
from docx.table import _Cell
from docx.text.paragraph import Paragraph

from backend.papers import pdf
from backend.papers.blocks import Line, LineKind, Row, Table
from backend.papers.sheet import Check, Sheet

_SONG, _HEI, _FANGSONG = "宋体", "黑体", "仿宋"
_BODY_PT, _CELL_PT, _SMALL_PT = 14.0, 12.0, 9.0
_TEXT_WIDTH = Cm(15.8)
_NOT_XML = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF])
_DAY = "　　年　　月　　日"
_EPOCH = datetime(2020, 1, 1, tzinfo=UTC)

_Align = WD_ALIGN_PARAGRAPH
_ALIGNED: dict[LineKind, WD_ALIGN_PARAGRAPH] = {
    "title": _Align.CENTER,
    "center": _Align.CENTER,
    "right": _Align.RIGHT,
    "seal": _Align.RIGHT,
}


def draw(sheet: Sheet) -> bytes:
    document = _blank(sheet)
    for block in sheet.blocks:
        if isinstance(block, Table):
            _table(document, block)
        else:
            _DRAW.get(block.kind, _text)(document, block, sheet)
    document.core_properties.title, document.core_properties.author = _safe(sheet.title), ""
    document.core_properties.created = document.core_properties.modified = _EPOCH
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


def _blank(sheet: Sheet) -> Document:
    document = docx.Document()
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.top_margin, section.bottom_margin = Cm(2.8), Cm(2.6)
    section.left_margin, section.right_margin = Cm(2.7), Cm(2.5)
    style = document.styles["Normal"]
    style.font.name, style.font.size = "Times New Roman", Pt(_BODY_PT)
    style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), _FANGSONG)
    style.paragraph_format.space_after = Pt(0)
    style.paragraph_format.line_spacing = 1.5
    if sheet.check is None:
        _write(section.header.paragraphs[0], "草稿", _HEI, _BODY_PT).alignment = _Align.RIGHT
    _page_number(section.footer.paragraphs[0], sheet.footer)
    return document


def _text(document: Document, line: Line, _sheet: Sheet) -> None:
    paragraph = document.add_paragraph()
    if line.kind in _ALIGNED:
        paragraph.alignment = _ALIGNED[line.kind]
    font, size = {"title": (_SONG, 22.0), "heading": (_HEI, _BODY_PT)}.get(line.kind, (_FANGSONG, _BODY_PT))
    if line.kind == "body":
        paragraph.paragraph_format.first_line_indent = Pt(2 * _BODY_PT)
    paragraph.paragraph_format.keep_with_next = line.kind in ("title", "heading")
    _write(paragraph, line.text, font, size, bold=line.kind == "title")


def _line_to_write_on(document: Document, line: Line, _sheet: Sheet) -> None:
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.space_before = Pt(_BODY_PT)
    ending = _DAY if line.kind == "signature" else ""
    _write(paragraph, f"{line.text}＿＿＿＿＿＿{ending}", _FANGSONG, _BODY_PT)


def _seal(document: Document, line: Line, _sheet: Sheet) -> None:
    for text, space in ((f"{line.text}（盖章）", 3 * _BODY_PT), (_DAY, 0.0)):
        paragraph = document.add_paragraph()
        paragraph.alignment, paragraph.paragraph_format.space_before = _Align.RIGHT, Pt(space)
        paragraph.paragraph_format.keep_with_next = space > 0
        _write(paragraph, text, _FANGSONG, _BODY_PT)


def _space(document: Document, _line: Line, _sheet: Sheet) -> None:
    document.add_paragraph()


def _page(document: Document, _line: Line, _sheet: Sheet) -> None:
    document.add_paragraph().add_run().add_break(WD_BREAK.PAGE)


def _check(document: Document, _line: Line, sheet: Sheet) -> None:
    if sheet.check is None:
        _write(document.add_paragraph(), "草稿不能核验。", _FANGSONG, _SMALL_PT)
        return
    document.add_picture(io.BytesIO(pdf.code_picture(sheet.check)), width=Cm(2.3))
    for text in _words(sheet.check):
        _write(document.add_paragraph(), text, _FANGSONG, _SMALL_PT)


def _words(check: Check) -> tuple[str, ...]:
    return (
        "扫码可以核验本文书是否由本中心出具，核验页不显示任何个人信息。",
        f"核验地址：{check.address}",
        f"内容指纹：{check.digest}",
    )


_DRAW: dict[LineKind, Callable[[Document, Line, Sheet], None]] = {
    "signature": _line_to_write_on,
    "blank": _line_to_write_on,
    "seal": _seal,
    "space": _space,
    "page": _page,
    "check": _check,
}


def _table(document: Document, table: Table) -> None:
    drawn = document.add_table(len(table.rows), len(table.widths), "Table Grid")
    drawn.autofit = False
    total = sum(table.widths)
    for column, width in zip(drawn.columns, table.widths, strict=True):
        column.width = int(_TEXT_WIDTH * width / total)
    for place, row in enumerate(table.rows):
        _row(drawn, place, row)
    document.add_paragraph().paragraph_format.line_spacing = 0.5


def _row(drawn: DocxTable, place: int, row: Row) -> None:
    # The row's cells once: each look-up through the table builds its whole grid anew.
    cells, first = drawn.rows[place].cells, 0
    for cell in row.cells:
        box = cells[first] if cell.span == 1 else cells[first].merge(cells[first + cell.span - 1])
        first += cell.span
        _fill(box, cell.text, is_label=cell.is_label)
    if row.is_head:
        drawn.rows[place]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))  # noqa: SLF001 - has no other way in


def _fill(box: _Cell, text: str, *, is_label: bool) -> None:
    box.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
    paragraph = box.paragraphs[0]
    paragraph.alignment = _Align.CENTER if is_label else _Align.LEFT
    paragraph.paragraph_format.line_spacing = 1.2
    _write(paragraph, text, _HEI if is_label else _FANGSONG, _CELL_PT)


def _page_number(paragraph: Paragraph, footer: str) -> None:
    paragraph.alignment = _Align.CENTER
    _write(paragraph, f"{footer}　　第" if footer else "第", _FANGSONG, _SMALL_PT)
    _number(paragraph, "PAGE")
    _write(paragraph, "页　共", _FANGSONG, _SMALL_PT)
    _number(paragraph, "NUMPAGES")
    _write(paragraph, "页", _FANGSONG, _SMALL_PT)


def _number(paragraph: Paragraph, instruction: str) -> None:
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), instruction)
    paragraph._p.append(field)  # noqa: SLF001 - has no other way in


def _write(paragraph: Paragraph, text: str, font: str, size: float, *, bold: bool = False) -> Paragraph:
    """Line breaks in `text` stay in the paragraph."""
    run = paragraph.add_run(_safe(text))
    run.font.size, run.bold = Pt(size), bold or None
    run.font.name = "Times New Roman"
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)  # noqa: SLF001 - as above
    return paragraph


def _safe(text: str) -> str:
    return text.translate(_NOT_XML)
