"""What an agreement asks of a resident now, and what staff have to see to, for the page of the case."""

from typing import NamedTuple

from backend.accounts.actors import ResidentActor
from backend.agreements import confirming, contents, copies, court_clock, effect, rows, views
from backend.core import clock
from backend.core.deps import Deps
from backend.core.wording import date_text
from backend.disputes.schemas import ActionOut
from backend.mediation import access
from models import AgreementStatus, ConfirmationConsent, Dispute, Signature, Status

_ANEW = "协议定稿以后，当事人或者调解员有变化，请修改协议、重新定稿，再请各方签署。"
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
    content = rows.opened(deps, version)
    if await contents.people_changed(deps, dispute, content):
        return False
    mine = {effect.slot_of(each) for each in await access.parties_of(actor, dispute.id)}
    signed = await Signature.filter(version_id=version.id).values_list("slot", flat=True)
    return bool(mine & set(effect.slots(content)) - set(signed))


async def _may_confirm(deps: Deps, actor: ResidentActor, dispute: Dispute) -> bool:
    """A party that has not yet agreed to ask the court."""
    row = await confirming.latest(dispute)
    if row is None or not confirming.is_open(deps, row):
        return False
    mine = await access.parties_of(actor, dispute.id)
    wanting = ConfirmationConsent.filter(confirmation_id=row.id, agreed=True, party_id__in=list(mine))
    return bool(mine) and await wanting.count() < len(mine)


async def of_staff(deps: Deps, dispute: Dispute) -> list[str]:
    """Signatures and originals that are missing, and a court that is late."""
    if dispute.status is not Status.AGREED:
        return []
    return [*await _lacking(deps, dispute), *await _court_is_late(deps, dispute)]


async def _lacking(deps: Deps, dispute: Dispute) -> list[str]:
    agreement = await rows.open_one(dispute) or await rows.in_force(dispute)
    if agreement is None:
        return []
    version = await rows.latest(agreement)
    content = rows.opened(deps, version)
    if agreement.status in _TO_SIGN and await contents.people_changed(deps, dispute, content):
        return [_ANEW]
    slots = views.slots_of(content, await Signature.filter(version_id=version.id))
    return copies.missing(agreement, slots, await copies.of(agreement, version, content))


async def _court_is_late(deps: Deps, dispute: Dispute) -> list[str]:
    row = await confirming.latest(dispute)
    running = row and court_clock.of(deps.catalog.confirmation.court_times, deps.calendar, row)
    if not running or clock.today(deps.clock) <= running.last_day:
        return []
    return [f"法院办理司法确认的期限{date_text(running.last_day)}已过，请向法院询问。"]
