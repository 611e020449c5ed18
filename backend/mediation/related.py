"""Who is too close to a party to mediate its case, to assist with it or to advise on it."""

from collections.abc import Sequence
from uuid import UUID

from tortoise.expressions import Subquery

from backend.accounts.actors import StaffActor
from backend.core import identity
from backend.core.deps import Deps
from backend.core.errors import InvalidFieldsError
from backend.disputes import queries
from models import CaseMember, CommitteeSeat, Dispute, MemberStatus, Organization, Party, Resident, Staff


async def is_a_party(deps: Deps, member: Staff, parties: Sequence[Party]) -> bool:
    """The same identity number, the same phone and name, or a resident who is. Of whom neither number is known, a
    namesake is taken for the party."""
    name_hash = _named(deps, member.name)
    own = [each for each in (member.phone_hash, member.id_number_hash) if each]
    if not own:
        return any(party.name_hash == name_hash for party in parties)
    joined = Resident.filter(id__in=[party.resident_id for party in parties if party.resident_id])
    accounts = {each.id for each in await joined if each.phone_hash in own or each.id_number_hash in own}
    return any(
        party.id_number_hash in own
        or (party.phone_hash in own and party.name_hash == name_hash)
        or party.resident_id in accounts
        for party in parties
    )


async def is_of_a_party(deps: Deps, expert: Staff, parties: Sequence[Party]) -> bool:
    """Is one, or belongs to an organization that is. `expert.organization` must have been read."""
    if expert.organization is not None and is_party(deps, expert.organization, parties):
        return True
    return await is_a_party(deps, expert, parties)


async def is_barred(deps: Deps, actor: StaffActor, dispute: Dispute) -> bool:
    """An expert who answers, as the case stands now."""
    expert = await Staff.get(id=actor.id).select_related("organization")
    return await is_of_a_party(deps, expert, await queries.parties(dispute.id))


def is_party(deps: Deps, organization: Organization, parties: Sequence[Party]) -> bool:
    """The same unified social credit code, however it is typed, or the same name."""
    name_hash, code = _named(deps, organization.name), identity.credit_code_in(organization.registration_number)
    return any(party.name_hash == name_hash or (code and _code_of(deps, party) == code) for party in parties)


async def refuse_party(deps: Deps, organization: Organization, parties: Sequence[Party]) -> None:
    """Nor who sits in a joint committee that is one. Raises InvalidFieldsError at `organization_id`."""
    for body in (organization, *await _bodies_of(organization.id)):
        if is_party(deps, body, parties):
            message = "这个单位或者它的成员单位是本案当事人，不能主持或者协助调解，请另选。"
            raise InvalidFieldsError.at("organization_id", message)


async def helps_already(deps: Deps, dispute: Dispute, party: Party) -> bool:
    """Whether somebody of the case cannot become this party: the organization that leads, those that assist or have
    been asked to, experts and where they belong."""
    live = CaseMember.filter(dispute_id=dispute.id, status__in=(MemberStatus.INVITED, MemberStatus.ACCEPTED))
    members = await live.select_related("organization", "staff__organization")
    bodies = [member.organization for member in members if member.organization_id and member.organization]
    if dispute.organization_id is not None and dispute.organization is not None:
        bodies += [dispute.organization, *await _bodies_of(dispute.organization_id)]
    if any(is_party(deps, body, [party]) for body in bodies):
        return True
    experts = [member.staff for member in members if member.staff_id and member.staff]
    return any([await is_of_a_party(deps, expert, [party]) for expert in experts])


async def _bodies_of(organization_id: UUID) -> list[Organization]:
    """Of a joint committee, as it sits now; of anybody else none."""
    seats = CommitteeSeat.filter(committee__organization_id=organization_id, until=None)
    return await Organization.filter(id__in=Subquery(seats.values("organization_id")))


def _code_of(deps: Deps, party: Party) -> str | None:
    sealed = party.credit_code_sealed
    return None if sealed is None else deps.keyring.open(sealed, "party", "credit_code", party.id)


def _named(deps: Deps, name: str) -> str:
    return deps.keyring.keyed_hash("name", identity.searchable("name", name))
