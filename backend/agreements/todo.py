"""What an agreement asks of a resident now, for the page of the case."""

from typing import NamedTuple

from backend.accounts.actors import ResidentActor
from backend.agreements import effect, rows
from backend.core.deps import Deps
from backend.disputes.schemas import ActionOut
from backend.mediation import access
from models import AgreementStatus, Dispute, Signature, Status

_TO_SIGN = (AgreementStatus.FINAL, AgreementStatus.SIGNING)


class Todo(NamedTuple):
    actions: list[ActionOut]
    next_step: str | None
    """Instead of what is said of every agreed case."""


async def of_resident(deps: Deps, actor: ResidentActor, dispute: Dispute) -> Todo:
    if dispute.status is Status.AGREED and await _has_to_sign(deps, actor, dispute):
        steps = deps.catalog.agreements.next_steps
        return Todo([ActionOut(action="sign_agreement", title="签署协议")], steps["sign"])
    return Todo([], None)


async def _has_to_sign(deps: Deps, actor: ResidentActor, dispute: Dispute) -> bool:
    agreement = await rows.open_one(dispute)
    if agreement is None or agreement.status not in _TO_SIGN:
        return False
    version = await rows.latest(agreement)
    mine = {effect.slot_of(each) for each in await access.parties_of(actor, dispute.id)}
    signed = await Signature.filter(version_id=version.id).values_list("slot", flat=True)
    return bool(mine & set(effect.slots(rows.opened(deps, version))) - set(signed))
