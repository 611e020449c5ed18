from uuid import UUID

from sanic import Blueprint

from backend.accounts.actors import StaffActor
from backend.appointments import actions, queries
from backend.appointments.errors import AlreadyCheckedInError, AppointmentNotLiveError
from backend.appointments.schemas import CenterAppointmentOut, CenterAppointmentsQuery, CheckInIn
from backend.core.deps import Deps
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
