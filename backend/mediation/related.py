"""Who is too close to a party to mediate its case or to advise on it."""

from collections.abc import Sequence

from backend.core import identity
from backend.core.deps import Deps
from models import Party, Resident, Staff


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
    if expert.organization is not None:
        name_hash = _named(deps, expert.organization.name)
        if any(party.name_hash == name_hash for party in parties):
            return True
    return await is_a_party(deps, expert, parties)


def _named(deps: Deps, name: str) -> str:
    return deps.keyring.keyed_hash("name", identity.searchable("name", name))
