"""对账: the partner's list of cases beside ours, and what differs as a work list.

Both are compared in the database, so that a hundred thousand cases take no more memory here than a page of them.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from tortoise import connections

from backend.core import rows
from backend.core.deps import Deps
from backend.exchange import mapping
from backend.exchange.mapping import Unknown
from models import CodeKind, CodeSide, DifferenceKind, Partner, Reconciliation, ReconciliationWay, Status
from models.base import uuid7


class Listed(NamedTuple):
    """A case as the partner has it: its own number where it has brought it, else ours; the state in its own code."""

    number: str
    status: str


_BEGIN = "CREATE TEMP TABLE listed (number text PRIMARY KEY, status text NOT NULL) ON COMMIT DROP"
_POUR = "INSERT INTO listed SELECT * FROM unnest($1::text[], $2::text[]) ON CONFLICT (number) DO NOTHING"
_OURS = """
SELECT p.their_number AS number, d.id, d.status, d.updated_at
  FROM partner_case p JOIN dispute d ON d.id = p.dispute_id WHERE p.partner_id = $1
 UNION ALL
SELECT d.number, d.id, d.status, d.updated_at
  FROM partner_lane l JOIN dispute d ON d.id = l.dispute_id
 WHERE l.partner_id = $1 AND l.left_at IS NULL
   AND NOT EXISTS (SELECT FROM partner_case p WHERE p.partner_id = $1 AND p.dispute_id = d.id)
"""
_COMPARE = f"""
CREATE TEMP TABLE found ON COMMIT DROP AS
SELECT COALESCE(l.number, o.number) AS number, o.id AS dispute_id, o.status AS ours, l.status AS theirs,
       CASE WHEN l.number IS NULL THEN 'missing_there' WHEN o.number IS NULL THEN 'missing_here'
            ELSE 'state' END AS kind,
       COALESCE(o.updated_at > $4, false) OR EXISTS (SELECT FROM outgoing_event e
            WHERE e.partner_id = $1 AND e.dispute_id = o.id AND e.state = 'pending') AS is_moving
  FROM (SELECT o.number, o.id, o.updated_at, m.theirs AS status, m.theirs IS NULL AS is_unmapped
          FROM ({_OURS}) o LEFT JOIN unnest($2::text[], $3::text[]) AS m (ours, theirs) ON m.ours = o.status) o
  FULL JOIN listed l ON l.number = o.number
 WHERE l.number IS NULL OR o.number IS NULL OR (l.status <> o.status AND NOT o.is_unmapped)
"""  # noqa: S608 - our own text
_WRITE_DOWN = """
INSERT INTO difference (id, partner_id, reconciliation_id, kind, number, dispute_id, ours, theirs, first_at)
SELECT gen_random_uuid(), $1, $2, kind, number, dispute_id, COALESCE(ours, ''), COALESCE(theirs, ''), $3
  FROM found WHERE NOT is_moving
    ON CONFLICT (partner_id, kind, number) DO UPDATE
   SET reconciliation_id = $2, dispute_id = EXCLUDED.dispute_id, ours = EXCLUDED.ours, theirs = EXCLUDED.theirs,
       first_at = CASE WHEN difference.gone_at IS NULL THEN difference.first_at ELSE $3 END,
       repair = CASE WHEN difference.gone_at IS NULL THEN difference.repair END,
       repaired_at = CASE WHEN difference.gone_at IS NULL THEN difference.repaired_at END,
       problem = '', gone_at = NULL
"""
_GONE = "UPDATE difference SET gone_at = $3 WHERE partner_id = $1 AND reconciliation_id <> $2 AND gone_at IS NULL"
_COUNT = "SELECT kind, count(*) FILTER (WHERE NOT is_moving) AS n, count(*) FILTER (WHERE is_moving) AS moving"
_COUNT += " FROM found GROUP BY kind"


async def compare(
    deps: Deps, partner: Partner, way: ReconciliationWay, pages: Iterable[Sequence[Listed]], listed_at: datetime
) -> Reconciliation:
    """Needs an open transaction. What has changed since `listed_at`, or is still on its way to the partner, is left to
    the next comparison. What is no longer found leaves the work list."""
    now = deps.clock.now()
    run = Reconciliation(id=uuid7(), partner_id=partner.id, way=way, started_at=now)
    await _query(_BEGIN)
    for page in pages:
        await _query(_POUR, [each.number for each in page], [each.status for each in page])
    known = await _status_codes(deps, partner)
    await _query(_COMPARE, partner.id, list(known), list(known.values()), listed_at)
    counts = await _query(_COUNT)
    run.by_kind = dict.fromkeys(map(str, DifferenceKind), 0) | {row["kind"]: row["n"] for row in counts}
    run.moving = sum(row["moving"] for row in counts)
    run.ours = (await _query(f"SELECT count(*) AS n FROM ({_OURS}) o", partner.id))[0]["n"]  # noqa: S608 - our own
    run.theirs = (await _query("SELECT count(*) AS n FROM listed"))[0]["n"]
    run.finished_at = deps.clock.now()
    await rows.insert([run])
    await _query(_WRITE_DOWN, partner.id, run.id, now)
    await _query(_GONE, partner.id, run.id, now)
    return run


async def failed(deps: Deps, partner: Partner, problem: str) -> Reconciliation:
    """The partner's list could not be had: nothing is compared, the work list stays as it is."""
    now = deps.clock.now()
    run = Reconciliation(
        id=uuid7(), partner_id=partner.id, way=ReconciliationWay.FETCHED, started_at=now, problem=problem[:200]
    )
    await rows.insert([run])
    return run


async def _status_codes(deps: Deps, partner: Partner) -> dict[str, str]:
    """The partner's, by ours. One without a mapping cannot be compared: it goes on the work list."""
    codes = await mapping.load(partner.id)
    found = {status.value: codes.theirs(CodeKind.STATUS, status) for status in Status}
    used = {row["status"] for row in await _query(f"SELECT DISTINCT status FROM ({_OURS}) o", partner.id)}  # noqa: S608
    unknown = [Unknown(CodeSide.OURS, CodeKind.STATUS, each) for each in used if found[each] is None]
    await mapping.note_unknown(partner.id, unknown, None, deps.clock.now())
    return {ours: theirs for ours, theirs in found.items() if theirs is not None}


async def _query(statement: str, *values: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = await connections.get("default").execute_query_dict(statement, list(values))
    return found
