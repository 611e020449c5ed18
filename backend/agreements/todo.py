"""What an agreement asks of a resident now, for the page of the case."""

from typing import NamedTuple

from backend.accounts.actors import ResidentActor
from backend.agreements import confirming, effect, rows
from backend.core.deps import Deps
from backend.disputes.schemas import ActionOut
from backend.mediation import access
from models import AgreementStatus, ConfirmationConsent, Dispute, Signature, Status

_TO_SIGN = (AgreementStatus.FINAL, AgreementStatus.SIGNING)


class Todo(NamedTuple):
    actions: list[ActionOut]
    next_step: str | None
    """Instead of what is said of every agreed case."""


async def of_resident(deps: Deps, actor: ResidentActor, dispute: Dispute) -> Todo:
    if dispute.status is not Status.AGREED:
        return Todo([], None)
    if await _has_to_sign(deps, actor, dispute):
        return Todo([ActionOut(action="sign_agreement", title="签署协议")], deps.catalog.agreements.next_steps["sign"])
    if await _may_confirm(deps, actor, dispute):
        return Todo([ActionOut(action="confirm_jointly", title="申请司法确认")], None)
    return Todo([], None)


async def _has_to_sign(deps: Deps, actor: ResidentActor, dispute: Dispute) -> bool:
    agreement = await rows.open_one(dispute)
    if agreement is None or agreement.status not in _TO_SIGN:
        return False
    version = await rows.latest(agreement)
    mine = {effect.slot_of(each) for each in await access.parties_of(actor, dispute.id)}
    signed = await Signature.filter(version_id=version.id).values_list("slot", flat=True)
    return bool(mine & set(effect.slots(rows.opened(deps, version))) - set(signed))


async def _may_confirm(deps: Deps, actor: ResidentActor, dispute: Dispute) -> bool:
    """A party that has not yet agreed to ask the court."""
    row = await confirming.latest(dispute)
    if row is None or not confirming.is_open(deps, row):
        return False
    mine = await access.parties_of(actor, dispute.id)
    wanting = ConfirmationConsent.filter(confirmation_id=row.id, agreed=True, party_id__in=list(mine))
    return bool(mine) and await wanting.count() < len(mine)
