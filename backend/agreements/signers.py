"""Who may put a name in a party's place: the party itself, for a minor nobody but the guardian, for an organization or
an absent party whoever has the authority on record."""

from backend.accounts.actors import ResidentActor
from backend.agreements.errors import AuthorityNeededError, GuardianSignsError
from backend.core.deps import Deps
from backend.disputes import representation
from models import Party, PartyKind, Representation, Resident, SignerRole


async def by_phone(deps: Deps, actor: ResidentActor, party: Party) -> tuple[SignerRole, Representation | None]:
    """Raises GuardianSignsError, AuthorityNeededError."""
    if party.resident_id == actor.id and party.kind is PartyKind.PERSON and not party.is_minor:
        return SignerRole.PARTY, None
    account = await Resident.get(id=actor.id)
    found = await Representation.filter(party_id=party.id, ended_at=None).order_by("-id")
    mine = [row for row in found if row.resident_id == actor.id or row.phone_hash in {account.phone_hash} - {None}]
    others = Party.filter(dispute_id=party.dispute_id, resident_id=actor.id, removed_at=None)
    if await others.exclude(side=party.side).exists():
        mine = []
    for row in mine:
        role = representation.signing_role(deps.catalog, party, row)
        if role is not None:
            return role, row
    raise GuardianSignsError if party.is_minor else AuthorityNeededError
