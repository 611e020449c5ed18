"""The places of a slot at the window. PostgreSQL is the judge: one conditional statement takes a place or does not.

The row of a slot is fought over by everybody who wants it, so actions come here last of all: the row is locked
from here to the commit.
"""

from datetime import datetime

from tortoise import connections

from backend.appointments.availability import SlotKey
from models.base import uuid7

_TAKE = """
INSERT INTO slot_count (id, center_id, kind, starts_at, taken) VALUES ($1, $2, $3, $4, 1)
ON CONFLICT (center_id, kind, starts_at) DO UPDATE SET taken = slot_count.taken + 1
 WHERE slot_count.taken < $5
RETURNING taken
"""
_FREE = """
UPDATE slot_count SET taken = taken - 1 WHERE center_id = $1 AND kind = $2 AND starts_at = $3 AND taken > 0
RETURNING taken
"""
_TAKEN = """
SELECT taken, EXISTS (SELECT FROM wait_entry w
                       WHERE w.center_id = s.center_id AND w.kind = s.kind AND w.starts_at = s.starts_at
                         AND w.status = 'offered' AND w.offered_until <= $4) AS has_lapsed
  FROM slot_count s WHERE center_id = $1 AND kind = $2 AND starts_at = $3
"""


async def looks_full(slot: SlotKey, capacity: int, now: datetime) -> bool:
    """At this moment, and no offer that lapsed holds a place of it; only `take` decides."""
    rows = await connections.get("default").execute_query_dict(_TAKEN, [*slot[:3], now])
    return bool(rows) and rows[0]["taken"] >= capacity and not rows[0]["has_lapsed"]


async def take(slot: SlotKey, capacity: int) -> bool:
    """False when all are taken."""
    values = [uuid7(), *slot[:3], capacity]
    return bool(await connections.get("default").execute_query_dict(_TAKE, values))


async def free(slot: SlotKey) -> None:
    freed = await connections.get("default").execute_query_dict(_FREE, list(slot[:3]))
    assert freed, "a place that was taken is counted"
