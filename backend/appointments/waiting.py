"""The wait list for times at the window: who waits is offered a freed place, in order."""

from uuid import UUID

from backend.accounts.actors import ResidentActor
from backend.appointments import actions, availability, misses, offers, passing_on, persons, slots, taking, views
from backend.appointments.errors import AlreadyBookedError, OfferGoneError, PlacesFreeError
from backend.appointments.lapsing import settle
from backend.appointments.passing_on import ACTIVE, offer_of
from backend.appointments.schemas import WaitIn, WaitOut
from backend.core.deps import Deps
from backend.core.errors import InvalidFieldsError, NotFoundError
from backend.disputes import queries as disputes
from backend.disputes.actions import DisputeEndedError
from models import Appointment, Purpose, WaitEntry, WaitStatus
from models.base import uuid7


async def wait(
    deps: Deps,
    actor: ResidentActor,
    dispute_id: UUID,
    wish: WaitIn,
    *,
    placeholders_open: bool,
) -> WaitEntry:
    """Raises AlreadyBookedError also for who waits already, PlacesFreeError, DisputeEndedError, and InvalidFieldsError
    at `to` where there would be nothing to wait for."""
    dispute = await disputes.for_resident(actor, dispute_id, lock=True)
    if dispute.status in taking.CLOSED_TO_BOOKING:
        raise DisputeEndedError(taking.CLOSED_TO_BOOKING[dispute.status])
    if await settle(deps, dispute) or await WaitEntry.filter(dispute_id=dispute.id, status__in=ACTIVE).exists():
        raise AlreadyBookedError("已经有一次预约或候补了，请先取消原来的。")
    terms = await misses.terms(deps, actor.id, placeholders_open=placeholders_open)
    offer = await taking.offer_for(deps, dispute, Purpose.REGISTRATION, terms)
    times = await slots.times(deps, offer, dispute.center_id, kind=wish.kind, first=wish.first, last=wish.last)
    if not times:
        raise InvalidFieldsError.at("to", "这几天没有可以预约的时间，请换一段日期。")
    if any(each.remaining for each in times):
        raise PlacesFreeError
    entry = WaitEntry(
        id=uuid7(),
        dispute_id=dispute.id,
        resident_id=actor.id,
        center=dispute.center,
        kind=wish.kind,
        first_day=wish.first,
        last_day=wish.last,
        status=WaitStatus.WAITING,
        created_at=deps.clock.now(),
    )
    await entry.save(force_create=True)
    return entry


async def accept(deps: Deps, actor: ResidentActor, entry_id: UUID) -> Appointment:
    """The place that was held becomes an appointment, wherever it is: who may not go there does not wait for it.
    Raises NotFoundError, OfferGoneError, AlreadyBookedError, and InvalidFieldsError where the rules have changed."""
    dispute_id = (await _own(actor, entry_id)).dispute_id
    dispute = await disputes.for_resident(actor, dispute_id, lock=True)
    entry = await _own(actor, entry_id, lock=True)
    slot = offer_of(entry)
    if slot is None or entry.offered_until is None or entry.offered_until <= deps.clock.now():
        raise OfferGoneError
    terms = taking.Terms(placeholders_open=True, notice_minutes=0)
    chosen = await taking.choose(deps, dispute, availability.slot_id(*slot), terms)
    if await settle(deps, dispute):
        raise AlreadyBookedError
    entry.status = WaitStatus.TAKEN
    await entry.save(update_fields=["status"])
    everybody = await persons.of_dispute(dispute.id)
    me = actions.person_of(dispute, everybody, actor)
    return await actions.create(deps, dispute, actor, chosen, everybody, asker=me, holds_place=True)


async def leave(deps: Deps, actor: ResidentActor, entry_id: UUID) -> None:
    """Once more changes nothing. Raises NotFoundError."""
    dispute_id = (await _own(actor, entry_id)).dispute_id
    dispute = await disputes.for_resident(actor, dispute_id, lock=True)
    if (await _own(actor, entry_id)).status in ACTIVE:
        await passing_on.leave_for(deps, dispute)


async def of_resident(actor: ResidentActor) -> list[WaitEntry]:
    """What they wait for now."""
    return await WaitEntry.filter(resident_id=actor.id, status__in=ACTIVE).select_related("center").order_by("id")


async def shown(deps: Deps, entry: WaitEntry) -> WaitOut:
    """An offer that has run out is none."""
    held, until = offer_of(entry), entry.offered_until
    is_held = held is not None and until is not None and until > deps.clock.now()
    slot = None
    if held is not None and is_held:
        offer = await offers.offer(deps, entry.center, held.purpose, None, placeholders_open=True, notice_minutes=0)
        slot = offer.slot(deps.clock.now(), held)
    before = WaitEntry.filter(center_id=entry.center_id, kind=entry.kind, status=WaitStatus.WAITING, id__lt=entry.id)
    overlapping = before.filter(first_day__lte=entry.last_day, last_day__gte=entry.first_day)
    return WaitOut(
        id=str(entry.id),
        dispute_id=str(entry.dispute_id),
        center=views.place_out(entry.center),
        kind=entry.kind,
        first=entry.first_day,
        last=entry.last_day,
        status=WaitStatus.LAPSED if held is not None and not is_held else entry.status,
        offer=views.slot_out(slot, entry.center, 1, deps.calendar) if slot else None,
        offered_until=until if is_held else None,
        ahead=await overlapping.count() if entry.status is WaitStatus.WAITING else None,
    )


async def _own(actor: ResidentActor, entry_id: UUID, *, lock: bool = False) -> WaitEntry:
    rows = WaitEntry.filter(id=entry_id, resident_id=actor.id)
    if lock:
        _ = await rows.select_for_update().only("id").first()
    entry = await rows.select_related("center").first()
    if entry is None:
        raise NotFoundError
    return entry
