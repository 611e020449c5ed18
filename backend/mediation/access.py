"""What somebody is in one case, and what of its mediation they may read: the only door to everything in this room."""

from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from tortoise.expressions import Q, Subquery
from tortoise.models import Model
from tortoise.queryset import QuerySet

from backend.accounts.actors import ResidentActor, StaffActor
from backend.core.deps import Deps
from backend.core.errors import NotFoundError, RoleNotAllowedError
from backend.core.mediation_rules import StandingKind
from backend.disputes import queries
from models import CaseMember, Dispute, MemberKind, MemberStatus, Party, Representation, Role, Share, ShareWith

_OF_MEMBER = {
    MemberKind.ASSISTING: StandingKind.ASSISTING,
    MemberKind.EXPERT: StandingKind.EXPERT,
    MemberKind.FOLLOWER: StandingKind.FOLLOWER,
    MemberKind.INVITED: StandingKind.INVITED,
}
_Item = TypeVar("_Item", bound=Model)


@dataclass(frozen=True, slots=True)
class Standing:
    kind: StandingKind
    dispute: Dispute
    party_ids: frozenset[UUID] = frozenset()
    """Whom a party's phone speaks for: itself, or who is represented."""
    member: CaseMember | None = None
    reads_only: bool = False
    """Staff of a center to which the case is offered: they read it as the city does, masked."""


async def of_resident(actor: ResidentActor, dispute_id: UUID, *, lock: bool = False) -> Standing:
    """As a party, for a party, or as a member who has accepted. Raises NotFoundError."""
    try:
        dispute = await queries.for_resident(actor, dispute_id, lock=lock)
    except NotFoundError:
        return await _as_member(Q(resident_id=actor.id), dispute_id, lock=lock)
    return Standing(StandingKind.PARTY, dispute, await parties_of(actor, dispute.id))


async def of_colleague(actor: StaffActor, dispute_id: UUID, *, lock: bool = False) -> Standing:
    """As staff of the case's center, of the city, or as a member who has accepted. Raises NotFoundError."""
    if not actor.is_associate:
        try:
            dispute = await queries.for_staff(actor, dispute_id, lock=lock)
        except NotFoundError:
            if actor.organization_id is None:
                raise
        else:
            offered = actor.center_id not in (None, dispute.center_id)
            kind = StandingKind.SUPERVISOR if offered else _of_staff(actor, dispute)
            return Standing(kind, dispute, reads_only=offered)
    return await _as_member(memberships_of(actor), dispute_id, lock=lock)


async def parties_of(actor: ResidentActor, dispute_id: UUID) -> frozenset[UUID]:
    """Of one case: the parties that this phone speaks for."""
    own = await Party.filter(dispute_id=dispute_id, resident_id=actor.id, removed_at=None).only("id")
    acting = await Representation.filter(dispute_id=dispute_id, resident_id=actor.id, ended_at=None).only("party_id")
    return frozenset([*(party.id for party in own), *(row.party_id for row in acting)])


def require(standing: Standing, *kinds: StandingKind) -> None:
    """Raises RoleNotAllowedError: the case may be seen, the step is somebody else's."""
    if standing.kind not in kinds or standing.reads_only:
        raise RoleNotAllowedError


def readable(
    deps: Deps, standing: Standing, resource: str, items: QuerySet[_Item], own: Q | None = None
) -> QuerySet[_Item]:
    """Those of `items`, all of this case, that the table lets them read. `own`: in which they take part themselves.
    Raises NotFoundError where the whole kind does not exist to them."""
    reach = deps.catalog.mediation.reach(standing.kind, resource)
    if reach is None:
        raise NotFoundError
    if reach == "all":
        return items
    shares = Share.filter(_addressed(standing), dispute_id=standing.dispute.id, resource=resource)
    shown = Q(id__in=Subquery(shares.values("item_id")))
    return items.filter(shown | own if reach == "own" and own is not None else shown)


def _addressed(standing: Standing) -> Q:
    if standing.member is None:
        return Q(to_kind=ShareWith.PARTY, to_id__in=standing.party_ids)
    to_them = Q(to_kind=ShareWith.MEMBER, to_id=standing.member.id)
    if standing.kind is StandingKind.FOLLOWER:
        to_them |= Q(to_kind=ShareWith.FOLLOWERS, to_id=standing.dispute.id)
    return to_them


async def _as_member(mine: Q, dispute_id: UUID, *, lock: bool) -> Standing:
    """The membership is read behind the case's lock: it may have ended while we waited."""
    memberships = CaseMember.filter(mine, dispute_id=dispute_id, status=MemberStatus.ACCEPTED).order_by("id")
    member = await memberships.first()
    if member is None:
        raise NotFoundError
    dispute = await queries.beside(member, lock=lock)
    if lock and not await memberships.filter(id=member.id).exists():
        raise NotFoundError
    return Standing(_OF_MEMBER[member.kind], dispute, member=member)


def memberships_of(actor: StaffActor) -> Q:
    """An expert takes part in person, whoever acts for an organization through it."""
    if actor.role is Role.EXPERT:
        return Q(staff_id=actor.id)
    return Q(organization_id=actor.organization_id, organization_id__isnull=False, staff_id__isnull=True)


def _of_staff(actor: StaffActor, dispute: Dispute) -> StandingKind:
    if actor.role is Role.SUPERVISOR:
        return StandingKind.SUPERVISOR
    return StandingKind.MEDIATOR if dispute.mediator_id == actor.id else StandingKind.CENTER
