from uuid import UUID

from backend.core.deps import Deps
from backend.core.schema import Moment, Out
from models import Notice


class NoticeOut(Out):
    id: UUID
    kind: str
    title: str
    text: str
    page: str
    dispute_id: UUID | None
    created_at: Moment
    read_at: Moment | None


def notice_out(deps: Deps, notice: Notice) -> NoticeOut:
    return NoticeOut(
        id=notice.id,
        kind=notice.kind,
        title=notice.title,
        text=deps.keyring.open(notice.text_sealed, "notice", "text", notice.id),
        page=notice.page,
        dispute_id=notice.dispute_id,
        created_at=notice.created_at,
        read_at=notice.read_at,
    )
