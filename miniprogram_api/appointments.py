from uuid import UUID

from sanic import Blueprint, Request
from sanic.response import HTTPResponse

from backend.accounts.actors import ResidentActor
from backend.appointments import actions, attendance, misses, proposals, queries, slots, views
from backend.appointments.errors import (
    AlreadyBookedError,
    AlreadyCheckedInError,
    AppointmentNotLiveError,
    KeptApartError,
    NoMediatorError,
    NotProposedError,
    NotTakingPartError,
    NotYetError,
    SlotFullError,
    SlotPastError,
)
from backend.appointments.ics import appointment_file
from backend.appointments.schemas import (
    AnswerIn,
    AppointmentOut,
    CancellationIn,
    CheckInCodeOut,
    RescheduleIn,
    SceneIn,
    SlotIn,
    SlotQuery,
    SlotsOut,
)
from backend.core.deps import Deps
from backend.core.schema import Page, PageQuery
from backend.disputes import queries as disputes
from backend.disputes.actions import DisputeEndedError
from backend.disputes.workflow import ActionNotAllowedError
from backend.mediation import passes
from backend.mediation.passes import NoVideoError
from backend.mediation.room_schemas import PassOut
from backend.web.endpoint import endpoint

blueprint = Blueprint("mini_appointments")

REFUSALS = (
    NotTakingPartError,
    SlotFullError,
    SlotPastError,
    AlreadyBookedError,
    KeptApartError,
    NoMediatorError,
    DisputeEndedError,
    ActionNotAllowedError,
)


@endpoint(blueprint, "GET", "/disputes/{dispute_id}/slots", audience="resident", query=SlotQuery, returns=SlotsOut)
async def list_slots(
    actor: ResidentActor, dispute_id: UUID, query: SlotQuery, deps: Deps, request: Request
) -> SlotsOut:
    dispute = await disputes.for_resident(actor, dispute_id)
    terms = await misses.terms(deps, actor.id, placeholders_open=placeholders_open(request))
    return await slots.slots(deps, dispute, query, terms)


@endpoint(
    blueprint,
    "POST",
    "/disputes/{dispute_id}/appointments",
    audience="resident",
    body=SlotIn,
    returns=AppointmentOut,
    status=201,
    errors=REFUSALS,
)
async def book(actor: ResidentActor, dispute_id: UUID, body: SlotIn, deps: Deps, request: Request) -> AppointmentOut:
    is_open = placeholders_open(request)
    appointment = await actions.book(deps, actor, dispute_id, body.slot_id, placeholders_open=is_open)
    return await queries.own(deps, actor, appointment)


@endpoint(blueprint, "GET", "/appointments", audience="resident", query=PageQuery, returns=Page[AppointmentOut])
async def list_appointments(actor: ResidentActor, query: PageQuery, deps: Deps) -> Page[AppointmentOut]:
    return await queries.of_resident(deps, actor, limit=query.limit, cursor=query.cursor)


@endpoint(blueprint, "GET", "/appointments/{appointment_id}", audience="resident", returns=AppointmentOut)
async def get_appointment(actor: ResidentActor, appointment_id: UUID, deps: Deps) -> AppointmentOut:
    return await queries.own(deps, actor, await queries.for_resident(actor, appointment_id))


@endpoint(
    blueprint, "GET", "/appointments/{appointment_id}/calendar.ics", audience="resident", produces="text/calendar"
)
async def get_calendar_file(actor: ResidentActor, appointment_id: UUID, deps: Deps) -> HTTPResponse:
    entry = views.calendar_entry(await queries.for_resident(actor, appointment_id), deps.clock.now())
    return HTTPResponse(
        appointment_file(entry),
        content_type="text/calendar; charset=utf-8",
        headers={"Cache-Control": "private, no-store"},
    )


@endpoint(
    blueprint,
    "POST",
    "/appointments/{appointment_id}/reschedule",
    audience="resident",
    body=RescheduleIn,
    returns=AppointmentOut,
    errors=(*REFUSALS, AppointmentNotLiveError),
)
async def reschedule(
    actor: ResidentActor, appointment_id: UUID, body: RescheduleIn, deps: Deps, request: Request
) -> AppointmentOut:
    is_open = placeholders_open(request)
    appointment = await actions.reschedule(
        deps, actor, appointment_id, body.slot_id, placeholders_open=is_open, reason=body.reason
    )
    return await queries.own(deps, actor, appointment)


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
    return await queries.own(deps, actor, await actions.cancel(deps, actor, appointment_id, body.reason))


@endpoint(
    blueprint,
    "POST",
    "/appointments/{appointment_id}/answer",
    audience="resident",
    body=AnswerIn,
    returns=AppointmentOut,
    errors=(NotProposedError,),
)
async def answer_proposal(actor: ResidentActor, appointment_id: UUID, body: AnswerIn, deps: Deps) -> AppointmentOut:
    appointment = await proposals.answer(deps, actor, appointment_id, body.answer, body.wish)
    return await queries.own(deps, actor, appointment)


@endpoint(
    blueprint,
    "GET",
    "/appointments/{appointment_id}/check-in-code",
    audience="resident",
    returns=CheckInCodeOut,
    errors=(NotYetError, AppointmentNotLiveError),
)
async def get_check_in_code(actor: ResidentActor, appointment_id: UUID, deps: Deps) -> CheckInCodeOut:
    appointment = await queries.for_resident(actor, appointment_id)
    shown = await attendance.show_code(deps, actor, appointment)
    digits = (await queries.own(deps, actor, appointment)).checkin_code
    return CheckInCodeOut(code=shown.code, digits=digits, expires_at=shown.expires_at)


@endpoint(
    blueprint,
    "POST",
    "/appointments/{appointment_id}/check-in",
    audience="resident",
    body=SceneIn,
    returns=AppointmentOut,
    errors=(NotYetError, AlreadyCheckedInError, AppointmentNotLiveError),
)
async def check_in_oneself(actor: ResidentActor, appointment_id: UUID, body: SceneIn, deps: Deps) -> AppointmentOut:
    _ = await attendance.check_in_oneself(deps, actor, appointment_id, body.scene)
    return await queries.own(deps, actor, await queries.for_resident(actor, appointment_id))


@endpoint(
    blueprint,
    "POST",
    "/appointments/{appointment_id}/video",
    audience="resident",
    returns=PassOut,
    errors=(NotYetError, AppointmentNotLiveError, NoVideoError),
)
async def join_video(actor: ResidentActor, appointment_id: UUID, deps: Deps) -> PassOut:
    """Of a registration by video; a mediation has its room in the case."""
    return await passes.at_window(deps, actor, appointment_id)


def placeholders_open(request: Request) -> bool:
    """In production nobody is sent to an address that no one has confirmed."""
    return not request.app.ctx.settings.is_production
