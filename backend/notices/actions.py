"""What residents are told. The inbox row and the job that pushes it stand or fall with what they tell of."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from tortoise import connections

from backend.accounts.actors import ResidentActor
from backend.core import jobs, rows
from backend.core.deps import Deps
from backend.core.errors import NotFoundError
from backend.notices import messages, timing
from backend.notices.timing import Other, Plan, Rhythm
from models import Delivery, Notice
from models.base import uuid7

_OTHERS = """
SELECT id, kind, delivery = 'pending' AS is_waiting, read_at IS NOT NULL AS is_read, send_after FROM notice
 WHERE resident_id = $1 AND dispute_id = $2 AND channel = 'wechat'
   AND (delivery = 'pending' OR delivery IN ('begun', 'delivered') AND begun_at > $3)
   FOR UPDATE SKIP LOCKED
"""
"""What is leaving at this moment is locked: it is too late to overtake it, and nobody waits for it here."""

_END = "UPDATE notice SET delivery = $2, finished_at = $3 WHERE id = ANY($1)"


@dataclass(frozen=True, slots=True)
class News:
    """`kind` is one of `templates.toml`; `words` fill its sentences and may be personal: they are sealed."""

    resident_id: UUID
    kind: str
    dispute_id: UUID | None
    words: dict[str, str]
    valid_until: datetime | None = None
    """A push that has not left by then would be wrong: an appointment's time, a deadline."""


async def notify(deps: Deps, news: Sequence[News]) -> None:
    """In the transaction that is open."""
    if not news:
        return
    notices = [await _notice(deps, each) for each in news]
    await rows.insert(notices)
    waiting: dict[tuple[int, timedelta], list[dict[str, str]]] = defaultdict(list)
    for notice in notices:
        if notice.delivery is Delivery.PENDING:
            delay = notice.send_after - notice.created_at if notice.send_after else timedelta()
            waiting[_priority(deps, notice), delay].append({"notice_id": str(notice.id)})
    for (priority, delay), payloads in waiting.items():
        await jobs.enqueue(jobs.DELIVER_NOTICE, payloads, priority=priority, delay=delay)
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


async def _notice(deps: Deps, news: News) -> Notice:
    words, now, notice_id = deps.catalog.notices[news.kind], deps.clock.now(), uuid7()
    template = deps.catalog.templates[words.template] if words.template else None
    plan = await _plan(deps, news, now) if template else Plan()
    delivery = Delivery.INBOX_ONLY if template is None else Delivery.MERGED if plan.is_merged else Delivery.PENDING
    return Notice(
        id=notice_id,
        resident_id=news.resident_id,
        dispute_id=news.dispute_id,
        kind=news.kind,
        title=words.title,
        text_sealed=deps.keyring.seal(messages.inbox_text(words, news.words), "notice", "text", notice_id),
        page=messages.page(deps.catalog, news.dispute_id),
        push_data=messages.push_data(words, news.words, now),
        sms_params=messages.sms_params(deps.catalog, words, news.words),
        template_id=template.id if template else None,
        created_at=now,
        send_after=plan.send_after,
        valid_until=news.valid_until,
        delivery=delivery,
        finished_at=None if delivery is Delivery.PENDING else now,
    )


async def _plan(deps: Deps, news: News, now: datetime) -> Plan:
    """Those that it makes superfluous have their outcome in the same transaction."""
    coalesce = deps.coalesce if news.dispute_id is not None else timedelta()
    rhythm, others = Rhythm(deps.quiet_hours, coalesce), []
    if news.dispute_id is not None and (coalesce or deps.catalog.notices[news.kind].topic):
        values = [news.resident_id, news.dispute_id, now - coalesce]
        others = [Other(**row) for row in await connections.get("default").execute_query_dict(_OTHERS, values)]
    plan = timing.plan(deps.catalog, news.kind, now, rhythm, others)
    for delivery, ids in ((Delivery.MERGED, plan.merges), (Delivery.STALE, plan.overtakes)):
        if ids:
            await connections.get("default").execute_query(_END, [list(ids), delivery, now])
    return plan


def _priority(deps: Deps, notice: Notice) -> int:
    words = deps.catalog.notices[notice.kind]
    if words.deadline:
        return jobs.DEADLINE
    return jobs.URGENT if words.urgent else jobs.NORMAL
