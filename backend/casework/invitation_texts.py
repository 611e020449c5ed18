"""The worker's side of an invitation: its link goes to the party's phone by text message, once.

As with a notice, begun is written down before the carrier is asked: a crash before it leaves the job to be done again,
after it the message counts as `unknown` and is never repeated. Staff have the token either way.
"""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from tortoise import connections
from tortoise.transactions import in_transaction

from backend.casework import invitations
from backend.core import jobs
from backend.core.clock import Clock
from backend.core.jobs import LaterError
from backend.notices import delivery, messages
from backend.notices.delivery import Post
from backend.notices.outcomes import Result
from backend.wechat.errors import WeChatError, WeChatRefusedError
from models import Delivery, Invitation

_ADDRESS: Final = "https://wxaurl.cn/"
"""What the approved text has in front of {1}."""
_OPEN: Final = (Delivery.PENDING, Delivery.BEGUN)
_LOST_AFTER: Final = timedelta(minutes=2)

_LOST: Final = """
SELECT i.id FROM invitation i
 WHERE i.texting IN ('pending', 'begun') AND i.created_at < $1
   AND NOT EXISTS (SELECT FROM pgqueuer q
                    WHERE q.entrypoint = $2 AND q.payload = convert_to('{"invitation_id": "' || i.id || '"}', 'UTF8'))
 ORDER BY i.id LIMIT 1000
"""


async def text(post: Post, invitation_id: UUID, attempt: int) -> None:
    """However often it is called, the message goes out at most once. Raises LaterError."""
    row = await Invitation.get_or_none(id=invitation_id, texting__in=_OPEN).select_related("party")
    if row is None:
        return
    result = _unsendable(row, post.clock.now()) or await _send(post, row)
    if result is None:
        return
    await _record(post.clock, row.id, result.delivery)
    if result.delivery is Delivery.PENDING:
        raise LaterError(delivery.pause(result, attempt))


async def requeue_lost(clock: Clock) -> int:
    """Invitations whose job was lost with a worker that was cut off."""
    async with in_transaction():
        values = [clock.now() - _LOST_AFTER, jobs.TEXT_INVITATION]
        rows = await connections.get("default").execute_query_dict(_LOST, values)
        await jobs.enqueue(jobs.TEXT_INVITATION, [{"invitation_id": str(row["id"])} for row in rows])
    return len(rows)


def _unsendable(row: Invitation, now: datetime) -> Result | None:
    if row.texting is Delivery.BEGUN:
        return Result(Delivery.UNKNOWN)
    party = row.party
    is_over = row.joined_at or row.revoked_at or party.resident_id or party.left_at or party.removed_at
    return Result(Delivery.STALE) if is_over or row.expires_at <= now else None


async def _send(post: Post, row: Invitation) -> Result | None:
    """None: somebody else has begun it meanwhile."""
    template = post.catalog.sms_templates[post.catalog.invitations.sms_template]
    phone = invitations.mobile_of(post.keyring, row.party)
    try:
        params = messages.text_params(template, await _words(post, row))
    except WeChatRefusedError:
        return Result(Delivery.FAILED)
    except WeChatError as error:
        return Result(Delivery.PENDING, retry_s=error.retry_s)
    if phone is None or len(params) < len(template.params):
        return Result(Delivery.FAILED)
    if not await Invitation.filter(id=row.id, texting=Delivery.PENDING).update(texting=Delivery.BEGUN):
        return None
    return await delivery.text(post, phone, template, params)


async def _words(post: Post, row: Invitation) -> dict[str, str]:
    """Of the link what follows the address in the approved text; nothing of another address. Asking WeChat again makes
    another link and does no harm. Raises WeChatError."""
    assert row.token_sealed is not None, "it is kept until the text message has its outcome"
    token = post.keyring.open(row.token_sealed, "invitation", "token", row.id)
    days = invitations.link_days(row, post.clock.now())
    url = await post.wechat.url_link(post.catalog.pages["invitation"], f"token={token}", days, post.state)
    link = url.removeprefix(_ADDRESS) if url.startswith(_ADDRESS) else ""
    return {"link": link, "until": invitations.last_day(row)}


async def _record(clock: Clock, invitation_id: UUID, outcome: Delivery) -> None:
    """With its outcome the token is forgotten."""
    ended = {} if outcome is Delivery.PENDING else {"token_sealed": None, "texted_at": clock.now()}
    await Invitation.filter(id=invitation_id, texting__in=_OPEN).update(texting=outcome, **ended)
