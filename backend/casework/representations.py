"""Staff write down who acts for a party, and end it when the party says so."""

from uuid import UUID

from backend.accounts.actors import StaffActor
from backend.appointments import people
from backend.casework import handover
from backend.casework.registration import require_recorder
from backend.core.deps import Deps
from backend.core.errors import InvalidFieldsError, NotFoundError
from backend.disputes import history, queries, representation
from backend.disputes.party_schemas import PartyIn, RepresentationIn
from models import Dispute, Party, Representation


class RepresentationAdd(RepresentationIn):
    party_id: UUID


async def add(deps: Deps, actor: StaffActor, dispute_id: UUID, fields: RepresentationAdd) -> Dispute:
    """Raises NotFoundError, RoleNotAllowedError, InvalidFieldsError."""
    dispute = await queries.for_staff(actor, dispute_id, lock=True)
    require_recorder(actor, dispute)
    parties = await queries.parties(dispute.id)
    party = next((each for each in parties if each.id == fields.party_id), None)
    if party is None:
        raise InvalidFieldsError.at("party_id", "这一位不是本案当事人，请重新选择。")
    others = [_as_given(deps, each) for each in parties if each.side != party.side]
    found = representation.problems(deps.catalog, fields, party.kind, by_phone=False, others=others)
    if found:
        raise InvalidFieldsError(fields=tuple(found))
    row = representation.begun(deps, party, fields, resident_id=None, recorder_id=actor.id)
    await row.save(force_create=True)
    await history.record(deps, dispute, actor, representation.entry(deps.catalog, row, "represented"))
    return dispute


async def end(deps: Deps, actor: StaffActor, dispute_id: UUID, representation_id: UUID, reason: str) -> Dispute:
    """Ending it twice changes nothing. Whoever acted by phone sees nothing of the case any more.
    Raises NotFoundError, RoleNotAllowedError."""
    dispute = await queries.for_staff(actor, dispute_id, lock=True)
    row = await Representation.get_or_none(id=representation_id, dispute_id=dispute.id)
    if row is None:
        raise NotFoundError
    require_recorder(actor, dispute)
    if row.ended_at is not None:
        return dispute
    row.ended_at = deps.clock.now()
    row.ended_reason_sealed = deps.keyring.seal(reason, "representation", "ended_reason", row.id)
    await row.save(update_fields=["ended_at", "ended_reason_sealed"])
    if row.resident_id is not None:
        await _unbind(deps, dispute, row.party_id, row.resident_id)
        await people.changed(deps, dispute, actor)
    await history.record(deps, dispute, actor, representation.entry(deps.catalog, row, "representation_ended"))
    return dispute


async def _unbind(deps: Deps, dispute: Dispute, party_id: UUID, resident_id: UUID) -> None:
    """From the case that was filed for the party, or from the party for which an invitation was answered."""
    if dispute.resident_id == resident_id:
        dispute.resident_id = None
        await dispute.save(update_fields=["resident_id"])
    await Party.filter(id=party_id, resident_id=resident_id).update(resident_id=None)
    if not await queries.is_involved(resident_id, dispute):
        await handover.hand_over(deps, dispute, resident_id, None)


def _as_given(deps: Deps, party: Party) -> PartyIn:
    phone = deps.keyring.open(party.phone_sealed, "party", "phone", party.id) if party.phone_sealed else None
    name = deps.keyring.open(party.name_sealed, "party", "name", party.id)
    return PartyIn.model_construct(kind=party.kind, name=name, phone=phone)
