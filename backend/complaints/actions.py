"""投诉: what is done with a complaint. It touches no case; only the measure of another mediator does, by the action
that it always is."""

from typing import ClassVar
from uuid import UUID

from backend.accounts.actors import Actor, ResidentActor, StaffActor
from backend.casework import actions as casework
from backend.casework.schemas import Assign
from backend.complaints import queries, telling
from backend.complaints.schemas import ComplaintDecisionIn, ComplaintIn
from backend.core import codes
from backend.core.deps import Deps
from backend.core.errors import HejieError, InvalidFieldsError, NotFoundError, RoleNotAllowedError
from backend.disputes import queries as disputes
from models import (
    ActorKind,
    Center,
    Complaint,
    ComplaintAbout,
    ComplaintStatus,
    ComplaintStep,
    Dispute,
    Resident,
    Role,
    Staff,
)
from models.base import uuid7

OPEN = (ComplaintStatus.SUBMITTED, ComplaintStatus.TAKEN_UP)
_NUMBER_LENGTH = 10


class AlreadyComplainedError(HejieError):
    code: ClassVar[str] = "already_complained"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "您就同一件事的投诉正在办理，请等待答复；要补充的话可以先撤回再重新提交。"


class ComplaintOverError(HejieError):
    code: ClassVar[str] = "complaint_over"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "这件投诉已经答复或者撤回，不能再改。请刷新后再看。"


async def complain(deps: Deps, actor: ResidentActor, given: ComplaintIn) -> Complaint:
    """Raises InvalidFieldsError for a case that is not theirs, AlreadyComplainedError."""
    dispute, center = await _about(actor, given)
    subject_id = dispute.mediator_id if dispute and given.about is ComplaintAbout.MEDIATOR else None
    if given.about is ComplaintAbout.MEDIATOR and subject_id is None:
        raise InvalidFieldsError.at("about", "这件事还没有安排调解员，可以投诉中心。")
    await _require_first(actor, given, center)
    complaint_id, now, keyring = uuid7(), deps.clock.now(), deps.keyring
    row = Complaint(
        id=complaint_id,
        number="TS" + codes.new_code(_NUMBER_LENGTH),
        resident_id=actor.id,
        about=given.about,
        dispute_id=dispute.id if dispute else None,
        center_id=center.id,
        subject_id=subject_id,
        handled_at_id=center.id if subject_id and await _has_director(center) else None,
        status=ComplaintStatus.SUBMITTED,
        hides_name=given.hides_name,
        text_sealed=keyring.seal(given.text, "complaint", "text", complaint_id),
        wish_sealed=keyring.seal(given.wish, "complaint", "wish", complaint_id) if given.wish else None,
        created_at=now,
        due_at=deps.calendar.deadline(now, deps.catalog.complaints.decide_days),
        measures=[],
    )
    await row.save(force_create=True)
    await step(deps, actor, row, "submitted")
    await telling.handlers(deps, row, "complaint_filed")
    return row


async def withdraw(deps: Deps, actor: ResidentActor, complaint_id: UUID, reason: str | None) -> Complaint:
    """Until it has been decided. Raises NotFoundError, ComplaintOverError."""
    row = await queries.own(actor, complaint_id, lock=True)
    await _end(deps, row, ComplaintStatus.WITHDRAWN)
    await step(deps, actor, row, "withdrawn", reason)
    return row


async def take_up(deps: Deps, actor: StaffActor, complaint_id: UUID) -> Complaint:
    """Whoever takes it up answers for it; a colleague may take it over. Raises NotFoundError, RoleNotAllowedError,
    ComplaintOverError."""
    row = await queries.handled(actor, complaint_id, lock=True)
    if row.status not in OPEN:
        raise ComplaintOverError
    if row.handler_id != actor.id:
        row.status, row.handler_id = ComplaintStatus.TAKEN_UP, actor.id
        await row.save(update_fields=["status", "handler_id"])
        await step(deps, actor, row, "taken_up")
        await telling.complainant(deps, row, "complaint_taken_up")
    return row


async def decide(deps: Deps, actor: StaffActor, complaint_id: UUID, given: ComplaintDecisionIn) -> Complaint:
    """Raises NotFoundError, RoleNotAllowedError, ComplaintOverError, InvalidFieldsError, and what assigning raises."""
    row = await queries.handled(actor, complaint_id, lock=True)
    row.finding, row.measures, row.handler_id = given.finding, list(given.measures), actor.id
    row.answer_sealed = deps.keyring.seal(given.answer, "complaint", "answer", row.id)
    await _end(deps, row, ComplaintStatus.DECIDED)
    await step(deps, actor, row, "decided")
    await telling.complainant(deps, row, "complaint_decided")
    if given.mediator_id is not None:
        await _replace(deps, actor, row, given.mediator_id)
    return row


async def step(deps: Deps, actor: Actor | None, row: Complaint, kind: str, reason: str | None = None) -> None:
    made = ComplaintStep(
        id=uuid7(),
        complaint_id=row.id,
        kind=kind,
        at=deps.clock.now(),
        actor_kind=actor.kind if actor else ActorKind.SYSTEM,
        actor_id=actor.id if actor else None,
    )
    if reason is not None:
        made.reason_sealed = deps.keyring.seal(reason, "complaint_step", "reason", made.id)
    await made.save(force_create=True)


async def _end(deps: Deps, row: Complaint, status: ComplaintStatus) -> None:
    if row.status not in OPEN:
        raise ComplaintOverError
    row.status, row.ended_at = status, deps.clock.now()
    await row.save(update_fields=["status", "ended_at", "finding", "measures", "handler_id", "answer_sealed"])


async def _about(actor: ResidentActor, given: ComplaintIn) -> tuple[Dispute | None, Center]:
    if given.dispute_id is not None:
        try:
            dispute = await disputes.for_resident(actor, given.dispute_id)
        except NotFoundError as error:
            raise InvalidFieldsError.at("dispute_id", "没有这件事，请从您的列表里选择。") from error
        return dispute, dispute.center
    center = await Center.get_or_none(id=given.center_id, deactivated_at=None)
    if center is None:
        raise InvalidFieldsError.at("center_id", "没有这个中心，请重新选择。")
    return None, center


async def _require_first(actor: ResidentActor, given: ComplaintIn, center: Center) -> None:
    """The lock on the resident makes check and insert one step."""
    await Resident.filter(id=actor.id).select_for_update().only("id").first()
    same = Complaint.filter(resident_id=actor.id, about=given.about, center_id=center.id, dispute_id=given.dispute_id)
    if await same.filter(status__in=list(OPEN)).exists():
        raise AlreadyComplainedError


async def _has_director(center: Center) -> bool:
    return await Staff.filter(role=Role.DIRECTOR, center_id=center.id, is_active=True).exists()


async def _replace(deps: Deps, actor: StaffActor, row: Complaint, mediator_id: UUID) -> None:
    """By the action that it always is; its history says nothing of the complaint."""
    dispute = await disputes.for_staff(actor, row.dispute_id, lock=True) if row.dispute_id else None
    if dispute is None or dispute.mediator_id is None or dispute.mediator_id != row.subject_id:
        raise InvalidFieldsError.at("measures", "这件事已经不由被投诉的调解员办理，不用更换。")
    if mediator_id == row.subject_id:
        raise InvalidFieldsError.at("mediator_id", "请选择另一位调解员。")
    fields = Assign.model_validate({"version": dispute.version, "mediator_id": mediator_id}, context=deps)
    try:
        _ = await casework.perform(deps, actor, dispute.id, "assign", fields)
    except RoleNotAllowedError as error:
        raise InvalidFieldsError.at("measures", "更换调解员由案件所在的中心办理，请通知中心主任。") from error
