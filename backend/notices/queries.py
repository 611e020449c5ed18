from backend.accounts.actors import ResidentActor
from backend.core.pagination import cut, decode_id
from models import Notice


async def page_for_resident(actor: ResidentActor, *, limit: int, cursor: str | None) -> tuple[list[Notice], str | None]:
    """The newest first."""
    notices = Notice.filter(resident_id=actor.id)
    last = decode_id(cursor)
    if last is not None:
        notices = notices.filter(id__lt=last)
    rows = await notices.order_by("-id").limit(limit + 1)
    return cut(rows, limit, lambda notice: (str(notice.id),))


async def unread_count(actor: ResidentActor) -> int:
    return await Notice.filter(resident_id=actor.id, read_at=None).count()
