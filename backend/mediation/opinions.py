"""What experts write: in versions, until one is final."""

from collections import defaultdict
from collections.abc import Sequence
from hashlib import sha256
from typing import ClassVar
from uuid import UUID

from backend.accounts.actors import StaffActor
from backend.core.deps import Deps
from backend.core.errors import HejieError
from backend.core.mediation_rules import StandingKind
from backend.disputes import queries
from backend.disputes.history import Entry
from backend.mediation import access, consultations, telling
from backend.mediation.access import Standing
from backend.mediation.consultation_schemas import (
    AskedOut,
    ConsultationOut,
    ConsultedExpertOut,
    OpinionIn,
    OpinionOut,
)
from backend.mediation.rooms import STAFF
from backend.mediation.running import require_not_over
from models import (
    Audience,
    Consultation,
    ConsultationMaterial,
    ConsultedExpert,
    Opinion,
)
from models.base import uuid7


class OpinionFinalError(HejieError):
    code: ClassVar[str] = "opinion_final"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "最终意见已经提交并固定，不能再改。如需补充，请联系发出邀请的中心另行提问。"


async def write(deps: Deps, actor: StaffActor, standing: Standing, consultation_id: UUID, given: OpinionIn) -> None:
    """By an expert who has accepted. The last final one answers the question. Raises NotFoundError,
    RoleNotAllowedError, MediationNotOpenError, OpinionFinalError."""
    asked = await consultations.one(deps, standing, consultation_id)
    access.require(standing, StandingKind.EXPERT)
    require_not_over(standing.dispute)
    mine = await ConsultedExpert.get(consultation_id=asked.id, member_id=standing.member and standing.member.id)
    last = await Opinion.filter(expert_id=mine.id).order_by("-version").first()
    if last is not None and last.is_final:
        raise OpinionFinalError
    row = Opinion(
        id=uuid7(),
        expert_id=mine.id,
        version=last.version + 1 if last else 1,
        is_final=given.final,
        sha256=sha256(given.text.encode()).hexdigest(),
        at=deps.clock.now(),
    )
    row.text_sealed = deps.keyring.seal(given.text, "opinion", "text", row.id)
    await row.save(force_create=True)
    if given.final:
        await consultations.settle(deps, asked)
        data = {"consultation_id": str(asked.id), "sha256": row.sha256}
        await telling.record(deps, standing.dispute, actor, Entry("opinion_given", Audience.STAFF, data))


async def of_case(deps: Deps, standing: Standing) -> list[ConsultationOut]:
    """In the order of asking. Raises NotFoundError."""
    return await _shown(deps, standing, await consultations.readable(deps, standing).order_by("id"))


async def one(deps: Deps, standing: Standing, consultation_id: UUID) -> ConsultationOut:
    """Raises NotFoundError."""
    return (await _shown(deps, standing, [await consultations.one(deps, standing, consultation_id)]))[0]


async def asked_of(deps: Deps, actor: StaffActor) -> list[AskedOut]:
    """Every question that the expert was asked, the latest first."""
    mine = ConsultedExpert.filter(member__staff_id=actor.id).order_by("-id").limit(100)
    found = await mine.select_related("consultation__dispute__center")
    return [await _asked(deps, each) for each in found]


async def _shown(deps: Deps, standing: Standing, asked: Sequence[Consultation]) -> list[ConsultationOut]:
    ids = [each.id for each in asked]
    experts: dict[UUID, list[ConsultedExpert]] = defaultdict(list)
    found = ConsultedExpert.filter(consultation_id__in=ids).order_by("id")
    for expert in await found.select_related("member__staff").prefetch_related("opinions"):
        experts[expert.consultation_id].append(expert)
    items: dict[UUID, list[str]] = defaultdict(list)
    for row in await ConsultationMaterial.filter(consultation_id__in=ids).order_by("id"):
        items[row.consultation_id].append(str(row.item_id))
    return [_out(deps, standing, each, experts[each.id], items[each.id]) for each in asked]


def _out(
    deps: Deps, standing: Standing, asked: Consultation, experts: list[ConsultedExpert], items: list[str]
) -> ConsultationOut:
    """An expert reads what the own part is, parties and others what was given in the end."""
    is_staff, member = standing.kind in STAFF, standing.member
    is_expert = standing.kind is StandingKind.EXPERT
    seen = experts
    if is_expert:
        seen = [each for each in experts if member is not None and each.member_id == member.id]
    elif not is_staff:
        seen = [each for each in experts if any(opinion.is_final for opinion in each.opinions)]
    return ConsultationOut(
        id=str(asked.id),
        question=deps.keyring.open(asked.question_sealed, "consultation", "question", asked.id),
        asked_at=asked.asked_at,
        due_at=asked.due_at,
        light=consultations.light(asked, deps.clock.now()),
        status=asked.status,
        answered_at=asked.answered_at,
        item_ids=items if is_staff or is_expert else [],
        experts=[_expert(deps, each, is_staff=is_staff, is_own=is_expert) for each in seen],
    )


def _expert(deps: Deps, expert: ConsultedExpert, *, is_staff: bool, is_own: bool) -> ConsultedExpertOut:
    reason = expert.reason_sealed if is_staff or is_own else None
    written = sorted(expert.opinions, key=lambda opinion: opinion.version)
    return ConsultedExpertOut(
        member_id=str(expert.member_id),
        name=expert.member.staff.name if expert.member.staff else "",
        answer=expert.answer,
        reason=deps.keyring.open(reason, "consulted_expert", "reason", expert.id) if reason else None,
        opinions=[_opinion(deps, each) for each in written if each.is_final or is_own],
    )


def _opinion(deps: Deps, row: Opinion) -> OpinionOut:
    return OpinionOut(
        version=row.version,
        text=deps.keyring.open(row.text_sealed, "opinion", "text", row.id),
        is_final=row.is_final,
        sha256=row.sha256,
        at=row.at,
    )


async def _asked(deps: Deps, mine: ConsultedExpert) -> AskedOut:
    asked, dispute = mine.consultation, mine.consultation.dispute
    parties = await queries.parties(dispute.id) if mine.answer in consultations.OPEN else []
    category = deps.catalog.category_by_code.get(dispute.category)
    return AskedOut(
        id=str(asked.id),
        dispute_id=str(dispute.id),
        center=dispute.center.name,
        category_name=category.name if category else dispute.category,
        parties=[deps.keyring.open(each.name_sealed, "party", "name", each.id) for each in parties],
        answer=mine.answer,
        asked_at=asked.asked_at,
        due_at=asked.due_at,
        light=consultations.light(asked, deps.clock.now()),
    )
