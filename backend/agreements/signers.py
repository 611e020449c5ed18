"""Who may put a name in a party's place: the party itself, for a minor nobody but the guardian, for an organization or
an absent party whoever has the authority on record."""

from typing import Literal

from backend.accounts.actors import ResidentActor
from backend.agreements.errors import AuthorityNeededError, GuardianSignsError
from backend.core.deps import Deps
from models import Party, PartyKind, Representation, Resident, SignerRole

Acting = Literal[SignerRole.GUARDIAN, SignerRole.REPRESENTATIVE]


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
        role = role_of(deps, party, row)
        if role is not None:
            return role, row
    raise GuardianSignsError if party.is_minor else AuthorityNeededError


def role_of(deps: Deps, party: Party, row: Representation) -> Acting | None:
    """In which role this representation lets somebody sign; None: in none."""
    for role, rule in deps.catalog.agreements.signers.items():
        if party.is_minor and role is not SignerRole.GUARDIAN:
            continue
        if row.kind in rule.kinds and row.scope in rule.scopes and _has_paper(deps, row):
            return role
    return None


def _has_paper(deps: Deps, row: Representation) -> bool:
    return row.document_sealed is not None or deps.catalog.representation_kinds[row.kind].document is None
