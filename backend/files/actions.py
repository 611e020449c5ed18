import asyncio
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from hashlib import sha256
from pathlib import PurePosixPath
from typing import Any, ClassVar
from uuid import UUID

from tortoise import connections

from backend.accounts.actors import Actor, ResidentActor
from backend.content import actions as content
from backend.content.actions import Brought
from backend.core.deps import Deps
from backend.core.errors import FieldProblem, HejieError, InvalidFieldsError, TooLargeError, WrongTypeError
from backend.files import pictures, queries, types
from backend.files.store import Part
from models import CheckSubject, FileKind, FileStatus, StoredFile

_NAME_LENGTH = 100
_CHECKABLE = (FileKind.IMAGE, FileKind.AUDIO)
"""Of the others WeChat knows no check."""
_ATTACH = """
UPDATE stored_file SET dispute_id = $1
 WHERE id = ANY($2) AND owner_id = $3 AND dispute_id IS NULL AND deleted_at IS NULL
RETURNING id
"""
"""Also what is still being checked, or was found unfit to be shown: as evidence it counts all the same."""
_NOT_YOURS = "没有找到这个文件，或者已经用过，请重新上传。"

_darkroom = ThreadPoolExecutor(max_workers=2, thread_name_prefix="pictures")
"""Decoded pictures are large: two at a time in each process."""


class FileInUseError(HejieError):
    code: ClassVar[str] = "file_in_use"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "这个文件已经随纠纷提交，不能删除。如需更正，请补充说明或联系综治中心。"


class FileTypeError(WrongTypeError):
    message: ClassVar[str] = "暂不支持这种文件。可以上传照片、录音、视频、PDF 或 Word、Excel、PPT 文件（不含宏）。"


class FileTooLargeError(TooLargeError):
    message: ClassVar[str] = "文件太大。图片最大10MB，录音20MB，视频30MB，文档20MB，请压缩或分段后重新上传。"


@dataclass(frozen=True, slots=True)
class Upload:
    """A checked upload. `content` and `content_type` are of what will be handed out."""

    kind: FileKind
    name: str
    size: int
    sha256: str
    content: bytes
    content_type: str
    thumbnail: bytes | None = None
    original: bytes | None = None
    """As uploaded, where that is not what is shown."""

    def parts(self) -> Iterator[tuple[Part, bytes]]:
        yield "shown", self.content
        if self.thumbnail is not None:
            yield "thumbnail", self.thumbnail
        if self.original is not None:
            yield "original", self.original


async def inspect(content: bytes, name: str) -> Upload:
    """Raises InvalidFieldsError at `file`, FileTypeError, FileTooLargeError."""
    if not content:
        raise InvalidFieldsError.at("file", "文件是空的，请重新选择。")
    return await asyncio.get_running_loop().run_in_executor(_darkroom, partial(_inspect, content, name))


async def record_upload(deps: Deps, actor: ResidentActor, file_id: UUID, upload: Upload) -> StoredFile:
    """The bytes lie in the store already. Pictures and sound are shown to others once WeChat has looked at them."""
    is_checkable = upload.kind in _CHECKABLE
    brought = Brought(CheckSubject.FILE, file_id, is_checkable=is_checkable)
    await content.request(deps, actor, brought)
    status = FileStatus.CHECKING if is_checkable else FileStatus.AVAILABLE
    return await _record(deps, file_id, upload, owner_id=actor.id, status=status)


async def record_scan(deps: Deps, dispute_id: UUID, file_id: UUID, upload: Upload) -> StoredFile:
    """Brought by staff: nobody's but the case's from the start."""
    return await _record(deps, file_id, upload, dispute_id=dispute_id, status=FileStatus.AVAILABLE)


async def _record(deps: Deps, file_id: UUID, upload: Upload, **whose: Any) -> StoredFile:
    return await StoredFile.create(
        id=file_id,
        kind=upload.kind,
        content_type=upload.content_type,
        size=upload.size,
        sha256=upload.sha256,
        name_sealed=deps.keyring.seal(upload.name, "stored_file", "name", file_id),
        has_thumbnail=upload.thumbnail is not None,
        has_original=upload.original is not None,
        created_at=deps.clock.now(),
        **whose,
    )


async def discard(deps: Deps, actor: ResidentActor, file_id: UUID) -> None:
    """Its bytes are erased after the commit. Raises NotFoundError, FileInUseError."""
    stored = await queries.owned(actor, file_id, lock=True)
    if stored.dispute_id is not None:
        raise FileInUseError
    await _mark_deleted(file_id, deps.clock.now())


async def attach(actor: Actor, file_ids: Sequence[UUID], dispute_id: UUID) -> list[FieldProblem]:
    """Each file belongs to one case for good. A problem at `file_ids.N` for every id that is unknown, somebody
    else's, or used; the caller raises them, which undoes the rest."""
    if not file_ids:
        return []
    rows = await connections.get("default").execute_query_dict(_ATTACH, [dispute_id, list(file_ids), actor.id])
    taken = {row["id"] for row in rows}
    return [
        FieldProblem(f"file_ids.{place}", _NOT_YOURS) for place, file_id in enumerate(file_ids) if file_id not in taken
    ]


def _inspect(content: bytes, name: str) -> Upload:
    found = types.identify(content)
    if found is None:
        raise FileTypeError
    if len(content) > types.LIMITS_BYTES[found.kind]:
        raise FileTooLargeError
    size, digest = len(content), sha256(content).hexdigest()
    if found.kind != FileKind.IMAGE:
        return Upload(found.kind, _shown_name(name, found.extension), size, digest, content, found.content_type)
    picture = pictures.developed(content)
    extension = next(each.extension for each in types.TYPES.values() if each.content_type == picture.content_type)
    shown = _shown_name(name, extension)
    return Upload(
        found.kind,
        shown,
        size,
        digest,
        picture.content,
        picture.content_type,
        thumbnail=picture.thumbnail,
        original=None if picture.content == content else content,
    )


def _shown_name(name: str, extension: str) -> str:
    """The sender's name without folders and odd characters, with the ending that the content has."""
    stem = PurePosixPath(name.replace("\\", "/")).stem
    printable = "".join(character for character in stem if character.isprintable() and character not in '"<>|:*?/')
    return f"{printable.strip(' .')[:_NAME_LENGTH] or 'file'}.{extension}"


async def _mark_deleted(file_id: UUID, now: datetime) -> None:
    await StoredFile.filter(id=file_id).update(deleted_at=now, name_sealed=None)
