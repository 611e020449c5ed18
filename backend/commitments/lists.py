"""What is open over many cases, by due date: a center's, so that nothing is forgotten, and a resident's own."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any, Literal
from uuid import UUID

from pydantic import Field
from tortoise import connections

from backend.accounts.actors import ResidentActor, StaffActor
from backend.commitments import states, views
from backend.core import clock, identity
from backend.core.deps import Deps
from backend.core.errors import RoleNotAllowedError
from backend.core.pagination import bad_cursor, cut, decode
from backend.core.schema import Out, Page, PageQuery
from backend.core.wording import date_text
from models import Commitment, Party, PartyKind, Role

_DAY = timedelta(days=1)
_LATEST = date(9999, 12, 31)
_FIRST = (date(1, 1, 1), UUID(int=0))
_OF_CENTER = """
SELECT c.id, c.due_on FROM commitment c JOIN dispute d ON d.id = c.dispute_id
 WHERE c.ended_as IS NULL AND d.status IN ('agreed', 'fulfilled') AND c.due_on <= $1
   AND ($2::uuid IS NULL OR d.center_id = $2) AND ($3::uuid IS NULL OR d.mediator_id = $3)
   AND (c.due_on, c.id) > ($4, $5)
 ORDER BY c.due_on, c.id LIMIT $6
"""
_OF_RESIDENT = """
WITH cases AS (
    SELECT id FROM dispute WHERE resident_id = $1 UNION SELECT dispute_id FROM party WHERE resident_id = $1
), mine AS (
    SELECT p.id, p.dispute_id, p.side FROM party p JOIN cases ON cases.id = p.dispute_id
     WHERE p.removed_at IS NULL AND (p.resident_id = $1 OR EXISTS (
           SELECT FROM representation r WHERE r.dispute_id = p.dispute_id AND r.party_id = p.id
                                          AND r.resident_id = $1 AND r.ended_at IS NULL))
)
SELECT c.id, c.due_on, coalesce(bool_or(m.id = c.debtor_id), false) AS is_owing
  FROM commitment c JOIN mine m ON m.dispute_id = c.dispute_id JOIN dispute d ON d.id = c.dispute_id
  LEFT JOIN party debtor ON debtor.id = c.debtor_id
 WHERE c.ended_as IS NULL AND d.status IN ('agreed', 'fulfilled', 'closed') AND (c.due_on, c.id) > ($2, $3)
   AND (m.id = c.debtor_id OR m.id = c.creditor_id OR c.creditor_id IS NULL AND debtor.side <> m.side)
 GROUP BY c.id, c.due_on HAVING $4::boolean IS NULL OR coalesce(bool_or(m.id = c.debtor_id), false) = $4
 ORDER BY c.due_on, c.id LIMIT $5
"""


class OpenQuery(PageQuery):
    state: Literal["overdue", "open"] = Field("overdue", description="open: whatever is not kept yet, overdue or not")


class MyOpenQuery(PageQuery):
    side: Literal["owing", "owed"] | None = Field(None, description="owing: by me; owed: to me. Both without it")


class OpenOut(Out):
    """Amounts in fen."""

    id: str
    dispute_id: str
    number: str
    """Of the case."""
    ordinal: int
    kind: Literal["payment", "act", "standard"]
    who: str
    to_whom: str | None
    what: str
    amount_fen: int | None
    unpaid_fen: int
    """Less what has been confirmed."""
    due_on: date
    falls_due_on: date
    """The next working day when the agreed one is a day off."""
    due_text: str
    is_overdue: bool


class MyOpenOut(OpenOut):
    side: Literal["owing", "owed"]


async def of_center(deps: Deps, actor: StaffActor, query: OpenQuery) -> Page[OpenOut]:
    """Of a mediator the own cases, else the center's, of a supervisor the city's. Persons are masked. Raises
    RoleNotAllowedError."""
    if actor.role is Role.ADMIN:
        raise RoleNotAllowedError
    until = _last_overdue(deps) if query.state == "overdue" else _LATEST
    mediator_id = actor.id if actor.role is Role.MEDIATOR else None
    values = [until, actor.center_id, mediator_id, *_after(query.cursor), query.limit + 1]
    found, next_cursor = cut(await _select(_OF_CENTER, values), query.limit, _place)
    rows = await _rows(found)
    organizations = await _organizations(rows)

    def masked(name: str, party_id: UUID | None) -> str:
        return name if party_id in organizations else identity.mask_name(name)

    return Page[OpenOut](items=[OpenOut(**_shown(deps, row, masked)) for row in rows], next_cursor=next_cursor)


async def of_resident(deps: Deps, actor: ResidentActor, query: MyOpenQuery) -> Page[MyOpenOut]:
    """What the parties owe and are owed for whom this phone speaks, in all their cases."""
    owing = None if query.side is None else query.side == "owing"
    values = [actor.id, *_after(query.cursor), owing, query.limit + 1]
    found, next_cursor = cut(await _select(_OF_RESIDENT, values), query.limit, _place)
    mine = {each["id"] for each in found if each["is_owing"]}
    items = [MyOpenOut(**_shown(deps, row, lambda name, _: name), side="owing" if row.id in mine else "owed")
             for row in await _rows(found)]  # fmt: skip
    return Page[MyOpenOut](items=items, next_cursor=next_cursor)


def _last_overdue(deps: Deps) -> date:
    """The latest agreed day that, rolled over days off, has passed."""
    day = clock.today(deps.clock) - _DAY
    while deps.calendar.roll_to_workday(day) > clock.today(deps.clock) - _DAY:
        day -= _DAY
    return day


def _after(cursor: str | None) -> tuple[date, UUID]:
    key = decode(cursor, 2)
    try:
        return _FIRST if key is None else (date.fromisoformat(key[0]), UUID(key[1]))
    except ValueError as error:
        raise bad_cursor() from error


def _place(record: dict[str, Any]) -> tuple[str, str]:
    return record["due_on"].isoformat(), str(record["id"])


async def _select(sql: str, values: Sequence[object]) -> list[dict[str, Any]]:
    records: list[dict[str, Any]] = await connections.get("default").execute_query_dict(sql, list(values))
    return records


async def _rows(records: Sequence[dict[str, Any]]) -> list[Commitment]:
    """In the order of the page."""
    rows = Commitment.filter(id__in=[each["id"] for each in records]).order_by("due_on", "id")
    return await rows.select_related("dispute").prefetch_related("reports__answers")


async def _organizations(rows: Sequence[Commitment]) -> set[UUID]:
    named = {each for row in rows for each in (row.debtor_id, row.creditor_id) if each is not None}
    return {party.id for party in await Party.filter(id__in=list(named), kind=PartyKind.ORGANIZATION).only("id")}


def _shown(deps: Deps, row: Commitment, named: Callable[[str, UUID | None], str]) -> dict[str, Any]:
    """What is owed may name people, too."""
    who, what = views.opened(deps, row, "who"), views.opened(deps, row, "what")
    to = views.opened(deps, row, "to_whom") if row.to_whom_sealed else None
    shown = {who: named(who, row.debtor_id)} | ({to: named(to, row.creditor_id)} if to else {})
    for name, text in shown.items():
        what = what.replace(name, text)
    falls_due = views.falls_due_on(deps, row)
    return {
        "id": str(row.id),
        "dispute_id": str(row.dispute_id),
        "number": row.dispute.number,
        "ordinal": row.ordinal,
        "kind": row.kind.value,
        "who": shown[who],
        "to_whom": shown[to] if to else None,
        "what": what,
        "amount_fen": row.amount_fen,
        "unpaid_fen": (row.amount_fen or 0) - states.kept(row, row.reports).confirmed_fen,
        "due_on": row.due_on,
        "falls_due_on": falls_due,
        "due_text": date_text(falls_due),
        "is_overdue": clock.today(deps.clock) > falls_due,
    }
