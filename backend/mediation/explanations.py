"""云普法: the law and what it means here, sent to parties, who say that they have read it or ask back."""

from collections import defaultdict
from collections.abc import Sequence
from typing import ClassVar
from uuid import UUID

from tortoise.queryset import QuerySet

from backend.accounts.actors import ResidentActor, StaffActor
from backend.core import clock
from backend.core.deps import Deps
from backend.core.errors import FieldProblem, HejieError, InvalidFieldsError, NotFoundError
from backend.disputes import queries
from backend.disputes.history import Entry
from backend.mediation import access, sharing, telling
from backend.mediation.access import Standing
from backend.mediation.explanation_schemas import (
    ExplanationIn,
    ExplanationOut,
    ReceiptOut,
    ReplyIn,
    StatuteOut,
    StatutesQuery,
)
from backend.mediation.rooms import STAFF
from backend.mediation.running import require_not_over
from backend.mediation.sharing import Item, ShareTo
from models import Audience, Explanation, ExplanationReceipt
from models.base import uuid7

RESOURCE = "explanation"


class QuestionAskedError(HejieError):
    code: ClassVar[str] = "question_asked"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "您已经提过问题了，调解员会答复。如还有疑问，请直接与调解员沟通。"


class NothingAskedError(HejieError):
    code: ClassVar[str] = "nothing_asked"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "这位当事人没有待答复的问题，请刷新后查看。"


async def explain(deps: Deps, actor: StaffActor, standing: Standing, given: ExplanationIn) -> Explanation:
    """Raises RoleNotAllowedError, MediationNotOpenError, InvalidFieldsError at `to`."""
    access.require(standing, *STAFF)
    require_not_over(standing.dispute)
    await _check_parties(standing, given.to)
    now = deps.clock.now()
    row = Explanation(
        id=uuid7(),
        dispute_id=standing.dispute.id,
        statutes=list(given.statutes),
        as_of=given.as_of or clock.today(deps.clock),
        staff_id=actor.id,
        at=now,
    )
    row.statement_sealed = deps.keyring.seal(given.statement, "explanation", "statement", row.id)
    await row.save(force_create=True)
    parties = list(dict.fromkeys(given.to))
    for party_id in parties:
        await ExplanationReceipt(id=uuid7(), explanation_id=row.id, party_id=party_id, sent_at=now).save(
            force_create=True
        )
    to = [ShareTo(kind="party", id=each) for each in parties]
    await sharing.show(deps, actor, standing, Item(RESOURCE, row.id), to)
    data = {"explanation_id": str(row.id)}
    await telling.tell_parties(deps, standing.dispute, actor, parties, "explained", data=data)
    return row


async def acknowledge(
    deps: Deps, actor: ResidentActor, standing: Standing, explanation_id: UUID, question: str | None
) -> None:
    """Read, for whom the phone speaks; reading twice changes nothing. Raises NotFoundError, MediationNotOpenError,
    QuestionAskedError."""
    found = await one(deps, standing, explanation_id)
    require_not_over(standing.dispute)
    receipts = await ExplanationReceipt.filter(explanation_id=found.id, party_id__in=standing.party_ids).order_by("id")
    if not receipts:
        raise NotFoundError
    if question is not None and receipts[0].question_sealed is not None:
        raise QuestionAskedError
    now = deps.clock.now()
    for receipt in receipts:
        receipt.read_at = receipt.read_at or now
        await receipt.save(update_fields=["read_at"])
    if question is not None:
        first = receipts[0]
        first.question_sealed = deps.keyring.seal(question, "explanation_receipt", "question", first.id)
        first.asked_at = now
        await first.save(update_fields=["question_sealed", "asked_at"])
    text = "，并提出了问题" if question else ""
    data = {"explanation_id": str(found.id), "question_text": text}
    entry = telling.of_one(standing.dispute, actor.id, "explanation_read", data)
    await telling.record(deps, standing.dispute, actor, entry)


async def reply(deps: Deps, actor: StaffActor, standing: Standing, explanation_id: UUID, given: ReplyIn) -> None:
    """Raises NotFoundError, RoleNotAllowedError, MediationNotOpenError, NothingAskedError."""
    found = await one(deps, standing, explanation_id)
    access.require(standing, *STAFF)
    require_not_over(standing.dispute)
    receipt = await ExplanationReceipt.get_or_none(explanation_id=found.id, party_id=given.party_id)
    if receipt is None or receipt.question_sealed is None or receipt.reply_sealed is not None:
        raise NothingAskedError
    receipt.reply_sealed = deps.keyring.seal(given.text, "explanation_receipt", "reply", receipt.id)
    receipt.replied_at = deps.clock.now()
    await receipt.save(update_fields=["reply_sealed", "replied_at"])
    data = {"explanation_id": str(found.id)}
    await telling.tell_parties(
        deps, standing.dispute, actor, [given.party_id], "explanation_question_answered", data=data
    )


async def show(
    deps: Deps, actor: StaffActor, standing: Standing, explanation_id: UUID, to: tuple[ShareTo, ...]
) -> None:
    """To followers and members too; questions and answers stay between the center and the party. Raises NotFoundError,
    RoleNotAllowedError, MediationNotOpenError, InvalidFieldsError at `to`."""
    found = await one(deps, standing, explanation_id)
    access.require(standing, *STAFF)
    require_not_over(standing.dispute)
    await sharing.show(deps, actor, standing, Item(RESOURCE, found.id), to)
    await telling.record(deps, standing.dispute, actor, Entry("explanation_shown", Audience.STAFF))


def readable(deps: Deps, standing: Standing) -> QuerySet[Explanation]:
    """Raises NotFoundError where explanations do not exist to them."""
    return access.readable(deps, standing, RESOURCE, Explanation.filter(dispute_id=standing.dispute.id))


async def one(deps: Deps, standing: Standing, explanation_id: UUID) -> Explanation:
    """Raises NotFoundError."""
    found = await readable(deps, standing).filter(id=explanation_id).select_related("staff").first()
    if found is None:
        raise NotFoundError
    return found


async def of_case(deps: Deps, standing: Standing) -> list[ExplanationOut]:
    """In the order in which they were given. Raises NotFoundError."""
    return await _shown(deps, standing, await readable(deps, standing).order_by("id").select_related("staff"))


async def shown(deps: Deps, standing: Standing, explanation_id: UUID) -> ExplanationOut:
    """Raises NotFoundError."""
    return (await _shown(deps, standing, [await one(deps, standing, explanation_id)]))[0]


def statutes(deps: Deps, query: StatutesQuery) -> list[StatuteOut]:
    return [
        StatuteOut.model_validate(each.model_dump())
        for each in deps.catalog.statutes
        if (query.on is None or each.in_force(query.on))
        and (query.q is None or query.q in f"{each.law}{each.article}{each.summary}")
    ]


async def _check_parties(standing: Standing, to: Sequence[UUID]) -> None:
    known = {each.id for each in await queries.parties(standing.dispute.id) if each.left_at is None}
    message = "本案没有这位当事人，或者已经退出，请重新选择。"
    wrong = [FieldProblem(f"to.{place}", message) for place, each in enumerate(to) if each not in known]
    if wrong:
        raise InvalidFieldsError(fields=tuple(wrong))


async def _shown(deps: Deps, standing: Standing, rows: Sequence[Explanation]) -> list[ExplanationOut]:
    receipts: dict[UUID, list[ExplanationReceipt]] = defaultdict(list)
    found = ExplanationReceipt.filter(explanation_id__in=[row.id for row in rows]).order_by("id")
    if standing.kind not in STAFF:
        found = found.filter(party_id__in=standing.party_ids)
    for receipt in await found:
        receipts[receipt.explanation_id].append(receipt)
    return [_out(deps, row, receipts[row.id]) for row in rows]


def _out(deps: Deps, row: Explanation, receipts: list[ExplanationReceipt]) -> ExplanationOut:
    known = deps.catalog.statute_by_code
    return ExplanationOut(
        id=str(row.id),
        statement=deps.keyring.open(row.statement_sealed, "explanation", "statement", row.id),
        statutes=[StatuteOut.model_validate(known[code].model_dump()) for code in row.statutes if code in known],
        as_of=row.as_of,
        by=row.staff.name,
        at=row.at,
        receipts=[_receipt(deps, each) for each in receipts],
    )


def _receipt(deps: Deps, row: ExplanationReceipt) -> ReceiptOut:
    def opened(column: str) -> str | None:
        sealed = getattr(row, f"{column}_sealed")
        return None if sealed is None else deps.keyring.open(sealed, "explanation_receipt", column, row.id)

    return ReceiptOut(
        party_id=str(row.party_id),
        sent_at=row.sent_at,
        read_at=row.read_at,
        question=opened("question"),
        asked_at=row.asked_at,
        reply=opened("reply"),
        replied_at=row.replied_at,
    )
