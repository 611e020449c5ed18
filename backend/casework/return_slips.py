"""回执 to who referred a case: what became of it, once something did."""

from typing import ClassVar
from uuid import UUID

from backend.accounts.actors import StaffActor
from backend.agreements import rows as agreements
from backend.casework import views
from backend.core.deps import Deps
from backend.core.errors import HejieError, NotFoundError
from backend.core.schema import Moment, Out
from backend.core.wording import date_text
from backend.disputes import queries
from backend.disputes.history import Entry
from models import Audience, Dispute, Event, Registration, Source, Status

_OUTCOMES = (Status.REFUSED, Status.WITHDRAWN, Status.AGREED, Status.NOT_AGREED)
_UNSIGNED, _IN_FORCE = "达成协议（书面协议待各方签署，还没有生效）", "达成协议（协议已经生效）"
KIND = "return_slip"


class NotEndedYetError(HejieError):
    code: ClassVar[str] = "not_ended_yet"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "案件还没有结果，有了结果会自动生成回执单。"


class ReturnSlipOut(Out):
    """To be sent to the body that referred the case; nothing in it is personal."""

    referred_by: str
    referred_by_text: str
    referrer_name: str | None
    referral_number: str | None
    referred_on: str | None
    number: str
    case_number: str | None
    center: str
    outcome: str
    outcome_text: str
    reason_text: str
    ended_at: Moment
    text: str


def entries_for(deps: Deps, dispute: Dispute, data: dict[str, object]) -> list[Entry]:
    """What the history gains when a referred case has come to an outcome; `data` is of the event that ends it."""
    if dispute.source is not Source.REFERRAL or dispute.status not in _OUTCOMES:
        return []
    is_written = dispute.status is Status.AGREED and data.get("form") == "written"
    outcome = _UNSIGNED if is_written else deps.catalog.statuses[dispute.status].text
    slip = {"outcome": dispute.status, "outcome_text": outcome, "reason_text": str(data.get("reason_text", ""))}
    return [Entry(KIND, Audience.STAFF, slip)]


async def read(deps: Deps, actor: StaffActor, dispute_id: UUID) -> ReturnSlipOut:
    """The latest. Raises NotFoundError, NotEndedYetError."""
    dispute = await queries.for_staff(actor, dispute_id)
    registration = await Registration.get_or_none(dispute_id=dispute.id)
    if dispute.source is not Source.REFERRAL or registration is None or not views.is_own(actor, dispute):
        raise NotFoundError
    return await latest(deps, dispute, registration)


async def latest(deps: Deps, dispute: Dispute, registration: Registration) -> ReturnSlipOut:
    """Of a referred case, whose center has been read with it. What waited for signatures then may be in force now.
    Raises NotEndedYetError."""
    event = await Event.filter(dispute_id=dispute.id, kind=KIND).order_by("-id").first()
    if event is None:
        raise NotEndedYetError
    outcome_text = str(event.data["outcome_text"])
    if outcome_text == _UNSIGNED and await agreements.in_force(dispute):
        outcome_text = _IN_FORCE
    return _slip(deps, dispute, registration, event, outcome_text)


def _slip(deps: Deps, dispute: Dispute, registration: Registration, event: Event, outcome_text: str) -> ReturnSlipOut:
    body = deps.catalog.referring_bodies.get(registration.referred_by or "", "移送单位")
    known = event.data
    referred = f"{date_text(registration.referred_on)}移送" if registration.referred_on else "移送"
    number = f"（{registration.referral_number}）" if registration.referral_number else ""
    reason = f"，原因：{known['reason_text']}" if known["reason_text"] else ""
    return ReturnSlipOut(
        referred_by=registration.referred_by or "",
        referred_by_text=body,
        referrer_name=registration.referrer_name,
        referral_number=registration.referral_number,
        referred_on=registration.referred_on.isoformat() if registration.referred_on else None,
        number=dispute.number,
        case_number=dispute.case_number,
        center=dispute.center.name,
        outcome=str(known["outcome"]),
        outcome_text=outcome_text,
        reason_text=str(known["reason_text"]),
        ended_at=event.at,
        text=f"{registration.referrer_name or body}：你单位{referred}的纠纷{number}，"
        f"{dispute.center.name}已办理，结果：{outcome_text}{reason}。",
    )
