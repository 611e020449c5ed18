"""Complaints that nobody has answered in time go up to the city's supervisors, once."""

from uuid import UUID

from tortoise import connections
from tortoise.transactions import in_transaction

from backend.complaints import actions, telling
from backend.core.deps import Deps
from models import Complaint

_AT_ONCE = 200
_OVERDUE = """
SELECT id FROM complaint
 WHERE status IN ('submitted', 'taken_up') AND escalated_at IS NULL AND due_at < $1 AND id > $2 ORDER BY id LIMIT $3
"""


async def sweep(deps: Deps) -> int:
    """For the worker: how many went up."""
    lifted, last = 0, UUID(int=0)
    values = [deps.clock.now()]
    while found := await connections.get("default").execute_query_dict(_OVERDUE, [*values, last, _AT_ONCE]):
        for each in found:
            async with in_transaction():
                lifted += await _lift(deps, each["id"])
        last = found[-1]["id"]
    return lifted


async def _lift(deps: Deps, complaint_id: UUID) -> bool:
    late = Complaint.filter(id=complaint_id, escalated_at=None, status__in=list(actions.OPEN))
    row = await late.select_for_update().first()
    if row is None:
        return False
    row.escalated_at, row.handled_at_id = deps.clock.now(), None
    await row.save(update_fields=["escalated_at", "handled_at_id"])
    await actions.step(deps, None, row, "escalated")
    await telling.handlers(deps, row, "complaint_overdue")
    return True
