"""The worker's side of a notice: one push, one outcome.

Begun is written down before WeChat is asked. A crash before it leaves the job to be done again; after it nobody can
know whether the message went out, so it counts as `unknown` and is never repeated. The inbox has it either way.
Where the push certainly did not go and a deadline is running, a text message is sent the same way.
"""

import asyncio
from dataclasses import dataclass
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
from backend.notices import budget, ledger, outcomes, taps
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

_LOCK = """
WITH letter AS (
    SELECT r.openid, r.phone_sealed, r.closed_at IS NOT NULL AS is_closed,
           EXISTS (SELECT FROM wechat_callback c WHERE c.openid = r.openid AND c.handled_at IS NULL) AS has_events,
           n.id, n.resident_id, n.kind, n.template_id, n.page, n.push_data, n.sms_params, n.created_at, n.read_at,
           n.send_after, n.valid_until, n.delivery, n.channel, n.begun_at, n.finished_at, n.errcode, n.message_id
      FROM resident r JOIN notice n ON n.resident_id = r.id
     WHERE n.id = $1 AND n.delivery IN ('pending', 'begun')
       FOR NO KEY UPDATE OF r, n),
acceptance AS (
    SELECT g.id FROM letter l
      JOIN subscription_grant g ON g.resident_id = l.resident_id AND g.template_id = l.template_id
     WHERE g.claimed_by IS NULL AND g.spent_at IS NULL AND g.revoked_at IS NULL
       AND l.kind = ANY($4) AND l.template_id = ANY($5) AND l.delivery = 'pending' AND l.channel = 'wechat'
       AND NOT l.is_closed AND NOT l.has_events AND l.read_at IS NULL
       AND COALESCE(l.send_after, l.created_at) > $3 AND COALESCE(l.send_after, l.created_at) <= $2
       AND (l.valid_until IS NULL OR l.valid_until > $2)
     ORDER BY g.granted_at, g.id LIMIT 1
       FOR NO KEY UPDATE OF g),
claimed AS (
    UPDATE subscription_grant SET claimed_by = $1 WHERE id IN (SELECT id FROM acceptance) RETURNING id),
begun AS (
    UPDATE notice SET delivery = 'begun', begun_at = $2 WHERE id = $1 AND EXISTS (SELECT FROM claimed) RETURNING id)
SELECT letter.*, EXISTS (SELECT FROM begun) AS is_begun FROM letter
"""
"""The resident first, as everybody else does. Most letters need no further look: news that may have the last
acceptance of a one-time template ($4, $5), due and neither old nor overtaken. For those it claims and begins at once:
each statement less is a tenth more messages. A grant is locked before it is claimed: none is taken twice."""
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


@dataclass(frozen=True, slots=True)
class Addressee:
    """The resident, locked before anything else of theirs."""

    id: UUID
    openid: str
    phone_sealed: bytes | None
    is_closed: bool
    has_events: bool


@dataclass(frozen=True, slots=True)
class _Letter:
    notice: Notice
    to: Addressee
    is_begun: bool = False


async def deliver(post: Post, notice_id: UUID, attempt: int) -> None:
    """However often it is called, the message goes out at most once. Raises LaterError."""
    while (letter := await _begin(post, notice_id)) is not None:
        send = _send_push if letter.notice.channel is Channel.WECHAT else _send_text
        async with post.places:
            result = await send(post, letter)
        goes_on = await _finish(post, letter, result)
        if result.delivery is Delivery.PENDING:
            raise LaterError(timedelta(seconds=max(result.retry_s, _pause_s(attempt))))
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


async def _begin(post: Post, notice_id: UUID) -> _Letter | None:
    """Claims a grant and marks the notice begun. None: there is nothing to send (any more). Raises LaterError."""
    async with in_transaction():
        now = post.clock.now()
        letter = await _locked(post.catalog, notice_id, now)
        if letter is None or letter.is_begun:
            return letter
        notice = letter.notice
        if notice.send_after is not None and notice.send_after > now:
            raise LaterError(notice.send_after - now)
        unsendable = _unsendable(post, notice, now) or await _without_consent(post, letter, now)
        if unsendable and not await _record(post, letter, unsendable):
            return None
        notice.delivery, notice.begun_at = Delivery.BEGUN, now
        await connections.get("default").execute_query(_BEGIN, [notice.id, now])
        return letter


async def _locked(catalog: Catalog, notice_id: UUID, now: datetime) -> _Letter | None:
    values = [notice_id, now, now - GIVE_UP_AFTER, catalog.kinds_first_served, catalog.one_time_ids]
    found = await connections.get("default").execute_query_dict(_LOCK, values)
    if not found:
        return None
    row = found[0]
    to = Addressee(
        row["resident_id"], *(row.pop(name) for name in ("openid", "phone_sealed", "is_closed", "has_events"))
    )
    is_begun = row.pop("is_begun")
    notice = Notice._init_from_db(**row)  # noqa: SLF001 - a query of its own would double the cost
    if is_begun:
        notice.delivery, notice.begun_at = Delivery.BEGUN, now
    return _Letter(notice, to, is_begun)


def _unsendable(post: Post, notice: Notice, now: datetime) -> Result | None:
    """What needs no look into the books."""
    if notice.delivery is Delivery.BEGUN:
        return Result(Delivery.UNKNOWN, Grant.SPENT)
    words = post.catalog.notices.get(notice.kind)
    is_past = notice.valid_until is not None and notice.valid_until <= now
    if is_past or notice.read_at is not None:
        return Result(Delivery.STALE)
    gives_up = _is_old(notice, now) and not (words is not None and words.deadline)
    return Result(Delivery.FAILED, errcode=notice.errcode) if gives_up else None


async def _without_consent(post: Post, letter: _Letter, now: datetime) -> Result | None:
    """Claims a grant; the result if there is none. A text message needs none."""
    notice, to = letter.notice, letter.to
    if notice.channel is Channel.SMS:
        return None
    if to.has_events:
        await taps.take_in(post.catalog, post.clock, to.id, to.openid)
    template = post.catalog.template_by_id.get(notice.template_id or "")
    words = post.catalog.notices.get(notice.kind)
    if to.is_closed or template is None or words is None:
        return Result(Delivery.NO_CONSENT)
    spare = await budget.spare(post.catalog, to.id, template, words, now)
    return None if await ledger.claim(to.id, template, notice.id, spare=spare) else Result(Delivery.NO_CONSENT)


async def _send_push(post: Post, letter: _Letter) -> Result:
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
        return Result(_again(post, notice), Grant.GIVEN_BACK, error.errcode, retry_s=error.retry_s)
    return Result(Delivery.DELIVERED, Grant.SPENT, 0, message_id)


async def _send_text(post: Post, letter: _Letter) -> Result:
    notice, sealed = letter.notice, letter.to.phone_sealed
    template = outcomes.sms_template(post.catalog, notice)
    if template is None or sealed is None:
        return Result(Delivery.FAILED)
    phone = post.keyring.open(sealed, "resident", "phone", letter.to.id)
    try:
        receipt = await post.sms.send(phone, template.id, notice.sms_params)
    except SmsUnknownError:
        return Result(Delivery.UNKNOWN)
    except (SmsAwayError, SmsLimitError) as error:
        return Result(_again(post, notice), retry_s=error.retry_s)
    except SmsError:
        return Result(Delivery.REFUSED)
    return Result(Delivery.DELIVERED, message_id=receipt.serial)


def _again(post: Post, notice: Notice) -> Delivery:
    """Certainly not sent: once more later, for a day."""
    return Delivery.FAILED if _is_old(notice, post.clock.now()) else Delivery.PENDING


def _is_old(notice: Notice, now: datetime) -> bool:
    return now - (notice.send_after or notice.created_at) >= GIVE_UP_AFTER


async def _finish(post: Post, letter: _Letter, result: Result) -> bool:
    """Unless somebody who found it begun has recorded an outcome meanwhile. Whether it goes on by text message."""
    if result.delivery is Delivery.DELIVERED:
        await outcomes.record_delivered(letter.notice, result, post.clock.now())
        return False
    async with in_transaction():
        await ledger.lock(letter.to.id)
        notice = await Notice.filter(id=letter.notice.id).select_for_update().first()
        if notice is None or notice.delivery is not Delivery.BEGUN:
            return False
        return await _record(post, _Letter(notice, letter.to), result)


async def _record(post: Post, letter: _Letter, result: Result) -> bool:
    has_phone = letter.to.phone_sealed is not None and not letter.to.is_closed
    texts = may_text(post, letter.notice, has_phone=has_phone)
    return await outcomes.record(letter.notice, result, post.clock.now(), may_text=texts)


def _pause_s(attempt: int) -> int:
    return min(_FIRST_PAUSE_S << min(attempt, 16), _LONGEST_PAUSE_S)
