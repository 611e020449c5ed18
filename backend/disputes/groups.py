"""Who speaks for whom on a side of many. A member who has not refused is spoken for by those elected, and stays free to
say no; an outcome binds only who has confirmed it. Pure, but for `standing`."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from tortoise import connections

from backend.accounts.actors import ResidentActor
from backend.core import identity
from backend.core.catalog import Catalog
from backend.core.deps import Deps
from backend.disputes.schemas import GroupOut, MemberOut
from models import Dispute, GroupRepresentative, MemberConsent, Party, Side, Status

TO_ELECTION = 0
"""The `outcome` of a consent to those elected."""
CONFIRMABLE = (Status.AGREED, Status.FULFILLED)

SPOKEN_FOR = """(
    p.side IN (SELECT o.side FROM group_representative g JOIN party o ON o.id = g.party_id
                WHERE g.dispute_id = p.dispute_id AND g.ended_at IS NULL AND o.removed_at IS NULL AND o.left_at IS NULL)
    AND NOT EXISTS (SELECT FROM group_representative g
                     WHERE g.dispute_id = p.dispute_id AND g.party_id = p.id AND g.ended_at IS NULL)
    AND NOT EXISTS (SELECT FROM member_consent c WHERE c.party_id = p.id AND c.outcome = 0 AND NOT c.agreed))
"""
"""Of a row `p` of the table `party`."""
_SPOKEN_FOR = f"""
SELECT p.resident_id FROM party p WHERE p.dispute_id = $1 AND p.resident_id IS NOT NULL AND {SPOKEN_FOR}
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Standing:
    elected: dict[UUID, GroupRepresentative] = field(default_factory=dict)
    """By party."""
    said: dict[tuple[UUID, int], bool] = field(default_factory=dict)
    """By party and outcome."""

    def sides(self, parties: Sequence[Party]) -> set[Side]:
        """That have elected. A representative who has left speaks for nobody."""
        return {each.side for each in parties if each.id in self.elected and each.left_at is None}

    def answers_alone(self, parties: Sequence[Party], party: Party) -> bool:
        """Nobody else agrees for this party: it was elected, its side has elected nobody, or it refused them."""
        elects = party.side in self.sides(parties)
        return not elects or party.id in self.elected or not self.said.get((party.id, TO_ELECTION), True)

    def members(self, catalog: Catalog, dispute: Dispute, parties: Sequence[Party]) -> dict[UUID, MemberOut]:
        """By party, of the sides that have elected."""
        sides = self.sides(parties)
        return {each.id: self.member(catalog, dispute, each) for each in parties if each.side in sides}

    def member(self, catalog: Catalog, dispute: Dispute, party: Party) -> MemberOut:
        representative = self.elected.get(party.id)
        confirmed = representative is not None or self.said.get((party.id, dispute.outcome), False)
        reached = dispute.outcome > 0 and dispute.status in (*CONFIRMABLE, Status.CLOSED)
        return MemberOut(
            is_representative=representative is not None,
            scope_text=representative and catalog.representation_scopes.get(representative.scope, representative.scope),
            agrees=self.said.get((party.id, TO_ELECTION)),
            is_bound=confirmed if reached else None,
        )


async def standing(dispute: Dispute, parties: Sequence[Party]) -> Standing:
    """Two statements; none where there can be no group."""
    if len(parties) <= len(Side):
        return Standing()
    elected = await GroupRepresentative.filter(dispute_id=dispute.id, ended_at=None)
    said = await MemberConsent.filter(dispute_id=dispute.id)
    return Standing(
        {each.party_id: each for each in elected}, {(each.party_id, each.outcome): each.agreed for each in said}
    )


async def spoken_for(dispute: Dispute) -> set[UUID]:
    """Accounts of members for whom others are told. Who filed the case is always told."""
    rows = await connections.get("default").execute_query_dict(_SPOKEN_FOR, [dispute.id])
    return {row["resident_id"] for row in rows} - {dispute.resident_id}


def many(catalog: Catalog, parties: Sequence[Party]) -> list[Side]:
    """Sides that must elect."""
    taking_part = [each.side for each in parties if each.left_at is None]
    return [side for side in Side if taking_part.count(side) >= catalog.group.members_from]


async def for_member(deps: Deps, actor: ResidentActor, dispute: Dispute, parties: Sequence[Party]) -> GroupOut | None:
    """None for who belongs to no side that has elected."""
    found = await standing(dispute, parties)
    sides = found.sides(parties)
    party = next((each for each in parties if each.resident_id == actor.id and each.side in sides), None)
    if party is None:
        return None
    own = found.member(deps.catalog, dispute, party)
    names = [
        deps.keyring.open(each.name_sealed, "party", "name", each.id)
        for each in parties
        if each.side == party.side and each.id in found.elected
    ]
    may_confirm = own.is_bound is False and dispute.status in CONFIRMABLE
    open_questions = {"representation": own.agrees is None, "outcome": may_confirm}
    return GroupOut(
        **own.model_dump(),
        representatives=[identity.mask_name(name) for name in names],
        asks=[about for about, is_open in open_questions.items() if is_open and not own.is_representative],
    )
