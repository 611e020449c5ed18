"""What residents are told. The inbox row and the job that pushes it stand or fall with what they tell of."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from backend.accounts.actors import ResidentActor
from backend.core import jobs, rows
from backend.core.deps import Deps
from backend.core.errors import NotFoundError
from backend.notices import messages
from models import Delivery, Notice
from models.base import uuid7


@dataclass(frozen=True, slots=True)
class News:
    """`kind` is one of `templates.toml`; `words` fill its sentences and may be personal: they are sealed."""

    resident_id: UUID
    kind: str
    dispute_id: UUID | None
    words: dict[str, str]


async def notify(deps: Deps, news: Sequence[News]) -> None:
    """In the transaction that is open."""
    if not news:
        return
    notices = [_notice(deps, each) for each in news]
    await rows.insert(notices)
    for priority in (jobs.URGENT, jobs.NORMAL):
        payloads = [
            {"notice_id": str(notice.id)}
            for notice in notices
            if notice.delivery is Delivery.PENDING and _priority(deps, notice) == priority
        ]
        await jobs.enqueue(jobs.DELIVER_NOTICE, payloads, priority=priority)
    deps.touched.update(str(notice.resident_id) for notice in notices)


async def read(deps: Deps, actor: ResidentActor, notice_id: UUID) -> Notice:
    """The first reading counts."""
    notice = await Notice.filter(id=notice_id, resident_id=actor.id).select_for_update().first()
    if notice is None:
        raise NotFoundError
    if notice.read_at is None:
        notice.read_at = deps.clock.now()
        await notice.save(update_fields=["read_at"])
    return notice


def _notice(deps: Deps, news: News) -> Notice:
    words, now, notice_id = deps.catalog.notices[news.kind], deps.clock.now(), uuid7()
    template = deps.catalog.templates[words.template] if words.template else None
    return Notice(
        id=notice_id,
        resident_id=news.resident_id,
        dispute_id=news.dispute_id,
        kind=news.kind,
        title=words.title,
        text_sealed=deps.keyring.seal(messages.inbox_text(words, news.words), "notice", "text", notice_id),
        page=messages.page(deps.catalog, news.dispute_id),
        push_data=messages.push_data(words, news.words, now),
        template_id=template.id if template else None,
        created_at=now,
        delivery=Delivery.PENDING if template else Delivery.INBOX_ONLY,
        finished_at=None if template else now,
    )


def _priority(deps: Deps, notice: Notice) -> int:
    return jobs.URGENT if deps.catalog.notices[notice.kind].urgent else jobs.NORMAL
