"""What happened to a resident's cases and what they were told, in the order of commits.

A cursor names a place in (transaction, table, id). Ids alone would not do: a transaction may commit after a later
one was read. Rows are given once no transaction as old as theirs is open any more; then none can come in before them.
"""

from typing import Any, Literal
from uuid import UUID

from tortoise import connections

from backend.accounts.actors import ResidentActor
from backend.core import pagination
from backend.core.deps import Deps
from backend.core.errors import InvalidFieldsError
from backend.core.schema import Out
from backend.disputes import timeline
from backend.disputes.schemas import TimelineItem
from backend.mediation import news
from backend.notices.schemas import NoticeOut, notice_out
from models import Event, Notice

Place = tuple[int, int, UUID]

START: Place = (0, 0, UUID(int=0))
_EVENT, _NOTICE = 0, 1
_MAX_BIGINT = 2**63 - 1

_NEWS = """
WITH mine AS (
    SELECT id, TRUE AS is_filed FROM dispute WHERE resident_id = $1
    UNION ALL
    SELECT p.dispute_id, FALSE FROM party p JOIN dispute d ON d.id = p.dispute_id
     WHERE p.resident_id = $1 AND d.resident_id IS DISTINCT FROM $1
),
news AS (
    SELECT e.xid, 0 AS source, e.id FROM mine JOIN event e ON e.dispute_id = mine.id
     WHERE e.xid >= $2 AND (e.audience = 'parties' OR (e.audience = 'applicant' AND mine.is_filed)
                           OR (e.audience = 'reader' AND e.reader_id = $1))
    UNION
    SELECT e.xid, 0, e.id FROM case_member c JOIN event e ON e.dispute_id = c.dispute_id
     WHERE c.resident_id = $1 AND e.xid >= $2 AND e.audience = 'parties' AND {heard}
    UNION
    SELECT n.xid, 1, n.id FROM notice n WHERE n.resident_id = $1 AND n.xid >= $2
)
SELECT xid, source, id, xid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS is_settled
  FROM news WHERE (xid, source, id) > ($2, $3, $4)
 ORDER BY xid, source, id LIMIT $5
"""
_AFTER = _NEWS.format(heard=news.heard_by("m.resident_id = $1"))
_END = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS xmin"


class TimelineChange(TimelineItem):
    type: Literal["timeline"] = "timeline"
    dispute_id: UUID
    cursor: str


class NoticeChange(NoticeOut):
    type: Literal["notice"] = "notice"
    cursor: str


Change = TimelineChange | NoticeChange


class ChangesOut(Out):
    items: list[Change]
    cursor: str
    """After the last item; where nothing is new, the one that was given."""
    next_cursor: str | None
    """Null when there is nothing more now."""


async def after(deps: Deps, actor: ResidentActor, place: Place, limit: int) -> tuple[list[Change], Place, bool, bool]:
    """The items; the place after them; whether there are more; whether some wait for a transaction to end."""
    rows = await _read(actor, place, limit)
    if not rows and place > await end():
        # The database was restored from a dump into a cluster that counts from the beginning.
        rows = await _read(actor, START, limit)
    settled = [(int(row["xid"]), int(row["source"]), UUID(str(row["id"]))) for row in rows if row["is_settled"]]
    given = settled[:limit]
    items = await _items(deps, given)
    return items, given[-1] if given else place, len(settled) > limit, len(settled) < len(rows)


async def _read(actor: ResidentActor, place: Place, limit: int) -> list[dict[str, Any]]:
    values = [actor.id, *place, limit + 1]
    rows: list[dict[str, Any]] = await connections.get("default").execute_query_dict(_AFTER, values)
    return rows


async def page(deps: Deps, actor: ResidentActor, cursor: str | None, limit: int) -> ChangesOut:
    """From the beginning without a cursor. Raises InvalidFieldsError at `after`."""
    items, place, more, _waiting = await after(deps, actor, decode(cursor), limit)
    here = encode(place)
    return ChangesOut(items=items, cursor=here, next_cursor=here if more else None)


async def end() -> Place:
    """After everything that is settled."""
    rows = await connections.get("default").execute_query_dict(_END)
    return int(rows[0]["xmin"]), 0, UUID(int=0)


def encode(place: Place) -> str:
    return pagination.encode(*map(str, place))


def decode(cursor: str | None) -> Place:
    try:
        xid, source, row_id = pagination.decode(cursor, 3) or START
        place = int(xid), int(source), UUID(str(row_id))
    except (ValueError, InvalidFieldsError) as error:
        raise _bad_cursor() from error
    if not (0 <= place[0] <= _MAX_BIGINT and place[1] in (_EVENT, _NOTICE)):
        raise _bad_cursor()
    return place


def _bad_cursor() -> InvalidFieldsError:
    return InvalidFieldsError.at("after", "同步位置已失效，请重新加载。")


async def _items(deps: Deps, places: list[Place]) -> list[Change]:
    ids: dict[int, list[UUID]] = {_EVENT: [], _NOTICE: []}
    for _xid, source, row_id in places:
        ids[source].append(row_id)
    found: dict[UUID, Any] = {}
    if ids[_EVENT]:
        events = Event.filter(id__in=ids[_EVENT]).select_related("dispute__center")
        found |= {event.id: event for event in await events}
    if ids[_NOTICE]:
        found |= {notice.id: notice for notice in await Notice.filter(id__in=ids[_NOTICE])}
    return [_change(deps, found[place[2]], encode(place)) for place in places if place[2] in found]


def _change(deps: Deps, row: Event | Notice, cursor: str) -> Change:
    if isinstance(row, Notice):
        return NoticeChange(cursor=cursor, **notice_out(deps, row).model_dump())
    item = timeline.render(deps, row, timeline.place_of(row.dispute))
    return TimelineChange(dispute_id=row.dispute_id, cursor=cursor, **item.model_dump())
