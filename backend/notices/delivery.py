"""The worker's side of a notice: one push, one outcome.

Begun is written down before WeChat is asked. A crash before it leaves the job to be done again; after it nobody can
know whether the message went out, so it counts as `unknown` and is never repeated. The inbox has it either way.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Literal
from uuid import UUID

import structlog
from prometheus_client import Counter
from tortoise import connections
from tortoise.transactions import in_transaction

from backend.core import jobs
from backend.core.catalog import Catalog
from backend.core.clock import Clock
from backend.notices import ledger
from backend.wechat.client import WeChat
from backend.wechat.errors import ConsentMissingError, WeChatError, WeChatRefusedError, WeChatUnknownError
from models import Delivery, Notice

log = structlog.get_logger("hejie.delivery")

GIVE_UP_AFTER = timedelta(hours=6)
"""An older push would surprise more than help."""

_ORPHANED_AFTER = timedelta(minutes=2)
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 1, 300

_OUTCOMES = Counter("hejie_notice_pushes", "Pushes by outcome", ["outcome"])

_ORPHANS = """
SELECT n.id FROM notice n
 WHERE n.delivery IN ('pending', 'begun') AND n.created_at < $1
   AND NOT EXISTS (SELECT FROM pgqueuer q
                    WHERE q.entrypoint = $2 AND q.payload = convert_to('{"notice_id": "' || n.id || '"}', 'UTF8'))
 ORDER BY n.id LIMIT 1000
"""


class LaterError(Exception):
    """WeChat is away, and nothing was sent: try again after `pause`."""

    def __init__(self, pause: timedelta) -> None:
        super().__init__(pause)
        self.pause = pause


@dataclass(frozen=True, slots=True)
class Post:
    """What a push needs of the process that makes it."""

    clock: Clock
    catalog: Catalog
    wechat: WeChat
    state: Literal["developer", "trial", "formal"]


class _Grant(Enum):
    """What becomes of the acceptance that was claimed."""

    SPENT = "spent"
    GIVEN_BACK = "given back"
    ALL_REVOKED = "all revoked"


@dataclass(frozen=True, slots=True)
class _Result:
    delivery: Delivery
    grant: _Grant
    errcode: int | None = None
    retry_s: int = 0


async def deliver(post: Post, notice_id: UUID, attempt: int) -> None:
    """However often it is called, the message goes out at most once. Raises LaterError."""
    notice = await _begin(post, notice_id)
    if notice is None:
        return
    result = await _send(post, notice)
    await _finish(post, notice_id, result)
    if result.delivery is Delivery.PENDING:
        raise LaterError(timedelta(seconds=max(result.retry_s, _pause_s(attempt))))


async def requeue_orphans(clock: Clock) -> int:
    """Notices that nobody is going to push: their job was lost with a worker that was cut off."""
    async with in_transaction():
        before = clock.now() - _ORPHANED_AFTER
        rows = await connections.get("default").execute_query_dict(_ORPHANS, [before, jobs.DELIVER_NOTICE])
        await jobs.enqueue(jobs.DELIVER_NOTICE, [{"notice_id": str(row["id"])} for row in rows])
    return len(rows)


async def _begin(post: Post, notice_id: UUID) -> Notice | None:
    """Claims a grant and marks the notice begun. None: there is nothing to send (any more)."""
    async with in_transaction():
        notice = await Notice.filter(id=notice_id).select_for_update(of=("notice",)).select_related("resident").first()
        if notice is None or notice.delivery not in (Delivery.PENDING, Delivery.BEGUN):
            return None
        if notice.delivery is Delivery.BEGUN:
            await _record(post, notice, _Result(Delivery.UNKNOWN, _Grant.SPENT))
        elif not await _may_send(post, notice):
            await _record(post, notice, _Result(Delivery.NO_CONSENT, _Grant.GIVEN_BACK))
        else:
            notice.delivery, notice.begun_at = Delivery.BEGUN, post.clock.now()
            await notice.save(update_fields=["delivery", "begun_at"])
            return notice
    return None


async def _may_send(post: Post, notice: Notice) -> bool:
    if notice.resident.closed_at is not None or notice.template_id is None:
        return False
    words = post.catalog.notices.get(notice.kind)
    spare = 1 if words is not None and words.small else 0
    return await ledger.claim(notice.resident_id, notice.template_id, notice.id, spare=spare)


async def _send(post: Post, notice: Notice) -> _Result:
    assert notice.template_id is not None, "nothing was claimed without a template"
    try:
        await post.wechat.send_subscribe_message(
            notice.resident.openid, notice.template_id, notice.page, notice.push_data, post.state
        )
    except ConsentMissingError as error:
        return _Result(Delivery.NO_CONSENT, _Grant.ALL_REVOKED, error.errcode)
    except WeChatRefusedError as error:
        return _Result(Delivery.REFUSED, _Grant.GIVEN_BACK, error.errcode)
    except WeChatUnknownError as error:
        return _Result(Delivery.UNKNOWN, _Grant.SPENT, error.errcode)
    except WeChatError as error:
        is_old = post.clock.now() - notice.created_at >= GIVE_UP_AFTER
        return _Result(Delivery.FAILED if is_old else Delivery.PENDING, _Grant.GIVEN_BACK, error.errcode, error.retry_s)
    return _Result(Delivery.DELIVERED, _Grant.SPENT, 0)


async def _finish(post: Post, notice_id: UUID, result: _Result) -> None:
    """Unless somebody who found it begun has recorded `unknown` meanwhile: an outcome stays."""
    async with in_transaction():
        notice = await Notice.filter(id=notice_id).select_for_update().first()
        if notice is not None and notice.delivery is Delivery.BEGUN:
            await _record(post, notice, result)
            if result.delivery is Delivery.REFUSED:
                log.error("push_refused", kind=notice.kind, errcode=result.errcode)


async def _record(post: Post, notice: Notice, result: _Result) -> None:
    now = post.clock.now()
    if result.grant is _Grant.SPENT:
        await ledger.spend(notice.id, now)
    else:
        await ledger.give_back(notice.id)
    if result.grant is _Grant.ALL_REVOKED and notice.template_id is not None:
        await ledger.revoke(notice.resident_id, notice.template_id, now, given_until=_begun(notice, now))
    notice.delivery, notice.errcode = result.delivery, result.errcode
    if result.delivery is Delivery.PENDING:
        notice.begun_at = None
    else:
        notice.finished_at = now
        _OUTCOMES.labels(result.delivery).inc()
    await notice.save(update_fields=["delivery", "errcode", "begun_at", "finished_at"])


def _begun(notice: Notice, now: datetime) -> datetime:
    """What was accepted after that is not meant by WeChat's "none left"."""
    return notice.begun_at or now


def _pause_s(attempt: int) -> int:
    return min(_FIRST_PAUSE_S << min(attempt, 16), _LONGEST_PAUSE_S)
