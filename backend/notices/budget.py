"""How many acceptances small news must leave for what matters: the last one, and one for every reminder to come."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Final
from uuid import UUID

from tortoise import connections

from backend.core.catalog import Catalog, MessageTemplate, NoticeText

_BOOKINGS = "SELECT count(*) AS n FROM appointment WHERE resident_id = $1 AND status = 'booked' AND starts_at > $2"
_DEADLINES = """
SELECT count(DISTINCT n.dispute_id) AS n FROM notice n
 WHERE n.resident_id = $1 AND n.valid_until > $2 AND n.kind = ANY($3)
   AND NOT EXISTS (SELECT FROM event e
                    WHERE e.dispute_id = n.dispute_id AND e.kind = 'supplemented' AND e.at > n.created_at)
"""


async def spare(
    catalog: Catalog, resident_id: UUID, template: MessageTemplate, words: NoticeText, now: datetime
) -> int:
    """0 for whatever is not small: an acceptance, a refusal, an outcome or a booking may have the last one."""
    if not words.small or template.long_term:
        return 0
    reserved = [await _RESERVED[each](catalog, resident_id, now) for each in template.reserved_for]
    return 1 + sum(reserved)


async def _bookings(_catalog: Catalog, resident_id: UUID, now: datetime) -> int:
    return await _count(_BOOKINGS, resident_id, now)


async def _deadlines(catalog: Catalog, resident_id: UUID, now: datetime) -> int:
    """What somebody has asked the resident for and has not got yet."""
    kinds = [kind for kind, words in catalog.notices.items() if words.deadline]
    return await _count(_DEADLINES, resident_id, now, kinds)


async def _count(sql: str, *values: object) -> int:
    rows = await connections.get("default").execute_query_dict(sql, list(values))
    return int(rows[0]["n"])


_RESERVED: Final[dict[str, Callable[[Catalog, UUID, datetime], Awaitable[int]]]] = {
    "booking": _bookings,
    "deadline": _deadlines,
}
