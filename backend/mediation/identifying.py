"""Whether the person behind a phone is the one a party says: what is known without looking at anybody."""

from backend.accounts.actors import ResidentActor
from models import IdentityCheck, Party, Representation, Resident


async def matching(actor: ResidentActor, party: Party) -> IdentityCheck | None:
    """By identity number, or by the number that WeChat has verified; who acts for the party by the number that was
    written down with the authority. None: somebody must look at a document."""
    account = await Resident.get(id=actor.id)
    if party.resident_id == actor.id and account.id_number_hash and account.id_number_hash == party.id_number_hash:
        return IdentityCheck.ID_NUMBER
    expected: set[str | None] = {party.phone_hash} if party.resident_id == actor.id else set()
    acting = Representation.filter(party_id=party.id, resident_id=actor.id, ended_at=None)
    expected |= {row.phone_hash for row in await acting.only("phone_hash")}
    return IdentityCheck.PHONE if account.phone_hash and account.phone_hash in expected else None
