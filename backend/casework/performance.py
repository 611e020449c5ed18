"""What time does to commitments: who owes is reminded before the day and urged after it, the mediator hears of what is
overdue, the other side of the lawful ways that remain. Each once, while the center is open."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from tortoise import connections
from tortoise.transactions import in_transaction

from backend.casework import staff_notices, sweeps
from backend.commitments import standing, states, telling, views
from backend.core import clock
from backend.core.clock import local
from backend.core.deps import Deps
from backend.core.wording import date_text
from backend.disputes import history, queries
from backend.disputes.history import Entry
from models import Commitment, CommitmentKind, Dispute, Status
from models.base import uuid7

_AT_ONCE = 500
_SOON = """
SELECT c.id, c.dispute_id FROM commitment c JOIN dispute d ON d.id = c.dispute_id
 WHERE c.ended_as IS NULL AND c.due_on <= $1 AND d.status = 'agreed' AND c.id > $2
   AND NOT EXISTS (SELECT FROM urging_note n WHERE n.commitment_id = c.id AND n.due_on = c.due_on AND n.rule = $3)
 ORDER BY c.id LIMIT $4
"""
_ONCE = """
INSERT INTO urging_note (id, commitment_id, rule, due_on, at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (commitment_id, rule, due_on) DO NOTHING RETURNING id
"""


async def sweep(deps: Deps) -> int:
    """For the worker: how many commitments people were told of, each in a transaction of its own."""
    rules, told, last = deps.catalog.commitments, 0, UUID(int=0)
    until = clock.today(deps.clock) + timedelta(days=max(rules.remind_days_before, default=0))
    last_rule = f"after_{max(rules.urge_days_after, default=0)}"
    while found := await connections.get("default").execute_query_dict(_SOON, [until, last, last_rule, _AT_ONCE]):
        for row in found:
            async with in_transaction():
                told += await _tell(deps, row["dispute_id"], row["id"])
        last = found[-1]["id"]
    return told


async def _tell(deps: Deps, dispute_id: UUID, commitment_id: UUID) -> bool:
    """Behind the lock of the case, which every change of its commitments takes first. After an outage the latest rule
    speaks for the earlier ones."""
    dispute = await queries.for_system(dispute_id, Dispute.filter(status=Status.AGREED))
    if dispute is None or not sweeps.center_is_open(deps, dispute):
        return False
    row = await Commitment.filter(id=commitment_id, ended_as__isnull=True).prefetch_related("reports__answers").first()
    if row is None or _waits_for_an_answer(row):
        return False
    row.dispute = dispute
    falls_due, agreed_on = views.falls_due_on(deps, row), local(row.created_at).date()
    names = states.told_now(deps.catalog.commitments, falls_due, agreed_on, clock.today(deps.clock))
    new = [name for name in names if await _is_first(deps, row, name)]
    if not new or new[-1] != names[-1]:
        return False
    debtors = await telling.residents_of(dispute.id, [row.debtor_id] if row.debtor_id else [])
    is_overdue = new[-1].startswith("after_")
    kind = "commitment_overdue" if is_overdue else "commitment_due"
    await telling.notify(deps, row, kind, debtors, date_text(falls_due))
    if is_overdue:
        await _escalate(deps, dispute, row, new[-1])
    elif not debtors:
        await staff_notices.tell(deps, dispute, "commitment_due", but=None)
    return True


async def _escalate(deps: Deps, dispute: Dispute, row: Commitment, name: str) -> None:
    due_text = date_text(views.falls_due_on(deps, row))
    data: dict[str, Any] = {"commitment_id": str(row.id), "ordinal": row.ordinal, "due_text": due_text}
    entry = Entry("commitment_urged", data=data, detail={"what": telling.what(deps, row)})
    await history.record(deps, dispute, None, entry)
    await staff_notices.tell(deps, dispute, "commitment_overdue", but=None)
    if name == f"after_{max(deps.catalog.commitments.urge_days_after)}":
        creditors = await telling.residents_of(dispute.id, await standing.creditors(row))
        await telling.notify(deps, row, "commitment_unkept", creditors, due_text)


def _waits_for_an_answer(row: Commitment) -> bool:
    """Whoever owes has said that it is done: it is for the others to answer."""
    if row.kind is CommitmentKind.PAYMENT:
        return states.kept(row, row.reports).left_fen(row.amount_fen) == 0
    return any(report.completes and states.verdict(report) == "pending" for report in row.reports)


async def _is_first(deps: Deps, row: Commitment, name: str) -> bool:
    values = [uuid7(), row.id, name, row.due_on, deps.clock.now()]
    return bool(await connections.get("default").execute_query_dict(_ONCE, values))
