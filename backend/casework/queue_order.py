"""The orders of the queue, each along an index, so that twenty rows cost the same among a thousand cases and a million.

A center has its own cases and those offered to it: two scans that are merged. One condition with OR could follow no
order, and would read all cases of the center for every page. Likewise what is due, and what nothing is due for.
"""

import heapq
from collections.abc import Sequence
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from backend.core.pagination import bad_cursor, cut, decode, moment_of
from models import Dispute

Scans = Sequence[QuerySet[Dispute]]
Place = tuple[datetime, UUID]

_FILED, _DUE, _UNDATED = "filed", "due", "undated"


async def by_filing(
    found: Scans, *, limit: int, cursor: str | None, descending: bool
) -> tuple[list[Dispute], str | None]:
    _, last = _decoded(cursor, _FILED)
    rows = await _merged(found, "created_at", last, limit, descending=descending)
    return cut(rows, limit, lambda dispute: _key(_FILED, dispute.created_at, dispute))


async def by_light(due: Scans, undated: Scans, *, limit: int, cursor: str | None) -> tuple[list[Dispute], str | None]:
    """What is longest overdue first, then what is due next; at last what nothing is due for, the newest first."""
    part, last = _decoded(cursor, _DUE, _UNDATED)
    rows: list[Dispute] = []
    if part == _DUE:
        rows = await _merged([each.filter(due_at__isnull=False) for each in due], "due_at", last, limit)
        last = None
    if len(rows) <= limit:
        rest = [each.filter(due_at__isnull=True) for each in undated]
        rows += await _merged(rest, "created_at", last, limit, descending=True)
    return cut(rows[: limit + 1], limit, _light_key)


async def _merged(
    found: Scans, column: str, last: Place | None, limit: int, *, descending: bool = False
) -> list[Dispute]:
    order = (f"-{column}", "-id") if descending else (column, "id")
    read = [
        await _rows(_beyond(each, column, last, descending=descending), limit, order, alone=len(found) == 1)
        for each in found
    ]
    merged = heapq.merge(*read, key=lambda dispute: (getattr(dispute, column), dispute.id), reverse=descending)
    return list(islice(merged, limit + 1))


async def _rows(found: QuerySet[Dispute], limit: int, order: tuple[str, str], *, alone: bool) -> list[Dispute]:
    """In a whole city the planner may sort many after all: then by their ids, and only the page is read whole."""
    page = found.order_by(*order).limit(limit + 1)
    if alone:
        ids = await page.values_list("id", flat=True)
        page = Dispute.filter(id__in=ids).order_by(*order)
    return await page.select_related("center", "mediator", "transfer_to")


def _beyond(found: QuerySet[Dispute], column: str, last: Place | None, *, descending: bool) -> QuerySet[Dispute]:
    """The column is compared twice: once for the index."""
    if last is None:
        return found
    moment, last_id = last
    way = "lt" if descending else "gt"
    same: dict[str, Any] = {column: moment, f"id__{way}": last_id}
    further: dict[str, Any] = {f"{column}__{way}": moment}
    return found.filter(Q(**further) | Q(**same), **{f"{column}__{way}e": moment})


def _light_key(dispute: Dispute) -> tuple[str, ...]:
    if dispute.due_at is None:
        return _key(_UNDATED, dispute.created_at, dispute)
    return _key(_DUE, dispute.due_at, dispute)


def _key(part: str, moment: datetime, dispute: Dispute) -> tuple[str, ...]:
    return part, moment.isoformat(), str(dispute.id)


def _decoded(cursor: str | None, *parts: str) -> tuple[str, Place | None]:
    """In which part of the order the last page ended, and where in it; from the beginning of the first one."""
    key = decode(cursor, 3)
    if key is None:
        return parts[0], None
    try:
        place = moment_of(key[1]), UUID(key[2])
    except ValueError as error:
        raise bad_cursor() from error
    if key[0] not in parts:
        raise bad_cursor()
    return key[0], place
