"""What residents allow us to send: of a one-time template one message for each acceptance, of a long-term one any
number until it is taken back.

What concerns one person happens in one order: whoever changes the books holds `lock`. A grant is live until it is
claimed, spent or revoked; only a live one can be claimed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from tortoise import connections

from backend.core.catalog import Catalog
from backend.core.message_rules import MessageTemplate
from models import GrantSource, SubscriptionAnswer, SubscriptionGrant
from models.base import uuid7

SAME_TAP = timedelta(minutes=10)
"""The page and WeChat both report a tap; two reports further apart are two taps."""

MOST_LIVE = 20

_ANSWERS = frozenset({"accept", "reject", "ban", "filter"})

_LOCK = "SELECT id FROM resident WHERE id = $1 FOR NO KEY UPDATE"
_REMEMBER = """
INSERT INTO subscription_answer AS known (id, resident_id, template_id, answer, answered_at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (resident_id, template_id) DO UPDATE
   SET answer = CASE WHEN known.answered_at > EXCLUDED.answered_at THEN known.answer ELSE EXCLUDED.answer END,
       answered_at = GREATEST(known.answered_at, EXCLUDED.answered_at)
RETURNING switched_off_at
"""
_SWITCH_OFF = """
INSERT INTO subscription_answer AS known
       (id, resident_id, template_id, answer, answered_at, switched_off_at) VALUES ($1, $2, $3, 'reject', $4, $4)
ON CONFLICT (resident_id, template_id) DO UPDATE
   SET answer = CASE WHEN known.answered_at > EXCLUDED.answered_at THEN known.answer ELSE 'reject' END,
       answered_at = GREATEST(known.answered_at, EXCLUDED.answered_at),
       switched_off_at = GREATEST(known.switched_off_at, EXCLUDED.switched_off_at)
"""
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


@dataclass(frozen=True, slots=True)
class Tap:
    """One report of a resident's answers, by template id; whatever begins with `accept` is a grant."""

    source: GrantSource
    answers: Mapping[str, str]
    at: datetime
    scene: str = ""


async def lock(resident_id: UUID) -> None:
    await _fetch(_LOCK, resident_id)


async def report(catalog: Catalog, resident_id: UUID, tap: Tap, now: datetime) -> None:
    """The other report of the same tap changes nothing. An acceptance from before a switching-off that is known
    already is void. The caller holds `lock`."""
    for template_id, answer in tap.answers.items():
        template = catalog.template_by_id.get(template_id)
        said = "accept" if answer.startswith("accept") else answer
        if template is None or said not in _ANSWERS:
            continue
        off_at = await _remember(resident_id, template_id, said, tap.at)
        if said == "accept" and not await _pair(resident_id, template_id, tap, now):
            await _grant(resident_id, template, tap, off_at)


async def live(resident_id: UUID, template_ids: Iterable[str]) -> dict[str, int]:
    """Messages that may be sent, by template id; of a long-term template 1 stands for any number."""
    wanted = list(template_ids)
    rows = await _fetch(_LIVE, resident_id, wanted)
    return dict.fromkeys(wanted, 0) | {str(row["template_id"]): int(str(row["live"])) for row in rows}


async def answers(resident_id: UUID) -> dict[str, SubscriptionAnswer]:
    return {known.template_id: known for known in await SubscriptionAnswer.filter(resident_id=resident_id)}


async def give_back(notice_id: UUID) -> None:
    """The send certainly did not use it."""
    await SubscriptionGrant.filter(claimed_by=notice_id, spent_at=None).update(claimed_by=None)


async def spend(notice_id: UUID, now: datetime) -> None:
    await SubscriptionGrant.filter(claimed_by=notice_id, spent_at=None).update(spent_at=now)


async def revoke(resident_id: UUID, template_id: str, now: datetime, *, given_until: datetime) -> None:
    """All unspent ones given until then: WeChat says that there are none. The caller holds `lock`."""
    unspent = SubscriptionGrant.filter(resident_id=resident_id, template_id=template_id, spent_at=None)
    await unspent.filter(revoked_at=None, granted_at__lte=given_until).update(revoked_at=now)


async def switch_off(resident_id: UUID, template_id: str, at: datetime, now: datetime) -> None:
    """In WeChat's settings, for good. The caller holds `lock`."""
    await _fetch(_SWITCH_OFF, uuid7(), resident_id, template_id, at)
    await revoke(resident_id, template_id, now, given_until=at)


async def _remember(resident_id: UUID, template_id: str, said: str, at: datetime) -> datetime | None:
    """When this template was last switched off."""
    rows = await _fetch(_REMEMBER, uuid7(), resident_id, template_id, said, at)
    off_at = rows[0]["switched_off_at"]
    return off_at if isinstance(off_at, datetime) else None


async def _pair(resident_id: UUID, template_id: str, tap: Tap, now: datetime) -> bool:
    """Whether the other side has reported this tap already, in whatever state its grant is by now."""
    other = GrantSource.EVENT if tap.source is GrantSource.PAGE else GrantSource.PAGE
    return bool(await _fetch(_PAIR, resident_id, template_id, other, now, tap.at - SAME_TAP, tap.at + SAME_TAP))


async def _grant(resident_id: UUID, template: MessageTemplate, tap: Tap, off_at: datetime | None) -> None:
    is_void = off_at is not None and tap.at <= off_at
    most = 1 if template.long_term else MOST_LIVE
    if not is_void and (await live(resident_id, [template.id]))[template.id] >= most:
        return
    grant = SubscriptionGrant(
        resident_id=resident_id,
        template_id=template.id,
        source=tap.source,
        scene=tap.scene,
        granted_at=tap.at,
        revoked_at=off_at if is_void else None,
    )
    await grant.save(force_create=True)


async def _fetch(sql: str, *values: object) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = await connections.get("default").execute_query_dict(sql, list(values))
    return rows
