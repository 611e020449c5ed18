"""The language in which an official writes a paper, one line at a time; docs/papers.md explains it to officials.

Fields are still tokens here (see `template.py`), so that a value never becomes structure.
"""

import re
from dataclasses import dataclass

from backend.papers.blocks import Block, Cell, Line, LineKind, Row, Table

_BEGINNINGS: dict[str, LineKind] = {
    "## ": "heading",
    "# ": "title",
    "> ": "right",
    "^ ": "center",
    "! ": "plain",
}
_MARKS: dict[str, LineKind] = {
    "签名": "signature",
    "填写": "blank",
    "盖章": "seal",
    "空行": "space",
    "分页": "page",
    "核验": "check",
}
_MARK = re.compile(r"\[(?P<name>[^\s\]]+)(?:\s+(?P<text>[^\]]*))?\]")
_TOKEN = re.compile("\ue000[0-9]+\ue001")
_MERGED = "<"
_MOST_COLUMNS = 12


class MarkupError(ValueError):
    """`line` counts from 1; None where it came out only when filled."""

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.message, self.line = message, line


@dataclass(slots=True)
class _OpenTable:
    widths: tuple[int, ...]
    rows: list[Row]


def read(text: str) -> list[Block]:
    """Raises MarkupError."""
    blocks: list[Block] = []
    table: _OpenTable | None = None
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.strip()
        if line.startswith("|"):
            table = _row(table, line, number)
            continue
        blocks += _closed(table)
        table = None
        if line:
            blocks.append(_line(line, number))
    return blocks + _closed(table)


def marks_in(text: str) -> set[str]:
    """`签名`, `盖章` … and `标题` for a title, wherever they stand."""
    lines = [line.strip() for line in text.splitlines()]
    found = {match["name"] for line in lines if (match := _MARK.fullmatch(line))}
    return found | {"标题" for line in lines if line.startswith("# ")}


def _line(line: str, number: int) -> Line:
    for beginning, kind in _BEGINNINGS.items():
        if line.startswith(beginning):
            return Line(kind, line[len(beginning) :].strip())
    mark = _MARK.fullmatch(line)
    if mark is None:
        return Line("body", line)
    if mark["name"] not in _MARKS:
        known = "、".join(f"[{name}]" for name in _MARKS)
        raise MarkupError(f"没有“[{mark['name']}]”这种标记，可以用：{known}。", number)
    return Line(_MARKS[mark["name"]], (mark["text"] or "").strip())


def _row(table: _OpenTable | None, line: str, number: int) -> _OpenTable:
    if line.startswith("|:"):
        if table is not None:
            raise MarkupError("列宽（以“|:”开头的一行）应当是表格的第一行。", number)
        return _OpenTable(_widths(line[2:], number), [])
    is_head = line.startswith("|=")
    texts = [part.strip() for part in line[2 if is_head else 1 :].removesuffix("|").split("|")]
    table = table or _OpenTable((1,) * len(texts), [])
    if len(texts) != len(table.widths) or texts[0] == _MERGED:
        raise MarkupError(f"这一行应有{len(table.widths)}格，实际是{len(texts)}格；与左边合并的格子写“<”。", number)
    table.rows.append(Row(_cells(texts, is_head=is_head), is_head))
    return table


def _widths(text: str, number: int) -> tuple[int, ...]:
    parts = [part.strip() for part in text.removesuffix("|").split("|")]
    if not 1 <= len(parts) <= _MOST_COLUMNS or not all(re.fullmatch("[1-9][0-9]?", part) for part in parts):
        raise MarkupError(f"列宽写成“|: 2 | 5 | 3”这样的整数（1—99），最多{_MOST_COLUMNS}列。", number)
    return tuple(int(part) for part in parts)


def _cells(texts: list[str], *, is_head: bool) -> tuple[Cell, ...]:
    """A cell of fixed words only is the name of what stands beside it."""
    cells: list[Cell] = []
    for text in texts:
        if text == _MERGED:
            last = cells.pop()
            cells.append(Cell(last.text, last.span + 1, last.is_label))
        else:
            cells.append(Cell(text, 1, is_head or (text != "" and not _TOKEN.search(text))))
    return tuple(cells)


def _closed(table: _OpenTable | None) -> list[Block]:
    return [Table(table.widths, tuple(table.rows))] if table is not None and table.rows else []
