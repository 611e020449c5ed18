"""Records as files and back, a row at a time: JSON Lines, CSV, XLSX, and the manifest that says what they hold."""

import csv
import json
from codecs import BOM_UTF8
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from hashlib import file_digest
from pathlib import Path
from typing import Any, Literal, Protocol, get_args

import openpyxl
import pydantic_core
from openpyxl.cell import WriteOnlyCell

from backend.core import sheets
from backend.core.sheets import RowProblem, SheetError
from backend.exchange.records import COLUMNS, FIELDS, STANDARD, Record

Format = Literal["jsonl", "csv", "xlsx"]
FORMATS: tuple[Format, ...] = get_args(Format)
MANIFEST = "manifest.json"
ROWS_PER_FILE = 500_000
"""A sheet of office software ends at 1,048,576 rows."""

_FORMULA = tuple("=+-@\t\r＝＋－＠")
_LONGEST_LINE = 1_000_000


class _Writer(Protocol):
    def write(self, record: Record) -> None: ...

    def close(self) -> None: ...


@dataclass(slots=True)
class Files:
    """Written under other names until `finish`: whoever looks into the folder finds the manifest last, and with it
    everything it names."""

    folder: Path
    format: Format
    by_status: Counter[str] = field(default_factory=Counter)
    _parts: list[tuple[str, int]] = field(default_factory=list)
    _writer: _Writer | None = None

    def write(self, record: Record) -> None:
        if self._writer is None or self._parts[-1][1] == ROWS_PER_FILE:
            self._begin()
        assert self._writer is not None
        self._writer.write(record)
        name, rows = self._parts[-1]
        self._parts[-1] = (name, rows + 1)
        self.by_status[record["status"]] += 1

    def finish(self, told: dict[str, Any]) -> dict[str, Any]:
        """The manifest; `told` is what only the caller knows of it."""
        if self._writer is None:
            self._begin()
        assert self._writer is not None
        self._writer.close()
        files = [self._described(name, rows) for name, rows in self._parts]
        counts = {"records": self.by_status.total(), "by_status": dict(sorted(self.by_status.items()))}
        manifest = {"standard": STANDARD, "format": self.format, **told, "counts": counts, "files": files}
        for name, _ in self._parts:
            _unfinished(self.folder / name).rename(self.folder / name)
        text = json.dumps(manifest, ensure_ascii=False, indent=1) + "\n"
        _unfinished(self.folder / MANIFEST).write_text(text, encoding="utf-8")
        _unfinished(self.folder / MANIFEST).rename(self.folder / MANIFEST)
        return manifest

    def _begin(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        if self._writer is not None:
            self._writer.close()
        name = f"records-{len(self._parts) + 1:03}.{self.format}"
        self._parts.append((name, 0))
        self._writer = _WRITERS[self.format](_unfinished(self.folder / name))

    def _described(self, name: str, rows: int) -> dict[str, Any]:
        path = _unfinished(self.folder / name)
        return {"name": name, "records": rows, "bytes": path.stat().st_size, "sha256": sha256_of(path)}


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


@dataclass(frozen=True, slots=True)
class Row:
    line: int
    values: Record
    problems: tuple[RowProblem, ...] = ()


def read(path: Path) -> Iterator[Row]:
    """By the name's ending. Raises SheetError for a file that cannot be read, maybe after some rows."""
    if path.suffix.lower() == ".jsonl":
        return _from_json_lines(path)
    return _from_sheet(path)


def guarded(text: str) -> str:
    """For CSV: office software would take it for a formula and run it. `unguarded` takes the mark away again."""
    return f"'{text}" if text.startswith(_FORMULA) or _is_guarded(text) else text


def unguarded(text: str) -> str:
    return text[1:] if _is_guarded(text) else text


def _is_guarded(text: str) -> bool:
    return text.startswith("'") and text[1:].startswith((*_FORMULA, "'"))


def _unfinished(path: Path) -> Path:
    return path.with_name(f".{path.name}.part")


class _JsonLines:
    def __init__(self, path: Path) -> None:
        self._file = path.open("w", encoding="utf-8", newline="\n")

    def write(self, record: Record) -> None:
        self._file.write(json.dumps(record, ensure_ascii=False) + "\n")

    def close(self) -> None:
        self._file.close()


class _Csv:
    """Starts with a byte order mark: without one, office software takes it for GBK."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("w", encoding="utf-8-sig", newline="")
        self._rows = csv.writer(self._file)
        self._rows.writerow(COLUMNS.values())

    def write(self, record: Record) -> None:
        self._rows.writerow([guarded(record[name]) for name in COLUMNS])

    def close(self) -> None:
        self._file.close()


class _Xlsx:
    """Every cell is text, also where it begins as a formula does."""

    def __init__(self, path: Path) -> None:
        self._path, self._book = path, openpyxl.Workbook(write_only=True)
        self._sheet = self._book.create_sheet("records")
        self._append(list(COLUMNS.values()))

    def write(self, record: Record) -> None:
        self._append([record[name] for name in COLUMNS])

    def close(self) -> None:
        self._book.save(self._path)

    def _append(self, texts: list[str]) -> None:
        cells = [WriteOnlyCell(self._sheet, text) if text else None for text in texts]
        for cell in filter(None, cells):
            cell.data_type = "s"
        self._sheet.append(cells)


_WRITERS: dict[Format, Callable[[Path], _Writer]] = {"jsonl": _JsonLines, "csv": _Csv, "xlsx": _Xlsx}


def _from_json_lines(path: Path) -> Iterator[Row]:
    with path.open("rb") as file:
        line = 0
        while raw := file.readline(_LONGEST_LINE + 1):
            line += 1
            if len(raw) > _LONGEST_LINE:
                raise SheetError("这一行太长，不像是一条记录，请检查文件。", line)
            if raw.strip():
                yield _json_row(line, raw)


def _json_row(line: int, raw: bytes) -> Row:
    try:
        found = pydantic_core.from_json(raw.removeprefix(BOM_UTF8), allow_inf_nan=False)
    except ValueError:
        return Row(line, {}, (RowProblem(line, "", "这一行不是完整的 JSON，请检查。"),))
    if not isinstance(found, dict):
        return Row(line, {}, (RowProblem(line, "", "每一行应是一个 JSON 对象。"),))
    problems = [RowProblem(line, sheets_name(name), "不认识这一项，请去掉。") for name in found if name not in COLUMNS]
    values: dict[str, str] = {}
    for name in filter(found.__contains__, COLUMNS):
        value = found[name]
        if value is None or isinstance(value, str):
            values[name] = (value or "").strip()
        elif isinstance(value, int | float) and not isinstance(value, bool):
            values[name] = str(value)
        else:
            problems.append(RowProblem(line, name, "这里要填文字或数字。"))
    return Row(line, values, tuple(problems))


def sheets_name(name: str) -> str:
    """A column somebody else has named, shortened for a report."""
    return name[:40]


def _from_sheet(path: Path) -> Iterator[Row]:
    with ExitStack() as stack:
        rows = sheets.read_file(path, stack)
        names = {name: (title, title.replace("（", "(").replace("）", ")")) for name, title in COLUMNS.items()}
        wrong: list[RowProblem] = []
        required = [name for name, each in FIELDS.items() if each.is_required]
        columns = sheets.columns_of(next(rows, None), names, required, wrong)
        if wrong:
            yield Row(wrong[0].line, {}, tuple(wrong))
            return
        for row in rows:
            yield _sheet_row(row.line, columns, row.as_written)


def _sheet_row(line: int, columns: list[str], cells: tuple[str, ...]) -> Row:
    if any(cells[len(columns) :]):
        text = "这一行的列比表头多；内容里有逗号时，请用英文双引号括起来。"
        return Row(line, {}, (RowProblem(line, "", text),))
    values = {name: unguarded(text) for name, text in zip(columns, cells, strict=False) if name}
    return Row(line, values)
