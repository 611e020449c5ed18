"""Centers from and to files, for the operator at a terminal: progress, every wrong row, what was done."""

from pathlib import Path

from rich.console import Console
from rich.progress import Progress
from tortoise.transactions import in_transaction

from backend import database, import_report
from backend.centers import actions, importing, queries
from backend.centers.actions import Import
from backend.centers.importing import Checked, KnownCenter
from backend.core import sheets
from backend.core.catalog import Catalog
from backend.core.clock import SystemClock
from backend.core.divisions import DivisionDirectory
from config.catalog_files import read_catalog
from models import Center


async def bring_in(database_url: str, content: bytes, *, dry_run: bool) -> None:
    """One transaction. Raises ImportRefusedError."""
    out, now = import_report.output(), SystemClock().now()
    async with database.connected(database_url), in_transaction():
        await actions.take_turns()
        catalog = Catalog.parse(read_catalog())
        divisions = await queries.load_divisions(catalog)
        with import_report.progress() as progress:
            checked = await _checked(content, catalog, divisions, progress)
            if checked.problems:
                import_report.refuse(out, checked.problems)
            plan = await actions.plan_import(checked.rows, divisions, now)
            if not dry_run:
                task = progress.add_task("写入", total=len(plan.added) + len(plan.changed))
                await actions.carry_out(plan, divisions, now, lambda written: progress.advance(task, written))
        _tell(out, plan, dry_run=dry_run)


async def write_out(database_url: str, path: Path) -> int:
    """How many."""
    async with database.connected(database_url):
        centers = await Center.all().order_by("code")
    code_by_id = {str(center.id): center.code for center in centers}
    sheets.write(path, importing.export(centers, code_by_id))
    return len(centers)


async def _checked(content: bytes, catalog: Catalog, divisions: DivisionDirectory, progress: Progress) -> Checked:
    known = {
        code: KnownCenter(level, deactivated_at is None, successor_code)
        for code, level, deactivated_at, successor_code in await Center.all().values_list(
            "code", "level", "deactivated_at", "successor__code"
        )
    }
    rows = progress.track(sheets.read(content), total=content.count(b"\n"), description="检查")
    return importing.check(iter(rows), catalog, divisions, known)


def _tell(out: Console, plan: Import, *, dry_run: bool) -> None:
    for closing in plan.closings:
        center, successor = closing.center, closing.successor
        out.print(f"停用 {center.code} {center.name}，由 {successor.code} {successor.name} 承接。")
        if closing.open_cases:
            out.print(f"  还有 {len(closing.open_cases)} 件未办结，不会自动移交，请逐件转办：")
        for case in closing.open_cases:
            out.print(f"  {case.number} {case.status.value}")
    done = "试运行，没有写入任何内容：" if dry_run else "已导入："
    out.print(
        f"{done}新增 {len(plan.added)}，修改 {len(plan.changed)}（其中停用 {len(plan.closings)}），"
        f"没有变化 {plan.unchanged}。"
    )
