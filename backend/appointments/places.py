"""The places of a slot. PostgreSQL is the judge: one conditional statement takes a place or does not.

The row of a slot is fought over by everybody who wants it, so actions come here last of all: the row is locked
from here to the commit.
"""

from tortoise import connections

from backend.appointments.availability import SlotKey
from backend.appointments.errors import SlotFullError
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


async def take(slot: SlotKey, capacity: int) -> None:
    """Raises SlotFullError."""
    values = [uuid7(), *slot, capacity]
    if not await connections.get("default").execute_query_dict(_TAKE, values):
        raise SlotFullError


async def free(slot: SlotKey) -> None:
    freed = await connections.get("default").execute_query_dict(_FREE, list(slot))
    assert freed, "a place that was taken is counted"


async def move(old: SlotKey, new: SlotKey, capacity: int) -> None:
    """Both or neither. Slots are locked in the order of their keys, so that two residents who swap don't wait for
    each other. Raises SlotFullError."""
    for slot in sorted((old, new)):
        if slot == old:
            await free(slot)
        else:
            await take(slot, capacity)
