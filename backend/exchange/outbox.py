"""What a partner is to be told, taken from the history that the business transactions wrote: none is missed, and the
order within a case is kept.

**None is missed.** Every event carries the number of the transaction that wrote it (`xid`, filled in by the database).
A reader stops below the oldest transaction that is still open: below that line nothing can be added any more, so a
transaction that commits late is waited for, never passed by. An id, even a time-ordered one, promises no such thing.

**The order is kept.** Transaction numbers are no order: a transaction with a lower number may have waited for the case
and written after one with a higher number. The order is the event's place in its case (`ordinal`), handed out under the
lock of the case. With the first event of a case all others of it that are committed come along, whatever their number:
committed events of a case are always its first n, so that none is queued before one that precedes it.

**A case that leaves** what the partner may know (another center, another category) is told one last time, as that and
no more: the partner has it on its list. What still waits of it goes out in the same form.

A database that was restored from a dump begins to number anew, below the cursor: then reading starts from the
beginning, which does no harm, as an event is queued for a partner once.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from tortoise import connections
from tortoise.transactions import in_transaction

from backend.core.catalog import Catalog
from backend.exchange import directory, scope
from models import Partner

AT_ONCE: Final = 500
"""Events looked at in one transaction."""

_NIL: Final = UUID(int=0)

_NUMBERED_ANEW = "SELECT $1 >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS so"
_FRESH = f"""
SELECT xid, id, dispute_id FROM event
 WHERE (xid, id) > ($1, $2) AND xid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
 ORDER BY xid, id LIMIT {AT_ONCE}
"""  # noqa: S608 - our own number
_NEWS = f"""
SELECT p.cursor_xid >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint
    OR EXISTS (SELECT FROM event WHERE (xid, id) > (p.cursor_xid, COALESCE(p.cursor_event_id, '{_NIL}'))
                  AND xid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint)
    OR EXISTS (SELECT FROM partner_lane l WHERE l.partner_id = p.id AND l.due_at <= $2) AS so
  FROM partner p WHERE p.id = $1 AND p.paused_at IS NULL AND p.directions @> '["{directory.OUT}"]'
"""  # noqa: S608 - our own values
_QUEUE = f"""
INSERT INTO outgoing_event (partner_id, dispute_id, event_id, ordinal, state, attempts, problem, queued_at)
SELECT $1, e.dispute_id, e.id, e.ordinal, 'pending', 0, '', $6
  FROM event e JOIN dispute d ON d.id = e.dispute_id JOIN center c ON c.id = d.center_id
 WHERE e.kind = ANY($5) AND {scope.MAY_KNOW} AND {{which}}
 ORDER BY e.dispute_id, e.ordinal
    ON CONFLICT (partner_id, event_id) {{again}}
RETURNING dispute_id
"""  # noqa: S608 - our own text
_OF_CASES = _QUEUE.format(
    which="e.dispute_id = ANY($7) AND (e.xid, e.id) > ($8, $9) AND e.at >= $10", again="DO NOTHING"
)
_SINCE = _QUEUE.format(
    which="e.at >= $7", again="DO UPDATE SET state = 'pending', attempts = 0, problem = '', queued_at = $6"
)
_LEFT = f"""
  WITH gone AS (
UPDATE partner_lane l SET left_at = $5 FROM dispute d JOIN center c ON c.id = d.center_id
 WHERE l.partner_id = $1 AND l.dispute_id = ANY($6) AND l.left_at IS NULL AND d.id = l.dispute_id
   AND NOT {scope.MAY_KNOW}
RETURNING l.dispute_id)
INSERT INTO outgoing_event (partner_id, dispute_id, event_id, ordinal, state, attempts, problem, queued_at)
SELECT $1, gone.dispute_id, e.id, e.ordinal, 'pending', 0, '', $5
  FROM gone CROSS JOIN LATERAL (SELECT id, ordinal FROM event WHERE dispute_id = gone.dispute_id
                                 ORDER BY ordinal DESC LIMIT 1) e
    ON CONFLICT (partner_id, event_id) DO UPDATE SET state = 'pending', attempts = 0, problem = '', queued_at = $5
RETURNING dispute_id
"""  # noqa: S608 - our own text
_CAME_BACK = """
UPDATE partner_lane SET left_at = NULL WHERE partner_id = $1 AND dispute_id = ANY($2) AND left_at IS NOT NULL
"""
_AFTER = """
UPDATE outgoing_event SET state = 'pending', attempts = 0, problem = '', queued_at = $3
 WHERE partner_id = $1 AND id > $2 AND state <> 'pending'
RETURNING dispute_id
"""
_OF_ONE_CASE = """
UPDATE outgoing_event SET state = 'pending', attempts = 0, problem = '', queued_at = $3
 WHERE partner_id = $1 AND dispute_id = $2 AND state <> 'pending'
RETURNING dispute_id
"""
_OPEN_LANES = """
INSERT INTO partner_lane (id, partner_id, dispute_id, due_at, attempts)
SELECT gen_random_uuid(), $1, found.id, $3, 0 FROM unnest($2::uuid[]) AS found (id)
 WHERE NOT EXISTS (SELECT FROM outgoing_event o
                    WHERE o.partner_id = $1 AND o.dispute_id = found.id AND o.state = 'dead')
    ON CONFLICT (partner_id, dispute_id) DO UPDATE SET due_at = COALESCE(partner_lane.due_at, $3)
"""


@dataclass(frozen=True, slots=True)
class Gathered:
    looked_at: int
    queued: int


async def has_news(partner_id: UUID, now: datetime) -> bool | None:
    """Whether anything happened or is due; None: it is not to be told. One small query, as most partners have none."""
    rows = await _rows(_NEWS, [partner_id, now])
    return bool(rows[0]["so"]) if rows else None


async def gather(catalog: Catalog, partner: Partner, now: datetime) -> Gathered:
    """A transaction of its own, where there is anything. Call it again while it looks at as many as it can."""
    if not await _rows(_FRESH, [*await _cursor(partner)]):
        return Gathered(0, 0)
    async with in_transaction():
        partner = await directory.lock(partner.id)
        cursor = await _cursor(partner)
        fresh = await _rows(_FRESH, [*cursor])
        if not fresh:
            return Gathered(0, 0)
        cases = list({row["dispute_id"] for row in fresh})
        known, kinds = scope.values(catalog, partner), list(catalog.exchange.events)
        queued = await _rows(_OF_CASES, [*known, kinds, now, cases, *cursor, partner.since])
        _ = await _rows(_CAME_BACK, [partner.id, [row["dispute_id"] for row in queued]])
        queued += await _rows(_LEFT, [*known, now, cases])
        await open_lanes(partner.id, (row["dispute_id"] for row in queued), now)
        last = fresh[-1]
        await Partner.filter(id=partner.id).update(cursor_xid=last["xid"], cursor_event_id=last["id"])
    return Gathered(len(fresh), len(queued))


async def replay_since(catalog: Catalog, partner: Partner, moment: datetime, now: datetime) -> int:
    """Everything from `moment` on is sent (again), with the ids it had; how many. Needs an open transaction that has
    locked the partner, as have the others here."""
    queued = await _rows(_SINCE, [*scope.values(catalog, partner), list(catalog.exchange.events), now, moment])
    await open_lanes(partner.id, (row["dispute_id"] for row in queued), now)
    return len(queued)


async def replay_after(partner: Partner, sequence: int, now: datetime) -> int:
    queued = await _rows(_AFTER, [partner.id, sequence, now])
    await open_lanes(partner.id, (row["dispute_id"] for row in queued), now)
    return len(queued)


async def replay_case(partner: Partner, dispute_id: UUID, now: datetime) -> int:
    """What it was told of one case, from the beginning."""
    queued = await _rows(_OF_ONE_CASE, [partner.id, dispute_id, now])
    await open_lanes(partner.id, (row["dispute_id"] for row in queued), now)
    return len(queued)


async def open_lanes(partner_id: UUID, cases: Iterable[UUID], now: datetime) -> None:
    """Of these cases something is pending now. One that stands still at a dead event goes on standing still."""
    await connections.get("default").execute_query(_OPEN_LANES, [partner_id, list(set(cases)), now])


async def _cursor(partner: Partner) -> tuple[int, UUID]:
    (found,) = await _rows(_NUMBERED_ANEW, [partner.cursor_xid])
    return (0, _NIL) if found["so"] else (partner.cursor_xid, partner.cursor_event_id or _NIL)


async def _rows(statement: str, values: list[Any]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = await connections.get("default").execute_query_dict(statement, values)
    return rows
