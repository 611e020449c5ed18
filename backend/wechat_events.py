"""What an event that WeChat pushed brings about, in the worker. All that waits for one person takes effect in its
order, in one transaction: each event once, however often it was pushed and its job is run."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

import structlog
from tortoise import connections
from tortoise.transactions import in_transaction

from backend.content import checking
from backend.core import jobs
from backend.core.errors import UnavailableError
from backend.files.store import FileStore
from backend.notices import receipts, taps
from backend.notices.delivery import Post
from backend.privacy import actions as privacy
from models import ConsentKind, Resident, WechatCallback

log = structlog.get_logger("hejie.events")

_LOCK = "SELECT id FROM resident WHERE openid = $1 AND closed_at IS NULL FOR NO KEY UPDATE"
_LOST = """
SELECT c.id FROM wechat_callback c
 WHERE c.handled_at IS NULL
   AND NOT EXISTS (SELECT FROM pgqueuer q
                    WHERE q.entrypoint = $1 AND q.payload = convert_to('{"callback_id": "' || c.id || '"}', 'UTF8'))
 LIMIT 1000
"""


@dataclass(frozen=True, slots=True)
class Desk:
    """What the worker has at hand. `to_erase` collects files whose bytes go after the commit."""

    post: Post
    store: FileStore
    to_erase: list[UUID] = field(default_factory=list)


async def take_effect(post: Post, store: FileStore, callback_id: UUID) -> None:
    """And whatever else waits for the same person."""
    event = await WechatCallback.get_or_none(id=callback_id, handled_at=None)
    if event is None:
        return
    desk = Desk(post, store)
    async with in_transaction():
        found = await connections.get("default").execute_query_dict(_LOCK, [event.openid])
        for waiting in await _waiting(event):
            if found and (effect := _EFFECTS.get(waiting.kind)):
                await effect(desk, found[0]["id"], waiting)
            else:
                log.info("event_without_effect", kind=waiting.kind, is_known=bool(found))
            waiting.handled_at = post.clock.now()
            await waiting.save(update_fields=["handled_at"])
    await _erase(desk)


async def requeue_lost() -> int:
    """Events whose job was lost or broke down."""
    async with in_transaction():
        rows = await connections.get("default").execute_query_dict(_LOST, [jobs.TAKE_EFFECT])
        lost = [{"callback_id": str(row["id"])} for row in rows]
        await jobs.enqueue(jobs.TAKE_EFFECT, lost, priority=jobs.EVENT)
    return len(rows)


async def _waiting(event: WechatCallback) -> list[WechatCallback]:
    """Behind the lock: what somebody else has taken in meanwhile is no longer among them."""
    waiting = WechatCallback.filter(openid=event.openid, handled_at=None)
    return await waiting.order_by("created_at", "received_at", "id").select_for_update()


async def _take_answers(desk: Desk, resident_id: UUID, event: WechatCallback) -> None:
    await taps.apply(desk.post.catalog, desk.post.clock, resident_id, event)


async def _take_receipts(desk: Desk, resident_id: UUID, event: WechatCallback) -> None:
    await receipts.take(desk.post, resident_id, event)


async def _take_verdict(desk: Desk, _resident_id: UUID, event: WechatCallback) -> None:
    await checking.take_verdict(desk.post.clock, event.payload)


async def _take_back(desk: Desk, resident_id: UUID, event: WechatCallback) -> None:
    """What was taken over from WeChat under the authorisation goes; what is part of a case stays, as when an account
    is closed (个人信息保护法 15, 47; 人民调解法 27). `RevokeInfo` may name several, by number."""
    for number in str(event.payload.get("RevokeInfo", "")).replace(";", ",").split(","):
        if erase := _REVOKED.get(number.strip()):
            await erase(desk, resident_id)


async def _forget_phone(_desk: Desk, resident_id: UUID) -> None:
    await Resident.filter(id=resident_id).update(phone_sealed=None, phone_hash=None)


async def _forget_name(_desk: Desk, resident_id: UUID) -> None:
    await Resident.filter(id=resident_id).update(name_sealed=None)


async def _forget_place(desk: Desk, resident_id: UUID) -> None:
    await privacy.withdraw_consent(desk.post.clock, resident_id, ConsentKind.PRECISE_LOCATION)


async def _forget_files(desk: Desk, resident_id: UUID) -> None:
    desk.to_erase.extend(await privacy.discard_unused_files(desk.post.clock, resident_id))


async def _close_account(desk: Desk, resident_id: UUID, _event: WechatCallback) -> None:
    """The person has left WeChat: nobody can log in here as them again."""
    closed = await privacy.close_account(desk.post.clock, resident_id)
    desk.to_erase.extend(closed.file_ids)


async def _erase(desk: Desk) -> None:
    """They are gone for everybody by now, whether or not the store answers."""
    for file_id in desk.to_erase:
        try:
            await desk.store.erase(file_id)
        except UnavailableError:
            log.warning("bytes_not_erased", file_id=str(file_id))


_REVOKED: Final[dict[str, Callable[[Desk, UUID], Awaitable[None]]]] = {
    "6": _forget_name,  # nickname and picture
    "8": _forget_phone,
    "13": _forget_place,
    "14": _forget_files,  # chosen pictures and videos
    "15": _forget_files,
    "18": _forget_place,  # a place chosen on the map
    "19": _forget_name,  # the nickname offered by the keyboard
}
"""By WeChat's numbers. What is absent (licence plates, invoices, steps …) was never taken over."""

_EFFECTS: Final[dict[str, Callable[[Desk, UUID, WechatCallback], Awaitable[None]]]] = {
    taps.POPUP: _take_answers,
    taps.CHANGE: _take_answers,
    receipts.SENT: _take_receipts,
    "media_check": _take_verdict,
    "authorization_revoked": _take_back,
    "account_cancelled": _close_account,
}
"""By our word for the event. `profile_changed` has none: no picture or nickname of WeChat's is kept here."""
