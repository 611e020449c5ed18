"""What people do with a commitment: report, check, confirm or dispute, waive, agree on another date."""

from collections.abc import Sequence
from typing import ClassVar, NamedTuple
from uuid import UUID

from backend.accounts.actors import Actor, ResidentActor, StaffActor
from backend.commitments import standing as who
from backend.commitments import states, sums, telling
from backend.commitments.schemas import AnswerIn, CheckIn, DueDateIn, ReportIn
from backend.core.clock import today
from backend.core.deps import Deps
from backend.core.errors import FieldProblem, HejieError, InvalidFieldsError, NotFoundError
from backend.core.wording import date_text, money_text
from backend.disputes.history import Entry
from backend.mediation import case_files
from backend.mediation.access import Standing
from models import (
    Agreement,
    AgreementStatus,
    Commitment,
    CommitmentEnd,
    CommitmentKind,
    FulfilmentReport,
    Party,
    ReportAnswer,
    ReportAnswerKind,
    Side,
    UrgingNote,
)
from models.base import uuid7


class ReportPlace(NamedTuple):
    commitment_id: UUID
    report_id: UUID


class UrgedTodayError(HejieError):
    code: ClassVar[str] = "urged_today"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "今天已经提醒过了，请明天再看；着急的可以直接联系调解员。"


class ReportAnsweredError(HejieError):
    code: ClassVar[str] = "report_answered"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "这一笔已经答复过，不能再改。有不同意见请联系调解员。"


async def report(deps: Deps, actor: Actor, standing: Standing, commitment_id: UUID, given: ReportIn) -> None:
    """By who owes it, by who got it (which confirms it), or by staff. Raises NotFoundError, RoleNotAllowedError,
    NothingToKeepError, CommitmentEndedError, InvalidFieldsError."""
    row = await who.one(deps, standing, commitment_id)
    who.require(allowed=await who.may_report(actor, standing, row))
    who.require_running(row)
    problems = _wrong_in(row, given) + _too_many(deps, given.file_ids)
    problems += await case_files.take(actor, standing, given.file_ids)
    if problems:
        raise InvalidFieldsError(fields=tuple(problems))
    made = await write(deps, actor, row, given)
    await telling.of_report(deps, actor, row, made)
    if isinstance(actor, ResidentActor) and not who.is_debtor(standing, row):
        received = AnswerIn(answer="confirmed")
        await put_answer(deps, actor, made, received)
        await telling.of_answer(deps, actor, row, made, received)
    await settle(deps, row)


async def check(deps: Deps, actor: StaffActor, standing: Standing, commitment_id: UUID, given: CheckIn) -> None:
    """Staff have looked whether a standard is kept. Raises what `report` raises."""
    row = await who.one(deps, standing, commitment_id)
    who.require(allowed=await who.may_report(actor, standing, row))
    who.require_running(row)
    if row.kind is not CommitmentKind.STANDARD:
        raise InvalidFieldsError.at("met", "这一项不是服务标准，请登记履行情况。")
    problems = _too_many(deps, given.file_ids) + await case_files.take(actor, standing, given.file_ids)
    if problems:
        raise InvalidFieldsError(fields=tuple(problems))
    made = _new(deps, actor, row, given)
    made.is_met = given.met
    await made.save(force_create=True)
    data = {"report_id": str(made.id), "found": "达标" if given.met else "没有达标"}
    await telling.record(deps, actor, row, Entry("standard_checked", data=data))


async def answer(deps: Deps, actor: Actor, standing: Standing, place: ReportPlace, given: AnswerIn) -> None:
    """By the other side, or by the mediator or director, whose word counts; also of what has been waived or replaced
    since: money that came, came. Raises NotFoundError, RoleNotAllowedError, NothingToKeepError, ReportAnsweredError;
    InvalidFieldsError for what would be more than was promised."""
    row = await who.one(deps, standing, place.commitment_id)
    found = next((each for each in row.reports if each.id == place.report_id and each.is_met is None), None)
    if found is None:
        raise NotFoundError
    who.require(allowed=await who.is_asked(actor, standing, row, found))
    who.require_agreed(standing.dispute)
    if any(each.by_kind == actor.kind for each in found.answers):
        raise ReportAnsweredError
    who.require(allowed=who.is_awaited(actor, standing))
    _require_room(row, found, given)
    await put_answer(deps, actor, found, given)
    await settle(deps, row)
    await telling.of_answer(deps, actor, row, found, given)


async def waive(deps: Deps, actor: Actor, standing: Standing, commitment_id: UUID, reason: str) -> None:
    """By all to whom it is owed, or written down by the mediator or director with their consent.
    Raises NotFoundError, RoleNotAllowedError, NothingToKeepError, CommitmentEndedError."""
    row = await who.one(deps, standing, commitment_id)
    is_owed = isinstance(actor, ResidentActor) and await who.may_waive(deps, actor, standing, row)
    who.require(allowed=is_owed or who.may_decide(actor, standing))
    who.require_running(row)
    row.ended_as, row.ended_at = CommitmentEnd.WAIVED, deps.clock.now()
    row.end_reason_sealed = deps.keyring.seal(reason, "commitment", "end_reason", row.id)
    await row.save(update_fields=["ended_as", "ended_at", "end_reason_sealed"])
    await telling.record(deps, actor, row, Entry("commitment_waived", detail={"reason": reason}))


async def move(deps: Deps, actor: StaffActor, standing: Standing, commitment_id: UUID, given: DueDateIn) -> None:
    """By the mediator or director once both sides have agreed. Raises what `waive` raises, InvalidFieldsError."""
    row = await who.one(deps, standing, commitment_id)
    who.require(allowed=who.may_decide(actor, standing))
    who.require_running(row)
    sides = dict(await Party.filter(dispute_id=standing.dispute.id, removed_at=None).values_list("id", "side"))
    message = "这一位不是本案当事人，请重新选择。"
    wrong = [FieldProblem(f"consents.{place}", message) for place, each in enumerate(given.consents)
             if each not in sides]  # fmt: skip
    if not wrong and {sides[each] for each in given.consents} != set(Side):
        wrong = [FieldProblem("consents", "改期要申请人和被申请人双方同意，请把双方的同意都记上。")]
    if wrong:
        raise InvalidFieldsError(fields=tuple(wrong))
    before, row.due_on = row.due_on, given.due_on
    await row.save(update_fields=["due_on"])
    data = {"before": before.isoformat(), "before_text": date_text(before), "due_text": date_text(row.due_on),
            "consents": [str(each) for each in given.consents]}  # fmt: skip
    await telling.record(deps, actor, row, Entry("commitment_moved", data=data, detail={"reason": given.reason}))


async def urge(deps: Deps, actor: Actor, standing: Standing, commitment_id: UUID) -> None:
    """By who it is owed to, or by staff of the center: once a day, whoever it was. Raises NotFoundError,
    RoleNotAllowedError, NothingToKeepError, CommitmentEndedError, UrgedTodayError."""
    row = await who.one(deps, standing, commitment_id)
    who.require(allowed=await who.may_report(actor, standing, row) and not who.is_debtor(standing, row))
    who.require_running(row)
    day, falls_due = today(deps.clock), deps.calendar.roll_to_workday(row.due_on)
    notes = UrgingNote.filter(commitment_id=row.id, by_id__isnull=False, rule=f"by_hand_{day}")
    if await notes.exists():
        raise UrgedTodayError
    note = UrgingNote(
        id=uuid7(),
        commitment_id=row.id,
        rule=f"by_hand_{day}",
        due_on=row.due_on,
        by_id=actor.id,
        at=deps.clock.now(),
    )
    await note.save(force_create=True)
    due_text = date_text(falls_due)
    await telling.record(deps, actor, row, Entry("commitment_urged", data={"due_text": due_text}))
    debtors = await telling.residents_of(row.dispute_id, [row.debtor_id] if row.debtor_id else [])
    kind = "commitment_overdue" if day > falls_due else "commitment_due"
    await telling.notify(deps, row, kind, debtors - {actor.id}, due_text)


async def write(deps: Deps, actor: Actor, row: Commitment, given: ReportIn) -> FulfilmentReport:
    """Whoever calls has checked what it says, and settles the commitment."""
    made = _new(deps, actor, row, given)
    made.amount_fen = given.amount_fen
    made.completes = given.completes and row.kind is not CommitmentKind.PAYMENT
    await made.save(force_create=True)
    return made


async def settle(deps: Deps, row: Commitment) -> None:
    """It ends with what completes it, and is open again when that no longer counts, or replaced where a later agreement
    has taken effect meanwhile. Needs its case."""
    if row.ended_as in (None, CommitmentEnd.FULFILLED):
        reports = await FulfilmentReport.filter(commitment_id=row.id).prefetch_related("answers")
        is_complete = states.kept(row, reports).is_complete
        if is_complete is not (row.ended_as is CommitmentEnd.FULFILLED):
            row.ended_as = CommitmentEnd.FULFILLED if is_complete else await _left_open(row)
            row.ended_at = deps.clock.now() if row.ended_as else None
            await row.save(update_fields=["ended_as", "ended_at"])
    if row.ended_as is CommitmentEnd.REPLACED:
        await sums.restate(row.dispute)


async def _left_open(row: Commitment) -> CommitmentEnd | None:
    is_superseded = await Agreement.exists(id=row.agreement_id, status=AgreementStatus.SUPERSEDED)
    return CommitmentEnd.REPLACED if is_superseded else None


def _new(deps: Deps, actor: Actor, row: Commitment, given: ReportIn | CheckIn) -> FulfilmentReport:
    made = FulfilmentReport(
        id=uuid7(),
        commitment_id=row.id,
        completes=False,
        done_on=given.done_on,
        file_ids=[str(each) for each in dict.fromkeys(given.file_ids)],
        reporter_kind=actor.kind,
        reporter_id=actor.id,
        reported_at=deps.clock.now(),
    )
    if given.text is not None:
        made.text_sealed = deps.keyring.seal(given.text, "fulfilment_report", "text", made.id)
    return made


async def put_answer(deps: Deps, actor: Actor, found: FulfilmentReport, given: AnswerIn) -> None:
    """Whoever calls has checked that it may be said, and settles the commitment."""
    row = ReportAnswer(
        id=uuid7(),
        report_id=found.id,
        kind=ReportAnswerKind(given.answer),
        by_kind=actor.kind,
        by_id=actor.id,
        at=deps.clock.now(),
    )
    if given.reason is not None:
        row.reason_sealed = deps.keyring.seal(given.reason, "report_answer", "reason", row.id)
    await row.save(force_create=True)


def _wrong_in(row: Commitment, given: ReportIn) -> list[FieldProblem]:
    if row.kind is not CommitmentKind.PAYMENT:
        amount = [FieldProblem("amount_fen", "这一项不是付款，不用填写金额。")] if given.amount_fen else []
        return amount + ([] if given.text else [FieldProblem("text", "请写明做了什么。")])
    if given.amount_fen is None:
        return [FieldProblem("amount_fen", "请填写付了多少。")]
    left = states.kept(row, row.reports).left_fen(row.amount_fen)
    return [] if given.amount_fen <= left else [FieldProblem("amount_fen", _above(left))]


def _require_room(row: Commitment, found: FulfilmentReport, given: AnswerIn) -> None:
    """What was disputed made room for others, which may have come meanwhile."""
    if given.answer == "disputed" or states.verdict(found) != "disputed" or not found.amount_fen:
        return
    left = states.kept(row, row.reports).left_fen(row.amount_fen)
    if found.amount_fen > left:
        raise InvalidFieldsError.at("answer", _above(left))


def _above(left: int) -> str:
    return f"超过约定的金额，这一项最多还可以登记{money_text(left)}，请核对。"


def _too_many(deps: Deps, file_ids: Sequence[UUID]) -> list[FieldProblem]:
    most = deps.catalog.commitments.files
    return [FieldProblem("file_ids", f"一次最多{most}个文件。")] if len(file_ids) > most else []
