"""What the history and the people hear of a commitment; each needs its case."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from backend.accounts.actors import Actor
from backend.commitments import standing as who
from backend.commitments.schemas import AnswerIn
from backend.core.deps import Deps
from backend.core.wording import date_text, money_text
from backend.disputes.history import Entry
from backend.mediation import telling
from backend.notices import actions as notices
from backend.notices.actions import News
from models import ActorKind, Audience, Commitment, FulfilmentReport, Party, Representation


async def of_report(deps: Deps, actor: Actor, row: Commitment, made: FulfilmentReport) -> None:
    await of_writing(deps, actor, row, made)
    others = await residents_of(row.dispute_id, await who.creditors(row))
    await notify(deps, row, "fulfilment_reported", others - {actor.id})


async def of_writing(deps: Deps, actor: Actor, row: Commitment, made: FulfilmentReport) -> None:
    """What staff write down counts; what a party reports waits for the other side."""
    is_staffs = made.reporter_kind is ActorKind.STAFF
    data: dict[str, Any] = {"report_id": str(made.id), "done_text": date_text(made.done_on)}
    kind = "fulfilment_confirmed" if is_staffs else "commitment_reported"
    if made.amount_fen:
        kind = "recovered" if is_staffs else "commitment_paid"
        data |= {
            "amount_fen": made.amount_fen,
            "received_on": made.done_on.isoformat(),
            "amount_text": money_text(made.amount_fen),
        }
    await record(deps, actor, row, Entry(kind, data=data, detail=_words(deps, made)))


async def of_answer(deps: Deps, actor: Actor, row: Commitment, found: FulfilmentReport, given: AnswerIn) -> None:
    """Money that staff have written down and now dispute was written down by mistake."""
    kind, data = f"fulfilment_{given.answer}", {"report_id": str(found.id)}
    is_disputed = given.answer == "disputed"
    if is_disputed and found.amount_fen and found.reporter_kind is ActorKind.STAFF:
        await of_void(deps, actor, row, found, given.reason or "")
    else:
        await record(deps, actor, row, Entry(kind, data=data, detail={"reason": given.reason or ""}))
    if is_disputed:
        debtors = await residents_of(row.dispute_id, [row.debtor_id] if row.debtor_id else [])
        await notify(deps, row, kind, debtors - {actor.id})


async def of_void(deps: Deps, actor: Actor, row: Commitment, made: FulfilmentReport, reason: str) -> None:
    data = {"report_id": str(made.id), "amount_fen": made.amount_fen, "amount_text": money_text(made.amount_fen or 0)}
    await record(deps, actor, row, Entry("recovery_voided", data=data, detail={"reason": reason}))


async def record(deps: Deps, actor: Actor, row: Commitment, entry: Entry) -> None:
    """The entry, with which commitment it is about; for the parties."""
    data = {"commitment_id": str(row.id), "ordinal": row.ordinal} | entry.data
    told = Entry(entry.kind, Audience.PARTIES, data, {"what": what(deps, row)} | entry.detail)
    await telling.record(deps, row.dispute, actor, told)


async def notify(deps: Deps, row: Commitment, kind: str, residents: Iterable[UUID], due_text: str = "") -> None:
    words = {"center": row.dispute.center.name, "due_text": due_text, "what": what(deps, row)}
    await notices.notify(deps, [News(each, kind, row.dispute_id, words) for each in sorted(residents)])


async def residents_of(dispute_id: UUID, party_ids: Iterable[UUID]) -> set[UUID]:
    """Whose phones speak for these parties."""
    wanted = list(party_ids)
    own = Party.filter(id__in=wanted, dispute_id=dispute_id, resident_id__not_isnull=True, removed_at=None)
    acting = Representation.filter(
        party_id__in=wanted, dispute_id=dispute_id, ended_at=None, resident_id__not_isnull=True
    )
    found = [*await own.values_list("resident_id", flat=True), *await acting.values_list("resident_id", flat=True)]
    return {UUID(str(each)) for each in found}


def what(deps: Deps, row: Commitment) -> str:
    return deps.keyring.open(row.what_sealed, "commitment", "what", row.id)


def _words(deps: Deps, made: FulfilmentReport) -> dict[str, str]:
    """What a party wrote; what staff note of a payment stays theirs."""
    if made.text_sealed is None or made.reporter_kind is ActorKind.STAFF:
        return {}
    return {"text": deps.keyring.open(made.text_sealed, "fulfilment_report", "text", made.id)}
