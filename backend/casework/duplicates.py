"""Perhaps one quarrel, filed twice: suggested to staff, with why; never done by itself, never shown to residents."""

import json
from collections.abc import Iterator, Sequence
from datetime import timedelta
from uuid import UUID

from tortoise import connections

from backend.accounts.actors import StaffActor
from backend.casework import views
from backend.casework.views import CaseBrief
from backend.core import geo
from backend.core.deps import Deps
from backend.core.geo import Wgs84
from backend.core.schema import Out
from backend.disputes import party_rows, queries
from backend.disputes import views as resident_views
from models import Dispute, Party

_MOST_READ = 100
_SHARING_A_PARTY = """
SELECT DISTINCT p.dispute_id AS id
  FROM party p JOIN dispute d ON d.id = p.dispute_id
 WHERE (p.name_hash = ANY($1) OR p.id_number_hash = ANY($2)) AND p.removed_at IS NULL
   AND d.id <> $3 AND d.center_id = $4 AND d.merged_into_id IS NULL AND d.source <> 'historic'
   AND d.created_at BETWEEN $5 AND $6
   AND NOT EXISTS (SELECT FROM dismissed_duplicate x
                    WHERE (x.dispute_id, x.other_id) IN ((d.id, $3::uuid), ($3::uuid, d.id)))
   AND NOT EXISTS (SELECT FROM case_link l
                    WHERE l.ended_at IS NULL AND (l.dispute_id, l.other_id) IN ((d.id, $3::uuid), ($3::uuid, d.id)))
 LIMIT $7
"""


class ReasonOut(Out):
    code: str
    text: str


class DuplicateOut(Out):
    case: CaseBrief
    days_apart: int
    distance_m: int | None
    """Null where one of the two has no point."""
    reasons: list[ReasonOut]


class DuplicatesOut(Out):
    items: list[DuplicateOut]


async def of_case(deps: Deps, actor: StaffActor, dispute_id: UUID) -> DuplicatesOut:
    """None for a center that the case is only offered to. Raises NotFoundError."""
    dispute = await queries.for_staff(actor, dispute_id)
    if actor.center_id not in (None, dispute.center_id) or dispute.merged_into_id is not None:
        return DuplicatesOut(items=[])
    parties, found = await queries.parties(dispute.id), []
    for other in await _candidates(deps, dispute, parties):
        theirs = await queries.parties(other.id)
        if stand_against_each_other(parties, theirs):
            found += list(_compared(deps, actor, dispute, other, theirs))
    found.sort(key=lambda each: (each.days_apart, each.case.id))
    return DuplicatesOut(items=found[: deps.catalog.links.duplicates.most])


def stand_against_each_other(ours: Sequence[Party], theirs: Sequence[Party]) -> bool:
    """The same two people, whichever of them filed."""
    pairs = [(mine.side, yours.side) for mine in ours for yours in theirs if party_rows.are_the_same(mine, yours)]
    return any(one[0] is not two[0] and one[1] is not two[1] for one in pairs for two in pairs)


async def _candidates(deps: Deps, dispute: Dispute, parties: Sequence[Party]) -> list[Dispute]:
    span = timedelta(days=deps.catalog.links.duplicates.days)
    values = [
        [party.name_hash for party in parties],
        [party.id_number_hash for party in parties if party.id_number_hash],
        dispute.id,
        dispute.center_id,
        dispute.created_at - span,
        dispute.created_at + span,
        _MOST_READ,
    ]
    rows = await connections.get("default").execute_query_dict(_SHARING_A_PARTY, values)
    found = Dispute.filter(id__in=[row["id"] for row in rows])
    return await found.select_related("center", "mediator", "transfer_to")


def _compared(
    deps: Deps, actor: StaffActor, dispute: Dispute, other: Dispute, theirs: list[Party]
) -> Iterator[DuplicateOut]:
    """Nothing for another matter or another place."""
    catalog, rules = deps.catalog, deps.catalog.links.duplicates
    top = catalog.top_category(dispute.category)
    distance = _distance(_point(deps, dispute), _point(deps, other))
    if catalog.top_category(other.category) != top or (distance is not None and distance > rules.metres):
        return
    days = abs((other.created_at - dispute.created_at).days)
    reasons = [
        ReasonOut(code="parties", text="双方当事人相同"),
        ReasonOut(code="category", text=f"同属“{catalog.category_by_code[top].name}”"),
        ReasonOut(code="time", text=f"提交时间相隔{days}天" if days else "同一天提交"),
    ]
    if distance is not None:
        reasons.append(ReasonOut(code="place", text=f"地点相距约{distance}米"))
    case = views.brief(deps, actor, other, theirs)
    yield DuplicateOut(case=case, days_apart=days, distance_m=distance, reasons=reasons)


def _point(deps: Deps, dispute: Dispute) -> Wgs84 | None:
    given = json.loads(resident_views.opened(deps, dispute, "location") or "{}")
    return geo.to_wgs84(given["lon"], given["lat"], given["crs"]) if "crs" in given else None


def _distance(one: Wgs84 | None, other: Wgs84 | None) -> int | None:
    return None if one is None or other is None else round(geo.distance_m(one, other))
