from uuid import UUID

from sanic import Blueprint

from backend.accounts.actors import StaffActor
from backend.appointments import actions, affected, attendance, proposals, queries, slots
from backend.appointments.errors import (
    AlreadyBookedError,
    AlreadyCheckedInError,
    AppointmentNotLiveError,
    FixingTooEarlyError,
    KeptApartError,
    NoMediatorError,
    NotAffectedError,
    NotProposedError,
    NotYetError,
    SlotFullError,
    SlotPastError,
)
from backend.appointments.schemas import (
    AffectedQuery,
    ArrangementIn,
    CancellationIn,
    CenterAppointmentOut,
    CheckInIn,
    ExcuseIn,
    NoShowIn,
    RecordedAnswerIn,
    ScanIn,
    SlotQuery,
    SlotsOut,
    StaffRescheduleIn,
)
from backend.appointments.taking import STAFF
from backend.core.deps import Deps
from backend.core.errors import RoleNotAllowedError
from backend.core.schema import Page
from backend.disputes import queries as disputes
from backend.disputes.actions import DisputeEndedError
from backend.disputes.workflow import ActionNotAllowedError
from backend.mediation import passes
from backend.mediation.passes import NoVideoError
from backend.mediation.room_schemas import PassOut
from backend.web.endpoint import endpoint

blueprint = Blueprint("staff_appointments")

_REFUSALS = (
    RoleNotAllowedError,
    SlotFullError,
    SlotPastError,
    AlreadyBookedError,
    KeptApartError,
    NoMediatorError,
    DisputeEndedError,
    ActionNotAllowedError,
)


@endpoint(blueprint, "GET", "/disputes/{dispute_id}/slots", audience="staff", query=SlotQuery, returns=SlotsOut)
async def list_slots(actor: StaffActor, dispute_id: UUID, query: SlotQuery, deps: Deps) -> SlotsOut:
    """Without minimum notice: somebody at the window may be seen at once."""
    return await slots.slots(deps, await disputes.for_staff(actor, dispute_id), query, STAFF)


@endpoint(
    blueprint,
    "POST",
    "/disputes/{dispute_id}/appointments",
    audience="staff",
    body=ArrangementIn,
    returns=CenterAppointmentOut,
    status=201,
    errors=(*_REFUSALS, FixingTooEarlyError),
)
async def arrange(actor: StaffActor, dispute_id: UUID, body: ArrangementIn, deps: Deps) -> CenterAppointmentOut:
    appointment = await proposals.arrange(deps, actor, dispute_id, body)
    return await queries.center_appointment(deps, actor, appointment)


@endpoint(
    blueprint,
    "POST",
    "/appointments/{appointment_id}/reschedule",
    audience="staff",
    body=StaffRescheduleIn,
    returns=CenterAppointmentOut,
    errors=(*_REFUSALS, AppointmentNotLiveError),
)
async def reschedule(
    actor: StaffActor, appointment_id: UUID, body: StaffRescheduleIn, deps: Deps
) -> CenterAppointmentOut:
    appointment = await actions.reschedule_by_staff(deps, actor, appointment_id, body.slot_id, body.reason)
    return await queries.center_appointment(deps, actor, appointment)


@endpoint(
    blueprint,
    "POST",
    "/appointments/{appointment_id}/cancellation",
    audience="staff",
    body=CancellationIn,
    returns=CenterAppointmentOut,
    errors=(RoleNotAllowedError, AppointmentNotLiveError),
)
async def cancel(actor: StaffActor, appointment_id: UUID, body: CancellationIn, deps: Deps) -> CenterAppointmentOut:
    appointment = await actions.cancel_by_staff(deps, actor, appointment_id, body.reason)
    return await queries.center_appointment(deps, actor, appointment)


@endpoint(
    blueprint,
    "POST",
    "/appointments/{appointment_id}/answers",
    audience="staff",
    body=RecordedAnswerIn,
    returns=CenterAppointmentOut,
    errors=(RoleNotAllowedError, NotProposedError),
)
async def record_answer(
    actor: StaffActor, appointment_id: UUID, body: RecordedAnswerIn, deps: Deps
) -> CenterAppointmentOut:
    appointment = await proposals.record_answer(deps, actor, appointment_id, body.party_id, body.answer, wish=body.wish)
    return await queries.center_appointment(deps, actor, appointment)


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
    errors=(RoleNotAllowedError, AlreadyCheckedInError, AppointmentNotLiveError),
)
async def check_in(actor: StaffActor, appointment_id: UUID, body: CheckInIn, deps: Deps) -> CenterAppointmentOut:
    appointment = await attendance.check_in(deps, actor, appointment_id, body.code)
    return await queries.center_appointment(deps, actor, appointment)


@endpoint(
    blueprint,
    "POST",
    "/check-ins",
    audience="staff",
    body=ScanIn,
    returns=CenterAppointmentOut,
    errors=(RoleNotAllowedError, AlreadyCheckedInError, AppointmentNotLiveError),
)
async def check_in_scanned(actor: StaffActor, body: ScanIn, deps: Deps) -> CenterAppointmentOut:
    appointment = await attendance.check_in_scanned(deps, actor, body.code)
    return await queries.center_appointment(deps, actor, appointment)


@endpoint(
    blueprint,
    "POST",
    "/appointments/{appointment_id}/no-show",
    audience="staff",
    body=NoShowIn,
    returns=CenterAppointmentOut,
    errors=(RoleNotAllowedError, NotYetError, AppointmentNotLiveError),
)
async def note_no_show(actor: StaffActor, appointment_id: UUID, body: NoShowIn, deps: Deps) -> CenterAppointmentOut:
    appointment = await attendance.note_no_show(deps, actor, appointment_id, body.party_ids, body.excuse)
    return await queries.center_appointment(deps, actor, appointment)


@endpoint(
    blueprint,
    "POST",
    "/appointments/{appointment_id}/excuse",
    audience="staff",
    body=ExcuseIn,
    returns=CenterAppointmentOut,
    errors=(RoleNotAllowedError,),
)
async def excuse(actor: StaffActor, appointment_id: UUID, body: ExcuseIn, deps: Deps) -> CenterAppointmentOut:
    appointment = await attendance.excuse(deps, actor, appointment_id, body.reason)
    return await queries.center_appointment(deps, actor, appointment)


@endpoint(
    blueprint,
    "POST",
    "/appointments/{appointment_id}/completion",
    audience="staff",
    returns=CenterAppointmentOut,
    errors=(RoleNotAllowedError, NotYetError, AppointmentNotLiveError),
)
async def complete(actor: StaffActor, appointment_id: UUID, deps: Deps) -> CenterAppointmentOut:
    appointment = await attendance.complete(deps, actor, appointment_id)
    return await queries.center_appointment(deps, actor, appointment)


@endpoint(
    blueprint,
    "POST",
    "/appointments/{appointment_id}/video",
    audience="staff",
    returns=PassOut,
    errors=(RoleNotAllowedError, NotYetError, AppointmentNotLiveError, NoVideoError),
)
async def host_video(actor: StaffActor, appointment_id: UUID, deps: Deps) -> PassOut:
    """Of a registration by video; a mediation has its room in the case."""
    return await passes.at_window(deps, actor, appointment_id)
