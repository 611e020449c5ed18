"""The orders of the queue, each along an index, so that twenty rows cost the same among a thousand cases and a million.

A center has its own cases and those offered to it: two scans that are merged. One condition with OR could follow no
order, and would read all cases of the center for every page.
"""

import heapq
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from backend.core.pagination import bad_cursor, cut, decode, decode_id
from models import Dispute

_NEVER = "never"
"""Where no limit runs: after all others."""


async def by_filing(
    found: Sequence[QuerySet[Dispute]], *, limit: int, cursor: str | None, descending: bool
) -> tuple[list[Dispute], str | None]:
    last = decode_id(cursor)
    if last is not None:
        found = [each.filter(id__lt=last) if descending else each.filter(id__gt=last) for each in found]
    read = [await _rows(each, limit, "-id" if descending else "id") for each in found]
    rows = list(heapq.merge(*read, key=lambda dispute: dispute.id, reverse=descending))
    return cut(rows[: limit + 1], limit, lambda dispute: (str(dispute.id),))


async def by_light(
    found: Sequence[QuerySet[Dispute]], *, limit: int, cursor: str | None
) -> tuple[list[Dispute], str | None]:
    """What is longest overdue first, then what is due next, at last what nothing is due for."""
    due_at, last_id = _light_key(cursor)
    rows: list[Dispute] = []
    if due_at != _NEVER:
        read = [await _rows(_due_after(each, due_at, last_id), limit, "due_at", "id") for each in found]
        rows = list(heapq.merge(*read, key=lambda dispute: (dispute.due_at, dispute.id)))[: limit + 1]
        last_id = None
    if len(rows) <= limit:
        rows += await _never_due(found, last_id, limit)
    return cut(
        rows[: limit + 1], limit, lambda each: (each.due_at.isoformat() if each.due_at else _NEVER, str(each.id))
    )


async def _never_due(found: Sequence[QuerySet[Dispute]], last_id: UUID | None, limit: int) -> list[Dispute]:
    after = Q(due_at__isnull=True) if last_id is None else Q(due_at__isnull=True, id__gt=last_id)
    read = [await _rows(each.filter(after), limit, "id") for each in found]
    return list(heapq.merge(*read, key=lambda dispute: dispute.id))


def _due_after(found: QuerySet[Dispute], due_at: Any, last_id: UUID | None) -> QuerySet[Dispute]:
    """`due_at >= …` says it twice, for the index."""
    if last_id is None:
        return found.filter(due_at__isnull=False)
    return found.filter(Q(due_at__gt=due_at) | Q(due_at=due_at, id__gt=last_id), due_at__gte=due_at)


async def _rows(found: QuerySet[Dispute], limit: int, *order: str) -> list[Dispute]:
    return await found.order_by(*order).limit(limit + 1).select_related("center", "mediator", "transfer_to")


def _light_key(cursor: str | None) -> tuple[Any, UUID | None]:
    key = decode(cursor, 2)
    if key is None:
        return None, None
    try:
        return key[0] if key[0] == _NEVER else datetime.fromisoformat(key[0]), UUID(key[1])
    except ValueError as error:
        raise bad_cursor() from error
