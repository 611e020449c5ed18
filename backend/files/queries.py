"""The only ways to a file; missing and foreign look alike."""

from typing import ClassVar
from uuid import UUID

from backend.accounts.actors import ResidentActor
from backend.core.deps import Deps
from backend.core.errors import HejieError, NotFoundError
from backend.files.schemas import FileOut
from models import FileStatus, StoredFile


class FileNotShownError(HejieError):
    code: ClassVar[str] = "file_not_shown"
    status: ClassVar[int] = 403
    message: ClassVar[str] = (
        "这个文件没有通过内容安全检查，不在小程序里显示，但已作为证据保存，不影响您的申请。如有疑问请联系综治中心。"
    )


async def owned(actor: ResidentActor, file_id: UUID, *, lock: bool = False) -> StoredFile:
    rows = StoredFile.filter(id=file_id, owner_id=actor.id, deleted_at=None)
    stored = await (rows.select_for_update() if lock else rows).first()
    if stored is None:
        raise NotFoundError
    return stored


async def attached(file_id: UUID) -> StoredFile:
    """In some case: whoever asks must still be checked against `dispute_id`."""
    stored = await StoredFile.get_or_none(id=file_id, deleted_at=None, dispute_id__isnull=False)
    if stored is None:
        raise NotFoundError
    return stored


async def linked(file_id: UUID) -> StoredFile:
    """For who holds a signed link, which was checked before: the owner, or WeChat that is to look at it."""
    stored = await StoredFile.filter(id=file_id, deleted_at=None).exclude(status=FileStatus.REJECTED).first()
    if stored is None:
        raise NotFoundError
    return stored


async def shown_to_owner(actor: ResidentActor, file_id: UUID) -> StoredFile:
    """Raises NotFoundError, FileNotShownError."""
    stored = await owned(actor, file_id)
    if stored.status == FileStatus.REJECTED:
        raise FileNotShownError
    return stored


async def of_dispute(actor: ResidentActor, dispute_id: UUID) -> list[FileOut]:
    """Those that the actor added: evidence of one side is not shown to the other."""
    rows = StoredFile.filter(dispute_id=dispute_id, owner_id=actor.id, deleted_at=None)
    return [out(stored) for stored in await rows.order_by("id")]


async def all_of_dispute(dispute_id: UUID) -> list[FileOut]:
    """For staff who may see the case."""
    return [out(stored) for stored in await StoredFile.filter(dispute_id=dispute_id, deleted_at=None).order_by("id")]


def name_of(deps: Deps, stored: StoredFile) -> str:
    if stored.name_sealed is None:
        return str(stored.id)
    return deps.keyring.open(stored.name_sealed, "stored_file", "name", stored.id)


def out(stored: StoredFile) -> FileOut:
    return FileOut(
        id=str(stored.id),
        kind=stored.kind,
        size=stored.size,
        sha256=stored.sha256,
        status=stored.status,
        content_type=stored.content_type,
        created_at=stored.created_at,
    )
