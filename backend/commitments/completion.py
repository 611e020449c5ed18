"""The mediator's word that all has been done is a report on everything that was still open: the contract's
`confirm_fulfilment` asks for nothing but a note, and the file must say the same as the case's state."""

from typing import ClassVar

from backend.accounts.actors import StaffActor
from backend.commitments import actions, states
from backend.commitments.schemas import ReportIn
from backend.core import clock
from backend.core.deps import Deps
from backend.core.errors import HejieError
from models import Commitment, Dispute


class DisputedFulfilmentError(HejieError):
    code: ClassVar[str] = "fulfilment_disputed"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "有当事人对履行提出异议，请先逐项核实、作出认定，再确认履行完毕。"


async def confirm_all(deps: Deps, actor: StaffActor, dispute: Dispute, note: str | None) -> int:
    """How many were still open. Raises DisputedFulfilmentError while a dispute about one of them waits for a decision;
    its message says which."""
    rows = Commitment.filter(dispute_id=dispute.id, ended_as__isnull=True).order_by("id")
    found = await rows.prefetch_related("reports__answers")
    disputed = [row.ordinal for row in found if _is_disputed(row)]
    if disputed:
        raise DisputedFulfilmentError(f"{DisputedFulfilmentError.message}涉及第{'、'.join(map(str, disputed))}项。")
    for row in found:
        await _complete(deps, actor, row, note)
    return len(found)


async def _complete(deps: Deps, actor: StaffActor, row: Commitment, note: str | None) -> None:
    """What waits for an answer is part of what has been done."""
    so_far = states.kept(row, row.reports)
    left = (row.amount_fen or 0) - so_far.confirmed_fen
    rest = ReportIn.model_construct(
        amount_fen=left if row.amount_fen else None,
        completes=True,
        done_on=clock.today(deps.clock),
        text=note,
        file_ids=(),
    )
    _ = await actions.write(deps, actor, row, rest)
    await actions.settle(deps, row)


def _is_disputed(row: Commitment) -> bool:
    """By the other side, and nobody has decided."""
    return any(states.verdict(each) == "disputed" and len(each.answers) == 1 and
               each.answers[0].by_kind != "staff" for each in row.reports)  # fmt: skip
