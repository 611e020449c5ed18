"""The list of who takes part, as far as each reader may know it."""

from collections import defaultdict
from uuid import UUID

from backend.core import identity
from backend.core.deps import Deps
from backend.core.mediation_rules import StandingKind
from backend.core.schema import Moment, Out, Page
from backend.mediation import access
from backend.mediation.access import Standing
from models import CaseMember, Dispute, InvitedConsent, MemberKind, Party

_OF_CASE = (StandingKind.MEDIATOR, StandingKind.CENTER)
_READ_NAMES = (*_OF_CASE, StandingKind.PARTY)


class MemberOrganization(Out):
    id: str
    name: str


class MemberOut(Out):
    id: str
    kind: str
    status: str
    organization: MemberOrganization | None
    name: str | None
    """Of a person; masked for whoever is neither of the case's center nor a party."""
    part: str
    part_text: str
    invited_at: Moment
    answered_at: Moment | None
    ended_at: Moment | None
    asked: str | None
    reason: str | None
    """`asked` and `reason` are for the center, and the organization itself."""
    waits_for: list[str]
    """Of an invited person: the parties that have not agreed yet."""


async def of_case(deps: Deps, standing: Standing) -> Page[MemberOut]:
    """Followers are known to the center alone. Raises NotFoundError."""
    members = access.readable(deps, standing, "member", CaseMember.filter(dispute_id=standing.dispute.id))
    if standing.kind not in _OF_CASE:
        members = members.exclude(kind=MemberKind.FOLLOWER)
    found = await members.order_by("id").select_related("organization", "staff")
    waiting = await _waiting(standing.dispute, found)
    return Page[MemberOut](items=[_out(deps, standing, each, waiting[each.id]) for each in found])


async def missing(dispute: Dispute, member_id: UUID) -> list[UUID]:
    """The parties that have not agreed to an invited person."""
    parties = await Party.filter(dispute_id=dispute.id, removed_at=None, left_at=None).only("id")
    agreed = {row.party_id for row in await InvitedConsent.filter(member_id=member_id, agreed=True)}
    return [party.id for party in parties if party.id not in agreed]


def opened(deps: Deps, member: CaseMember, column: str) -> str | None:
    sealed: bytes | None = getattr(member, f"{column}_sealed")
    return None if sealed is None else deps.keyring.open(sealed, "case_member", column, member.id)


async def _waiting(dispute: Dispute, members: list[CaseMember]) -> dict[UUID, list[UUID]]:
    found = defaultdict[UUID, list[UUID]](list)
    for member in members:
        if member.kind is MemberKind.INVITED:
            found[member.id] = await missing(dispute, member.id)
    return found


def _out(deps: Deps, standing: Standing, member: CaseMember, waits_for: list[UUID]) -> MemberOut:
    organization = member.organization if member.organization_id else None
    knows_why = standing.kind in _OF_CASE or (standing.member is not None and standing.member.id == member.id)
    return MemberOut(
        id=str(member.id),
        kind=member.kind,
        status=member.status,
        organization=MemberOrganization(id=str(organization.id), name=organization.name) if organization else None,
        name=_name(deps, standing, member),
        part=member.part,
        part_text=deps.catalog.joint.part_text(member.part),
        invited_at=member.invited_at,
        answered_at=member.answered_at,
        ended_at=member.ended_at,
        asked=opened(deps, member, "asked") if knows_why else None,
        reason=opened(deps, member, "reason") if knows_why else None,
        waits_for=[str(party_id) for party_id in waits_for],
    )


def _name(deps: Deps, standing: Standing, member: CaseMember) -> str | None:
    """An expert's is public: the parties choose by it."""
    if member.staff_id is not None and member.staff is not None:
        return member.staff.name
    name = opened(deps, member, "name")
    return name if name is None or standing.kind in _READ_NAMES else identity.mask_name(name)
