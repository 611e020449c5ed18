"""When an agreement takes effect: with the last of every party's signature, the mediator's, and the seal
(人民调解法 29); an oral one when it is agreed (30). Each exactly once: whoever gets here holds the lock of the case."""

from collections.abc import Mapping
from datetime import datetime

from backend.accounts.actors import Actor
from backend.agreements import confirming, rows
from backend.agreements.schemas import Content
from backend.commitments import money, promises, sums
from backend.core.clock import iso
from backend.core.deps import Deps
from backend.core.wording import when_text
from backend.mediation import acts
from models import Agreement, AgreementForm, AgreementStatus, AgreementVersion, Dispute, Signature, SignerRole

TOOK_EFFECT = """
(e.kind = 'agreement_effective' OR e.kind = 'agreed' AND (e.data->>'form' = 'oral' OR e.data->>'agreement_id' IS NULL))
"""
"""Of an `event e`: from here on an agreement binds. A written one does when all have signed; those of before texts were
kept count as they did."""

MEDIATOR, SEAL = SignerRole.MEDIATOR.value, SignerRole.SEAL.value


def slots(content: Content) -> list[str]:
    """The places under the text, in order."""
    return [*(slot_of(party.party_id) for party in content.parties if party.signs), MEDIATOR, SEAL]


def slot_of(party_id: object) -> str:
    return f"party:{party_id}"


def moment(wanted: list[str], signed: Mapping[str, datetime]) -> datetime | None:
    """None while a place is empty; the order in which they were filled does not matter."""
    if not all(slot in signed for slot in wanted):
        return None
    return max(signed[slot] for slot in wanted)


async def settle(deps: Deps, actor: Actor, dispute: Dispute, agreement: Agreement, version: AgreementVersion) -> None:
    """After each signature."""
    signed = {row.slot: row.signed_at for row in await Signature.filter(version_id=version.id, voided_at=None)}
    at = moment(slots(rows.opened(deps, version)), signed)
    if at is not None:
        await effective(deps, actor, dispute, agreement, version, at=at)


async def effective(
    deps: Deps, actor: Actor, dispute: Dispute, agreement: Agreement, version: AgreementVersion, *, at: datetime
) -> None:
    before = await rows.in_force(dispute)
    if before is not None:
        before.status = AgreementStatus.SUPERSEDED
        await rows.changed(deps, before, "status")
    agreement.status, agreement.effective_at = AgreementStatus.EFFECTIVE, at
    await rows.changed(deps, agreement, "status", "effective_at")
    terms = rows.opened(deps, version).terms
    _ = await promises.promise(deps, dispute, [term.model_dump(mode="json") for term in terms], agreement.id)
    await money.carry_over(deps, dispute)
    await sums.restate(dispute)
    if agreement.form is AgreementForm.ORAL:
        await confirming.begin(deps, dispute, agreement)
        return
    data = {"effective_at": iso(at), "effective_text": when_text(at), "content_hash": version.content_hash,
            "total_fen": dispute.agreed_fen or 0}  # fmt: skip
    await rows.record(deps, actor, dispute, agreement, "agreement_effective", data=data)
    await confirming.begin(deps, dispute, agreement)
    await rows.tell(deps, dispute, "agreement_effective", await acts.taking_part(dispute.id), when_text=when_text(at))
