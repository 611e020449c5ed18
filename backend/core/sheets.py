"""Tables as office software writes them: CSV in UTF-8 or GBK, with or without a byte order mark, and XLSX."""

import csv
import io
import unicodedata
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TextIO
from zipfile import BadZipFile

import openpyxl
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.cell.cell import ERROR_CODES
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

BROKEN = frozenset(ERROR_CODES)
"""What office software shows where a formula has failed."""

_ZIP = b"PK\x03\x04"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_DELIMITERS = ",;\t"
_NO_TABLE = "这不是文本表格，也不是 xlsx 文件。请用表格软件另存为 CSV（UTF-8）或 xlsx。"
_PART = 1 << 16


class SheetError(ValueError):
    """The file cannot be read at all; says at which line, 0 when it has none."""

    def __init__(self, reason: str, line: int = 0) -> None:
        super().__init__(reason)
        self.reason, self.line = reason, line


@dataclass(frozen=True, slots=True)
class SheetRow:
    line: int
    """As office software counts: the first is 1."""
    cells: tuple[str, ...]
    """Trimmed; full-width letters and digits made half-width."""
    as_written: tuple[str, ...]
    """Trimmed and no more."""


@dataclass(frozen=True, slots=True, order=True)
class RowProblem:
    line: int
    column: str
    """As the file calls it; empty = the whole row."""
    reason: str


def columns_of(
    headings: SheetRow | None,
    known: Mapping[str, Sequence[str]],
    required: Sequence[str],
    found: list[RowProblem],
) -> list[str]:
    """Our names of the columns, in the file's order; `known` has the other names of each. Appends what is wrong with
    the headings."""
    if headings is None:
        found.append(RowProblem(0, "", "文件是空的。"))
        return []
    names = {alias: name for name, aliases in known.items() for alias in (name, *aliases)}
    columns = [names.get(heading.lower(), "") for heading in headings.cells]
    line = headings.line
    for heading, column in zip(headings.cells, columns, strict=True):
        if heading and not column:
            found.append(RowProblem(line, heading, "不认识这一列，请对照模板改表头或删去这一列。"))
    found += [RowProblem(line, name, "表头里有两个这样的列。") for name in known if columns.count(name) > 1]
    found += [RowProblem(line, name, "表头里缺少这一列。") for name in required if name not in columns]
    return columns


def read(content: bytes) -> Iterator[SheetRow]:
    """What is not empty, headings included. Raises SheetError, maybe after some rows."""
    yield from _readable(_from_xlsx(content) if content.startswith(_ZIP) else _from_csv(_decoded(content)))


def _readable(rows: Iterator[tuple[int, list[str]]]) -> Iterator[SheetRow]:
    for line, cells in rows:
        texts = tuple(map(str.strip, cells))
        if whole := "".join(texts):
            yield SheetRow(line, texts if whole.isascii() else tuple(map(_half_width, texts)), texts)


def read_file(path: Path, stack: ExitStack) -> Iterator[SheetRow]:
    """As `read`, holding one row at a time; `stack` closes the file. Raises SheetError, maybe after some rows."""
    with path.open("rb") as file:
        is_xlsx = file.read(len(_ZIP)) == _ZIP
    rows = _cells_of(path, stack) if is_xlsx else _records_of(stack.enter_context(_opened(path)))
    yield from _readable(rows)


def write(path: Path, rows: Iterable[Sequence[str]], title: str = "centers") -> None:
    """CSV starts with a byte order mark: without one, office software takes it for GBK. Codes stay text in XLSX."""
    if path.suffix.lower() == ".xlsx":
        book = openpyxl.Workbook(write_only=True)
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append([_cell(sheet, text) for text in row])
        book.save(path)
        return
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(rows)


def _half_width(text: str) -> str:
    return text if text.isascii() else unicodedata.normalize("NFKC", text).strip()


def _cell(sheet: WriteOnlyWorksheet, text: str) -> Cell:
    """Text, also where it begins as a formula does."""
    cell = WriteOnlyCell(sheet, text)
    cell.data_type = "s"
    return cell


def _decoded(content: bytes) -> str:
    for encoding in ("utf-16",) if content.startswith(_UTF16) else ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise SheetError(_NO_TABLE)


def _opened(path: Path) -> TextIO:
    """In the encoding that all of it can be read in."""
    with path.open("rb") as file:
        encodings = ("utf-16",) if file.read(2) in _UTF16 else ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            with path.open(encoding=encoding, newline="") as file:
                if not any("\0" in part for part in iter(partial(file.read, _PART), "")):
                    return path.open(encoding=encoding, newline="")
        except UnicodeDecodeError:
            continue
    raise SheetError(_NO_TABLE)


def _from_csv(text: str) -> Iterator[tuple[int, list[str]]]:
    return _records_of(io.StringIO(text, newline=""))


def _records_of(file: TextIO) -> Iterator[tuple[int, list[str]]]:
    headings = next((line for line in file if line.strip()), "")
    delimiter = max(_DELIMITERS, key=headings.count)
    file.seek(0)
    reader = csv.reader(file, delimiter=delimiter, strict=True)
    line = 1
    try:
        for cells in reader:
            yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise SheetError("从这一行起读不下去，多半是双引号没有成对，请检查。", line) from error


def _from_xlsx(content: bytes) -> Iterator[tuple[int, list[str]]]:
    with ExitStack() as stack:
        yield from _cells_of(io.BytesIO(content), stack)


def _cells_of(source: Path | io.BytesIO, stack: ExitStack) -> Iterator[tuple[int, list[str]]]:
    """The first sheet; of formulas the value last computed."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # styles and extensions that openpyxl does not know are of no interest
            book = openpyxl.load_workbook(source, read_only=True, data_only=True)
            stack.callback(book.close)
            sheet = book.worksheets[0]
            sheet.reset_dimensions()  # some programs write wrong ones, and what lies outside would not be read
            for line, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
                yield line, [_text(cell) for cell in cells]
    except (BadZipFile, InvalidFileException, KeyError, ValueError, IndexError, SyntaxError) as error:
        raise SheetError("这个 xlsx 文件打不开，请用表格软件重新保存后再试。") from error


def _text(cell: object) -> str:
    """Codes typed as numbers come back without a decimal point."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)
