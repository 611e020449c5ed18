"""The one outcome of a push, what becomes of the acceptance it claimed, and whether a text message goes instead."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

import structlog
from prometheus_client import Counter
from tortoise import connections

from backend.core.catalog import Catalog
from backend.core.message_rules import SmsTemplate
from backend.notices import ledger
from models import Channel, Delivery, Notice

log = structlog.get_logger("hejie.delivery")

_OUTCOMES = Counter("hejie_notice_pushes", "Pushes by outcome", ["outcome", "channel"])

_NOT_DELIVERED = frozenset({Delivery.NO_CONSENT, Delivery.REFUSED, Delivery.FAILED})
_CHANGING = ("delivery", "channel", "errcode", "message_id", "begun_at", "finished_at")


_DELIVERED = """
WITH delivered AS (
    UPDATE notice SET delivery = 'delivered', errcode = $2, message_id = $3, finished_at = $4
     WHERE id = $1 AND delivery = 'begun' RETURNING id),
spent AS (
    UPDATE subscription_grant SET spent_at = $4 WHERE claimed_by IN (SELECT id FROM delivered) AND spent_at IS NULL)
SELECT id FROM delivered
"""


class Grant(Enum):
    """What becomes of the acceptance that was claimed."""

    SPENT = "spent"
    GIVEN_BACK = "given back"
    ALL_REVOKED = "all revoked"


@dataclass(frozen=True, slots=True)
class Result:
    delivery: Delivery
    grant: Grant = Grant.GIVEN_BACK
    errcode: int | None = None
    message_id: str | None = None
    retry_s: int = 0


def sms_template(catalog: Catalog, notice: Notice) -> SmsTemplate | None:
    """Only what is bound to a deadline has one."""
    words = catalog.notices.get(notice.kind)
    template = catalog.sms_templates[words.sms] if words and words.sms else None
    return template if template and len(notice.sms_params) == len(template.params) else None


async def record(notice: Notice, result: Result, now: datetime, *, may_text: bool) -> bool:
    """Whether the notice goes on by text message: it is pending again then. The caller holds the notice's lock, and
    the resident's if all acceptances are revoked."""
    if result.grant is Grant.SPENT:
        await ledger.spend(notice.id, now)
    elif notice.channel is Channel.WECHAT:
        await ledger.give_back(notice.id)
    if result.grant is Grant.ALL_REVOKED and notice.template_id is not None:
        # What was accepted after the send began is not meant by WeChat's "none left".
        await ledger.revoke(notice.resident_id, notice.template_id, now, given_until=notice.begun_at or now)
    notice.errcode, notice.message_id = result.errcode, result.message_id
    goes_on = may_text and notice.channel is Channel.WECHAT and result.delivery in _NOT_DELIVERED
    if goes_on:
        notice.channel, notice.delivery = Channel.SMS, Delivery.PENDING
    else:
        notice.delivery = result.delivery
    if notice.delivery is Delivery.PENDING:
        notice.begun_at = notice.finished_at = None
    else:
        notice.finished_at = now
    _count(notice, result)
    await notice.save(update_fields=_CHANGING)
    return goes_on


async def record_delivered(notice: Notice, result: Result, now: datetime) -> None:
    """What `record` does with the outcome that nearly all have, in one statement."""
    values = [notice.id, result.errcode, result.message_id, now]
    if await connections.get("default").execute_query_dict(_DELIVERED, values):
        _OUTCOMES.labels(Delivery.DELIVERED, notice.channel).inc()


def _count(notice: Notice, result: Result) -> None:
    if notice.delivery is not Delivery.PENDING:
        _OUTCOMES.labels(notice.delivery, notice.channel).inc()
    if result.delivery is Delivery.REFUSED:
        log.error("push_refused", kind=notice.kind, channel=notice.channel, errcode=result.errcode)
