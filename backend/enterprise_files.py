"""Enterprises from a file, for the operator at a terminal."""

from tortoise import connections
from tortoise.transactions import in_transaction

from backend import database, import_report, wiring
from backend.core import sheets
from backend.core.clock import SystemClock
from backend.enterprises import importing
from config.settings import Settings
from models import Organization

_LOCK = 0x656E7465
"""Two imports at once come one after the other."""


async def bring_in(settings: Settings, content: bytes, *, dry_run: bool) -> None:
    """One transaction: all of the file or, if any row is wrong, nothing. Raises ImportRefusedError."""
    out, now = import_report.output(), SystemClock().now()
    async with database.connected(settings.database_url.get_secret_value()), in_transaction():
        _ = await connections.get("default").execute_query("SELECT pg_advisory_xact_lock($1)", [_LOCK])
        deps = await wiring.load_deps(settings, SystemClock())
        kinds = [kind for kind, row in deps.catalog.registry.kinds.items() if row.serves_enterprises]
        serving = Organization.filter(kind__in=kinds, deactivated_at=None, code__isnull=False)
        stations = dict(await serving.values_list("code", "id"))
        with import_report.progress() as progress:
            rows = progress.track(sheets.read(content), total=content.count(b"\n"), description="检查")
            checked = importing.check(iter(rows), deps, stations)
            if checked.problems:
                import_report.refuse(out, checked.problems)
            plan = await importing.plan(deps, checked.rows, now)
            if not dry_run:
                task = progress.add_task("写入", total=len(plan.added) + len(plan.changed))
                await importing.carry_out(plan, lambda written: progress.advance(task, written))
    done = "试运行，没有写入任何内容：" if dry_run else "已导入："
    out.print(f"{done}新增 {len(plan.added)}，修改 {len(plan.changed)}，没有变化 {plan.unchanged}。")
