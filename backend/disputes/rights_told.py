"""Who has been told its rights and duties, in the wording in force (人民调解法 23, 24)."""

from collections.abc import Collection
from datetime import datetime
from typing import Literal
from uuid import UUID

from backend.accounts.actors import Actor, StaffActor
from backend.core import rows
from backend.core.deps import Deps
from backend.core.errors import InvalidFieldsError
from backend.disputes import history, queries
from backend.disputes.history import Entry
from models import Audience, Dispute, Party, RightsAcknowledgement
from models.base import uuid7

Way = Literal["phone", "window", "session"]


async def told_at_session(
    deps: Deps, actor: StaffActor, dispute: Dispute, attended: Collection[UUID], *, read_out: bool
) -> None:
    """Before the first talk everybody there must have been told: by phone or at the window before, or read out at its
    beginning, which this records. Raises InvalidFieldsError at `rights_notice`."""
    parties = await queries.parties(dispute.id)
    there = [party for party in parties if not party.left_at and (not attended or party.id in attended)]
    if read_out:
        await record(deps, actor, dispute, there, "session")
    elif len(await acknowledged(deps, there)) < len(there):
        raise InvalidFieldsError.at("rights_notice", "有当事人还没有被告知权利义务，请先宣读告知书再调解。")


async def acknowledged_in(deps: Deps, dispute: Dispute) -> set[UUID]:
    """Parties that know the wording in force."""
    version = deps.catalog.rights_notice.version
    found = await RightsAcknowledgement.filter(dispute_id=dispute.id, version=version).values_list(
        "party_id", flat=True
    )
    return {UUID(str(party_id)) for party_id in found}


async def acknowledged(deps: Deps, parties: Collection[Party]) -> dict[UUID, datetime]:
    version = deps.catalog.rights_notice.version
    found = await RightsAcknowledgement.filter(party_id__in=[party.id for party in parties], version=version)
    return {row.party_id: row.at for row in found}


async def record(deps: Deps, actor: Actor, dispute: Dispute, parties: Collection[Party], way: Way) -> None:
    known, version = await acknowledged(deps, parties), deps.catalog.rights_notice.version
    told = [party.id for party in parties if party.id not in known]
    if not told:
        return
    now = deps.clock.now()
    await rows.insert(
        [
            RightsAcknowledgement(
                id=uuid7(), dispute_id=dispute.id, party_id=each, version=version, way=way, actor_id=actor.id, at=now
            )
            for each in told
        ]
    )
    data = {"version": version, "way": way, "party_ids": [str(each) for each in told]}
    await history.record(deps, dispute, actor, Entry("rights_acknowledged", Audience.STAFF, data))
