"""The mediator's word that all has been done is a report on everything that was still open: the contract's
`confirm_fulfilment` asks for nothing but a note, and the file must say the same as the case's state."""

from typing import ClassVar

from backend.accounts.actors import StaffActor
from backend.commitments import actions, states, telling
from backend.commitments.schemas import AnswerIn, ReportIn
from backend.core import clock
from backend.core.deps import Deps
from backend.core.errors import HejieError
from models import ActorKind, Commitment, Dispute, FulfilmentReport

_CONFIRMED = AnswerIn(answer="confirmed")


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
        row.dispute = dispute
        await _complete(deps, actor, row, note)
    return len(found)


async def _complete(deps: Deps, actor: StaffActor, row: Commitment, note: str | None) -> None:
    """What waits for an answer is confirmed; what nobody has reported yet is reported."""
    for report in row.reports:
        if states.verdict(report) == "pending":
            await actions.put_answer(deps, actor, report, _CONFIRMED)
            await telling.of_answer(deps, actor, row, report, _CONFIRMED)
    await actions.settle(deps, row)
    if row.ended_as is not None:
        return
    reports = await FulfilmentReport.filter(commitment_id=row.id).prefetch_related("answers")
    rest = ReportIn.model_construct(
        amount_fen=states.kept(row, reports).left_fen(row.amount_fen) or None,
        completes=True,
        done_on=clock.today(deps.clock),
        text=note,
        file_ids=(),
    )
    made = await actions.write(deps, actor, row, rest)
    if made.amount_fen:
        await telling.of_writing(deps, actor, row, made)
    await actions.settle(deps, row)


def _is_disputed(row: Commitment) -> bool:
    """By the other side, and nobody has decided."""
    return any(
        states.verdict(each) == "disputed" and all(said.by_kind is not ActorKind.STAFF for said in each.answers)
        for each in row.reports
    )
