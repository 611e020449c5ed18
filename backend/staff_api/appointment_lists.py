"""Who comes when: for the center, for a mediator, and on paper."""

from sanic import Blueprint
from sanic.response import HTTPResponse

from backend.accounts.actors import StaffActor
from backend.appointments import lists, sheets
from backend.appointments.schemas import CenterAppointmentOut, CenterAppointmentsQuery, DaysOut, DaysQuery
from backend.core.deps import Deps
from backend.core.errors import RoleNotAllowedError
from backend.core.schema import Page
from backend.web.endpoint import endpoint
from backend.web.paper import paper

blueprint = Blueprint("staff_appointment_lists")


@endpoint(
    blueprint,
    "GET",
    "/appointments",
    audience="staff",
    query=CenterAppointmentsQuery,
    returns=Page[CenterAppointmentOut],
    errors=(RoleNotAllowedError,),
)
async def list_appointments(
    actor: StaffActor, query: CenterAppointmentsQuery, deps: Deps
) -> Page[CenterAppointmentOut]:
    return await lists.of_center(deps, actor, query)


@endpoint(
    blueprint,
    "GET",
    "/appointments/week",
    audience="staff",
    query=DaysQuery,
    returns=DaysOut,
    errors=(RoleNotAllowedError,),
)
async def list_appointments_by_day(actor: StaffActor, query: DaysQuery, deps: Deps) -> DaysOut:
    """What was called off is only in the list by time."""
    return await lists.by_day(deps, actor, await lists.scope_of(actor, query), query)


@endpoint(
    blueprint,
    "GET",
    "/appointments/print",
    audience="staff",
    query=DaysQuery,
    produces="text/html",
    errors=(RoleNotAllowedError,),
)
async def print_appointments(actor: StaffActor, query: DaysQuery, deps: Deps) -> HTTPResponse:
    return paper(await sheets.page(deps, actor, query))
