"""A resident who is no party: joins one case by its code or by the roll, sees what is shared, leaves again."""

from typing import ClassVar
from uuid import UUID

from tortoise.expressions import Q

from backend.accounts.actors import ResidentActor
from backend.core import identity
from backend.core.deps import Deps
from backend.core.errors import HejieError, NotFoundError
from backend.core.schema import Moment, Out, Page
from backend.disputes import history, queries
from backend.disputes.history import Entry
from backend.mediation import access, invited_persons, member_tokens, member_views, roll, running
from backend.mediation.member_tokens import JoinIn, TokenRefusedError
from models import (
    Audience,
    CaseMember,
    Dispute,
    Household,
    MemberInvitation,
    MemberKind,
    MemberStatus,
    Resident,
    Status,
)
from models.base import uuid7

_ENDED = (Status.NOT_AGREED, Status.CLOSED, Status.REFUSED, Status.WITHDRAWN)


class AlreadyTakingPartError(HejieError):
    code: ClassVar[str] = "already_taking_part"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "您已经在这件事里了，不需要再加入。"


class MembershipOut(Out):
    id: str
    dispute_id: str
    kind: str
    center: str
    category_text: str
    status_text: str
    since: Moment
    households: list[str]
    """Own ones on the roll, by their labels."""


async def join(deps: Deps, actor: ResidentActor, fields: JoinIn) -> Dispute:
    """Raises TokenRefusedError, MediationNotOpenError, AlreadyTakingPartError, ConsentsMissingError."""
    dispute, token = await member_tokens.opened_by(deps, fields.token)
    running.require_open(dispute)
    if token.member_id is None:
        await _link_households(actor, dispute.id)
        await _follow(deps, actor, dispute, fields.name)
    else:
        await _join_as_named(deps, actor, dispute, token, fields.name)
    return dispute


async def join_by_roll(deps: Deps, actor: ResidentActor) -> int:
    """Every open case whose roll has the phone that WeChat vouches for; how many were joined."""
    phone = (await Resident.get(id=actor.id)).phone_hash
    if phone is None:
        return 0
    unclaimed = Household.filter(phone_hash=phone, resident_id__isnull=True).order_by("dispute_id")
    home_by_case = {home.dispute_id: home for home in await unclaimed.exclude(dispute__status__in=_ENDED)}
    for home in home_by_case.values():
        dispute = await queries.on_the_roll_of(home)
        await _link_households(actor, dispute.id)
        if not await _takes_part(actor, dispute):
            await _follow(deps, actor, dispute, None)
    return len(home_by_case)


async def leave(deps: Deps, actor: ResidentActor, dispute_id: UUID) -> None:
    """At any time. Raises NotFoundError."""
    member = await CaseMember.get_or_none(_mine(actor), dispute_id=dispute_id)
    if member is None:
        raise NotFoundError
    dispute = await queries.beside(member, lock=True)
    still_in = CaseMember.filter(id=member.id, status=MemberStatus.ACCEPTED)
    if not await still_in.update(status=MemberStatus.ENDED, ended_at=deps.clock.now()):
        raise NotFoundError
    await Household.filter(dispute_id=dispute.id, resident_id=actor.id).update(resident_id=None)
    follows = member.kind is MemberKind.FOLLOWER
    kind, audience = ("follower_left", Audience.STAFF) if follows else ("person_left", Audience.PARTIES)
    data = {"member_id": str(member.id), "part_text": deps.catalog.joint.part_text(member.part)}
    await history.record(deps, dispute, actor, Entry(kind, audience, data))


async def mine(deps: Deps, actor: ResidentActor) -> Page[MembershipOut]:
    rows = await CaseMember.filter(_mine(actor)).order_by("-id").limit(100).select_related("dispute__center")
    homes = await Household.filter(resident_id=actor.id).order_by("id")
    return Page[MembershipOut](items=[_out(deps, row, homes) for row in rows])


async def _join_as_named(
    deps: Deps, actor: ResidentActor, dispute: Dispute, token: MemberInvitation, name: str | None
) -> None:
    assert token.member_id is not None, "followers' codes name nobody"
    member = await invited_persons.wanted(dispute, token.member_id)
    known = member_views.opened(deps, member, "name") or ""
    if name is None or identity.normalize_name(name) != identity.normalize_name(known):
        raise TokenRefusedError
    if await _takes_part(actor, dispute):
        raise AlreadyTakingPartError
    member.resident_id, token.used_at = actor.id, deps.clock.now()
    await token.save(update_fields=["used_at"])
    await invited_persons.let_in(deps, actor, dispute, member)


async def _follow(deps: Deps, actor: ResidentActor, dispute: Dispute, name: str | None) -> None:
    if await _takes_part(actor, dispute):
        raise AlreadyTakingPartError
    now = deps.clock.now()
    member = CaseMember(
        id=uuid7(),
        dispute_id=dispute.id,
        kind=MemberKind.FOLLOWER,
        status=MemberStatus.ACCEPTED,
        resident_id=actor.id,
        invited_by_id=actor.id,
        invited_at=now,
        answered_at=now,
    )
    if name is not None:
        member.name_sealed = deps.keyring.seal(name, "case_member", "name", member.id)
    await member.save(force_create=True)
    data = {"member_id": str(member.id)}
    await history.record(deps, dispute, actor, Entry("follower_joined", Audience.STAFF, data))


async def _takes_part(actor: ResidentActor, dispute: Dispute) -> bool:
    if await queries.is_involved(actor.id, dispute) or await access.parties_of(actor, dispute.id):
        return True
    return await CaseMember.filter(_mine(actor), dispute_id=dispute.id).exists()


async def _link_households(actor: ResidentActor, dispute_id: UUID) -> None:
    """The phone is the one that WeChat vouches for; a home that another owner holds already stays theirs."""
    phone = (await Resident.get(id=actor.id)).phone_hash
    if phone is not None:
        homes = Household.filter(dispute_id=dispute_id, phone_hash=phone, resident_id__isnull=True)
        await homes.update(resident_id=actor.id)


def _mine(actor: ResidentActor) -> Q:
    return Q(resident_id=actor.id, status=MemberStatus.ACCEPTED)


def _out(deps: Deps, member: CaseMember, homes: list[Household]) -> MembershipOut:
    dispute = member.dispute
    category = deps.catalog.category_by_code.get(dispute.category)
    return MembershipOut(
        id=str(member.id),
        dispute_id=str(dispute.id),
        kind=member.kind,
        center=dispute.center.name,
        category_text=category.name if category else dispute.category,
        status_text=deps.catalog.statuses[dispute.status].text,
        since=member.answered_at or member.invited_at,
        households=[roll.label(deps, each) for each in homes if each.dispute_id == dispute.id],
    )
