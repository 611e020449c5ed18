"""Organizations and their residencies from and to files, for the operator at a terminal."""

from collections import defaultdict
from pathlib import Path
from uuid import UUID

from rich.console import Console
from tortoise.transactions import in_transaction

from backend import database, import_report
from backend.centers import actions, queries
from backend.core import clock, sheets
from backend.core.catalog import Catalog
from backend.core.clock import Clock, SystemClock
from backend.registry import bringing_in, importing
from backend.registry.bringing_in import Import
from config.catalog_files import read_catalog
from models import Center, Organization, Residency


async def bring_in(database_url: str, content: bytes, *, dry_run: bool, at: Clock | None = None) -> None:
    """One transaction. Raises ImportRefusedError."""
    out, at = import_report.output(), at or SystemClock()
    async with database.connected(database_url), in_transaction():
        await actions.take_turns()
        catalog = Catalog.parse(read_catalog())
        divisions = await queries.load_divisions(catalog)
        center_ids: dict[str, UUID] = dict(await Center.filter(deactivated_at=None).values_list("code", "id"))
        with import_report.progress() as progress:
            rows = progress.track(sheets.read(content), total=content.count(b"\n"), description="检查")
            checked = importing.check(iter(rows), catalog, divisions, center_ids)
            if checked.problems:
                import_report.refuse(out, checked.problems)
            plan = await bringing_in.plan(checked.rows, at.now(), clock.today(at))
            if not dry_run:
                task = progress.add_task("写入", total=len(plan.added) + len(plan.changed))
                await bringing_in.carry_out(plan, lambda written: progress.advance(task, written))
        _tell(out, plan, dry_run=dry_run)


async def write_out(database_url: str, path: Path) -> int:
    """How many."""
    async with database.connected(database_url):
        organizations = await Organization.filter(is_own_committee=False).order_by("code", "id")
        center_codes: dict[UUID, str] = dict(await Center.all().values_list("id", "code"))
        desks = defaultdict[UUID, list[Residency]](list)
        for each in await Residency.filter(center__deactivated_at=None).order_by("center__code"):
            desks[each.organization_id].append(each)
    sheets.write(path, importing.export(organizations, desks, center_codes), "organizations")
    return len(organizations)


def _tell(out: Console, plan: Import, *, dry_run: bool) -> None:
    for each in plan.closed:
        out.print(f"停用 {each.code} {each.name}，不再开始新的调解；正在调解的案件不受影响。")
    done = "试运行，没有写入任何内容：" if dry_run else "已导入："
    out.print(
        f"{done}新增 {len(plan.added)}，修改 {len(plan.changed)}（其中停用 {len(plan.closed)}），"
        f"没有变化 {plan.unchanged}；入驻新增或调整 {len(plan.settled)}，撤出 {len(plan.left)}。"
    )
