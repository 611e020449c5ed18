"""Money of a case: claimed, agreed, recovered. What was promised in sums is told by the reports on it and by nothing
else; what no commitment speaks of is written down by itself, as in cases from before there were commitments."""

from collections.abc import Iterator
from uuid import UUID

from tortoise.expressions import Q

from backend.accounts.actors import StaffActor
from backend.commitments import actions, states, telling
from backend.commitments import standing as who
from backend.commitments.schemas import AnswerIn, ReportIn
from backend.core.deps import Deps
from backend.core.errors import InvalidFieldsError
from backend.core.mediation_rules import StandingKind
from backend.mediation import access, recoveries
from backend.mediation.access import Standing
from backend.mediation.recoveries import AmountsOut, NothingAgreedError, RecoveryIn, RecoveryOut
from models import ActorKind, Commitment, CommitmentEnd, CommitmentKind, Dispute, FulfilmentReport, Recovery
from models.base import uuid7

_STAFF = (StandingKind.MEDIATOR, StandingKind.CENTER)
_STANDS = Q(ended_as__isnull=True) | Q(ended_as__not=CommitmentEnd.REPLACED)


async def record(deps: Deps, actor: StaffActor, dispute_id: UUID, given: RecoveryIn) -> Standing:
    """Goes to the sums that are owed, what is due first before the rest. Raises NotFoundError, RoleNotAllowedError,
    NothingAgreedError; InvalidFieldsError above what was agreed."""
    standing = await access.of_colleague(actor, dispute_id, lock=True)
    access.require(standing, *_STAFF)
    promised = Commitment.filter(_STANDS, dispute_id=dispute_id, kind=CommitmentKind.PAYMENT)
    if not await promised.exists():
        return await recoveries.record(deps, actor, dispute_id, given)
    if not who.is_agreed(standing.dispute):
        raise NothingAgreedError
    open_ones = await _open(standing.dispute)
    if given.amount_fen > sum(left for _, left in open_ones):
        raise InvalidFieldsError.at("amount_fen", "加上这一笔就超过协议金额了，请核对金额或者以前的登记。")
    for row, part in _shared_out(open_ones, given.amount_fen):
        await _pay(deps, actor, row, given, part)
    return standing


async def carry_over(deps: Deps, dispute: Dispute) -> None:
    """What came before the agreement took effect was paid on what it promises, due first: from now on the reports tell
    of it, and no money is counted twice. Whoever calls holds the case."""
    for came in await Recovery.filter(dispute_id=dispute.id, voided_at=None).order_by("id"):
        open_ones = await _open(dispute)
        if came.amount_fen > sum(left for _, left in open_ones):
            return
        note = deps.keyring.open(came.note_sealed, "recovery", "note", came.id) if came.note_sealed else None
        for row, part in _shared_out(open_ones, came.amount_fen):
            made = FulfilmentReport(
                id=uuid7(),
                commitment_id=row.id,
                amount_fen=part,
                completes=False,
                done_on=came.received_on,
                file_ids=[],
                reporter_kind=ActorKind.STAFF,
                reporter_id=came.recorder_id,
                reported_at=came.recorded_at,
            )
            made.text_sealed = deps.keyring.seal(note, "fulfilment_report", "text", made.id) if note else None
            await made.save(force_create=True)
            await actions.settle(deps, row)
        await came.delete()


async def void(deps: Deps, actor: StaffActor, dispute_id: UUID, recovery_id: UUID, reason: str) -> Standing:
    """Written down by mistake; doing it twice changes nothing. Raises NotFoundError, RoleNotAllowedError,
    ReportAnsweredError for what a party reported and staff have confirmed."""
    standing = await access.of_colleague(actor, dispute_id, lock=True)
    payments = FulfilmentReport.filter(commitment__dispute_id=dispute_id, amount_fen__isnull=False)
    found = await payments.filter(id=recovery_id).prefetch_related("answers", "commitment").first()
    if found is None:
        return await recoveries.void(deps, actor, dispute_id, recovery_id, reason)
    access.require(standing, *_STAFF)
    if any(answer.by_kind is ActorKind.STAFF for answer in found.answers):
        if states.verdict(found) == "disputed":
            return standing
        raise actions.ReportAnsweredError
    await actions.put_answer(deps, actor, found, AnswerIn(answer="disputed", reason=reason))
    found.commitment.dispute = standing.dispute
    await actions.settle(deps, found.commitment)
    await telling.of_void(deps, actor, found.commitment, found, reason)
    return standing


async def amounts(deps: Deps, standing: Standing) -> AmountsOut:
    """Raises NotFoundError where they are not theirs."""
    by_itself = await recoveries.amounts(deps, standing)
    payments = FulfilmentReport.filter(commitment__dispute_id=standing.dispute.id, amount_fen__isnull=False)
    found = [(each, states.verdict(each)) for each in await payments.order_by("id").prefetch_related("answers")]
    paid = [_out(deps, standing, each, is_void=verdict == "disputed") for each, verdict in found
            if verdict == "confirmed" or each.reporter_kind is ActorKind.STAFF]  # fmt: skip
    recovered = by_itself.recovered_fen + sum(each.amount_fen for each in paid if not each.is_void)
    return by_itself.model_copy(update={"recovered_fen": recovered, "recoveries": [*by_itself.recoveries, *paid]})


async def _open(dispute: Dispute) -> list[tuple[Commitment, int]]:
    """Sums that are owed still, what is due first before the rest, and what is left of each."""
    rows = Commitment.filter(dispute_id=dispute.id, kind=CommitmentKind.PAYMENT, ended_as__isnull=True)
    found = await rows.order_by("due_on", "id").prefetch_related("reports__answers")
    for row in found:
        row.dispute = dispute
    return [(row, states.kept(row, row.reports).left_fen(row.amount_fen)) for row in found]


def _shared_out(open_ones: list[tuple[Commitment, int]], amount_fen: int) -> Iterator[tuple[Commitment, int]]:
    rest = amount_fen
    for row, left in open_ones:
        if part := min(rest, left):
            rest -= part
            yield row, part


async def _pay(deps: Deps, actor: StaffActor, row: Commitment, given: RecoveryIn, amount_fen: int) -> None:
    paid = ReportIn.model_construct(
        amount_fen=amount_fen, completes=False, done_on=given.received_on, text=given.note, file_ids=()
    )
    made = await actions.write(deps, actor, row, paid)
    await actions.settle(deps, row)
    await telling.of_report(deps, actor, row, made)


def _out(deps: Deps, standing: Standing, report: FulfilmentReport, *, is_void: bool) -> RecoveryOut:
    """What staff noted is theirs."""
    note = None
    if report.text_sealed and standing.kind in _STAFF:
        note = deps.keyring.open(report.text_sealed, "fulfilment_report", "text", report.id)
    return RecoveryOut(
        id=str(report.id),
        amount_fen=report.amount_fen or 0,
        received_on=report.done_on,
        note=note,
        recorded_at=report.reported_at,
        is_void=is_void,
    )
