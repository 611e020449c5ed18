"""A notice of days off from a file, for the operator at a terminal: every wrong line, what changes, who is affected."""

from contextlib import suppress
from dataclasses import replace

from rich.console import Console
from tortoise.transactions import in_transaction

from backend import database, wiring
from backend.appointments import affected
from backend.calendars import actions, importing, queries
from backend.calendars.actions import Replacement
from backend.calendars.importing import Notice, NoticeRefusedError
from backend.core.clock import Clock, SystemClock
from backend.core.wording import date_text, when_text
from backend.import_report import ImportRefusedError
from config.settings import Settings
from models import Appointment, DayKind

_KINDS = {DayKind.OFF: "放假", DayKind.WORK: "调休上班"}


class _Rehearsed(Exception):  # noqa: N818 - nothing went wrong
    """All of it is rolled back."""


async def bring_in(
    settings: Settings, content: bytes, source: str, *, dry_run: bool, clock: Clock | None = None
) -> None:
    """One transaction; the same notice again changes nothing. Raises ImportRefusedError."""
    out = Console(soft_wrap=True, highlight=False, markup=False)
    notice = _checked(out, content)
    async with database.connected(settings.database_url.get_secret_value()):
        deps = await wiring.load_deps(settings, clock or SystemClock())
        with suppress(_Rehearsed):
            async with in_transaction():
                with Console(stderr=True).status("导入放假安排，查找受影响的预约…"):
                    replacement = await actions.plan(notice)
                    await actions.carry_out(notice, replacement, source)
                    found = await affected.find(replace(deps, calendar=await queries.load_calendar()))
                _tell(out, notice, replacement, dry_run=dry_run)
                _name_affected(out, found, dry_run=dry_run)
                if dry_run:
                    raise _Rehearsed


def _checked(out: Console, content: bytes) -> Notice:
    try:
        return importing.check(content)
    except NoticeRefusedError as error:
        for each in error.problems:
            out.print(f"第{each.line}行：{each.reason}" if each.line else each.reason)
        raise ImportRefusedError(f"{len(error.problems)} 处有问题，没有导入任何内容。改好后请重新导入。") from error


def _tell(out: Console, notice: Notice, replacement: Replacement, *, dry_run: bool) -> None:
    for word, days in (
        ("新增", replacement.added),
        ("改为", replacement.changed),
        ("取消", replacement.removed),
    ):
        for day in days:
            out.print(f"{word} {day.date} {date_text(day.date)} {_KINDS[day.kind]} {day.name}".rstrip())
    for missing, name in notice.unnamed.items():
        out.print(f"注意：文件里没有 {missing} {name}。法定节假日仍按放假计算，请核对文件是否完整。")
    if replacement.is_first:
        out.print(f"{notice.year}年此前按估算，现在以正式通知为准。")
    done = "试运行，没有写入任何内容：" if dry_run else "已导入："
    counts = f"新增 {len(replacement.added)}，修改 {len(replacement.changed)}，取消 {len(replacement.removed)}"
    out.print(f"{done}{notice.year}年，{counts}。")


def _name_affected(out: Console, found: list[Appointment], *, dry_run: bool) -> None:
    """Nothing personal: case and time."""
    if not found:
        return
    told = "导入时会通知本人" if dry_run else "已通知本人"
    out.print(f"有 {len(found)} 个预约落在放假日，{told}；预约仍然保留，请中心逐个改约或确认照常进行：")
    for each in found:
        out.print(f"  {each.dispute.number} {when_text(each.starts_at)} {each.center.name}")
