"""Windows, rooms, hours of mediators, blocked periods, and a day that has to be moved."""

from uuid import UUID

from sanic import Blueprint

from backend.accounts.actors import StaffActor
from backend.appointments import moving, schedule_queries, schedules
from backend.appointments.schemas import (
    BlockedQuery,
    BlockIn,
    BlockOut,
    FacilitiesOut,
    FacilityFields,
    FacilityIn,
    FacilityOut,
    MediatorHoursIn,
    MediatorHoursOut,
    MovedDayIn,
    MovesOut,
    NewBlockOut,
)
from backend.core.deps import Deps
from backend.core.errors import RoleNotAllowedError
from backend.core.schema import Page
from backend.web.endpoint import endpoint

blueprint = Blueprint("staff_schedules")

_REFUSES = (RoleNotAllowedError,)


@endpoint(blueprint, "GET", "/centers/{center_id}/facilities", audience="staff", returns=FacilitiesOut)
async def list_facilities(actor: StaffActor, center_id: UUID) -> FacilitiesOut:
    return await schedule_queries.facilities(actor, center_id)


@endpoint(
    blueprint,
    "POST",
    "/centers/{center_id}/facilities",
    audience="staff",
    body=FacilityIn,
    returns=FacilityOut,
    status=201,
    errors=_REFUSES,
)
async def add_facility(actor: StaffActor, center_id: UUID, body: FacilityIn, deps: Deps) -> FacilityOut:
    return schedule_queries.facility_out(await schedules.add_facility(deps, actor, center_id, body))


@endpoint(
    blueprint,
    "PUT",
    "/facilities/{facility_id}",
    audience="staff",
    body=FacilityFields,
    returns=FacilityOut,
    errors=_REFUSES,
)
async def change_facility(actor: StaffActor, facility_id: UUID, body: FacilityFields) -> FacilityOut:
    return schedule_queries.facility_out(await schedules.change_facility(actor, facility_id, body.name, body.hours))


@endpoint(blueprint, "DELETE", "/facilities/{facility_id}", audience="staff", returns=FacilityOut, errors=_REFUSES)
async def close_facility(actor: StaffActor, facility_id: UUID, deps: Deps) -> FacilityOut:
    return schedule_queries.facility_out(await schedules.close_facility(deps, actor, facility_id))


@endpoint(blueprint, "GET", "/mediators/{mediator_id}/hours", audience="staff", returns=MediatorHoursOut)
async def get_mediator_hours(actor: StaffActor, mediator_id: UUID) -> MediatorHoursOut:
    return await schedule_queries.mediator_hours(actor, mediator_id)


@endpoint(
    blueprint,
    "PUT",
    "/mediators/{mediator_id}/hours",
    audience="staff",
    body=MediatorHoursIn,
    returns=MediatorHoursOut,
    errors=_REFUSES,
)
async def set_mediator_hours(actor: StaffActor, mediator_id: UUID, body: MediatorHoursIn) -> MediatorHoursOut:
    _ = await schedules.set_mediator_hours(actor, mediator_id, body.hours)
    return MediatorHoursOut(mediator_id=str(mediator_id), hours=body.hours)


@endpoint(
    blueprint,
    "GET",
    "/centers/{center_id}/blocked-periods",
    audience="staff",
    query=BlockedQuery,
    returns=Page[BlockOut],
)
async def list_blocked_periods(actor: StaffActor, center_id: UUID, query: BlockedQuery, deps: Deps) -> Page[BlockOut]:
    return await schedule_queries.blocked(deps, actor, center_id, query)


@endpoint(
    blueprint,
    "POST",
    "/centers/{center_id}/blocked-periods",
    audience="staff",
    body=BlockIn,
    returns=NewBlockOut,
    status=201,
    errors=_REFUSES,
)
async def block_period(actor: StaffActor, center_id: UUID, body: BlockIn, deps: Deps) -> NewBlockOut:
    period, in_the_way = await schedules.block(deps, actor, center_id, body)
    return await schedule_queries.new_block(deps, actor, period, in_the_way)


@endpoint(blueprint, "DELETE", "/blocked-periods/{period_id}", audience="staff", status=204, errors=_REFUSES)
async def unblock_period(actor: StaffActor, period_id: UUID) -> None:
    await schedules.unblock(actor, period_id)


@endpoint(
    blueprint,
    "POST",
    "/mediators/{mediator_id}/moved-days",
    audience="staff",
    body=MovedDayIn,
    returns=MovesOut,
    status=201,
    errors=_REFUSES,
)
async def move_day(actor: StaffActor, mediator_id: UUID, body: MovedDayIn, deps: Deps) -> MovesOut:
    moves = await moving.move_day(
        deps, actor, mediator_id, body.day, substitute_id=body.substitute_id, reason=body.reason
    )
    return await schedule_queries.moves(deps, actor, moves)
