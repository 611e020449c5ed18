"""Agreements with something left to see to, for the morning list: found by what is on record, nothing is opened."""

from typing import Literal
from uuid import UUID

from tortoise import connections

from backend.accounts.actors import StaffActor
from backend.core import clock
from backend.core.deps import Deps
from models import Role

What = Literal["signatures", "originals", "court"]

TEXTS: dict[What, str] = {
    "signatures": "协议已经定稿，还没有签齐。",
    "originals": "协议已经生效，还有当事人没有拿到原件。",
    "court": "法院办理司法确认的期限已过，请向法院询问。",
}
# Who signed gets an original; of the organization's own nothing is written down.
_FOUND = """
SELECT d.id, CASE WHEN a.status = 'effective' THEN 'originals' ELSE 'signatures' END AS what
  FROM dispute d JOIN agreement a ON a.dispute_id = d.id AND a.form = 'written'
                 JOIN agreement_version v ON v.agreement_id = a.id AND v.number = a.version
 WHERE d.status = 'agreed' AND d.center_id = $1 AND ($2::uuid IS NULL OR d.mediator_id = $2)
   AND (a.status IN ('final', 'signing') OR a.status = 'effective' AND EXISTS (
        SELECT FROM signature s WHERE s.version_id = v.id AND s.party_id IS NOT NULL AND s.voided_at IS NULL
           AND NOT EXISTS (SELECT FROM copy_receipt r WHERE r.version_id = v.id AND r.party_id = s.party_id)
           AND NOT EXISTS (SELECT FROM parcel p WHERE p.version_id = v.id AND p.party_id = s.party_id
                              AND p.way = 'copy' AND p.delivered_on IS NOT NULL)))
UNION ALL
SELECT d.id, 'court' FROM confirmation c JOIN dispute d ON d.id = c.dispute_id
 WHERE c.status = 'applied' AND c.court_last_day < $3
   AND d.status = 'agreed' AND d.center_id = $1 AND ($2::uuid IS NULL OR d.mediator_id = $2)
 ORDER BY 1, 2 LIMIT $4
"""


async def of(deps: Deps, actor: StaffActor, most: int) -> dict[UUID, list[What]]:
    """By case, the earliest filed first: of a mediator the own ones, else the center's. The city has no such list."""
    if actor.center_id is None:
        return {}
    mediator_id = actor.id if actor.role is Role.MEDIATOR else None
    values = [actor.center_id, mediator_id, clock.today(deps.clock), most]
    found: dict[UUID, list[What]] = {}
    for row in await connections.get("default").execute_query_dict(_FOUND, values):
        found.setdefault(UUID(str(row["id"])), []).append(row["what"])
    return found
