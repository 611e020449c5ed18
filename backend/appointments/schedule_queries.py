"""What staff see of windows, rooms, hours and blocked periods."""

from collections.abc import Sequence
from datetime import datetime, time
from uuid import UUID

from backend.accounts.actors import StaffActor
from backend.appointments import queries, schedules
from backend.appointments.moving import Move
from backend.appointments.schemas import (
    BlockedQuery,
    BlockOut,
    FacilitiesOut,
    FacilityOut,
    MediatorHoursOut,
    MoveOut,
    MovesOut,
    NewBlockOut,
)
from backend.core import clock, pagination
from backend.core.clock import SHANGHAI
from backend.core.deps import Deps
from backend.core.errors import NotFoundError
from backend.core.opening import Hours
from backend.core.schema import Page
from models import Appointment, BlockedPeriod, Facility, MediatorHours, Role


async def facilities(actor: StaffActor, center_id: UUID) -> FacilitiesOut:
    """Closed ones too. Raises NotFoundError."""
    _check_center(actor, center_id)
    rows = await Facility.filter(center_id=center_id).order_by("kind", "name")
    return FacilitiesOut(items=[facility_out(row) for row in rows])


async def mediator_hours(actor: StaffActor, mediator_id: UUID) -> MediatorHoursOut:
    """Raises NotFoundError."""
    staff = await schedules.mediator(mediator_id)
    _check_center(actor, staff.center_id)
    own = await MediatorHours.get_or_none(mediator_id=staff.id)
    hours = None if own is None else Hours.model_validate(own.hours)
    return MediatorHoursOut(mediator_id=str(staff.id), hours=hours)


async def blocked(deps: Deps, actor: StaffActor, center_id: UUID, query: BlockedQuery) -> Page[BlockOut]:
    """That end on or after the first day, in the order in which they were written. Raises NotFoundError."""
    _check_center(actor, center_id)
    first = datetime.combine(query.first or clock.today(deps.clock), time(), SHANGHAI)
    rows = BlockedPeriod.filter(center_id=center_id, ends_at__gt=first)
    after = pagination.decode_id(query.cursor)
    if after is not None:
        rows = rows.filter(id__gt=after)
    found = await rows.order_by("id").limit(query.limit + 1).select_related("diary")
    page, next_cursor = pagination.cut(found, query.limit, lambda row: (str(row.id),))
    return Page[BlockOut](items=[_block_out(row) for row in page], next_cursor=next_cursor)


async def new_block(
    deps: Deps, actor: StaffActor, period: BlockedPeriod, in_the_way: Sequence[Appointment]
) -> NewBlockOut:
    """An administrator reads no cases, and sees none here."""
    await period.fetch_related("diary")
    shown = [] if actor.role is Role.ADMIN else await queries.shown_to_staff(deps, actor, in_the_way)
    return NewBlockOut(**dict(_block_out(period)), in_the_way=shown)


async def moves(deps: Deps, actor: StaffActor, made: Sequence[Move]) -> MovesOut:
    rows = await Appointment.filter(id__in=[each.appointment.id for each in made]).select_related(
        "center", "dispute", "mediator", "room"
    )
    shown = {each.id: each for each in await queries.shown_to_staff(deps, actor, rows)}
    return MovesOut(
        items=[
            MoveOut(before=each.before, is_moved=each.is_moved, appointment=shown[str(each.appointment.id)])
            for each in made
        ]
    )


def facility_out(row: Facility) -> FacilityOut:
    hours = None if row.hours is None else Hours.model_validate(row.hours)
    return FacilityOut(id=str(row.id), kind=row.kind, name=row.name, hours=hours, closed_at=row.closed_at)


def _block_out(row: BlockedPeriod) -> BlockOut:
    return BlockOut(
        id=str(row.id),
        kind=row.diary.kind,
        subject_id=row.diary.subject,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        reason=row.reason,
    )


def _check_center(actor: StaffActor, center_id: UUID | None) -> None:
    """A center its own; whoever works for the whole city any."""
    if actor.center_id not in (None, center_id):
        raise NotFoundError
