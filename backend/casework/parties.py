"""Who takes part: staff add, correct and remove parties, each change with its history."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from backend.accounts.actors import StaffActor
from backend.appointments import people
from backend.casework import invitations
from backend.casework.done import keep
from backend.casework.invitations import SIDES
from backend.casework.registration import require_recorder
from backend.core.deps import Deps
from backend.core.errors import InvalidFieldsError, NotFoundError
from backend.core.schema import In, Text
from backend.disputes import party_rows, queries
from backend.disputes.history import Entry
from backend.disputes.party_schemas import IdentifiedPartyIn, PartyChangeIn
from backend.disputes.workflow import StaleVersionError
from backend.mediation import related
from models import Audience, ClaimCode, Dispute, Party, Side, Status

Version = Annotated[int, Field(ge=1, le=2**31 - 1)]
_ENDED = (Status.CLOSED, Status.REFUSED, Status.WITHDRAWN)
_MOST = 200


class PartyAdd(IdentifiedPartyIn):
    version: Version
    side: Side
    is_minor: bool = False


class PartyCorrection(PartyChangeIn):
    version: Version
    reason: Text


class PartyRemoval(In):
    version: Version
    reason: Text


async def add(deps: Deps, actor: StaffActor, dispute_id: UUID, fields: PartyAdd) -> Dispute:
    """Raises NotFoundError, RoleNotAllowedError, StaleVersionError, InvalidFieldsError."""
    dispute = await _held(actor, dispute_id, fields.version)
    everybody = await Party.filter(dispute_id=dispute.id).order_by("ordinal")
    if len(everybody) >= _MOST:
        raise InvalidFieldsError.at("side", "当事人太多，请推选代表人后登记代表人。")
    party = party_rows.new(deps, fields, dispute.id, fields.side, everybody[-1].ordinal + 1)
    party.is_minor = fields.is_minor or party_rows.is_minor(deps, fields.id_number)
    await _check_apart(deps, dispute, party, [each for each in everybody if each.removed_at is None])
    await party.save(force_create=True)
    entry = Entry("party_added", data=_data(party), detail={"name": fields.name}, audience=Audience.STAFF)
    await _done(deps, actor, dispute, entry)
    return dispute


async def correct(deps: Deps, actor: StaffActor, dispute_id: UUID, party_id: UUID, fields: PartyCorrection) -> Dispute:
    """What is absent stays. Invitations and claim codes that rest on the old facts are void.
    Raises what `add` raises."""
    dispute = await _held(actor, dispute_id, fields.version)
    parties = await queries.parties(dispute.id)
    party = _one(parties, party_id)
    changes = fields.model_dump(exclude_unset=True, exclude={"version", "reason"})
    before = party_rows.opened(deps, party)
    party_rows.change(deps, party, changes)
    after = party_rows.opened(deps, party)
    await _check_apart(deps, dispute, party, [each for each in parties if each.id != party.id])
    await party.save()
    await _void_papers(deps, party)
    changed = {name for name in after if before[name] != after[name]}
    detail = {
        "before": {name: before[name] for name in changed},
        "after": {name: after[name] for name in changed},
        "reason": fields.reason,
    }
    data = _data(party) | {"fields": sorted(changed)}
    await _done(deps, actor, dispute, Entry("party_corrected", Audience.STAFF, data, detail))
    return dispute


async def remove(deps: Deps, actor: StaffActor, dispute_id: UUID, party_id: UUID, fields: PartyRemoval) -> Dispute:
    """Whose phone was bound to it sees the case no more. One party stays on each side. Raises what `add` raises."""
    dispute = await _held(actor, dispute_id, fields.version)
    parties = await queries.parties(dispute.id)
    party = _one(parties, party_id)
    if sum(each.side == party.side for each in parties) == 1:
        raise InvalidFieldsError.at("party_id", f"至少要有一位{SIDES[party.side]}；需要更换时，请先添加再移除。")
    if party.resident_id is not None and party.resident_id == dispute.resident_id:
        raise InvalidFieldsError.at("party_id", "这位是提出申请的人，不能移除；不再调解请由本人撤回申请。")
    party.removed_at, party.resident_id = deps.clock.now(), None
    await party.save(update_fields=["removed_at", "resident_id"])
    await _void_papers(deps, party)
    await _done(deps, actor, dispute, Entry("party_removed", Audience.STAFF, _data(party), {"reason": fields.reason}))
    return dispute


async def _held(actor: StaffActor, dispute_id: UUID, version: int) -> Dispute:
    dispute = await queries.for_staff(actor, dispute_id, lock=True)
    require_recorder(actor, dispute)
    if version != dispute.version:
        raise StaleVersionError(version=dispute.version, status=dispute.status)
    if dispute.status in _ENDED:
        raise InvalidFieldsError.at("version", "案件已经结束，当事人不能再改。")
    return dispute


def _one(parties: list[Party], party_id: UUID) -> Party:
    party = next((each for each in parties if each.id == party_id), None)
    if party is None:
        raise NotFoundError
    return party


async def _check_apart(deps: Deps, dispute: Dispute, party: Party, others: list[Party]) -> None:
    """Nobody is a party twice, on both sides, or helps with the case too. Raises InvalidFieldsError."""
    for other in others:
        same_number = party.id_number_hash is not None and party.id_number_hash == other.id_number_hash
        same_person = party.name_hash == other.name_hash and party.phone_hash == other.phone_hash
        if same_number or same_person:
            raise InvalidFieldsError.at("name", "这一位已经是本案当事人，请检查是否重复。")
    mediator = dispute.mediator if dispute.mediator_id else None
    if mediator is not None and await related.is_a_party(deps, mediator, [party]):
        raise InvalidFieldsError.at("name", "这一位是本案调解员，或与其同名。请先更换调解员，再登记这位当事人。")
    if await related.helps_already(deps, dispute, party):
        message = "这一位或者这个单位正在主持、协助本案调解，或者是本案专家。请先结束其参与，再登记为当事人。"
        raise InvalidFieldsError.at("name", message)


async def _void_papers(deps: Deps, party: Party) -> None:
    await invitations.revoke_all(deps, party.id)
    await ClaimCode.filter(party_id=party.id, used_at=None, revoked_at=None).update(revoked_at=deps.clock.now())


def _data(party: Party) -> dict[str, Any]:
    return {"party_id": str(party.id), "side": party.side, "side_text": SIDES[party.side]}


async def _done(deps: Deps, actor: StaffActor, dispute: Dispute, entry: Entry) -> None:
    await keep(deps, dispute, actor, entry)
    await people.changed(deps, dispute, actor)
