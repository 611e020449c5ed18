"""Earlier cases from a file, for the operator at a terminal."""

from collections.abc import Iterator

from tortoise import connections
from tortoise.transactions import in_transaction

from backend import database, import_report, wiring
from backend.casework import archive, importing
from backend.casework.importing import Checked
from backend.core import clock, sheets
from backend.core.clock import SystemClock
from backend.core.deps import Deps
from backend.core.sheets import SheetRow
from config.settings import Settings
from models import Center

_LOCK = 0x63617365
"""Two imports at once come one after the other."""


async def bring_in(settings: Settings, content: bytes, *, dry_run: bool) -> None:
    """One transaction: all of the file or, if any row is wrong, nothing. Raises ImportRefusedError."""
    out = import_report.output()
    async with database.connected(settings.database_url.get_secret_value()), in_transaction():
        _ = await connections.get("default").execute_query("SELECT pg_advisory_xact_lock($1)", [_LOCK])
        deps = await wiring.load_deps(settings, SystemClock())
        with import_report.progress() as progress:
            rows = progress.track(sheets.read(content), total=content.count(b"\n"), description="检查")
            checked = await _checked(deps, iter(rows))
            if checked.problems:
                import_report.refuse(out, checked.problems)
            new = await archive.not_there_yet(checked.cases)
            if not dry_run:
                task = progress.add_task("写入", total=len(new))
                await archive.bring_in(deps, new, lambda written: progress.advance(task, written))
        done = "试运行，没有写入任何内容：" if dry_run else "已导入："
        out.print(f"{done}历史案件 {len(new)} 件，已经有的 {len(checked.cases) - len(new)} 件。")


async def _checked(deps: Deps, rows: Iterator[SheetRow]) -> Checked:
    center_ids = {code: str(center_id) for center_id, code in await Center.all().values_list("id", "code")}
    return importing.check(rows, deps.catalog, center_ids, clock.today(deps.clock))
