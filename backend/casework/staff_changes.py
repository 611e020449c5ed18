"""What is new for one staff member: messages of their own, and cases of their center that somebody has moved; for an
associate what moves in single cases and is theirs to read. No name, no word that anybody wrote: a doorbell, after which
the page is read again.

Cursors are those of `casework.changes`: (transaction, table, id).
"""

from typing import Any, Literal
from uuid import UUID

from tortoise import connections

from backend.accounts.actors import StaffActor
from backend.casework.changes import Place, decode, encode, end
from backend.core.deps import Deps
from backend.core.schema import Moment, Out
from backend.disputes.history import CITY
from backend.mediation import news
from models import Role

_AFTER = """
WITH news AS (
    (SELECT e.xid, 0 AS source, e.id, e.kind, e.at, e.dispute_id, e.status, '' AS title, {about} AS item_id
       FROM event e JOIN dispute d ON d.id = e.dispute_id
      WHERE $7::boolean AND e.xid >= $3 AND (e.xid, 0, e.id) > ($3, $4::int, $5::uuid)
        AND e.kind NOT IN ('rated', 'review_answered')
        AND {theirs}
      ORDER BY e.xid, e.id LIMIT $6)
    UNION ALL
    (SELECT n.xid, 1, n.id, n.kind, n.created_at, n.dispute_id, '', n.title, NULL
       FROM staff_notice n
      WHERE n.staff_id = $1 AND n.xid >= $3 AND (n.xid, 1, n.id) > ($3, $4::int, $5::uuid)
      ORDER BY n.xid, n.id LIMIT $6)
)
SELECT *, xid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS is_settled
  FROM news ORDER BY xid, source, id LIMIT $6
"""
_OF_CENTER = _AFTER.format(about=news.ABOUT, theirs="($2::uuid IS NULL OR d.center_id = $2 OR d.transfer_to_id = $2)")
_OF_MEMBER = _AFTER.format(
    about=news.ABOUT,
    theirs=news.heard_by("(m.staff_id = $1 OR (m.staff_id IS NULL AND m.organization_id = $2::uuid))"),
)
_EVENT = 0


class StaffChange(Out):
    type: Literal["case", "notice"]
    id: str
    kind: str
    at: Moment
    dispute_id: UUID | None
    status: str | None
    """Of a case of the center: the state after it."""
    item_id: str | None
    """The room, meeting, proposal … that it is about."""
    title: str | None
    """Of a message."""
    cursor: str


class StaffChangesOut(Out):
    items: list[StaffChange]
    cursor: str
    """After the last item; where nothing is new, the one that was given; without one, now."""
    next_cursor: str | None


def names(actor: StaffActor) -> list[str]:
    """Under which open sockets are woken: the own inbox, and every case of the center or of the city; for an associate
    what is addressed to the person or the organization."""
    if actor.is_associate:
        return [str(each) for each in (actor.id, actor.organization_id) if each]
    return [str(actor.id), f"center:{actor.center_id}" if actor.center_id else CITY]


async def after(
    _deps: Deps, actor: StaffActor, place: Place, limit: int
) -> tuple[list[StaffChange], Place, bool, bool]:
    """The items; the place after them; whether there are more; whether some wait for a transaction to end."""
    statement, whose = _OF_CENTER, actor.center_id
    if actor.is_associate:
        statement, whose = _OF_MEMBER, None if actor.role is Role.EXPERT else actor.organization_id
    values = [actor.id, whose, *place, limit + 1, actor.role is not Role.ADMIN]
    rows = await connections.get("default").execute_query_dict(statement, values)
    settled = [row for row in rows if row["is_settled"]]
    given = [_change(actor, row) for row in settled[:limit]]
    last = settled[:limit][-1:] or [None]
    return given, _place(last[0]) if last[0] else place, len(settled) > limit, len(settled) < len(rows)


async def page(deps: Deps, actor: StaffActor, cursor: str | None, limit: int) -> StaffChangesOut:
    """Raises InvalidFieldsError at `after`."""
    place = await end() if cursor is None else decode(cursor)
    items, place, more, _waiting = await after(deps, actor, place, limit)
    here = encode(place)
    return StaffChangesOut(items=items, cursor=here, next_cursor=here if more else None)


def _place(row: dict[str, Any]) -> Place:
    return int(row["xid"]), int(row["source"]), UUID(str(row["id"]))


def _change(actor: StaffActor, row: dict[str, Any]) -> StaffChange:
    return StaffChange(
        type="case" if row["source"] == _EVENT else "notice",
        id=str(row["id"]),
        kind=row["kind"],
        at=row["at"],
        dispute_id=row["dispute_id"],
        status=None if actor.is_associate else row["status"] or None,
        item_id=row["item_id"],
        title=row["title"] or None,
        cursor=encode(_place(row)),
    )
