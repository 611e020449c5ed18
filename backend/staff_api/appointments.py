from uuid import UUID

from sanic import Blueprint

from backend.accounts.actors import StaffActor
from backend.appointments import actions, affected, queries
from backend.appointments.errors import AlreadyCheckedInError, AppointmentNotLiveError, NotAffectedError
from backend.appointments.schemas import AffectedQuery, CenterAppointmentOut, CenterAppointmentsQuery, CheckInIn
from backend.core.deps import Deps
from backend.core.errors import RoleNotAllowedError
from backend.core.schema import Page
from backend.web.endpoint import endpoint

blueprint = Blueprint("staff_appointments")


@endpoint(
    blueprint,
    "GET",
    "/appointments",
    audience="staff",
    query=CenterAppointmentsQuery,
    returns=Page[CenterAppointmentOut],
)
async def list_appointments(
    actor: StaffActor, query: CenterAppointmentsQuery, deps: Deps
) -> Page[CenterAppointmentOut]:
    return await queries.of_center(deps, actor, query)


@endpoint(
    blueprint,
    "GET",
    "/appointments/affected",
    audience="staff",
    query=AffectedQuery,
    returns=Page[CenterAppointmentOut],
    errors=(RoleNotAllowedError,),
)
async def list_affected_appointments(actor: StaffActor, query: AffectedQuery, deps: Deps) -> Page[CenterAppointmentOut]:
    """On a day that a later notice of days off has taken away, and nobody has moved or kept them yet."""
    return await affected.open_ones(deps, actor, query)


@endpoint(
    blueprint,
    "POST",
    "/appointments/{appointment_id}/keep",
    audience="staff",
    returns=CenterAppointmentOut,
    errors=(RoleNotAllowedError, NotAffectedError),
)
async def keep_appointment(actor: StaffActor, appointment_id: UUID, deps: Deps) -> CenterAppointmentOut:
    """It takes place although the day is off; its resident is told."""
    return await queries.center_appointment(deps, actor, await affected.keep(deps, actor, appointment_id))


@endpoint(
    blueprint,
    "POST",
    "/appointments/{appointment_id}/check-in",
    audience="staff",
    body=CheckInIn,
    returns=CenterAppointmentOut,
    errors=(AlreadyCheckedInError, AppointmentNotLiveError),
)
async def check_in(actor: StaffActor, appointment_id: UUID, body: CheckInIn, deps: Deps) -> CenterAppointmentOut:
    appointment = await actions.check_in(deps, actor, appointment_id, body.code)
    return await queries.center_appointment(deps, actor, appointment)
