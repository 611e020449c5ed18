"""Who takes part beside the parties: organizations are asked to assist, persons are invited, and both end again."""

from typing import Annotated, ClassVar, Literal, Self
from uuid import UUID

from pydantic import Field, ValidationInfo, model_validator
from tortoise.queryset import QuerySet

from backend.accounts.actors import StaffActor
from backend.core.deps import Deps
from backend.core.errors import FieldProblem, HejieError, InvalidFieldsError, NotFoundError
from backend.core.schema import Code, In, Line, Text, deps_of, problems
from backend.disputes import history, party_rows, queries
from backend.disputes.history import Entry
from backend.mediation import access, related, steering
from backend.mediation.access import Standing
from models import Audience, CaseMember, Dispute, MemberKind, MemberStatus, Organization, Role, Staff
from models.base import uuid7

LIVE = (MemberStatus.INVITED, MemberStatus.ACCEPTED)
_LEFT = {
    MemberKind.ASSISTING: "organization_left",
    MemberKind.INVITED: "person_left",
    MemberKind.FOLLOWER: "follower_left",
    MemberKind.EXPERT: "expert_left",
}


class AlreadyAskedError(HejieError):
    code: ClassVar[str] = "already_asked"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "这个单位已经被邀请或者已经在参加，不需要再邀请。"


class MemberEndedError(HejieError):
    code: ClassVar[str] = "member_ended"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "这位参加人已经谢绝或者退出，请刷新后再看。"


class MemberIn(In):
    """`assisting`: an organization; `invited`: a person by name, whom every party must agree to."""

    kind: Literal["assisting", "invited"]
    organization_id: UUID | None = None
    name: Annotated[Line, Field(max_length=50)] | None = None
    part: Code
    asked: Text | None = None
    """What is asked of them: read before they decide, so without the parties' names."""

    @model_validator(mode="after")
    def says_who(self, info: ValidationInfo) -> Self:
        rules = deps_of(info).catalog.joint
        is_assisting = self.kind == "assisting"
        found = []
        if is_assisting and self.organization_id is None:
            found.append(FieldProblem("organization_id", "请选择要邀请的单位。"))
        if is_assisting and self.asked is None:
            found.append(FieldProblem("asked", "请写明请这个单位做什么。"))
        if not is_assisting and self.name is None:
            found.append(FieldProblem("name", "请填写要邀请的人的姓名。"))
        if self.part not in (rules.assisting_parts if is_assisting else rules.invited_parts):
            found.append(FieldProblem("part", "没有这个选项，请重新选择。"))
        if found:
            raise problems(found)
        return self


async def invite(deps: Deps, actor: StaffActor, dispute_id: UUID, fields: MemberIn) -> Standing:
    """Raises NotFoundError, RoleNotAllowedError, MediationNotOpenError, AlreadyAskedError, InvalidFieldsError."""
    standing = await steering.by_lead(actor, dispute_id)
    dispute = standing.dispute
    await _refuse_names(deps, dispute, fields)
    member = CaseMember(
        id=uuid7(),
        dispute_id=dispute.id,
        kind=MemberKind(fields.kind),
        status=MemberStatus.INVITED,
        part=fields.part,
        invited_by_id=actor.id,
        invited_at=deps.clock.now(),
    )
    if fields.asked is not None:
        member.asked_sealed = deps.keyring.seal(fields.asked, "case_member", "asked", member.id)
    data = {"part": fields.part, "part_text": deps.catalog.joint.part_text(fields.part), "member_id": str(member.id)}
    if fields.organization_id is not None and fields.kind == "assisting":
        organization = await _able_organization(deps, dispute, fields.organization_id)
        member.organization_id = organization.id
        entry = Entry("organization_asked", Audience.STAFF, data | {"organization": organization.name})
        deps.touched.update(map(str, await _associates(organization).values_list("id", flat=True)))
    else:
        member.name_sealed = deps.keyring.seal(fields.name or "", "case_member", "name", member.id)
        entry = Entry("person_proposed", data=data)
    await member.save(force_create=True)
    await history.record(deps, dispute, actor, entry)
    return standing


async def end(deps: Deps, actor: StaffActor, dispute_id: UUID, member_id: UUID, reason: str) -> Standing:
    """By the lead, or by whoever takes part. Raises NotFoundError, RoleNotAllowedError, MemberEndedError."""
    standing = await access.of_colleague(actor, dispute_id, lock=True)
    own = standing.member is not None and standing.member.id == member_id
    if not own:
        steering.require_lead(actor, standing)
    found = CaseMember.filter(id=member_id, dispute_id=dispute_id)
    member = await found.select_related("organization", "staff").first()
    if member is None:
        raise NotFoundError
    if member.status not in LIVE:
        raise MemberEndedError
    member.status, member.ended_at = MemberStatus.ENDED, deps.clock.now()
    member.reason_sealed = deps.keyring.seal(reason, "case_member", "reason", member.id)
    await member.save(update_fields=["status", "ended_at", "reason_sealed"])
    audience = Audience.STAFF if member.kind is MemberKind.FOLLOWER else Audience.PARTIES
    await history.record(deps, standing.dispute, actor, Entry(_LEFT[member.kind], audience, data_of(deps, member)))
    return standing


async def is_assisting(dispute: Dispute, organization: Organization) -> bool:
    """Or has been asked to and not yet answered."""
    asked = CaseMember.filter(dispute_id=dispute.id, organization_id=organization.id, status__in=LIVE)
    return await asked.filter(kind=MemberKind.ASSISTING).exists()


async def one_of(dispute: Dispute, member_id: UUID, kind: MemberKind) -> CaseMember:
    """Of a case that the caller holds. Raises NotFoundError."""
    found = await CaseMember.filter(id=member_id, dispute_id=dispute.id, kind=kind).first()
    if found is None:
        raise NotFoundError
    return found


def data_of(deps: Deps, member: CaseMember) -> dict[str, str]:
    """Words of the record. The organization, or of an expert the account, must have been read with it."""
    known = {"member_id": str(member.id), "part_text": deps.catalog.joint.part_text(member.part)}
    if member.organization_id and member.organization:
        known["organization"] = member.organization.name
    if member.staff_id and member.staff:
        known["expert"] = member.staff.name
    return known


async def _able_organization(deps: Deps, dispute: Dispute, organization_id: UUID) -> Organization:
    """Raises AlreadyAskedError, InvalidFieldsError for one that leads, is a party, or has nobody to answer."""
    organization = await Organization.get_or_none(id=organization_id, deactivated_at=None)
    if organization is None:
        raise InvalidFieldsError.at("organization_id", "没有这个单位，请重新选择。")
    if organization.id == dispute.organization_id:
        raise InvalidFieldsError.at("organization_id", "这个单位正在主持本件调解，不能再作为协助单位。")
    await related.refuse_party(deps, organization, await queries.parties(dispute.id))
    if await is_assisting(dispute, organization):
        raise AlreadyAskedError
    if not await _associates(organization).exists():
        raise InvalidFieldsError.at("organization_id", "这个单位还没有联络员账号，请先请系统管理员开通。")
    return organization


async def _refuse_names(deps: Deps, dispute: Dispute, fields: MemberIn) -> None:
    """What is read before accepting names nobody. Raises InvalidFieldsError."""
    names = [party_rows.opened(deps, party)["name"] for party in await queries.parties(dispute.id)]
    if fields.asked is not None and any(name in fields.asked for name in names):
        raise InvalidFieldsError.at("asked", "接受邀请之前不能让对方知道当事人是谁，请去掉当事人的名称。")


def _associates(organization: Organization) -> QuerySet[Staff]:
    return Staff.filter(organization_id=organization.id, role=Role.ORGANIZATION, is_active=True)
