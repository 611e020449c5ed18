"""议定事项: what was decided has an owner and a date, and is followed until it is solved with its proof."""

from datetime import date
from typing import ClassVar, Literal
from uuid import UUID

from pydantic import ValidationInfo, field_validator
from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from backend.accounts.actors import Actor, StaffActor
from backend.core import clock, identity
from backend.core.deps import Deps
from backend.core.errors import HejieError, InvalidFieldsError, NotFoundError, RoleNotAllowedError
from backend.core.schema import In, Moment, Out, Text, deps_of, problem
from backend.core.wording import date_text
from backend.disputes import party_rows
from backend.disputes.history import Entry
from backend.mediation import access, acts, running, sharing, steering, tasks, telling
from backend.mediation.access import Standing
from backend.mediation.assemblies import SharesIn
from backend.mediation.sharing import Item, ShareTo
from models import (
    Assembly,
    CaseMember,
    Dispute,
    Matter,
    MatterOwner,
    MatterStatus,
    MatterUpdate,
    MemberKind,
    MemberStatus,
    Motion,
    Party,
    PartyKind,
)
from models.base import uuid7

_MAY_OWN = (MemberKind.ASSISTING, MemberKind.INVITED)


class MatterSolvedError(HejieError):
    code: ClassVar[str] = "matter_solved"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "这件事项已经解决，不能再改。有新的情况请另列一项。"


class MatterIn(In):
    """`owner_id` is a member's or a party's; the center needs none."""

    title: Text
    owner_kind: MatterOwner
    owner_id: UUID | None = None
    due_on: date
    assembly_id: UUID | None = None
    motion_id: UUID | None = None
    followers: bool = False
    """Whether followers see it too."""

    @field_validator("due_on")
    @classmethod
    def is_to_come(cls, value: date, info: ValidationInfo) -> date:
        if value < clock.today(deps_of(info).clock):
            raise problem("完成日期不能早于今天，请检查后重填。")
        return value


class ProgressIn(In):
    text: Text


class MatterUpdateOut(Out):
    at: Moment
    status: str
    text: str


class MatterOut(Out):
    id: str
    title: str
    owner_kind: str
    owner_id: str
    owner_text: str
    due_on: date
    due_text: str
    light: Literal["green", "yellow", "red", "none"]
    status: str
    solved_at: Moment | None
    assembly_id: str | None
    motion_id: str | None
    updates: list[MatterUpdateOut]


class MattersOut(Out):
    open: int
    solved: int
    items: list[MatterOut]


async def add(deps: Deps, actor: StaffActor, dispute_id: UUID, fields: MatterIn) -> Standing:
    """Raises NotFoundError, RoleNotAllowedError, MediationNotOpenError, InvalidFieldsError."""
    standing = await steering.by_lead(actor, dispute_id)
    owner_id = await _owner_id(standing.dispute, fields)
    assembly_id = await _decided_in(standing.dispute, fields)
    row = Matter(
        id=uuid7(),
        dispute_id=dispute_id,
        assembly_id=assembly_id,
        motion_id=fields.motion_id,
        owner_kind=fields.owner_kind,
        owner_id=owner_id,
        due_on=fields.due_on,
        status=MatterStatus.OPEN,
        created_at=deps.clock.now(),
    )
    row.title_sealed = deps.keyring.seal(fields.title, "matter", "title", row.id)
    await row.save(force_create=True)
    data = {"matter_id": str(row.id), "due_text": date_text(row.due_on)}
    await telling.record(
        deps, standing.dispute, actor, Entry("matter_added", data=data, detail={"title": fields.title})
    )
    if fields.followers:
        await sharing.show(deps, actor, standing, Item("matter", row.id), [ShareTo(kind="followers")])
    return standing


async def update(
    deps: Deps, actor: Actor, dispute_id: UUID, matter_id: UUID, text: str, *, solves: bool = False
) -> Standing:
    """By the center, or by whose matter it is. Of what solves it, `text` is the proof.
    Raises NotFoundError, RoleNotAllowedError, MediationNotOpenError, MatterSolvedError."""
    standing = await acts.standing(actor, dispute_id, lock=True)
    row = await _readable(deps, standing).get_or_none(id=matter_id)
    if row is None:
        raise NotFoundError
    of_center = isinstance(actor, StaffActor) and steering.is_of_center(actor, standing)
    if row.owner_id not in _owning(standing) and not of_center:
        raise RoleNotAllowedError
    running.require_open(standing.dispute)
    if row.status is MatterStatus.SOLVED:
        raise MatterSolvedError
    if solves:
        row.status, row.solved_at = MatterStatus.SOLVED, deps.clock.now()
        await row.save(update_fields=["status", "solved_at"])
    entry = MatterUpdate(id=uuid7(), matter_id=row.id, status=row.status, actor_id=actor.id, at=deps.clock.now())
    entry.text_sealed = deps.keyring.seal(text, "matter_update", "text", entry.id)
    await entry.save(force_create=True)
    title = deps.keyring.open(row.title_sealed, "matter", "title", row.id)
    kind, data = "matter_solved" if solves else "matter_updated", {"matter_id": str(row.id)}
    await telling.record(deps, standing.dispute, actor, Entry(kind, data=data, detail={"title": title, "text": text}))
    return standing


async def share(deps: Deps, actor: StaffActor, dispute_id: UUID, matter_id: UUID, fields: SharesIn) -> None:
    """Raises NotFoundError, RoleNotAllowedError, MediationNotOpenError, InvalidFieldsError."""
    standing = await steering.by_lead(actor, dispute_id)
    if not await Matter.filter(id=matter_id, dispute_id=dispute_id).exists():
        raise NotFoundError
    await sharing.show(deps, actor, standing, Item("matter", matter_id), fields.to)


async def of_case(deps: Deps, standing: Standing) -> MattersOut:
    """Raises NotFoundError."""
    rows = await _readable(deps, standing).order_by("id").limit(500).prefetch_related("updates")
    owners = await _owners(deps, standing.dispute)
    solved = sum(row.status is MatterStatus.SOLVED for row in rows)
    items = [_out(deps, row, owners.get(row.owner_id, "")) for row in rows]
    return MattersOut(open=len(rows) - solved, solved=solved, items=items)


def _readable(deps: Deps, standing: Standing) -> QuerySet[Matter]:
    own = Q(owner_id__in=_owning(standing))
    return access.readable(deps, standing, "matter", Matter.filter(dispute_id=standing.dispute.id), own)


def _owning(standing: Standing) -> list[UUID]:
    """As whom the reader has matters."""
    return [*standing.party_ids, *([standing.member.id] if standing.member else [])]


async def _owner_id(dispute: Dispute, fields: MatterIn) -> UUID:
    if fields.owner_kind is MatterOwner.CENTER:
        return dispute.center_id
    known = (
        CaseMember.filter(dispute_id=dispute.id, status=MemberStatus.ACCEPTED, kind__in=_MAY_OWN)
        if fields.owner_kind is MatterOwner.MEMBER
        else Party.filter(dispute_id=dispute.id, removed_at=None, left_at=None)
    )
    if fields.owner_id is None or not await known.filter(id=fields.owner_id).exists():
        raise InvalidFieldsError.at("owner_id", "请选择由谁负责：本案的协助单位、受邀人员或者当事人。")
    return fields.owner_id


async def _decided_in(dispute: Dispute, fields: MatterIn) -> UUID | None:
    """What a vote is named for must have been carried."""
    if fields.motion_id is not None:
        motion = await Motion.get_or_none(id=fields.motion_id, dispute_id=dispute.id)
        if motion is None or not (motion.result or {}).get("carried"):
            raise InvalidFieldsError.at("motion_id", "这项表决没有通过，或者还没有结束，不能作为依据。")
        return motion.assembly_id
    known = Assembly.filter(id=fields.assembly_id, dispute_id=dispute.id)
    if fields.assembly_id is not None and not await known.exists():
        raise InvalidFieldsError.at("assembly_id", "没有这次共商会，请重新选择。")
    return fields.assembly_id


async def _owners(deps: Deps, dispute: Dispute) -> dict[UUID, str]:
    """Persons are masked: more people read a matter than know them."""
    found = {dispute.center_id: dispute.center.name}
    for member in await CaseMember.filter(dispute_id=dispute.id).select_related("organization"):
        organization = member.organization if member.organization_id else None
        found[member.id] = organization.name if organization else deps.catalog.joint.part_text(member.part)
    for party in await Party.filter(dispute_id=dispute.id):
        name: str = party_rows.opened(deps, party)["name"]
        found[party.id] = name if party.kind is PartyKind.ORGANIZATION else identity.mask_name(name)
    return found


def _out(deps: Deps, row: Matter, owner: str) -> MatterOut:
    return MatterOut(
        id=str(row.id),
        title=deps.keyring.open(row.title_sealed, "matter", "title", row.id),
        owner_kind=row.owner_kind,
        owner_id=str(row.owner_id),
        owner_text=owner,
        due_on=row.due_on,
        due_text=date_text(row.due_on),
        light=tasks.light(deps, row.due_on, done=row.status is MatterStatus.SOLVED),
        status=row.status,
        solved_at=row.solved_at,
        assembly_id=str(row.assembly_id) if row.assembly_id else None,
        motion_id=str(row.motion_id) if row.motion_id else None,
        updates=[
            MatterUpdateOut(
                at=each.at,
                status=each.status,
                text=deps.keyring.open(each.text_sealed, "matter_update", "text", each.id),
            )
            for each in sorted(row.updates, key=lambda each: each.id)
        ],
    )
