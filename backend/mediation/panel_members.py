"""What an expert says to a seat on a panel, and how the panel stands for who may read it."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from pydantic import ValidationInfo, model_validator

from backend.accounts.actors import StaffActor
from backend.core.deps import Deps
from backend.core.errors import FieldProblem, HejieError, InvalidFieldsError, NotFoundError
from backend.core.mediation_rules import StandingKind
from backend.core.schema import Code, In, Moment, Out, Text, deps_of, problems
from backend.disputes import history, queries
from backend.disputes.history import Entry
from backend.mediation import commercial, related
from backend.mediation.access import Standing
from backend.mediation.panel import PART
from models import (
    Audience,
    CaseMember,
    Dispute,
    MemberKind,
    MemberStatus,
    Panel,
    PanelCandidate,
    PanelChoice,
    Preference,
)


class AlreadyAnsweredError(HejieError):
    code: ClassVar[str] = "already_answered"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "您已经答复过这次邀请。情况有变化请联系调解员。"


class SeatAnswerIn(In):
    accept: bool
    no_conflict: bool = False
    """States to have no relation to a party and no interest in the matter."""
    undertaking_version: Code | None = None
    reason: Text | None = None

    @model_validator(mode="after")
    def is_complete(self, info: ValidationInfo) -> "SeatAnswerIn":
        wording, found = deps_of(info).catalog.commercial.undertaking, []
        if self.accept and not self.no_conflict:
            found.append(FieldProblem("no_conflict", "与当事人或者本件有关系的，请不要接受，并写明原因。"))
        if self.accept and self.undertaking_version != wording.version:
            found.append(FieldProblem("undertaking_version", "请先阅读最新的保密承诺书并确认。"))
        if not self.accept and self.reason is None:
            found.append(FieldProblem("reason", "请写一句不能参加的原因，方便调解员另请专家。"))
        if found:
            raise problems(found)
        return self


class SeatOut(Out):
    """What an expert reads before answering: nothing of the parties' stories."""

    dispute_id: str
    status: str
    category_text: str
    parties: list[str]
    """Names, for the conflict check."""
    undertaking_version: str
    undertaking_text: str


class CandidateOut(Out):
    expert_id: str
    name: str
    organization: str | None
    field: str
    field_text: str
    status: str | None
    """As a member: invited, accepted, declined; None = not asked."""
    preference: str | None
    """What the reading party said; None to everybody else, and where it said nothing."""


class PanelOut(Out):
    seats: int
    choose_by: date
    formed_at: Moment | None
    candidates: list[CandidateOut]
    answered: int
    """How many parties have chosen."""


async def seat(deps: Deps, actor: StaffActor, dispute_id: UUID) -> SeatOut:
    """Raises NotFoundError."""
    member = await _own(actor, dispute_id)
    dispute = await queries.beside(member)
    names = [
        deps.keyring.open(each.name_sealed, "party", "name", each.id) for each in await queries.parties(dispute_id)
    ]
    is_open = member.status in (MemberStatus.INVITED, MemberStatus.ACCEPTED)
    wording = deps.catalog.commercial.undertaking
    return SeatOut(
        dispute_id=str(dispute.id),
        status=member.status,
        category_text=deps.catalog.category_by_code[dispute.category].name,
        parties=names if is_open else [],
        undertaking_version=wording.version,
        undertaking_text=wording.text,
    )


async def answer(deps: Deps, actor: StaffActor, dispute_id: UUID, fields: SeatAnswerIn) -> SeatOut:
    """Taking a seat promises silence in the same act. Who is related to a party is not let in, whatever they say.
    Raises NotFoundError, AlreadyAnsweredError, InvalidFieldsError."""
    dispute = await queries.beside(await _own(actor, dispute_id), lock=True)
    member = await _own(actor, dispute_id)  # again, behind the lock
    if member.status is not MemberStatus.INVITED:
        raise AlreadyAnsweredError
    if fields.accept and await related.is_barred(deps, actor, dispute):
        raise InvalidFieldsError.at("no_conflict", "您是当事人，或者是当事人单位的人，请不要接受，并写明原因。")
    member.status = MemberStatus.ACCEPTED if fields.accept else MemberStatus.DECLINED
    member.answered_at = deps.clock.now()
    if fields.reason is not None:
        member.reason_sealed = deps.keyring.seal(fields.reason, "case_member", "reason", member.id)
    await member.save(update_fields=["status", "answered_at", "reason_sealed"])
    if fields.accept:
        await commercial.promised(deps, actor, dispute, {actor.id}, way="desk")
    kind = "panelist_accepted" if fields.accept else "panelist_declined"
    audience = Audience.PARTIES if fields.accept else Audience.STAFF
    await history.record(deps, dispute, actor, Entry(kind, audience, {"expert": actor.name}))
    return await seat(deps, actor, dispute_id)


async def page(deps: Deps, standing: Standing, reader: UUID) -> PanelOut:
    """Raises NotFoundError where there is none, or none of theirs."""
    panel = await Panel.get_or_none(dispute_id=standing.dispute.id)
    reach = deps.catalog.mediation.reach(standing.kind, "panel")
    if panel is None or reach is None:
        raise NotFoundError
    candidates = PanelCandidate.filter(panel_id=panel.id).select_related("expert", "expert__organization")
    rows = await candidates.order_by("id")
    if reach != "all":
        rows = [row for row in rows if row.expert_id == reader]
    members = await _members(standing.dispute)
    choices = await PanelChoice.filter(candidate_id__in=[row.id for row in rows])
    own: dict[UUID, Preference] = {}
    if standing.kind is StandingKind.PARTY:
        own = {row.candidate_id: row.preference for row in choices if row.party_id in standing.party_ids}
    return PanelOut(
        seats=panel.seats,
        choose_by=panel.choose_by,
        formed_at=panel.formed_at,
        candidates=[_candidate(deps, row, members, own) for row in rows],
        answered=len({row.party_id for row in choices}),
    )


def _candidate(
    deps: Deps, row: PanelCandidate, members: dict[UUID | None, CaseMember], own: dict[UUID, Preference]
) -> CandidateOut:
    expert, member = row.expert, members.get(row.expert_id)
    return CandidateOut(
        expert_id=str(expert.id),
        name=expert.name,
        organization=expert.organization.name if expert.organization else None,
        field=row.field,
        field_text=deps.catalog.commercial.fields.get(row.field, row.field),
        status=member.status if member else None,
        preference=own.get(row.id),
    )


async def _own(actor: StaffActor, dispute_id: UUID) -> CaseMember:
    """The latest seat that was offered. Raises NotFoundError."""
    member = await CaseMember.filter(dispute_id=dispute_id, staff_id=actor.id, part=PART).order_by("-id").first()
    if member is None:
        raise NotFoundError
    return member


async def _members(dispute: Dispute) -> dict[UUID | None, CaseMember]:
    rows = await CaseMember.filter(dispute_id=dispute.id, kind=MemberKind.EXPERT, part=PART).order_by("id")
    return {row.staff_id: row for row in rows}
