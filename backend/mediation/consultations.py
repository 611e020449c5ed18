"""云会诊: a question to experts, who say that they have no conflict before they read anything."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from tortoise.expressions import Q, Subquery
from tortoise.queryset import QuerySet

from backend.accounts.actors import StaffActor
from backend.core.clock import local
from backend.core.deps import Deps
from backend.core.errors import FieldProblem, HejieError, InvalidFieldsError, NotFoundError
from backend.core.mediation_rules import StandingKind
from backend.core.wording import date_text
from backend.disputes import queries
from backend.disputes.history import Entry
from backend.mediation import access, related, sharing, telling
from backend.mediation.access import Standing
from backend.mediation.consultation_schemas import ConsultationIn, ExpertAnswerIn
from backend.mediation.rooms import STAFF
from backend.mediation.running import require_not_over
from backend.mediation.sharing import Item, ShareTo
from models import (
    Audience,
    CaseMember,
    Consultation,
    ConsultationMaterial,
    ConsultationStatus,
    ConsultedExpert,
    Dispute,
    EvidenceItem,
    ExpertAnswer,
    MemberKind,
    MemberStatus,
    Opinion,
    Role,
    Staff,
)
from models.base import uuid7

RESOURCE = "consultation"
_TAKING_PART = (MemberStatus.INVITED, MemberStatus.ACCEPTED)
OPEN = (ExpertAnswer.INVITED, ExpertAnswer.ACCEPTED)
_SAME = "与当事人是同一人或者同一单位"


class AnsweredError(HejieError):
    code: ClassVar[str] = "already_answered"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "这个邀请已经答复过了，如需变更请联系发出邀请的中心。"


class NoOpinionYetError(HejieError):
    code: ClassVar[str] = "no_opinion_yet"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "还没有专家给出最终意见，请等专家提交后再向当事人出示。"


def readable(deps: Deps, standing: Standing) -> QuerySet[Consultation]:
    """Raises NotFoundError where consultations do not exist to them."""
    own = None
    if standing.kind is StandingKind.EXPERT and standing.member is not None:
        mine = ConsultedExpert.filter(member_id=standing.member.id, answer=ExpertAnswer.ACCEPTED)
        own = Q(id__in=Subquery(mine.values("consultation_id")))
    return access.readable(deps, standing, RESOURCE, Consultation.filter(dispute_id=standing.dispute.id), own)


async def one(deps: Deps, standing: Standing, consultation_id: UUID) -> Consultation:
    """Raises NotFoundError."""
    found = await readable(deps, standing).filter(id=consultation_id).first()
    if found is None:
        raise NotFoundError
    return found


async def ask(deps: Deps, actor: StaffActor, standing: Standing, given: ConsultationIn) -> Consultation:
    """Raises RoleNotAllowedError, MediationNotOpenError, InvalidFieldsError at `expert_ids`, `item_ids`."""
    access.require(standing, *STAFF)
    require_not_over(standing.dispute)
    await _check(standing, given)
    now, rules = deps.clock.now(), deps.catalog.consultation
    days = given.working_days or rules.working_days
    asked = Consultation(
        id=uuid7(),
        dispute_id=standing.dispute.id,
        asked_by_id=actor.id,
        asked_at=now,
        due_at=deps.calendar.deadline(now, days),
        yellow_at=deps.calendar.deadline(now, max(days - rules.yellow_working_days, 0)),
        status=ConsultationStatus.ASKED,
    )
    asked.question_sealed = deps.keyring.seal(given.question, "consultation", "question", asked.id)
    await asked.save(force_create=True)
    for expert_id in dict.fromkeys(given.expert_ids):
        member = await _member(deps, actor, standing.dispute, expert_id)
        await ConsultedExpert(
            id=uuid7(), consultation_id=asked.id, member_id=member.id, answer=ExpertAnswer.INVITED
        ).save(force_create=True)
    await _keep(asked, given.item_ids)
    data = {"consultation_id": str(asked.id), "count": len(set(given.expert_ids)),
            "due_text": date_text(local(asked.due_at).date())}  # fmt: skip
    await telling.record(deps, standing.dispute, actor, Entry("consultation_asked", Audience.STAFF, data))
    deps.touched.update(str(each) for each in given.expert_ids)
    return asked


async def answer(deps: Deps, actor: StaffActor, consultation_id: UUID, given: ExpertAnswerIn) -> None:
    """Who is related to a party is not let in, whatever they say; the answer on record says why. Raises NotFoundError,
    AnsweredError, MediationNotOpenError."""
    mine = await _asked(actor, consultation_id)
    dispute = await queries.beside(mine.member, lock=True)
    mine = await _asked(actor, consultation_id)
    require_not_over(dispute)
    if mine.answer is not ExpertAnswer.INVITED:
        raise AnsweredError
    said, reason = ExpertAnswer(given.answer), given.reason
    if said is ExpertAnswer.ACCEPTED and await related.is_barred(deps, actor, dispute):
        said, reason = ExpertAnswer.CONFLICT, _SAME
    mine.answer, mine.answered_at = said, deps.clock.now()
    if reason is not None:
        mine.reason_sealed = deps.keyring.seal(reason, "consulted_expert", "reason", mine.id)
    await mine.save(update_fields=["answer", "answered_at", "reason_sealed"])
    await _settle_member(deps, mine.member, said)
    await settle(deps, await Consultation.get(id=consultation_id))
    if said is ExpertAnswer.ACCEPTED:
        items = await ConsultationMaterial.filter(consultation_id=consultation_id).values_list("item_id", flat=True)
        standing = Standing(StandingKind.EXPERT, dispute, member=mine.member)
        await _show_materials(deps, actor, standing, [UUID(str(each)) for each in items], [mine.member_id])
    detail = {"reason": reason} if reason else {}
    data = {"consultation_id": str(consultation_id), "answer": said, "answer_text": _ANSWERS[said]}
    await telling.record(deps, dispute, actor, Entry("consultation_answered", Audience.STAFF, data, detail))


async def settle(deps: Deps, asked: Consultation) -> None:
    """Answered, once nobody is left who might still give an opinion, and somebody has."""
    experts = await ConsultedExpert.filter(consultation_id=asked.id, answer__in=OPEN)
    final = Opinion.filter(expert_id__in=[each.id for each in experts], is_final=True)
    if experts and await final.count() == len(experts):
        asked.status, asked.answered_at = ConsultationStatus.ANSWERED, deps.clock.now()
        await asked.save(update_fields=["status", "answered_at"])


_ANSWERS = {ExpertAnswer.ACCEPTED: "接受", ExpertAnswer.DECLINED: "谢绝", ExpertAnswer.CONFLICT: "需要回避，不参加"}


async def add_materials(
    deps: Deps, actor: StaffActor, standing: Standing, consultation_id: UUID, item_ids: Collection[UUID]
) -> None:
    """Those who have accepted read them at once. Raises NotFoundError, RoleNotAllowedError, MediationNotOpenError,
    InvalidFieldsError at `item_ids`."""
    asked = await one(deps, standing, consultation_id)
    access.require(standing, *STAFF)
    require_not_over(standing.dispute)
    wrong = await _unknown_items(standing, item_ids)
    if wrong:
        raise InvalidFieldsError(fields=tuple(wrong))
    await _keep(asked, item_ids)
    accepted = ConsultedExpert.filter(consultation_id=asked.id, answer=ExpertAnswer.ACCEPTED)
    members = [UUID(str(each)) for each in await accepted.values_list("member_id", flat=True)]
    await _show_materials(deps, actor, standing, item_ids, members)


async def show(
    deps: Deps, actor: StaffActor, standing: Standing, consultation_id: UUID, to: tuple[ShareTo, ...]
) -> None:
    """The question with the final opinions. Raises NotFoundError, RoleNotAllowedError, MediationNotOpenError,
    NoOpinionYetError, InvalidFieldsError at `to`."""
    asked = await one(deps, standing, consultation_id)
    access.require(standing, *STAFF)
    require_not_over(standing.dispute)
    if not await Opinion.filter(expert__consultation_id=asked.id, is_final=True).exists():
        raise NoOpinionYetError
    await sharing.show(deps, actor, standing, Item(RESOURCE, asked.id), to)
    parties = [each.id for each in to if each.kind == "party" and each.id]
    if parties:
        data = {"consultation_id": str(asked.id)}
        await telling.tell_parties(deps, standing.dispute, actor, parties, "consultation_shown", data=data)


def light(asked: Consultation, now: datetime) -> str:
    """As it stands, or stood when it was answered."""
    at = asked.answered_at or now
    return "red" if at > asked.due_at else "yellow" if at > asked.yellow_at else "green"


async def _check(standing: Standing, given: ConsultationIn) -> None:
    known = set(
        await Staff.filter(id__in=given.expert_ids, role=Role.EXPERT, is_active=True).values_list("id", flat=True)
    )
    refused = ConsultedExpert.filter(member__dispute_id=standing.dispute.id, answer=ExpertAnswer.CONFLICT)
    conflicted = set(await refused.values_list("member__staff_id", flat=True))
    found = [
        FieldProblem(f"expert_ids.{place}", "没有这位专家，请重新选择。")
        for place, each in enumerate(given.expert_ids)
        if each not in known
    ]
    found += [
        FieldProblem(f"expert_ids.{place}", "这位专家在本案中需要回避，请另选一位。")
        for place, each in enumerate(given.expert_ids)
        if each in conflicted
    ]
    found += await _unknown_items(standing, given.item_ids)
    if found:
        raise InvalidFieldsError(fields=tuple(found))


async def _unknown_items(standing: Standing, item_ids: Iterable[UUID]) -> list[FieldProblem]:
    known = set(await EvidenceItem.filter(dispute_id=standing.dispute.id).values_list("id", flat=True))
    return [
        FieldProblem(f"item_ids.{place}", "本案没有这份证据，请重新选择。")
        for place, each in enumerate(item_ids)
        if each not in known
    ]


async def _member(deps: Deps, actor: StaffActor, dispute: Dispute, expert_id: UUID) -> CaseMember:
    """Asked a second time, they are the same member."""
    mine = CaseMember.filter(dispute_id=dispute.id, kind=MemberKind.EXPERT, staff_id=expert_id)
    found = await mine.filter(status__in=_TAKING_PART).first()
    if found is None:
        found = CaseMember(
            id=uuid7(),
            dispute_id=dispute.id,
            kind=MemberKind.EXPERT,
            status=MemberStatus.INVITED,
            staff_id=expert_id,
            part="consultation",
            invited_by_id=actor.id,
            invited_at=deps.clock.now(),
        )
        await found.save(force_create=True)
    return found


async def _asked(actor: StaffActor, consultation_id: UUID) -> ConsultedExpert:
    found = ConsultedExpert.filter(consultation_id=consultation_id, member__staff_id=actor.id).select_related("member")
    mine = await found.first()
    if mine is None:
        raise NotFoundError
    return mine


async def _settle_member(deps: Deps, member: CaseMember, said: ExpertAnswer) -> None:
    """A conflict ends what there was in this case; to decline one question leaves the others."""
    now = deps.clock.now()
    before = member.status
    if said is ExpertAnswer.ACCEPTED:
        member.status = MemberStatus.ACCEPTED
    elif said is ExpertAnswer.CONFLICT and before is MemberStatus.ACCEPTED:
        member.status, member.ended_at = MemberStatus.ENDED, now
    elif before is MemberStatus.INVITED:
        member.status = MemberStatus.DECLINED
    if before is MemberStatus.INVITED:
        member.answered_at = now
    await member.save(update_fields=["status", "answered_at", "ended_at"])


async def _keep(asked: Consultation, item_ids: Iterable[UUID]) -> None:
    rows = [ConsultationMaterial(consultation_id=asked.id, item_id=each) for each in dict.fromkeys(item_ids)]
    await ConsultationMaterial.bulk_create(rows, ignore_conflicts=True)


async def _show_materials(
    deps: Deps, actor: StaffActor, standing: Standing, item_ids: Iterable[UUID], members: Collection[UUID]
) -> None:
    to = [ShareTo(kind="member", id=each) for each in members]
    for item_id in dict.fromkeys(item_ids) if to else ():
        await sharing.show(deps, actor, standing, Item("evidence", item_id), to)
