"""A mediator is ill: everything of that day goes to a colleague, or to the next time at which all are free."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from backend.accounts.actors import StaffActor
from backend.appointments import actions, diaries, offers, persons, schedules
from backend.appointments.diaries import Subject
from backend.appointments.lapsing import LIVE, settle
from backend.appointments.offers import Busy, Offer
from backend.appointments.persons import Person
from backend.appointments.taking import STAFF, Chosen
from backend.core.clock import SHANGHAI
from backend.core.deps import Deps
from backend.core.errors import InvalidFieldsError, NotFoundError, RoleNotAllowedError
from backend.disputes import queries as disputes
from models import Appointment, Center, DiaryKind, Dispute, Facility, FacilityKind, Purpose, Role, Staff

_MOVERS = (Role.CLERK, Role.DIRECTOR)
_NO_SUBSTITUTE = "请选择本中心另一位在岗的调解员。"
_FARTHEST = timedelta(days=62)


@dataclass(frozen=True, slots=True)
class Move:
    appointment: Appointment
    before: datetime
    is_moved: bool
    """Else nobody found a time for all; it stands as it was, and somebody has to call."""


async def move_day(
    deps: Deps, actor: StaffActor, mediator_id: UUID, day: date, *, substitute_id: UUID | None, reason: str
) -> list[Move]:
    """The day is blocked for the mediator, and every appointment on it finds another place. Whoever agreed to the old
    time is told of the new one, and may change it. Raises NotFoundError, RoleNotAllowedError, InvalidFieldsError."""
    center, ill, substitute = await _mediators(actor, mediator_id, substitute_id)
    starts_at = datetime.combine(day, time(), SHANGHAI)
    ends_at = starts_at + timedelta(days=1)
    theirs = Appointment.filter(
        mediator_id=ill, status__in=LIVE, starts_at__gte=max(starts_at, deps.clock.now()), starts_at__lt=ends_at
    )
    named = sorted({row.dispute_id for row in await theirs})
    cases = {each: await disputes.for_staff(actor, each, lock=True) for each in named}
    for dispute in cases.values():
        await settle(deps, dispute)
    people = {each: await persons.of_dispute(each) for each in cases}
    await _lock(center, filter(None, (ill, substitute)), people.values())
    _ = await schedules.block_locked(
        deps, actor, center.id, offers.mediator(ill), starts_at, ends_at=ends_at, reason=reason
    )
    moves = []
    for appointment in await theirs.select_related("center", "dispute").order_by("starts_at"):
        before, case = appointment.starts_at, cases.get(appointment.dispute_id)
        is_moved = case is not None and await _move(
            deps, actor, case, appointment, people[case.id], mediators=(substitute, ill), reason=reason
        )
        moves.append(Move(appointment, before, is_moved))
    return moves


async def _mediators(
    actor: StaffActor, mediator_id: UUID, substitute_id: UUID | None
) -> tuple[Center, UUID, UUID | None]:
    ill = await schedules.mediator(mediator_id)
    if ill.center_id is None or ill.center_id != actor.center_id:
        raise NotFoundError
    if actor.role not in _MOVERS:
        raise RoleNotAllowedError
    if substitute_id is not None:
        colleagues = Staff.filter(role=Role.MEDIATOR, is_active=True, center_id=ill.center_id).exclude(id=ill.id)
        if not await colleagues.filter(id=substitute_id).exists():
            raise InvalidFieldsError.at("substitute_id", _NO_SUBSTITUTE)
    return await Center.get(id=ill.center_id), ill.id, substitute_id


async def _lock(center: Center, mediators: Iterable[UUID], people: Iterable[Sequence[Person]]) -> None:
    """Every diary that the moves may write into, at once: one after the other they could wait in a circle."""
    await diaries.close_center(center.id)
    rooms = await Facility.filter(center_id=center.id, kind=FacilityKind.ROOM, closed_at=None)
    subjects = {Subject(DiaryKind.ROOM, str(room.id)) for room in rooms}
    subjects |= {offers.mediator(each) for each in mediators}
    subjects |= {subject for each in people for person in each for subject in person.diaries}
    await diaries.lock(center.id, subjects)


async def _move(
    deps: Deps,
    actor: StaffActor,
    case: Dispute,
    appointment: Appointment,
    people: Sequence[Person],
    *,
    mediators: tuple[UUID | None, UUID],
    reason: str,
) -> bool:
    """First the substitute at the same time, then the mediator at the next."""
    for mediator_id, last in zip(mediators, (timedelta(), _FARTHEST), strict=True):
        if mediator_id is None:
            continue
        offer = await offers.offer(
            deps,
            appointment.center,
            Purpose.MEDIATION,
            mediator_id,
            placeholders_open=STAFF.placeholders_open,
            organization_id=case.organization_id,
            notice_minutes=STAFF.notice_minutes,
        )
        chosen = await _first_free(deps, offer, appointment, people, last)
        if chosen is not None:
            notice = "mediator_changed" if chosen.slot.starts_at == appointment.starts_at else "moved_by_center"
            _ = await actions.move(
                deps, case, actor, appointment, chosen, everybody=people, asked=None, reason=reason, notice=notice
            )
            return True
    return False


async def _first_free(
    deps: Deps, offer: Offer, appointment: Appointment, people: Sequence[Person], ahead: timedelta
) -> Chosen | None:
    """From the old time on; `ahead` 0 = at that very time."""
    now, starts_at = deps.clock.now(), appointment.starts_at
    subjects = {subject for person in people for subject in person.diaries}
    until = max(starts_at + ahead, appointment.ends_at + timedelta(minutes=appointment.buffer_minutes))
    spans = await diaries.spans(
        {*subjects, *offer.subjects()}, starts_at, until + timedelta(days=1), now, without=appointment.id
    )
    busy = Busy(spans)
    for slot in offer.times(now, kind=appointment.kind, first=starts_at.astimezone(SHANGHAI).date()):
        if slot.starts_at < starts_at or slot.starts_at > starts_at + ahead:
            continue
        is_anybody_busy = any(busy.is_taken(each, slot.starts_at, slot.ends_at) for each in subjects)
        if offer.places(slot, busy).free and not is_anybody_busy:
            return Chosen(offer, slot)
    return None
