"""What is done for enterprises: visits, law talks, screenings and their findings, plans by quarter."""

from typing import ClassVar
from uuid import UUID

from backend.accounts.actors import StaffActor
from backend.core.deps import Deps
from backend.core.errors import FieldProblem, HejieError, InvalidFieldsError, NotFoundError
from backend.enterprises import roster
from backend.enterprises.schemas import CompletionIn, FindingIn, FollowUpIn, PlanIn, ScreeningIn, TalkIn, VisitIn
from models import (
    Enterprise,
    EnterpriseVisit,
    FindingFollowUp,
    LawTalk,
    LawTalkGuest,
    LegalPlan,
    LegalPlanItem,
    RiskFinding,
    RiskScreening,
)
from models.base import uuid7


class PlanExistsError(HejieError):
    code: ClassVar[str] = "plan_exists"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "这家企业这个季度已经有方案了。"


class AlreadyDoneError(HejieError):
    code: ClassVar[str] = "already_done"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "这一项已经办结，请刷新后查看。"


async def visit(deps: Deps, actor: StaffActor, enterprise_id: UUID, fields: VisitIn) -> None:
    """Raises NotFoundError, RoleNotAllowedError, EnterpriseLeftError."""
    enterprise, visit_id = await roster.to_serve(actor, enterprise_id), uuid7()
    sealed = deps.keyring.seal(fields.summary, "enterprise_visit", "summary", visit_id)
    row = EnterpriseVisit(id=visit_id, enterprise_id=enterprise.id, on=fields.on, summary_sealed=sealed, by_id=actor.id)
    await row.save(force_create=True)


async def talk(deps: Deps, actor: StaffActor, fields: TalkIn) -> LawTalk:
    """Raises NotFoundError, RoleNotAllowedError, InvalidFieldsError."""
    reach = await roster.within_reach(actor)
    roster.require_keeper(actor)
    station_id = await roster.station_of(deps, actor, fields.station_id)
    guests = list(dict.fromkeys(fields.enterprise_ids))
    known = set(await Enterprise.filter(reach, id__in=guests, left_at=None).values_list("id", flat=True))
    message = "这家企业不在名册中，请重新选择。"
    strangers = [FieldProblem(f"enterprise_ids.{place}", message)
                 for place, guest in enumerate(fields.enterprise_ids) if guest not in known]  # fmt: skip
    if strangers:
        raise InvalidFieldsError(fields=tuple(strangers))
    row = LawTalk(
        station_id=station_id, on=fields.on, topic=fields.topic, participants=fields.participants, by_id=actor.id
    )
    await row.save(force_create=True)
    await LawTalkGuest.bulk_create(LawTalkGuest(talk_id=row.id, enterprise_id=guest) for guest in guests)
    return row


async def screen(deps: Deps, actor: StaffActor, enterprise_id: UUID, fields: ScreeningIn) -> None:
    """Raises NotFoundError, RoleNotAllowedError, EnterpriseLeftError, InvalidFieldsError."""
    enterprise = await roster.to_serve(actor, enterprise_id)
    early = [FieldProblem(f"findings.{place}.follow_up_on", "回访日期不能早于体检日期。")
             for place, finding in enumerate(fields.findings) if finding.follow_up_on < fields.on]  # fmt: skip
    if early:
        raise InvalidFieldsError(fields=tuple(early))
    row = RiskScreening(enterprise_id=enterprise.id, on=fields.on, by_id=actor.id)
    await row.save(force_create=True)
    await RiskFinding.bulk_create(_finding(deps, row, finding) for finding in fields.findings)


async def follow_up(deps: Deps, actor: StaffActor, finding_id: UUID, fields: FollowUpIn) -> RiskFinding:
    """Until it is done. Raises NotFoundError, RoleNotAllowedError, InvalidFieldsError, AlreadyDoneError."""
    finding = await RiskFinding.filter(id=finding_id).select_for_update().first()
    if finding is None:
        raise NotFoundError
    screening = await RiskScreening.get(id=finding.screening_id)
    _ = await roster.one(actor, screening.enterprise_id)
    roster.require_keeper(actor)
    if finding.done_on is not None:
        raise AlreadyDoneError
    if fields.on < screening.on:
        raise InvalidFieldsError.at("on", "回访日期不能早于体检日期。")
    note_id = uuid7()
    sealed = deps.keyring.seal(fields.text, "finding_follow_up", "text", note_id)
    note = FindingFollowUp(id=note_id, finding_id=finding.id, on=fields.on, text_sealed=sealed, by_id=actor.id)
    await note.save(force_create=True)
    finding.done_on = fields.on if fields.is_done else None
    finding.follow_up_on = fields.next_on or finding.follow_up_on
    await finding.save(update_fields=["done_on", "follow_up_on"])
    return finding


async def plan(deps: Deps, actor: StaffActor, enterprise_id: UUID, fields: PlanIn) -> None:
    """Raises NotFoundError, RoleNotAllowedError, EnterpriseLeftError, PlanExistsError."""
    enterprise = await roster.to_serve(actor, enterprise_id)
    row = LegalPlan(
        id=uuid7(), enterprise_id=enterprise.id, quarter=fields.quarter, by_id=actor.id, created_at=deps.clock.now()
    )
    await LegalPlan.bulk_create([row], ignore_conflicts=True)
    if not await LegalPlan.filter(id=row.id).exists():
        raise PlanExistsError
    items = []
    for item in fields.items:
        item_id = uuid7()
        sealed = deps.keyring.seal(item.text, "legal_plan_item", "text", item_id)
        items.append(LegalPlanItem(id=item_id, plan_id=row.id, text_sealed=sealed, due_on=item.due_on))
    await LegalPlanItem.bulk_create(items)


async def complete(deps: Deps, actor: StaffActor, item_id: UUID, fields: CompletionIn) -> LegalPlan:
    """Of a plan. Raises NotFoundError, RoleNotAllowedError, AlreadyDoneError."""
    item = await LegalPlanItem.filter(id=item_id).select_for_update().first()
    if item is None:
        raise NotFoundError
    row = await LegalPlan.get(id=item.plan_id)
    _ = await roster.one(actor, row.enterprise_id)
    roster.require_keeper(actor)
    if item.done_on is not None:
        raise AlreadyDoneError
    item.done_on = fields.on
    item.outcome_sealed = deps.keyring.seal(fields.outcome, "legal_plan_item", "outcome", item.id)
    await item.save(update_fields=["done_on", "outcome_sealed"])
    return row


def _finding(deps: Deps, screening: RiskScreening, fields: FindingIn) -> RiskFinding:
    finding_id = uuid7()
    return RiskFinding(
        id=finding_id,
        screening_id=screening.id,
        risk=fields.risk,
        text_sealed=deps.keyring.seal(fields.text, "risk_finding", "text", finding_id),
        advice_sealed=deps.keyring.seal(fields.advice, "risk_finding", "advice", finding_id),
        follow_up_on=fields.follow_up_on,
    )
