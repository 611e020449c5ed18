"""What a partner asks and says of a case that it has brought, by its number or ours. Any other case does not exist."""

from datetime import datetime

from tortoise.expressions import Q

from backend.accounts.actors import PartnerActor
from backend.casework import filing, return_slips
from backend.casework.return_slips import ReturnSlipOut
from backend.core.deps import Deps
from backend.core.errors import NotFoundError
from backend.core.schema import In, LongText, Moment, Out
from backend.disputes import history, queries, ways_on
from backend.disputes.actions import ENDED, DisputeEndedError
from backend.disputes.history import Entry
from backend.disputes.schemas import RedirectOut
from backend.exchange import mapping
from models import Audience, CodeKind, Dispute, Event, PartnerCase, Registration, Status

_THEIRS_LONGEST, _OURS_LONGEST = 64, 32
_SUPPLEMENTED, _SLIP_RECEIVED = "partner_supplemented", "return_slip_received"
_REMEMBERED = 100
"""Supplements of a case that a new one is compared with."""


class CenterOut(Out):
    code: str
    name: str
    phone: str


class CaseStatusOut(Out):
    """How far a case is that the partner has brought. Nothing in it is personal."""

    number: str
    partner_number: str
    case_number: str | None
    status: str | None
    """In the partner's code; null = it has none for ours, which is on our work list."""
    hejie_status: Status
    status_text: str
    category: str | None
    """In the partner's code, as `status`."""
    center: CenterOut
    next_step: str
    due_at: Moment | None
    updated_at: Moment
    redirect: RedirectOut | None
    """Of a refusal: where the people should go instead."""
    routes: tuple[str, ...]
    """What the law leaves open after a mediation without agreement."""
    return_slip: bool
    """There is one to be fetched."""


class SupplementIn(In):
    text: LongText


class RecordedOut(Out):
    at: Moment


async def status(deps: Deps, actor: PartnerActor, number: str) -> CaseStatusOut:
    """Raises NotFoundError."""
    case, dispute = await _own(actor, number)
    way_on, codes = await ways_on.of(deps, dispute), await mapping.load(actor.id)
    text = deps.catalog.statuses[dispute.status]
    return CaseStatusOut(
        number=dispute.number,
        partner_number=case.their_number,
        case_number=dispute.case_number,
        status=codes.theirs(CodeKind.STATUS, dispute.status),
        hejie_status=dispute.status,
        status_text=text.text,
        category=codes.theirs(CodeKind.CATEGORY, dispute.category),
        center=CenterOut(code=dispute.center.code, name=dispute.center.name, phone=dispute.center.phone),
        next_step=text.next_step,
        due_at=dispute.due_at,
        updated_at=dispute.updated_at,
        redirect=way_on.redirect,
        routes=way_on.routes,
        return_slip=await Event.exists(dispute_id=dispute.id, kind=return_slips.KIND),
    )


async def supplement(deps: Deps, actor: PartnerActor, number: str, text: str) -> datetime:
    """For the staff of the case. The same text again is a repetition: it brings the first answer. Raises NotFoundError,
    DisputeEndedError."""
    _, dispute = await _own(actor, number, lock=True)
    if (earlier := await _supplemented(deps, actor, dispute, text)) is not None:
        return earlier.at
    if dispute.status in ENDED:
        raise DisputeEndedError
    entry = Entry(_SUPPLEMENTED, Audience.STAFF, {"partner": actor.name}, {"text": text})
    await history.record(deps, dispute, actor, entry)
    await filing.watch(deps, dispute, text)
    dispute.updated_at = deps.clock.now()
    await dispute.save(update_fields=["updated_at"])
    return dispute.updated_at


async def return_slip(deps: Deps, actor: PartnerActor, number: str) -> ReturnSlipOut:
    """Raises NotFoundError, NotEndedYetError."""
    _, dispute = await _own(actor, number)
    return await return_slips.latest(deps, dispute, await Registration.get(dispute_id=dispute.id))


async def sign_for_slip(deps: Deps, actor: PartnerActor, number: str) -> datetime:
    """签收: with it the case is closed on the partner's side, once for each slip. Raises NotFoundError,
    NotEndedYetError."""
    _, dispute = await _own(actor, number, lock=True)
    _ = await return_slips.latest(deps, dispute, await Registration.get(dispute_id=dispute.id))
    kinds = [return_slips.KIND, _SLIP_RECEIVED]
    last = await Event.filter(dispute_id=dispute.id, kind__in=kinds).order_by("-ordinal").first()
    if last is not None and last.kind == _SLIP_RECEIVED:
        return last.at
    entry = Entry(_SLIP_RECEIVED, Audience.STAFF, {"partner": actor.name})
    await history.record(deps, dispute, actor, entry)
    return deps.clock.now()


async def _supplemented(deps: Deps, actor: PartnerActor, dispute: Dispute, text: str) -> Event | None:
    found = Event.filter(dispute_id=dispute.id, kind=_SUPPLEMENTED, actor_id=actor.id).order_by("-ordinal")
    said = await found.limit(_REMEMBERED)
    return next((event for event in said if history.detail_of(deps, event)["text"] == text), None)


async def _own(actor: PartnerActor, number: str, *, lock: bool = False) -> tuple[PartnerCase, Dispute]:
    """Raises NotFoundError."""
    named = Q(their_number=number[:_THEIRS_LONGEST]) | Q(dispute__number=number[:_OURS_LONGEST])
    case = await PartnerCase.filter(named, partner_id=actor.id).order_by("id").select_related("dispute").first()
    if case is None or number not in (case.their_number, case.dispute.number):
        raise NotFoundError("没有找到这个编号的案件，请核对贵方的案件编号或本系统的编号。")
    return case, await queries.of_partner(case, lock=lock)
