"""The rows of a file as values: what can be taken as it stands, and what is wrong, with line and column. Pure."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Generic, TypeVar

from backend.core import sheets
from backend.core.sheets import BROKEN, RowProblem, SheetError, SheetRow

Value = TypeVar("Value")
Taken = TypeVar("Taken")

_DATE = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?(?: 00:00:00)?")
_CUT = re.compile(r"[;；、,，|]")
YES_NO = {"是": True, "有": True, "yes": True, "true": True, "1": True,
          "否": False, "无": False, "no": False, "false": False, "0": False}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Form:
    """What a file of this kind looks like."""

    columns: Mapping[str, tuple[str, ...]]
    """In the order of the export, with other names that are understood."""
    required: tuple[str, ...]
    key: str
    """The column that no two rows may share."""
    lengths: Mapping[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Checked(Generic[Taken]):
    """With any problem at all, nothing may be written."""

    rows: list[Taken] = field(default_factory=list)
    problems: list[RowProblem] = field(default_factory=list)


class Cells:
    """One row as values; what cannot be read is written down with its column."""

    def __init__(self, line: int, cells: Mapping[str, str]) -> None:
        self.line, self.found = line, dict[str, str]()
        self._cells = cells

    def text(self, column: str) -> str:
        return self._cells[column]

    def wrong(self, column: str, reason: str) -> None:
        self.found.setdefault(column, reason)

    def value(self, column: str, read: Callable[[str], Value], reason: str | None = None) -> Value | None:
        """None for an empty cell, and for one that is wrong; without a `reason` the one that `read` raises."""
        if not self._cells[column]:
            return None
        try:
            return read(self._cells[column])
        except (ValueError, KeyError) as error:
            self.wrong(column, reason or str(error))
            return None

    def word(self, column: str, words: Mapping[str, Value], reason: str) -> Value | None:
        return self.value(column, lambda text: words[text.lower()], reason)

    def words(self, column: str, words: Mapping[str, Value], reason: str) -> tuple[Value, ...] | None:
        """Several in one cell."""
        return self.value(column, lambda text: tuple(words[part.lower()] for part in parts(text)), reason)


def check(rows: Iterator[SheetRow], form: Form, read: Callable[[Cells], Taken]) -> Checked[Taken]:
    """`read` is asked for every row whose required cells are filled."""
    checked = Checked[Taken]()
    try:
        columns = sheets.columns_of(next(rows, None), form.columns, form.required, checked.problems)
        if not checked.problems:
            reader = _Reader(form, columns, read, checked)
            for row in rows:
                reader.take(row)
            if not checked.problems and not checked.rows:
                checked.problems.append(RowProblem(0, "", "文件里只有表头，没有任何内容。"))
    except SheetError as error:
        checked.problems.append(RowProblem(error.line, "", error.reason))
    checked.problems.sort()
    return checked


class _Reader(Generic[Taken]):
    """Remembers which keys it has seen."""

    def __init__(self, form: Form, columns: list[str], read: Callable[[Cells], Taken], checked: Checked[Taken]) -> None:
        self._form, self._columns, self._read, self._checked = form, columns, read, checked
        self._line_by_key: dict[str, int] = {}

    def take(self, row: SheetRow) -> None:
        if any(row.cells[len(self._columns) :]):
            text = "这一行的列比表头多；内容里有逗号时，请用英文双引号括起来。"
            self._checked.problems.append(RowProblem(row.line, "", text))
            return
        named = dict.fromkeys(self._form.columns, "") | dict(zip(self._columns, row.cells, strict=False))
        cells = Cells(row.line, named)
        for column in self._form.columns:
            if wrong := _wrong_in(column, named[column], self._form):
                cells.wrong(column, wrong)
        earlier = self._line_by_key.setdefault(named[self._form.key], row.line)
        if earlier != row.line and named[self._form.key]:
            cells.wrong(self._form.key, f"重复，第{earlier}行已经有了。")
        taken = self._read(cells) if all(named[column] for column in self._form.required) else None
        self._checked.problems += [RowProblem(row.line, column, reason) for column, reason in cells.found.items()]
        if taken is not None and not cells.found:
            self._checked.rows.append(taken)


def _wrong_in(column: str, text: str, form: Form) -> str | None:
    if not text:
        return "这一项必须填写。" if column in form.required else None
    if text in BROKEN:
        return "这一格的公式出错了，请改成要填写的内容。"
    if not text.isprintable():
        return "含有换行或无法识别的字符，请删除。"
    most = form.lengths.get(column)
    return f"最多写{most}个字。" if most is not None and len(text) > most else None


def day(text: str) -> date:
    """2024-05-01, 2024/5/1, 2024年5月1日. Raises ValueError."""
    found = _DATE.fullmatch(text)
    try:
        return date(*map(int, found.groups() if found else ()))
    except (TypeError, ValueError) as error:
        raise ValueError("日期不对，请写成 2024-05-01 这样。") from error


def fen(text: str, most: int) -> int:
    """An amount in yuan, as people write it. Raises ValueError."""
    try:
        found: Any = Decimal(text.replace(",", "")) * 100
    except InvalidOperation:
        found = Decimal("NaN")
    if not (found.is_finite() and 0 <= found <= most and found == found.to_integral_value()):
        raise ValueError("金额不对，请只写数字，最多两位小数，单位是元。")
    return int(found)


def parts(text: str) -> list[str]:
    return [part.strip() for part in _CUT.split(text) if part.strip()]


def by_code_and_text(texts: Mapping[Value, str]) -> dict[str, Value]:
    """Both are understood in a cell, in any case."""
    return {text.lower(): code for code, text in texts.items()} | {str(code).lower(): code for code in texts}
