"""What waits for a partner, and what became of it. Whoever writes here holds the partner's row."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from tortoise import connections
from tortoise.transactions import in_transaction

from backend.exchange import directory, mapping, outbox, scope
from backend.exchange.mapping import Unknown
from backend.exchange.payload import Facts
from models import OutgoingEvent, OutgoingState, Party

_IN_ONE_LANE: Final = 20
"""Events of one case that are read at once."""

_DUE = """
SELECT id FROM partner_lane WHERE partner_id = $1 AND due_at <= $2 AND id <> ALL($3) ORDER BY due_at, id LIMIT $4
"""
_WAITING = f"""
SELECT l.id AS lane_id, o.id, o.event_id, o.dispute_id, o.ordinal, o.attempts, e.kind, e.at, e.status AS event_status,
       e.data AS event_data, e.detail_sealed, d.number, p.their_number, d.case_number, d.category, d.source,
       d.created_at AS filed_at, d.due_at, d.amount_fen, d.agreed_fen, d.description_sealed, d.claim_sealed,
       c.code AS center_code, c.name AS center_name, c.division_code,
       COALESCE(g.code, g.id::text) AS organization_code, g.name AS organization_name, d.location_sealed,
       {scope.MAY_KNOW} AS is_known
  FROM partner_lane l
 CROSS JOIN LATERAL (SELECT * FROM outgoing_event o
                      WHERE o.partner_id = l.partner_id AND o.dispute_id = l.dispute_id AND o.state = 'pending'
                      ORDER BY o.ordinal LIMIT {_IN_ONE_LANE}) o
  JOIN event e ON e.id = o.event_id
  JOIN dispute d ON d.id = o.dispute_id
  JOIN center c ON c.id = d.center_id
  LEFT JOIN organization g ON g.id = d.organization_id
  LEFT JOIN LATERAL (SELECT their_number FROM partner_case p
                      WHERE p.dispute_id = d.id AND p.partner_id = l.partner_id ORDER BY p.id LIMIT 1) p ON true
 WHERE l.id = ANY($5)
 ORDER BY l.due_at, l.id, o.ordinal
"""  # noqa: S608 - our own text
_DELIVERED = """
UPDATE outgoing_event SET state = 'delivered', delivered_at = $2, attempts = attempts + 1, problem = ''
 WHERE id = ANY($1) AND state = 'pending'
"""
_GO_ON = """
UPDATE partner_lane l
   SET attempts = 0, failing_since = NULL,
       due_at = CASE WHEN EXISTS (SELECT FROM outgoing_event o WHERE o.partner_id = l.partner_id
                                     AND o.dispute_id = l.dispute_id AND o.state = 'pending')
                     THEN $2::timestamptz END
 WHERE id = ANY($1)
"""
_FAILED = (
    "UPDATE outgoing_event SET attempts = attempts + 1, problem = $2, state = $3 WHERE id = $1 AND state = 'pending'"
)
_WAITS = "UPDATE partner_lane SET due_at = $2, attempts = $3, failing_since = $4 WHERE id = $1"
_CALL_BACK = "UPDATE partner_lane SET due_at = $2 WHERE partner_id = $1 AND due_at > $2"


@dataclass(frozen=True, slots=True)
class Lane:
    id: UUID
    dispute_id: UUID
    attempts: int
    failing_since: datetime | None
    waiting: Sequence[Facts]
    parties: Sequence[Party] = ()


@dataclass(frozen=True, slots=True)
class Failure:
    """`due_at` None: it is dead."""

    event: Facts
    problem: str
    due_at: datetime | None


@dataclass(slots=True)
class Round:
    """What became of one lane's events, in their order."""

    lane: Lane
    delivered: list[int] = field(default_factory=list)
    unknown: set[Unknown] = field(default_factory=set)
    failure: Failure | None = None

    @property
    def is_through(self) -> bool:
        """Nothing stands in the way of what may have come since. Where nothing was tried, all stays as it was."""
        return self.failure is None and bool(self.delivered or not self.lane.waiting)


async def take(
    known: Sequence[Any], now: datetime, *, but: Collection[UUID], limit: int, with_parties: bool
) -> list[Lane]:
    """The longest waiting first; none of `but`. `known`: the partner and what it may know, as `scope.values` has it."""
    connection = connections.get("default")
    due = await connection.execute_query_dict(_DUE, [known[0], now, list(but), limit])
    ids = [row["id"] for row in due]
    if not ids:
        return []
    waiting: dict[UUID, list[Facts]] = defaultdict(list)
    for row in await connection.execute_query_dict(_WAITING, [*known, ids]):
        waiting[row["lane_id"]].append(_facts(row))
    standing = await connection.execute_query_dict(
        "SELECT id, dispute_id, attempts, failing_since FROM partner_lane WHERE id = ANY($1)", [ids]
    )
    parties = await _parties({row["dispute_id"] for row in standing}) if with_parties else {}
    lanes = [Lane(**row, waiting=waiting[row["id"]], parties=parties.get(row["dispute_id"], ())) for row in standing]
    return sorted(lanes, key=lambda lane: ids.index(lane.id))


async def write_down(partner_id: UUID, rounds: Sequence[Round], now: datetime, *, call_back: bool = False) -> None:
    """A transaction of its own. `call_back`: the partner is there again, so that nothing waits any longer."""
    delivered = [event_id for each in rounds for event_id in each.delivered]
    finished = [each.lane.id for each in rounds if each.is_through]
    connection = connections.get("default")
    async with in_transaction():
        _ = await directory.lock(partner_id)
        await connection.execute_query(_DELIVERED, [delivered, now])
        await connection.execute_query(_GO_ON, [finished, now])
        for each in rounds:
            if each.failure is not None:
                await _fail(each, each.failure, now)
        if call_back:
            await connection.execute_query(_CALL_BACK, [partner_id, now])
        for each in rounds:
            await mapping.note_unknown(partner_id, each.unknown, each.lane.dispute_id, now)


async def send_again(partner_id: UUID, ids: Iterable[int] | None, now: datetime) -> int:
    """Dead events, all of them where none is named; how many. Needs an open transaction that has locked the partner, as
    has `skip`."""
    return await _settle(partner_id, ids, now, OutgoingState.PENDING)


async def skip(partner_id: UUID, ids: Iterable[int] | None, now: datetime) -> int:
    """The cases go on without them."""
    return await _settle(partner_id, ids, now, OutgoingState.SKIPPED)


async def _settle(partner_id: UUID, ids: Iterable[int] | None, now: datetime, state: OutgoingState) -> int:
    dead = OutgoingEvent.filter(partner_id=partner_id, state=OutgoingState.DEAD)
    rows = await (dead if ids is None else dead.filter(id__in=list(ids))).values_list("id", "dispute_id")
    if rows:
        await OutgoingEvent.filter(id__in=[row[0] for row in rows]).update(state=state, attempts=0)
        await outbox.open_lanes(partner_id, (row[1] for row in rows), now)
    return len(rows)


async def _fail(round_: Round, failure: Failure, now: datetime) -> None:
    """What was delivered before it in this round ends an earlier failing."""
    connection = connections.get("default")
    earlier = None if round_.delivered else round_.lane
    state = OutgoingState.DEAD if failure.due_at is None else OutgoingState.PENDING
    await connection.execute_query(_FAILED, [failure.event.id, failure.problem, state.value])
    attempts = earlier.attempts + 1 if earlier else 1
    since = (earlier.failing_since if earlier else None) or now
    await connection.execute_query(_WAITS, [round_.lane.id, failure.due_at, attempts, since])


async def _parties(disputes: Collection[UUID]) -> dict[UUID, list[Party]]:
    found: dict[UUID, list[Party]] = defaultdict(list)
    for party in await Party.filter(dispute_id__in=disputes, removed_at=None).order_by("side", "ordinal"):
        found[party.dispute_id].append(party)
    return found


def _facts(row: dict[str, Any]) -> Facts:
    return Facts(**row | {"event_data": json.loads(row["event_data"])})
