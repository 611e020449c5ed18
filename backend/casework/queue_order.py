"""The orders of the queue, each along an index, so that twenty rows cost the same among a thousand cases and a million.

A center has its own cases and those offered to it: two scans that are merged. One condition with OR could follow no
order, and would read all cases of the center for every page. Likewise what is due, and what nothing is due for. Only
the rows of the page are read whole: where the planner sorts after all, it sorts little.
"""

import heapq
from collections.abc import Sequence
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from backend.core.pagination import bad_cursor, cut, decode
from models import Dispute

Scans = Sequence[QuerySet[Dispute]]
Place = tuple[datetime, UUID]

_FILED, _DUE, _UNDATED = "filed", "due", "undated"


async def by_filing(
    found: Scans, *, limit: int, cursor: str | None, descending: bool
) -> tuple[list[Dispute], str | None]:
    _, last = _decoded(cursor, _FILED)
    places = await _merged(found, "created_at", last, limit, descending=descending)
    return await _page([(_FILED, *place) for place in places], limit)


async def by_light(due: Scans, undated: Scans, *, limit: int, cursor: str | None) -> tuple[list[Dispute], str | None]:
    """What is longest overdue first, then what is due next; at last what nothing is due for, the newest first."""
    part, last = _decoded(cursor, _DUE, _UNDATED)
    places: list[tuple[str, datetime, UUID]] = []
    if part == _DUE:
        dated = [each.filter(due_at__isnull=False) for each in due]
        places = [(_DUE, *place) for place in await _merged(dated, "due_at", last, limit)]
        last = None
    if len(places) <= limit:
        rest = [each.filter(due_at__isnull=True) for each in undated]
        places += [(_UNDATED, *place) for place in await _merged(rest, "created_at", last, limit, descending=True)]
    return await _page(places[: limit + 1], limit)


async def _merged(
    found: Scans, column: str, last: Place | None, limit: int, *, descending: bool = False
) -> list[Place]:
    sign = "-" if descending else ""
    read: list[list[Any]] = [
        await _beyond(each, column, last, descending=descending)
        .order_by(f"{sign}{column}", f"{sign}id")
        .limit(limit + 1)
        .values_list(column, "id")
        for each in found
    ]
    return list(islice(heapq.merge(*read, reverse=descending), limit + 1))


async def _page(places: list[tuple[str, datetime, UUID]], limit: int) -> tuple[list[Dispute], str | None]:
    page, next_cursor = cut(places, limit, lambda place: (place[0], place[1].isoformat(), str(place[2])))
    if not page:
        return [], None
    ids = [dispute_id for _, _, dispute_id in page]
    rows = await Dispute.filter(id__in=ids).select_related("center", "mediator", "transfer_to")
    by_id = {dispute.id: dispute for dispute in rows}
    return [by_id[dispute_id] for dispute_id in ids], next_cursor


def _beyond(found: QuerySet[Dispute], column: str, last: Place | None, *, descending: bool) -> QuerySet[Dispute]:
    """The column is compared twice: once for the index."""
    if last is None:
        return found
    moment, last_id = last
    way = "lt" if descending else "gt"
    same: dict[str, Any] = {column: moment, f"id__{way}": last_id}
    further: dict[str, Any] = {f"{column}__{way}": moment}
    return found.filter(Q(**further) | Q(**same), **{f"{column}__{way}e": moment})


def _decoded(cursor: str | None, *parts: str) -> tuple[str, Place | None]:
    """In which part of the order the last page ended, and where in it; from the beginning of the first one."""
    key = decode(cursor, 3)
    if key is None:
        return parts[0], None
    try:
        part, moment, last_id = key[0], datetime.fromisoformat(key[1]), UUID(key[2])
    except ValueError as error:
        raise bad_cursor() from error
    if part not in parts or moment.tzinfo is None:
        raise bad_cursor()
    return part, (moment, last_id)
