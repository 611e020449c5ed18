"""What WeChat says afterwards of a push: whether it reached the phone. It settles what was `unknown`, and corrects a
delivery that the phone never showed."""

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from backend.core import jobs
from backend.notices import delivery, outcomes
from backend.notices.delivery import Post
from backend.notices.outcomes import Grant, Result
from models import Channel, Delivery, Notice, Resident, WechatCallback

SENT: Final = "subscription_sent"

_SOON: Final = timedelta(minutes=10)
"""WeChat says it within seconds; a send is not looked for any further back."""

_OPEN = (Delivery.BEGUN, Delivery.UNKNOWN)


async def take(post: Post, resident_id: UUID, event: WechatCallback) -> None:
    """The caller holds `ledger.lock`."""
    for item in event.items:
        notice = await _meant(resident_id, item, event)
        if notice is not None:
            await _settle(post, notice, item)


async def _meant(resident_id: UUID, item: dict[str, Any], event: WechatCallback) -> Notice | None:
    """By WeChat's number; a send whose answer was lost has none and is known only if no other can be meant."""
    pushes = Notice.filter(resident_id=resident_id, template_id=item["template_id"], channel=Channel.WECHAT)
    numbered = await pushes.filter(message_id=item["msgid"]).select_for_update().first() if item["msgid"] else None
    if numbered is not None or event.created_at is None:
        return numbered
    recent = pushes.filter(
        delivery__in=_OPEN, message_id=None, begun_at__gte=event.created_at - _SOON, begun_at__lte=event.received_at
    )
    found = await recent.limit(2).select_for_update()
    return found[0] if len(found) == 1 else None


async def _settle(post: Post, notice: Notice, item: dict[str, Any]) -> None:
    code = item["error_code"]
    if code is None or (code == 0 and notice.delivery not in _OPEN):
        return
    resident = await Resident.get(id=notice.resident_id)
    reached = Delivery.FAILED if code else Delivery.DELIVERED
    may_text = delivery.may_text(post, notice, has_phone=resident.phone_sealed is not None)
    result = Result(reached, Grant.SPENT, code, item["msgid"])
    if await outcomes.record(notice, result, post.clock.now(), may_text=may_text):
        payload = {"notice_id": str(notice.id)}
        await jobs.enqueue(jobs.DELIVER_NOTICE, [payload], priority=jobs.DEADLINE)
