"""Times to choose from."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from tortoise import connections

from backend.appointments import diaries, taking, views
from backend.appointments.availability import SlotTime
from backend.appointments.errors import KeptApartError, NoMediatorError
from backend.appointments.offers import Busy, Offer
from backend.appointments.schemas import SlotQuery, SlotsOut
from backend.appointments.taking import Terms
from backend.core import clock
from backend.core.deps import Deps
from backend.core.wording import date_text
from backend.disputes import safety
from models import AppointmentKind, Center, Dispute, Purpose

_DEFAULT_SPAN = timedelta(days=13)
_LIMITED = "您近期有几次约好没有到场，目前只能预约{days}天以内的时间。如有特殊情况，请联系综治中心。"
_TAKEN = """
SELECT kind, starts_at, taken FROM slot_count
 WHERE center_id = $1 AND kind = ANY($2) AND starts_at BETWEEN $3 AND $4
"""


async def slots(deps: Deps, dispute: Dispute, query: SlotQuery, terms: Terms) -> SlotsOut:
    """Full ones too: `remaining` is 0. What is read here may be gone a moment later; booking decides.
    A case with a mediator is shown times for a mediation, unless others are asked for."""
    closed = taking.CLOSED_TO_BOOKING.get(dispute.status)
    if closed is not None:
        return SlotsOut(items=[], note=closed)
    obstacle = await _obstacle_to_mediation(deps, dispute)
    purpose = query.purpose or (Purpose.REGISTRATION if obstacle else Purpose.MEDIATION)
    if purpose is Purpose.MEDIATION and obstacle:
        return SlotsOut(items=[], note=obstacle)
    offer = await taking.offer_for(deps, dispute, purpose, terms)
    first = max(query.first or clock.today(deps.clock), clock.today(deps.clock))
    last = query.last or first + min(_DEFAULT_SPAN, date.max - first)
    found = await times(deps, offer, dispute.center_id, kind=query.kind, first=first, last=last)
    if not found:
        return SlotsOut(items=[], note=_where_else(deps, offer, dispute.center, query.kind))
    note = None if terms.horizon_days is None else _LIMITED.format(days=terms.horizon_days)
    items = [views.slot_out(each.slot, dispute.center, each.remaining, deps.calendar) for each in found]
    return SlotsOut(items=items, note=note)


async def _obstacle_to_mediation(deps: Deps, dispute: Dispute) -> str | None:
    if dispute.mediator_id is None:
        return NoMediatorError.message
    return KeptApartError.message if await safety.is_held(deps, dispute) else None


class Remaining(NamedTuple):
    slot: SlotTime
    remaining: int


async def times(
    deps: Deps, offer: Offer, center_id: UUID, *, kind: AppointmentKind | None, first: date, last: date
) -> list[Remaining]:
    """What is offered between two days, both included, and how many places each time has left."""
    now = deps.clock.now()
    slots = list(offer.times(now, kind=kind, first=first, last=last))
    if not slots:
        return []
    begins, ends = slots[0].starts_at, max(slot.free_from for slot in slots)
    busy = Busy(await diaries.spans(offer.subjects(), begins, ends, now))
    taken = {} if offer.purpose is Purpose.MEDIATION else await _taken(center_id, slots)
    found = [(slot, offer.places(slot, busy)) for slot in slots]
    return [
        Remaining(slot, max(places.free - taken.get((slot.kind, slot.starts_at), 0), 0))
        for slot, places in found
        if places.open
    ]


async def _taken(center_id: UUID, times: Sequence[SlotTime]) -> dict[tuple[str, datetime], int]:
    kinds = sorted({slot.kind for slot in times})
    values: list[Any] = [center_id, kinds, times[0].starts_at, times[-1].starts_at]
    rows = await connections.get("default").execute_query_dict(_TAKEN, values)
    return {(row["kind"], row["starts_at"]): row["taken"] for row in rows}


def _where_else(deps: Deps, offer: Offer, center: Center, kind: AppointmentKind | None) -> str:
    """What to do when nothing can be chosen."""
    phone = f"，或拨打{center.phone}" if center.phone else ""
    earliest = next(offer.times(deps.clock.now(), kind=kind), None)
    if earliest is None:
        return f"{center.name}目前没有可以预约的时间。请联系中心{phone}。"
    day = date_text(clock.local(earliest.starts_at).date())
    return f"这几天没有可以预约的时间，最早可约{day}。请换一段日期{phone}。"
