"""What residents allow us to send: one acceptance, one message.

Every function locks the resident's row first, so that what concerns one person happens in one order. A grant is
live until it is claimed, spent or revoked; only a live one can be claimed.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from uuid import UUID

from tortoise import connections

from backend.core.deps import Deps
from models import GrantSource, SubscriptionGrant

SAME_TAP = timedelta(minutes=10)
"""The page and WeChat both report a tap; two reports further apart are two taps."""

MOST_LIVE = 20

_LOCK = "SELECT id FROM resident WHERE id = $1 FOR NO KEY UPDATE"
_PAIR = """
UPDATE subscription_grant SET paired_at = $4
 WHERE id = (SELECT id FROM subscription_grant
              WHERE resident_id = $1 AND template_id = $2 AND source = $3 AND paired_at IS NULL
                AND granted_at BETWEEN $5 AND $6
              ORDER BY granted_at, id LIMIT 1)
RETURNING id
"""
_LIVE = """
SELECT template_id, count(*) AS live FROM subscription_grant
 WHERE resident_id = $1 AND template_id = ANY($2)
   AND claimed_by IS NULL AND spent_at IS NULL AND revoked_at IS NULL
 GROUP BY template_id
"""
_CLAIM = """
WITH live AS (SELECT id FROM subscription_grant
               WHERE resident_id = $1 AND template_id = $2
                 AND claimed_by IS NULL AND spent_at IS NULL AND revoked_at IS NULL
               ORDER BY granted_at, id)
UPDATE subscription_grant SET claimed_by = $3
 WHERE id = (SELECT id FROM live LIMIT 1) AND (SELECT count(*) FROM live) > $4
RETURNING id
"""


async def report(
    deps: Deps, resident_id: UUID, source: GrantSource, answers: Mapping[str, str], *, at: datetime, scene: str = ""
) -> dict[str, int]:
    """Takes in the answers of one tap by template id; whatever begins with `accept` is a grant. Returns how many
    messages of each of these templates are allowed."""
    await _lock(resident_id)
    known = {template_id: answer for template_id, answer in answers.items() if template_id in deps.catalog.template_ids}
    live = await _live(resident_id, known)
    for template_id, answer in known.items():
        if not answer.startswith("accept") or await _pair(deps, resident_id, template_id, source, at):
            continue
        if live[template_id] < MOST_LIVE:
            grant = SubscriptionGrant(
                resident_id=resident_id, template_id=template_id, source=source, scene=scene, granted_at=at
            )
            await grant.save(force_create=True)
            live[template_id] += 1
    return live


async def claim(resident_id: UUID, template_id: str, notice_id: UUID, *, spare: int) -> bool:
    """The oldest live grant, if `spare` others stay."""
    await _lock(resident_id)
    return bool(await _fetch(_CLAIM, resident_id, template_id, notice_id, spare))


async def give_back(notice_id: UUID) -> None:
    """The send certainly did not use it."""
    await SubscriptionGrant.filter(claimed_by=notice_id, spent_at=None).update(claimed_by=None)


async def spend(notice_id: UUID, now: datetime) -> None:
    await SubscriptionGrant.filter(claimed_by=notice_id, spent_at=None).update(spent_at=now)


async def revoke(resident_id: UUID, template_id: str, now: datetime, *, given_until: datetime) -> None:
    """All unspent ones given until then: WeChat says that there are none."""
    await _lock(resident_id)
    unspent = SubscriptionGrant.filter(resident_id=resident_id, template_id=template_id, spent_at=None)
    await unspent.filter(revoked_at=None, granted_at__lte=given_until).update(revoked_at=now)


async def _lock(resident_id: UUID) -> None:
    await _fetch(_LOCK, resident_id)


async def _live(resident_id: UUID, template_ids: Iterable[str]) -> dict[str, int]:
    wanted = list(template_ids)
    rows = await _fetch(_LIVE, resident_id, wanted)
    return dict.fromkeys(wanted, 0) | {str(row["template_id"]): int(str(row["live"])) for row in rows}


async def _pair(deps: Deps, resident_id: UUID, template_id: str, source: GrantSource, at: datetime) -> bool:
    """Whether the other side has reported this tap already, in whatever state its grant is by now."""
    other = GrantSource.EVENT if source is GrantSource.PAGE else GrantSource.PAGE
    now = deps.clock.now()
    return bool(await _fetch(_PAIR, resident_id, template_id, other, now, at - SAME_TAP, at + SAME_TAP))


async def _fetch(sql: str, *values: object) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = await connections.get("default").execute_query_dict(sql, list(values))
    return rows
