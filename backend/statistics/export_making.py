"""The worker's side of an export: a part at a time, each a job of its own. A part and the place where the next one
begins are written together, so that a worker may die at any moment: no row is written twice and none is missing."""

import asyncio
import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from uuid import UUID

import structlog
from tortoise import connections
from tortoise.transactions import in_transaction

from backend.core import jobs, sheets
from backend.core.clock import Clock
from backend.core.deps import Deps
from backend.core.errors import UnavailableError
from backend.core.jobs import LaterError
from backend.files.store import FileStore
from backend.statistics import export_rows, exports
from models import Dispute, Export, ExportPart, ExportState, FileKind, FileStatus, Party, StoredFile
from models.base import uuid7

_STORE_PAUSE: Final = timedelta(seconds=5)
_LOST_AFTER: Final = timedelta(minutes=2)
_SLICE: Final = 1_000_000
"""Bytes of an XLSX file in one part."""
_UNSURE: Final = """
SELECT e.id FROM export e WHERE e.state = 'running' AND e.requested_at < $1
   AND NOT EXISTS (SELECT FROM pgqueuer q
                    WHERE q.entrypoint = $2 AND q.payload = convert_to('{"export_id": "' || e.id || '"}', 'UTF8'))"""

log = structlog.get_logger("hejie.exports")


@dataclass(frozen=True, slots=True)
class _Part:
    """In the store already."""

    file_id: UUID
    size: int
    sha256: str


async def make(deps: Deps, store: FileStore, export_id: UUID) -> None:
    """The next part, or the end. However often it is called, nothing is written twice. Raises LaterError while the
    store is away."""
    export = await Export.get_or_none(id=export_id, state=ExportState.RUNNING)
    if export is None:
        return
    try:
        await (_finish(deps, store, export) if export.is_read else _go_on(deps, store, export))
    except UnavailableError as error:
        raise LaterError(_STORE_PAUSE) from error


async def requeue_lost(clock: Clock) -> int:
    """Exports whose job was lost."""
    async with in_transaction():
        since = clock.now() - _LOST_AFTER
        lost = await connections.get("default").execute_query_dict(_UNSURE, [since, jobs.MAKE_EXPORT])
        await jobs.enqueue(jobs.MAKE_EXPORT, [{"export_id": str(row["id"])} for row in lost])
    return len(lost)


async def tidy(deps: Deps, store: FileStore) -> int:
    """Throws away the files that nobody may fetch any more; how many exports. The log stays."""
    due = Export.filter(state=ExportState.READY, expires_at__lte=deps.clock.now())
    _ = await due.update(state=ExportState.EXPIRED)
    over = Export.filter(state__in=[ExportState.EXPIRED, ExportState.CANCELED, ExportState.FAILED])
    found = await over.filter(parts__id__not_isnull=True).distinct().limit(100).values_list("id", flat=True)
    for export_id in found:
        parts = await ExportPart.filter(export_id=export_id)
        await _erase(store, parts)
        async with in_transaction():
            await _forget(parts)
    return len(found)


async def _go_on(deps: Deps, store: FileStore, export: Export) -> None:
    disputes, parties = await export_rows.following(export)
    try:
        content = await asyncio.to_thread(_written, deps, export, disputes, parties)
    except Exception as error:  # noqa: BLE001 - whatever it is, who asked for it is told; no values go into the log
        log.error("export_not_made", export_id=str(export.id), error=type(error).__name__)  # noqa: TRY400
        await Export.filter(id=export.id, state=ExportState.RUNNING).update(
            state=ExportState.FAILED, reason="content", finished_at=deps.clock.now()
        )
        return
    parts = await _put(deps, store, [content])
    async with in_transaction():
        locked = await _unchanged(export)
        if locked is not None:
            await _keep(deps, locked, parts, await ExportPart.filter(export_id=export.id).count())
            locked.done_rows += len(disputes)
            locked.last_id = disputes[-1].id if disputes else locked.last_id
            locked.is_read = len(disputes) < export_rows.CHUNK
            await locked.save(update_fields=["done_rows", "last_id", "is_read"])
            await jobs.enqueue(jobs.MAKE_EXPORT, [{"export_id": str(export.id)}])
    if locked is None:
        await _erase(store, parts)


def _written(deps: Deps, export: Export, disputes: Sequence[Dispute], parties: Mapping[UUID, list[Party]]) -> bytes:
    """CSV; the first part begins with a byte order mark, without which office software takes it for GBK."""
    text = io.StringIO()
    writer = csv.writer(text)
    if export.done_rows == 0:
        text.write("\ufeff")
        writer.writerow(export_rows.headings(export))
    writer.writerows(export_rows.lines(deps, export, disputes, parties))
    return text.getvalue().encode()


async def _unchanged(export: Export) -> Export | None:
    """Locked; none where somebody else was quicker, or it was called off."""
    return (
        await Export.filter(id=export.id, state=ExportState.RUNNING, done_rows=export.done_rows, is_read=export.is_read)
        .select_for_update()
        .first()
    )


async def _finish(deps: Deps, store: FileStore, export: Export) -> None:
    with TemporaryDirectory() as folder:
        path = await _whole(deps, store, export, Path(folder))
        size, digest = await asyncio.to_thread(_measured, path)
        parts = await _put(deps, store, _slices(path)) if export.format == "xlsx" else []
    async with in_transaction():
        locked = await _unchanged(export)
        gone: Sequence[ExportPart | _Part] = parts
        if locked is not None:
            gone = rows = await ExportPart.filter(export_id=export.id) if parts else []
            await _forget(rows)
            await _keep(deps, locked, parts, 0)
            locked.state, locked.size, locked.sha256 = ExportState.READY, size, digest
            locked.finished_at = deps.clock.now()
            locked.expires_at = locked.finished_at + timedelta(days=deps.catalog.statistics.exports.kept_days)
            await locked.save(update_fields=["state", "size", "sha256", "finished_at", "expires_at"])
    await _erase(store, gone)


async def _whole(deps: Deps, store: FileStore, export: Export, folder: Path) -> Path:
    """On disk: however many rows there are, memory holds one part of them."""
    path = folder / "rows.csv"
    with path.open("wb") as file:
        async for content in exports.content(deps, store, export.id):
            await asyncio.to_thread(file.write, content)
    if export.format == "csv":
        return path
    book = folder / "rows.xlsx"
    await asyncio.to_thread(sheets.write, book, _rows_of(path), "案件")
    return book


def _rows_of(path: Path) -> Iterator[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield from csv.reader(file)


def _measured(path: Path) -> tuple[int, str]:
    digest, size = sha256(), 0
    for content in _slices(path):
        digest.update(content)
        size += len(content)
    return size, digest.hexdigest()


def _slices(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while content := file.read(_SLICE):
            yield content


async def _put(deps: Deps, store: FileStore, contents: Iterable[bytes]) -> list[_Part]:
    """Under new names: whoever is slower never writes over what the quicker one has kept."""
    parts = []
    for content in contents:
        part = _Part(uuid7(), len(content), sha256(content).hexdigest())
        await store.put(deps.keyring, part.file_id, "shown", content)
        parts.append(part)
    return parts


async def _keep(deps: Deps, export: Export, parts: Iterable[_Part], first: int) -> None:
    """As files, so that a change of keys seals them anew."""
    for ordinal, part in enumerate(parts, first):
        await StoredFile(
            id=part.file_id,
            kind=FileKind.DOCUMENT,
            status=FileStatus.AVAILABLE,
            content_type=exports.TYPES[export.format],
            size=part.size,
            sha256=part.sha256,
            created_at=deps.clock.now(),
        ).save(force_create=True)
        await ExportPart(export_id=export.id, ordinal=ordinal, file_id=part.file_id).save(force_create=True)


async def _forget(parts: Sequence[ExportPart]) -> None:
    if parts:
        _ = await ExportPart.filter(id__in=[part.id for part in parts]).delete()
        _ = await StoredFile.filter(id__in=[part.file_id for part in parts]).delete()


async def _erase(store: FileStore, parts: Iterable[ExportPart | _Part]) -> None:
    for part in parts:
        await store.erase(part.file_id)
