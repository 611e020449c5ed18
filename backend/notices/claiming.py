"""The worker's look at a notice, and with it, where nothing stands in the way, the claim of an acceptance.

One statement does both, as for nearly all notices nothing does: each statement more is a tenth fewer messages.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from tortoise import connections

from backend.core.catalog import Catalog
from backend.notices import taps
from models import Delivery, Notice

_LOOK: Final = """
WITH letter AS (
    SELECT r.openid, r.phone_sealed, r.closed_at IS NOT NULL AS is_closed,
           EXISTS (SELECT FROM wechat_callback c
                    WHERE c.openid = r.openid AND c.handled_at IS NULL AND c.kind = ANY($11)) AS has_events,
           n.id, n.resident_id, n.kind, n.template_id, n.page, n.push_data, n.sms_params, n.created_at, n.read_at,
           n.send_after, n.valid_until, n.delivery, n.channel, n.begun_at, n.finished_at, n.errcode, n.message_id
      FROM resident r JOIN notice n ON n.resident_id = r.id
     WHERE n.id = $1 AND n.delivery IN ('pending', 'begun')
       FOR NO KEY UPDATE OF r, n),
due AS (
    SELECT l.resident_id, l.template_id,
           CASE WHEN l.kind <> ALL($5) OR l.template_id <> ALL($8) THEN 0 ELSE 1
               + (SELECT count(*) FROM appointment a
                   WHERE l.template_id = ANY($9)
                     AND a.resident_id = l.resident_id AND a.status = 'booked' AND a.starts_at > $2)
               + (SELECT count(DISTINCT d.dispute_id) FROM notice d
                   WHERE l.template_id = ANY($10)
                     AND d.resident_id = l.resident_id AND d.valid_until > $2 AND d.kind = ANY($6)
                     AND NOT EXISTS (SELECT FROM event e WHERE e.dispute_id = d.dispute_id
                                        AND e.kind = 'supplemented' AND e.at > d.created_at))
           END AS spare
      FROM letter l
     WHERE l.delivery = 'pending' AND l.channel = 'wechat' AND l.kind = ANY($4) AND l.template_id = ANY($7)
       AND NOT l.is_closed AND NOT l.has_events AND l.read_at IS NULL
       AND (l.send_after IS NULL OR l.send_after <= $2) AND (l.valid_until IS NULL OR l.valid_until > $2)
       AND (COALESCE(l.send_after, l.created_at) > $3 OR l.kind = ANY($6))),
acceptance AS (
    SELECT g.id, g.granted_at FROM due
      JOIN subscription_grant g ON g.resident_id = due.resident_id AND g.template_id = due.template_id
     WHERE g.claimed_by IS NULL AND g.spent_at IS NULL AND g.revoked_at IS NULL
     ORDER BY g.granted_at, g.id LIMIT (SELECT spare + 1 FROM due)
       FOR NO KEY UPDATE OF g),
allowed AS (SELECT template_id FROM due WHERE (SELECT count(*) FROM acceptance) > spare),
claimed AS (
    UPDATE subscription_grant SET claimed_by = $1
     WHERE id = (SELECT id FROM acceptance ORDER BY granted_at, id LIMIT 1)
       AND EXISTS (SELECT FROM allowed WHERE template_id = ANY($8))),
begun AS (
    UPDATE notice SET delivery = 'begun', begun_at = $2 WHERE id = $1 AND EXISTS (SELECT FROM allowed) RETURNING id)
SELECT letter.*, EXISTS (SELECT FROM begun) AS is_begun FROM letter
"""
"""The resident is locked first, as everybody else does. `due` is what may go out now, with the acceptances it must
leave (`spare`): small news of a one-time template leave one, and one for every reminder to come. The oldest acceptance
is claimed; those that are counted are locked, so that none is counted that somebody else has just taken."""


@dataclass(frozen=True, slots=True)
class Addressee:
    id: UUID
    openid: str
    phone_sealed: bytes | None
    is_closed: bool
    has_events: bool
    """WeChat has told of answers that nobody has looked at yet: nothing is claimed before."""


@dataclass(frozen=True, slots=True)
class Letter:
    notice: Notice
    to: Addressee
    is_begun: bool


async def look(catalog: Catalog, notice_id: UUID, now: datetime, give_up_before: datetime) -> Letter | None:
    """None: it has its outcome. What is due and allowed has its acceptance claimed and is begun afterwards.

    It takes `ledger.lock`. Who has it already sees all there is; who waited for it may miss an acceptance, and never
    takes one twice.
    """
    values = [notice_id, now, give_up_before, *catalog.claim_rules, [taps.POPUP, taps.CHANGE]]
    found = await connections.get("default").execute_query_dict(_LOOK, values)
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
    return Letter(notice, to, is_begun)
