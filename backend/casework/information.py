"""What the parties were asked for: item by item, answered from the phone, while the center's clock rests."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field

from backend.accounts.actors import Actor, ResidentActor, StaffActor
from backend.casework import filing, recusals, staff_notices
from backend.casework.done import keep
from backend.casework.registration import require_recorder
from backend.core.deps import Deps
from backend.core.errors import FieldProblem, InvalidFieldsError, NotFoundError
from backend.core.schema import In, Moment, Out, Text
from backend.core.wording import date_text
from backend.disputes import case_clock, history, queries
from backend.disputes.actions import ENDED, DisputeEndedError
from backend.disputes.history import Entry
from backend.files import actions as files
from models import Audience, Dispute, InformationItem, InformationRequest
from models.base import uuid7

REASON = "information"
"""Why the clock rests meanwhile."""


class AnswerIn(In):
    item_id: UUID
    text: Text | None = None
    file_ids: Annotated[list[UUID], Field(max_length=20)] = []  # noqa: RUF012


class AnswersIn(In):
    answers: Annotated[list[AnswerIn], Field(min_length=1, max_length=50)]


class AnswersRecord(AnswersIn):
    party_id: UUID
    """Who brought them."""


class ItemOut(Out):
    id: str
    text: str
    answered_at: Moment | None
    answer: str | None
    """For who gave it, and for the center that has the case."""
    file_ids: list[str]


class RequestOut(Out):
    id: str
    asked_at: Moment
    due_on: date
    due_text: str
    answered_at: Moment | None
    items: list[ItemOut]


async def ask(deps: Deps, actor: StaffActor, dispute: Dispute, items: tuple[str, ...], due_on: date) -> None:
    request = InformationRequest(
        id=uuid7(), dispute_id=dispute.id, asked_by_id=actor.id, asked_at=deps.clock.now(), due_on=due_on
    )
    await request.save(force_create=True)
    rows = []
    for ordinal, text in enumerate(items):
        item_id = uuid7()
        sealed = deps.keyring.seal(text, "information_item", "text", item_id)
        rows.append(InformationItem(id=item_id, request_id=request.id, ordinal=ordinal, text_sealed=sealed))
    await InformationItem.bulk_create(rows)


async def answer(deps: Deps, actor: ResidentActor, dispute_id: UUID, request_id: UUID, answers: list[AnswerIn]) -> None:
    """The last answer lets the clock go on. Raises NotFoundError, DisputeEndedError, InvalidFieldsError."""
    dispute = await queries.for_resident(actor, dispute_id, lock=True)
    await _take(deps, actor, dispute, request_id, answers, by=actor.id)


async def record(deps: Deps, actor: StaffActor, dispute_id: UUID, request_id: UUID, fields: AnswersRecord) -> Dispute:
    """What a party brought to the window; it reads it on its phone, too. Raises what `answer` raises, and
    RoleNotAllowedError."""
    dispute = await queries.for_staff(actor, dispute_id, lock=True)
    require_recorder(actor, dispute)
    party = next((each for each in await queries.parties(dispute.id) if each.id == fields.party_id), None)
    if party is None:
        raise InvalidFieldsError.at("party_id", "这一位不是本案当事人，请重新选择。")
    await _take(deps, actor, dispute, request_id, fields.answers, by=party.resident_id)
    return dispute


async def _take(
    deps: Deps, actor: Actor, dispute: Dispute, request_id: UUID, answers: list[AnswerIn], *, by: UUID | None
) -> None:
    """`by`: whose answers they are, if the party has an account."""
    request = await InformationRequest.get_or_none(id=request_id, dispute_id=dispute.id)
    if request is None:
        raise NotFoundError
    if dispute.status in ENDED:
        raise DisputeEndedError
    items = {item.id: item for item in await InformationItem.filter(request_id=request.id)}
    await _refuse_bad(actor, dispute, items, answers)
    for given in answers:
        await _keep(deps, items[given.item_id], given, by)
    if all(item.answered_at for item in items.values()):
        request.answered_at = deps.clock.now()
        await request.save(update_fields=["answered_at"])
    await filing.watch(deps, dispute, *(given.text for given in answers))
    await _tell(deps, actor, dispute, request, len(answers), by=by)


async def of_dispute(deps: Deps, dispute_id: UUID, reader: ResidentActor | None) -> list[RequestOut]:
    """`reader` None is the center that has the case; a party reads the questions, and only the own answers."""
    requests = await InformationRequest.filter(dispute_id=dispute_id).order_by("id").prefetch_related("items")
    return [_out(deps, request, reader) for request in requests]


async def _refuse_bad(
    actor: Actor, dispute: Dispute, items: dict[UUID, InformationItem], answers: list[AnswerIn]
) -> None:
    found: list[FieldProblem] = []
    seen: set[UUID] = set()
    for place, given in enumerate(answers):
        item = items.get(given.item_id)
        if item is None or given.item_id in seen:
            found.append(FieldProblem(f"answers.{place}.item_id", "没有这一项，请刷新后重试。"))
        elif item.answered_at is not None:
            found.append(FieldProblem(f"answers.{place}.item_id", "这一项已经答复过了，有补充请用“补充材料”。"))
        if given.text is None and not given.file_ids:
            found.append(FieldProblem(f"answers.{place}.text", "请写几句说明，或者上传材料。"))
        seen.add(given.item_id)
        attached = await files.attach(actor, list(given.file_ids), dispute.id)
        found += [FieldProblem(f"answers.{place}.{each.path}", each.message) for each in attached]
    if found:
        raise InvalidFieldsError(fields=tuple(found))


async def _keep(deps: Deps, item: InformationItem, given: AnswerIn, by: UUID | None) -> None:
    item.answered_at, item.answered_by_id = deps.clock.now(), by
    item.file_ids = [str(file_id) for file_id in given.file_ids]
    if given.text is not None:
        item.answer_sealed = deps.keyring.seal(given.text, "information_item", "answer", item.id)
    await item.save(update_fields=["answered_at", "answered_by_id", "file_ids", "answer_sealed"])


async def _tell(
    deps: Deps, actor: Actor, dispute: Dispute, request: InformationRequest, count: int, *, by: UUID | None
) -> None:
    waiting = await InformationRequest.filter(dispute_id=dispute.id, answered_at=None).exists()
    pause, step = case_clock.pause_of(dispute), None
    if not waiting and pause is not None and pause.reason == REASON:
        pending = recusals.until_decided(deps) if dispute.recusal_pending else None
        step = case_clock.wind(deps, dispute, case_clock.step(deps, "pause" if pending else "resume", span=pending))
    audience, reader_id = (Audience.STAFF, None) if by is None else history.own(dispute, by)
    data = {"request_id": str(request.id), "count": count, "complete": request.answered_at is not None}
    entry = Entry("information_answered", audience, data, reader_id=reader_id, step=step)
    await keep(deps, dispute, actor, entry)
    await staff_notices.tell(deps, dispute, "information_answered", but=actor, asker=request.asked_by_id)


def _out(deps: Deps, request: InformationRequest, reader: ResidentActor | None) -> RequestOut:
    items = sorted(request.items, key=lambda item: item.ordinal)
    return RequestOut(
        id=str(request.id),
        asked_at=request.asked_at,
        due_on=request.due_on,
        due_text=date_text(request.due_on),
        answered_at=request.answered_at,
        items=[_item(deps, item, reader) for item in items],
    )


def _item(deps: Deps, item: InformationItem, reader: ResidentActor | None) -> ItemOut:
    is_readable = reader is None or item.answered_by_id == reader.id
    answered = item.answer_sealed if is_readable else None
    return ItemOut(
        id=str(item.id),
        text=deps.keyring.open(item.text_sealed, "information_item", "text", item.id),
        answered_at=item.answered_at,
        answer=deps.keyring.open(answered, "information_item", "answer", item.id) if answered else None,
        file_ids=item.file_ids if is_readable else [],
    )
