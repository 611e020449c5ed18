"""Voluntariness on record: each party is told its rights and duties, once per wording (人民调解法 23, 24)."""

from collections.abc import Collection
from datetime import datetime
from typing import Literal
from uuid import UUID

from backend.accounts.actors import Actor, ResidentActor, StaffActor
from backend.casework.registration import require_recorder
from backend.core import rows
from backend.core.deps import Deps
from backend.core.errors import InvalidFieldsError, NotFoundError
from backend.disputes import history, queries
from backend.disputes.history import Entry
from backend.disputes.schemas import RightsOut
from models import Audience, Dispute, Party, RightsAcknowledgement, Side
from models.base import uuid7

Way = Literal["phone", "window", "session"]


async def acknowledge(deps: Deps, actor: ResidentActor, dispute_id: UUID, version: str) -> RightsOut:
    """By the party itself, or who acts for it. Twice changes nothing. Raises NotFoundError, InvalidFieldsError."""
    dispute = await queries.for_resident(actor, dispute_id, lock=True)
    if version != deps.catalog.rights_notice.version:
        raise InvalidFieldsError.at("version", "告知书已经更新，请重新打开页面阅读最新的内容。")
    own = [party for party in await queries.parties(dispute.id) if stands_for(actor, dispute, party)]
    await _record(deps, actor, dispute, own, "phone")
    return await of(deps, actor, dispute)


async def record_for(deps: Deps, actor: StaffActor, dispute_id: UUID, party_id: UUID) -> Dispute:
    """Told at the window. Raises NotFoundError, RoleNotAllowedError."""
    dispute = await queries.for_staff(actor, dispute_id, lock=True)
    told = [party for party in await queries.parties(dispute.id) if party.id == party_id]
    if not told:
        raise NotFoundError
    require_recorder(actor, dispute)
    await _record(deps, actor, dispute, told, "window")
    return dispute


async def told_at_session(
    deps: Deps, actor: StaffActor, dispute: Dispute, attended: Collection[UUID], *, read_out: bool
) -> None:
    """Before the first talk everybody there must have been told: by phone or at the window before, or read out at its
    beginning, which this records. Raises InvalidFieldsError at `rights_notice`."""
    parties = await queries.parties(dispute.id)
    there = [party for party in parties if not party.left_at and (not attended or party.id in attended)]
    if read_out:
        await _record(deps, actor, dispute, there, "session")
    elif len(await _acknowledged(deps, there)) < len(there):
        raise InvalidFieldsError.at("rights_notice", "有当事人还没有被告知权利义务，请先宣读告知书再调解。")


async def of(deps: Deps, actor: ResidentActor, dispute: Dispute) -> RightsOut:
    own = [party for party in await queries.parties(dispute.id) if stands_for(actor, dispute, party)]
    known = await _acknowledged(deps, own)
    return RightsOut(
        version=deps.catalog.rights_notice.version,
        acknowledged_at=min(known.values()) if own and len(known) == len(own) else None,
    )


async def acknowledged_in(deps: Deps, dispute: Dispute) -> set[UUID]:
    """Parties that know the wording in force."""
    version = deps.catalog.rights_notice.version
    found = await RightsAcknowledgement.filter(dispute_id=dispute.id, version=version).values_list(
        "party_id", flat=True
    )
    return {UUID(str(party_id)) for party_id in found}


def stands_for(actor: ResidentActor, dispute: Dispute, party: Party) -> bool:
    """Itself, or the applicant for whom the actor filed."""
    if party.resident_id == actor.id:
        return True
    is_first = party.side is Side.APPLICANT and party.resident_id is None
    return is_first and party.ordinal == 0 and dispute.resident_id == actor.id


async def _acknowledged(deps: Deps, parties: Collection[Party]) -> dict[UUID, datetime]:
    version = deps.catalog.rights_notice.version
    found = await RightsAcknowledgement.filter(party_id__in=[party.id for party in parties], version=version)
    return {row.party_id: row.at for row in found}


async def _record(deps: Deps, actor: Actor, dispute: Dispute, parties: Collection[Party], way: Way) -> None:
    known, version = await _acknowledged(deps, parties), deps.catalog.rights_notice.version
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
