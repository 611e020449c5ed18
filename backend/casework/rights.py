"""Voluntariness on record: each party is told its rights and duties, once per wording (人民调解法 23, 24)."""

from uuid import UUID

from backend.accounts.actors import ResidentActor, StaffActor
from backend.casework.registration import require_recorder
from backend.core.deps import Deps
from backend.core.errors import InvalidFieldsError, NotFoundError
from backend.disputes import queries, rights_told
from backend.disputes.schemas import RightsOut
from models import Dispute, Party, Side

acknowledged_in = rights_told.acknowledged_in


async def acknowledge(deps: Deps, actor: ResidentActor, dispute_id: UUID, version: str) -> RightsOut:
    """By the party itself, or who acts for it. Twice changes nothing. Raises NotFoundError, InvalidFieldsError."""
    dispute = await queries.for_resident(actor, dispute_id, lock=True)
    if version != deps.catalog.rights_notice.version:
        raise InvalidFieldsError.at("version", "告知书已经更新，请重新打开页面阅读最新的内容。")
    own = [party for party in await queries.parties(dispute.id) if stands_for(actor, dispute, party)]
    await rights_told.record(deps, actor, dispute, own, "phone")
    return await of(deps, actor, dispute)


async def record_for(deps: Deps, actor: StaffActor, dispute_id: UUID, party_id: UUID) -> Dispute:
    """Told at the window. Raises NotFoundError, RoleNotAllowedError."""
    dispute = await queries.for_staff(actor, dispute_id, lock=True)
    told = [party for party in await queries.parties(dispute.id) if party.id == party_id]
    if not told:
        raise NotFoundError
    require_recorder(actor, dispute)
    await rights_told.record(deps, actor, dispute, told, "window")
    return dispute


async def of(deps: Deps, actor: ResidentActor, dispute: Dispute) -> RightsOut:
    own = [party for party in await queries.parties(dispute.id) if stands_for(actor, dispute, party)]
    known = await rights_told.acknowledged(deps, own)
    return RightsOut(
        version=deps.catalog.rights_notice.version,
        acknowledged_at=min(known.values()) if own and len(known) == len(own) else None,
    )


def stands_for(actor: ResidentActor, dispute: Dispute, party: Party) -> bool:
    """Itself, or the applicant for whom the actor filed."""
    if party.resident_id == actor.id:
        return True
    is_first = party.side is Side.APPLICANT and party.resident_id is None
    return is_first and party.ordinal == 0 and dispute.resident_id == actor.id
