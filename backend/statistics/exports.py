"""Tables carried out of the system: asked for, called off, handed out to who asked for them, and logged."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import ClassVar, Final
from uuid import UUID

from tortoise import connections

from backend.accounts.actors import StaffActor
from backend.core import clock, jobs
from backend.core.deps import Deps
from backend.core.errors import HejieError, InvalidFieldsError, NotFoundError, RoleNotAllowedError
from backend.core.pagination import cut, decode_id
from backend.core.schema import Page, PageQuery
from backend.files.store import FileStore
from backend.statistics import export_rows
from backend.statistics.export_rows import COLUMNS
from backend.statistics.export_schemas import CaseFilterIn, ExportIn, ExportLogOut, ExportOut
from models import Center, Export, ExportPart, ExportState, Role
from models.base import uuid7

TYPES: Final = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

_LOCK: Final = "SELECT id FROM staff WHERE id = $1 FOR UPDATE"
_A_DAY: Final = timedelta(days=1)
_REASONS: Final = {"content": "有一行读不出来，已通知管理员。请稍后重新导出。"}


class ExportLimitError(HejieError):
    code: ClassVar[str] = "export_limit"
    status: ClassVar[int] = 429
    message: ClassVar[str] = "您的导出太多了，请等前面的完成，或者明天再试。"


class ExportNotReadyError(HejieError):
    code: ClassVar[str] = "export_not_ready"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "这份导出还不能下载，请看它的状态：正在生成的请稍候，过期或失败的请重新导出。"


class ExportEndedError(HejieError):
    code: ClassVar[str] = "export_ended"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "这份导出已经结束，不能再取消。"


async def request(deps: Deps, actor: StaffActor, given: ExportIn) -> ExportOut:
    """Raises RoleNotAllowedError, ExportLimitError; InvalidFieldsError for a center that is not the actor's, and for
    more rows than one file may hold."""
    _require_reader(actor)
    await _check_limits(deps, actor)
    export = Export(
        id=uuid7(),
        requester_id=actor.id,
        kind=given.kind,
        format=given.format,
        selection=await _selection(deps, actor, given.filter),
        columns=list(given.columns or COLUMNS),
        state=ExportState.RUNNING,
        requested_at=deps.clock.now(),
    )
    export.total_rows = await export_rows.chosen(export).count()
    most = deps.catalog.statistics.exports.most_rows
    if export.total_rows > most:
        raise InvalidFieldsError.at("filter", f"一次最多导出{most}行，请缩小范围，例如按年份分开导出。")
    await export.save(force_create=True)
    await jobs.enqueue(jobs.MAKE_EXPORT, [{"export_id": str(export.id)}])
    return out(export)


async def cancel(actor: StaffActor, export_id: UUID) -> ExportOut:
    """Doing it twice changes nothing. Raises NotFoundError, ExportEndedError."""
    export = await Export.filter(id=export_id, requester_id=actor.id).select_for_update().first()
    if export is None:
        raise NotFoundError
    if export.state is ExportState.RUNNING:
        export.state = ExportState.CANCELED
        await export.save(update_fields=["state"])
    elif export.state is not ExportState.CANCELED:
        raise ExportEndedError
    return out(export)


async def download(deps: Deps, actor: StaffActor, export_id: UUID) -> Export:
    """Writes down that it was fetched. Raises NotFoundError, ExportNotReadyError."""
    export = await Export.filter(id=export_id, requester_id=actor.id).select_for_update().first()
    if export is None:
        raise NotFoundError
    now = deps.clock.now()
    if export.state is not ExportState.READY or export.expires_at is None or export.expires_at <= now:
        raise ExportNotReadyError
    export.downloads, export.last_download_at = export.downloads + 1, now
    await export.save(update_fields=["downloads", "last_download_at"])
    return export


async def content(deps: Deps, store: FileStore, export_id: UUID) -> AsyncIterator[bytes]:
    """Part by part: never the whole of it in memory. Raises UnavailableError."""
    for part in await ExportPart.filter(export_id=export_id).order_by("ordinal"):
        yield await store.get(deps.keyring, part.file_id, "shown")


async def one(actor: StaffActor, export_id: UUID) -> ExportOut:
    """Raises NotFoundError."""
    export = await Export.get_or_none(id=export_id, requester_id=actor.id)
    if export is None:
        raise NotFoundError
    return out(export)


async def mine(actor: StaffActor, query: PageQuery) -> Page[ExportOut]:
    """Newest first. Raises RoleNotAllowedError, InvalidFieldsError."""
    _require_reader(actor)
    rows, next_cursor = await _page(query, requester_id=actor.id)
    return Page[ExportOut](items=[out(row) for row in rows], next_cursor=next_cursor)


async def log(actor: StaffActor, query: PageQuery) -> Page[ExportLogOut]:
    """Everybody's, newest first. Raises RoleNotAllowedError, InvalidFieldsError."""
    if actor.role is not Role.SUPERVISOR:
        raise RoleNotAllowedError("导出记录由督办人员查看。")
    rows, next_cursor = await _page(query)
    return Page[ExportLogOut](items=[_logged(row) for row in rows], next_cursor=next_cursor)


def out(export: Export) -> ExportOut:
    total = max(export.total_rows, export.done_rows)
    is_ready = export.state in (ExportState.READY, ExportState.EXPIRED)
    return ExportOut(
        id=str(export.id),
        kind=export.kind,
        format=export.format,
        filter={name: str(value) for name, value in export.selection.items() if name != "categories"},
        columns=export.columns,
        state=export.state,
        reason_text=_REASONS.get(export.reason),
        total_rows=export.total_rows,
        done_rows=export.done_rows,
        progress=1.0 if is_ready else round(0.99 * export.done_rows / total, 4) if total else 0.0,
        size=export.size if is_ready else None,
        sha256=export.sha256 if is_ready else None,
        requested_at=export.requested_at,
        finished_at=export.finished_at,
        expires_at=export.expires_at,
    )


def file_name(export: Export) -> str:
    return f"案件-{clock.local(export.requested_at):%Y%m%d}-{export.id.hex[-6:]}.{export.format}"


def _require_reader(actor: StaffActor) -> None:
    if actor.role not in (Role.SUPERVISOR, Role.DIRECTOR):
        raise RoleNotAllowedError("导出由中心主任和督办人员办理。")


async def _check_limits(deps: Deps, actor: StaffActor) -> None:
    """Behind a lock on who asks, so that two requests at once are counted one after the other."""
    await connections.get("default").execute_query_dict(_LOCK, [actor.id])
    rules = deps.catalog.statistics.exports
    own = Export.filter(requester_id=actor.id)
    if await own.filter(state=ExportState.RUNNING).count() >= rules.most_at_once:
        raise ExportLimitError(retry_after_s=60)
    if await own.filter(requested_at__gt=deps.clock.now() - _A_DAY).count() >= rules.most_a_day:
        raise ExportLimitError(retry_after_s=3600)


async def _selection(deps: Deps, actor: StaffActor, given: CaseFilterIn) -> dict[str, object]:
    """What goes into the log: ids, codes and days."""
    found = given.model_dump(mode="json", by_alias=True, exclude_none=True)
    if actor.center_id is not None:
        if given.center_id not in (None, actor.center_id):
            raise InvalidFieldsError.at("filter.center_id", "只能导出本中心的案件，请重新选择。")
        found["center_id"] = str(actor.center_id)
    elif given.center_id is not None and not await Center.filter(id=given.center_id).exists():
        raise InvalidFieldsError.at("filter.center_id", "没有这个中心，请重新选择。")
    if given.category is not None:
        found["categories"] = [
            each.code for each in deps.catalog.categories if given.category in (each.code, each.parent)
        ]
    return found


async def _page(query: PageQuery, **which: UUID) -> tuple[list[Export], str | None]:
    rows = Export.filter(**which)
    if last := decode_id(query.cursor):
        rows = rows.filter(id__lt=last)
    found = await rows.order_by("-id").limit(query.limit + 1).select_related("requester__center")
    return cut(found, query.limit, lambda row: (str(row.id),))


def _logged(export: Export) -> ExportLogOut:
    who = export.requester
    return ExportLogOut(
        **out(export).model_dump(),
        requester_id=str(who.id),
        requester=who.name,
        requester_role=who.role,
        requester_center=who.center.name if who.center_id and who.center else None,
        downloads=export.downloads,
        last_download_at=export.last_download_at,
    )
