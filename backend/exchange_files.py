"""Records of GB/T 31000 for another system and from it, for the operator at a terminal."""

import csv
import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, TextIO

from rich.console import Console
from rich.progress import Progress
from tortoise import connections
from tortoise.transactions import in_transaction

from backend import database, import_report, partner_lists, wiring
from backend.core import clock
from backend.core.clock import SystemClock
from backend.core.deps import Deps
from backend.core.sheets import RowProblem, SheetError
from backend.exchange import differences, exporting, importing, mapping, record_files
from backend.exchange.differences import NothingToSendError
from backend.exchange.exporting import Since
from backend.exchange.record_files import MANIFEST, Files, Format, Row
from backend.exchange.record_rows import RecordReader, Taken
from backend.exchange.records import COLUMNS
from backend.import_report import ImportRefusedError
from backend.partner_lists import ListError
from config.settings import Settings
from models import Center, Difference, DifferenceKind, Partner, Repair

_LOCK = 0x65786368
"""Two imports at once come one after the other."""
_DIFFERENCES = {
    DifferenceKind.MISSING_HERE: "本方缺少",
    DifferenceKind.MISSING_THERE: "对方缺少",
    DifferenceKind.STATE: "状态不同",
}
_REPAIRS = {Repair.RESEND: "已安排重新推送", Repair.REASK: "已安排重新索取", None: ""}
_RESULTS = {"new": "新增", "known": "已经有的", "open": "未办结不导入", "wrong": "有误"}


async def partner_of(code: str) -> Partner:
    """Raises ImportRefusedError."""
    partner = await Partner.get_or_none(code=code)
    if partner is None:
        raise ImportRefusedError(f"没有编码为 {code} 的协同平台，请先用 hejie partner add 登记。")
    return partner


async def write_out(settings: Settings, folder: Path, partner_code: str, file_format: Format, since: str | None) -> str:
    """What the partner may know, and the manifest. Raises ImportRefusedError, InvalidFieldsError."""
    async with database.connected(settings.database_url.get_secret_value()):
        deps, partner = await wiring.load_deps(settings, SystemClock()), await partner_of(partner_code)
        cursor, files = await Since.now(), Files(folder, file_format)
        with import_report.progress() as progress:
            task = progress.add_task("导出", total=None if since else await exporting.count())
            async for record in exporting.records(deps, partner, since):
                files.write(record)
                progress.advance(task)
        told = {"partner": partner.code, "kind": "incremental" if since else "full", "since": since, "cursor": cursor}
        manifest = files.finish(told | {"made_at": clock.iso(deps.clock.now())})
    return f"已导出 {manifest['counts']['records']} 条到 {folder}，下次增量导出的游标：{cursor}"


@dataclass(slots=True)
class Report:
    """Every row's result, one line of CSV per finding; what is wrong is told at the terminal as well."""

    out: Console
    file: TextIO | None
    counted: Counter[str] = field(default_factory=Counter)
    problems: int = 0

    def __post_init__(self) -> None:
        self._write("文件", "行", "结果", "栏目", "原因")

    def row(self, path: Path, line: int, result: str) -> None:
        self.counted[result] += 1
        self._write(path.name, str(line), _RESULTS[result], "", "")

    def wrong(self, path: Path, line: int, problems: list[RowProblem]) -> None:
        self.counted["wrong"] += 1
        self.problems += len(problems)
        for each in problems:
            title = COLUMNS.get(each.column, each.column)
            self._write(path.name, str(line), _RESULTS["wrong"], title, each.reason)
            self.out.print(f"{path.name} 第{each.line}行 {title}：{each.reason}")

    def _write(self, *cells: str) -> None:
        if self.file is not None:
            csv.writer(self.file).writerow([record_files.guarded(cell) for cell in cells])


@dataclass(frozen=True, slots=True)
class Import:
    partner: str
    center: str | None = None
    """Code of the center for rows that name none."""
    dry_run: bool = False
    good_rows: bool = False
    """Take what is right although other rows are wrong."""
    report: Path | None = None


async def bring_in(settings: Settings, path: Path, wanted: Import) -> None:
    """One transaction: all of it or, if any row is wrong, nothing, unless the good rows alone are wanted.
    Raises ImportRefusedError."""
    out, paths = import_report.output(), _files_of(path)
    with ExitStack() as stack:
        file = stack.enter_context(_report_file(wanted.report)) if wanted.report else None
        report = Report(out, file)
        async with database.connected(settings.database_url.get_secret_value()), in_transaction():
            _ = await connections.get("default").execute_query("SELECT pg_advisory_xact_lock($1)", [_LOCK])
            deps, partner = await wiring.load_deps(settings, SystemClock()), await partner_of(wanted.partner)
            importer = await _Importer.begin(deps, partner, wanted.center, report)
            importer.progress = stack.enter_context(import_report.progress())
            await importer.judge(paths)
            importer.refuse_if_wrong(anyhow=wanted.good_rows)
            if not wanted.dry_run:
                await importer.write(paths)
    counted = "，".join(f"{text} {report.counted[result]}" for result, text in _RESULTS.items())
    out.print(f"{'试运行，没有写入任何内容' if wanted.dry_run else '已导入'}：{counted}。")


def _report_file(path: Path) -> TextIO:
    return path.open("w", encoding="utf-8-sig", newline="")


def _files_of(path: Path) -> list[Path]:
    """Of a manifest what it names, if that is what it says. Raises ImportRefusedError."""
    if path.name != MANIFEST:
        return [path]
    try:
        manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        described = {path.parent / Path(each["name"]).name: each["sha256"] for each in manifest["files"]}
    except (ValueError, KeyError, TypeError) as error:
        raise ImportRefusedError("清单文件读不懂，请检查是否完整。") from error
    for file, expected in described.items():
        if not file.is_file() or record_files.sha256_of(file) != expected:
            raise ImportRefusedError(f"{file.name} 缺失，或与清单中的 sha256 不符，没有导入任何内容。请重新取得文件。")
    return list(described)


@dataclass(slots=True)
class _Importer:
    """Twice through the files, a few rows at a time: first every row is judged, then what is new is written."""

    deps: Deps
    partner: Partner
    reader: Callable[[], RecordReader]
    report: Report
    progress: Progress = field(default_factory=import_report.progress)

    @classmethod
    async def begin(cls, deps: Deps, partner: Partner, center: str | None, report: Report) -> "_Importer":
        """Raises ImportRefusedError."""
        codes = await mapping.load(partner.id)
        center_ids = {code: str(center_id) for center_id, code in await Center.all().values_list("id", "code")}
        if center is not None and center not in center_ids:
            raise ImportRefusedError(f"没有编码为 {center} 的中心。")
        today = clock.today(deps.clock)
        return cls(deps, partner, lambda: RecordReader(deps.catalog, codes, center_ids, today, center), report)

    async def judge(self, paths: list[Path]) -> None:
        reader = self.reader()
        for path in paths:
            found = _rows(path, self.report)
            rows = self.progress.track(found, total=_lines_in(path), description=f"检查 {path.name}")
            for batch in _batches(self._judged(reader, path, iter(rows))):
                known = await importing.known(self.partner, batch)
                for each in batch:
                    result = "known" if each.number in known else "open" if each.case is None else "new"
                    self.report.row(path, each.line, result)

    def refuse_if_wrong(self, *, anyhow: bool) -> None:
        """Raises ImportRefusedError."""
        if self.report.problems and not anyhow:
            raise ImportRefusedError(
                f"{self.report.counted['wrong']} 行有问题（共 {self.report.problems} 处），没有导入任何内容。"
                "改好后请重新导入，或只导入没有问题的行（--good-rows）。"
            )

    async def write(self, paths: list[Path]) -> None:
        task, reader = self.progress.add_task("写入", total=self.report.counted["new"]), self.reader()
        for path in paths:
            taken = (each for row in _rows(path, None) if isinstance(each := reader.take(row), Taken))
            for batch in _batches(taken):
                self.progress.advance(task, await importing.bring_in(self.deps, self.partner, batch))

    def _judged(self, reader: RecordReader, path: Path, rows: Iterator[Row]) -> Iterator[Taken]:
        for row in rows:
            taken = reader.take(row)
            if isinstance(taken, Taken):
                yield taken
            else:
                self.report.wrong(path, row.line, taken)


def _rows(path: Path, report: Report | None) -> Iterator[Row]:
    try:
        yield from record_files.read(path)
    except SheetError as error:
        if report is not None:
            report.wrong(path, error.line, [RowProblem(error.line, "", error.reason)])


def _batches(found: Iterator[Taken]) -> Iterator[list[Taken]]:
    while batch := list(islice(found, importing.BATCH)):
        yield batch


def _lines_in(path: Path) -> int | None:
    """None for XLSX, which tells only at its end."""
    if path.suffix.lower() == ".xlsx":
        return None
    with path.open("rb") as file:
        return sum(part.count(b"\n") for part in iter(lambda: file.read(1 << 20), b""))


async def reconcile(settings: Settings, partner_code: str, file: Path | None, *, repair: bool) -> bool:
    """Whether both sides agree. Raises ImportRefusedError."""
    out = import_report.output()
    async with database.connected(settings.database_url.get_secret_value()), partner_lists.client() as http:
        deps, partner = await wiring.load_deps(settings, SystemClock()), await partner_of(partner_code)
        try:
            run = await partner_lists.reconcile(deps, partner, file, http)
        except ListError as error:
            raise ImportRefusedError(str(error)) from error
        if run.problem:
            raise ImportRefusedError(f"没有取得对方的清单，什么也没有比对：{run.problem}")
        out.print(f"本方 {run.ours} 件，对方 {run.theirs} 件；变动中、下次再比 {run.moving} 件。")
        async with in_transaction():
            async for each in Difference.filter(reconciliation_id=run.id).order_by("kind", "number"):
                out.print(f"{_DIFFERENCES[each.kind]} {each.number} {each.ours} {each.theirs}".rstrip())
                if repair:
                    out.print(f"  {await _ordered(deps, each)}")
    return not sum(run.by_kind.values())


async def _ordered(deps: Deps, difference: Difference) -> str:
    try:
        return _REPAIRS[(await differences.order(deps, difference)).repair]
    except NothingToSendError as error:
        return error.text
