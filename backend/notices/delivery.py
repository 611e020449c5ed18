"""The worker's side of a notice: one push, one outcome.

Begun is written down before WeChat is asked. A crash before it leaves the job to be done again; after it nobody can
know whether the message went out, so it counts as `unknown` and is never repeated. The inbox has it either way.
Where the push certainly did not go and a deadline is running, a text message is sent the same way.
"""

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from tortoise import connections
from tortoise.transactions import in_transaction

from backend.core import jobs
from backend.core.catalog import Catalog
from backend.core.clock import Clock
from backend.core.crypto import Keyring
from backend.core.jobs import LaterError
from backend.core.message_rules import SmsTemplate
from backend.notices import claiming, ledger, outcomes, taps
from backend.notices.claiming import Letter
from backend.notices.outcomes import Grant, Result
from backend.sms.client import Sms
from backend.sms.errors import SmsAwayError, SmsError, SmsLimitError, SmsUnknownError
from backend.wechat.client import WeChat
from backend.wechat.errors import ConsentMissingError, WeChatError, WeChatRefusedError, WeChatUnknownError
from models import Channel, Delivery, Notice

GIVE_UP_AFTER = timedelta(hours=24)
"""An older push would surprise more than help; one that a deadline hangs on is better late than never."""

_ORPHANED_AFTER = timedelta(minutes=2)
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 1, 300

_BEGIN = "UPDATE notice SET delivery = 'begun', begun_at = $2 WHERE id = $1"
_ORPHANS = """
SELECT n.id FROM notice n
 WHERE n.delivery IN ('pending', 'begun') AND COALESCE(n.send_after, n.created_at) < $1
   AND NOT EXISTS (SELECT FROM pgqueuer q
                    WHERE q.entrypoint = $2 AND q.payload = convert_to('{"notice_id": "' || n.id || '"}', 'UTF8'))
 ORDER BY n.id LIMIT 1000
"""


@dataclass(frozen=True, slots=True)
class Post:
    """What a push needs of the process that makes it."""

    clock: Clock
    catalog: Catalog
    keyring: Keyring
    wechat: WeChat
    sms: Sms
    state: Literal["developer", "trial", "formal"]
    places: asyncio.Semaphore
    """So many are sent at once; while one is written down another may be on its way."""


async def deliver(post: Post, notice_id: UUID, attempt: int) -> None:
    """However often it is called, the message goes out at most once. Raises LaterError."""
    while (letter := await _begin(post, notice_id)) is not None:
        send = _send_push if letter.notice.channel is Channel.WECHAT else _send_text
        async with post.places:
            result = await send(post, letter)
        if result.delivery is Delivery.PENDING and _is_old(letter.notice, post.clock.now()):
            result = replace(result, delivery=Delivery.FAILED)
        goes_on = await _finish(post, letter, result)
        if result.delivery is Delivery.PENDING:
            raise LaterError(pause(result, attempt))
        if not goes_on:
            return


async def requeue_orphans(clock: Clock) -> int:
    """Notices that nobody is going to push: their job was lost with a worker that was cut off."""
    async with in_transaction():
        before = clock.now() - _ORPHANED_AFTER
        rows = await connections.get("default").execute_query_dict(_ORPHANS, [before, jobs.DELIVER_NOTICE])
        await jobs.enqueue(jobs.DELIVER_NOTICE, [{"notice_id": str(row["id"])} for row in rows])
    return len(rows)


def may_text(post: Post, notice: Notice, *, has_phone: bool) -> bool:
    return post.sms.is_on and has_phone and outcomes.sms_template(post.catalog, notice) is not None


async def _begin(post: Post, notice_id: UUID) -> Letter | None:
    """Claims an acceptance and marks the notice begun. None: there is nothing to send (any more). Raises LaterError."""
    now = post.clock.now()
    # A transaction, though it is mostly one statement: what waits for a lock while this worker dies must not commit.
    async with in_transaction():
        letter = await claiming.look(post.catalog, notice_id, now, now - GIVE_UP_AFTER)
        if letter is not None and not letter.is_begun:
            letter = await _look_again(post, letter, now)
        if letter is None or letter.is_begun:
            return letter
        return await _begin_without(post, letter, now)


async def _look_again(post: Post, letter: Letter, now: datetime) -> Letter | None:
    """The first look may have waited for the resident's lock, and then saw what was there before."""
    if letter.to.has_events:
        await taps.take_in(post.catalog, post.clock, letter.to.id, letter.to.openid)
    again = await claiming.look(post.catalog, letter.notice.id, now, now - GIVE_UP_AFTER)
    return await _look_again(post, again, now) if again is not None and again.to.has_events else again


async def _begin_without(post: Post, letter: Letter, now: datetime) -> Letter | None:
    """What has no acceptance claimed is begun only as a text message."""
    notice = letter.notice
    if notice.send_after is not None and notice.send_after > now:
        raise LaterError(notice.send_after - now)
    unsendable = _unsendable(post, notice, now)
    if unsendable is None and notice.channel is Channel.WECHAT:
        unsendable = Result(Delivery.NO_CONSENT)
    if unsendable is not None and not await _record(post, letter, unsendable):
        return None
    notice.delivery, notice.begun_at = Delivery.BEGUN, now
    await connections.get("default").execute_query(_BEGIN, [notice.id, now])
    return letter


def _unsendable(post: Post, notice: Notice, now: datetime) -> Result | None:
    if notice.delivery is Delivery.BEGUN:
        return Result(Delivery.UNKNOWN, Grant.SPENT)
    words = post.catalog.notices.get(notice.kind)
    is_past = notice.valid_until is not None and notice.valid_until <= now
    if is_past or notice.read_at is not None:
        return Result(Delivery.STALE)
    gives_up = _is_old(notice, now) and not (words is not None and words.deadline)
    return Result(Delivery.FAILED, errcode=notice.errcode) if gives_up else None


async def _send_push(post: Post, letter: Letter) -> Result:
    notice = letter.notice
    assert notice.template_id is not None, "nothing was claimed without a template"
    try:
        message_id = await post.wechat.send_subscribe_message(
            letter.to.openid, notice.template_id, notice.page, notice.push_data, post.state
        )
    except ConsentMissingError as error:
        return Result(Delivery.NO_CONSENT, Grant.ALL_REVOKED, error.errcode)
    except WeChatRefusedError as error:
        return Result(Delivery.REFUSED, Grant.GIVEN_BACK, error.errcode)
    except WeChatUnknownError as error:
        return Result(Delivery.UNKNOWN, Grant.SPENT, error.errcode)
    except WeChatError as error:
        return Result(Delivery.PENDING, Grant.GIVEN_BACK, error.errcode, retry_s=error.retry_s)
    return Result(Delivery.DELIVERED, Grant.SPENT, 0, message_id)


async def _send_text(post: Post, letter: Letter) -> Result:
    notice, sealed = letter.notice, letter.to.phone_sealed
    template = outcomes.sms_template(post.catalog, notice)
    if template is None or sealed is None:
        return Result(Delivery.FAILED)
    phone = post.keyring.open(sealed, "resident", "phone", letter.to.id)
    return await text(post, phone, template, notice.sms_params)


async def text(post: Post, phone: str, template: SmsTemplate, params: list[str]) -> Result:
    """One text message. `pending`: it certainly was not sent, and may be later."""
    try:
        receipt = await post.sms.send(phone, template.id, params)
    except SmsUnknownError:
        return Result(Delivery.UNKNOWN)
    except (SmsAwayError, SmsLimitError) as error:
        return Result(Delivery.PENDING, retry_s=error.retry_s)
    except SmsError:
        return Result(Delivery.REFUSED)
    return Result(Delivery.DELIVERED, message_id=receipt.serial)


def _is_old(notice: Notice, now: datetime) -> bool:
    return now - (notice.send_after or notice.created_at) >= GIVE_UP_AFTER


async def _finish(post: Post, letter: Letter, result: Result) -> bool:
    """Unless somebody who found it begun has recorded an outcome meanwhile. Whether it goes on by text message."""
    if result.delivery is Delivery.DELIVERED:
        await outcomes.record_delivered(letter.notice, result, post.clock.now())
        return False
    async with in_transaction():
        await ledger.lock(letter.to.id)
        notice = await Notice.filter(id=letter.notice.id).select_for_update().first()
        if notice is None or notice.delivery is not Delivery.BEGUN:
            return False
        return await _record(post, replace(letter, notice=notice), result)


async def _record(post: Post, letter: Letter, result: Result) -> bool:
    has_phone = letter.to.phone_sealed is not None and not letter.to.is_closed
    texts = may_text(post, letter.notice, has_phone=has_phone)
    return await outcomes.record(letter.notice, result, post.clock.now(), may_text=texts)


def pause(result: Result, attempt: int) -> timedelta:
    """Until what was not sent is tried again."""
    return timedelta(seconds=max(result.retry_s, min(_FIRST_PAUSE_S << min(attempt, 16), _LONGEST_PAUSE_S)))
