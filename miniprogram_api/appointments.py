from uuid import UUID

from sanic import Blueprint, Request
from sanic.response import HTTPResponse

from backend.accounts.actors import ResidentActor
from backend.appointments import actions, queries, views
from backend.appointments.errors import AlreadyBookedError, AppointmentNotLiveError, SlotFullError, SlotPastError
from backend.appointments.schemas import AppointmentOut, CancellationIn, SlotIn, SlotQuery, SlotsOut
from backend.core.deps import Deps
from backend.core.schema import Page, PageQuery
from backend.disputes import queries as disputes
from backend.disputes.actions import DisputeEndedError
from backend.disputes.workflow import ActionNotAllowedError
from backend.web.endpoint import endpoint

blueprint = Blueprint("mini_appointments")

_REFUSALS = (SlotFullError, SlotPastError, AlreadyBookedError, DisputeEndedError, ActionNotAllowedError)


@endpoint(blueprint, "GET", "/disputes/{dispute_id}/slots", audience="resident", query=SlotQuery, returns=SlotsOut)
async def list_slots(
    actor: ResidentActor, dispute_id: UUID, query: SlotQuery, deps: Deps, request: Request
) -> SlotsOut:
    dispute = await disputes.for_resident(actor, dispute_id)
    return await queries.slots(deps, dispute, query, placeholders_open=_placeholders_open(request))


@endpoint(
    blueprint,
    "POST",
    "/disputes/{dispute_id}/appointments",
    audience="resident",
    body=SlotIn,
    returns=AppointmentOut,
    status=201,
    errors=_REFUSALS,
)
async def book(actor: ResidentActor, dispute_id: UUID, body: SlotIn, deps: Deps, request: Request) -> AppointmentOut:
    is_open = _placeholders_open(request)
    appointment = await actions.book(deps, actor, dispute_id, body.slot_id, placeholders_open=is_open)
    return views.appointment_out(appointment, deps.calendar)


@endpoint(blueprint, "GET", "/appointments", audience="resident", query=PageQuery, returns=Page[AppointmentOut])
async def list_appointments(actor: ResidentActor, query: PageQuery, deps: Deps) -> Page[AppointmentOut]:
    return await queries.of_resident(deps, actor, limit=query.limit, cursor=query.cursor)


@endpoint(blueprint, "GET", "/appointments/{appointment_id}", audience="resident", returns=AppointmentOut)
async def get_appointment(actor: ResidentActor, appointment_id: UUID, deps: Deps) -> AppointmentOut:
    return views.appointment_out(await queries.for_resident(actor, appointment_id), deps.calendar)


@endpoint(
    blueprint, "GET", "/appointments/{appointment_id}/calendar.ics", audience="resident", produces="text/calendar"
)
async def get_calendar_file(actor: ResidentActor, appointment_id: UUID) -> HTTPResponse:
    text = views.calendar_file(await queries.for_resident(actor, appointment_id))
    return HTTPResponse(
        text, content_type="text/calendar; charset=utf-8", headers={"Cache-Control": "private, no-store"}
    )


@endpoint(
    blueprint,
    "POST",
    "/appointments/{appointment_id}/reschedule",
    audience="resident",
    body=SlotIn,
    returns=AppointmentOut,
    errors=(*_REFUSALS, AppointmentNotLiveError),
)
async def reschedule(
    actor: ResidentActor, appointment_id: UUID, body: SlotIn, deps: Deps, request: Request
) -> AppointmentOut:
    is_open = _placeholders_open(request)
    appointment = await actions.reschedule(deps, actor, appointment_id, body.slot_id, placeholders_open=is_open)
    return views.appointment_out(appointment, deps.calendar)


@endpoint(
    blueprint,
    "POST",
    "/appointments/{appointment_id}/cancellation",
    audience="resident",
    body=CancellationIn,
    returns=AppointmentOut,
    errors=(AppointmentNotLiveError,),
)
async def cancel(actor: ResidentActor, appointment_id: UUID, body: CancellationIn, deps: Deps) -> AppointmentOut:
    return views.appointment_out(await actions.cancel(deps, actor, appointment_id, body.reason), deps.calendar)


def _placeholders_open(request: Request) -> bool:
    """In production nobody is sent to an address that no one has confirmed."""
    return not request.app.ctx.settings.is_production
