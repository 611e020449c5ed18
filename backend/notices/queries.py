from uuid import UUID

from backend.accounts.actors import ResidentActor
from backend.core.pagination import bad_cursor, cut, decode
from models import Notice


async def page_for_resident(actor: ResidentActor, *, limit: int, cursor: str | None) -> tuple[list[Notice], str | None]:
    """The newest first."""
    notices = Notice.filter(resident_id=actor.id)
    key = decode(cursor, 1)
    if key is not None:
        notices = notices.filter(id__lt=_uuid(key[0]))
    rows = await notices.order_by("-id").limit(limit + 1)
    return cut(rows, limit, lambda notice: (str(notice.id),))


async def unread_count(actor: ResidentActor) -> int:
    return await Notice.filter(resident_id=actor.id, read_at=None).count()


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise bad_cursor() from error
