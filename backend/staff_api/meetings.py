"""Meetings and their minutes, as the mediator holds them and colleagues of the case read them."""

from uuid import UUID

from sanic import Blueprint

from backend.accounts.actors import StaffActor
from backend.appointments.errors import KeptApartError
from backend.core.deps import Deps
from backend.core.errors import RoleNotAllowedError
from backend.mediation import convening, meetings, minutes
from backend.mediation.meeting_schemas import (
    AdjournIn,
    AttendanceIn,
    BeginIn,
    MeetingIn,
    MeetingOut,
    MinutesIn,
    MinutesOut,
    WindowAnswerIn,
)
from backend.mediation.meetings import MeetingNotOpenError
from backend.mediation.minutes import MinutesAnsweredError, MinutesSupersededError
from backend.mediation.running import MediationNotOpenError, MediationRestsError
from backend.web.endpoint import endpoint

blueprint = Blueprint("staff_meetings")

_ALL = "/disputes/{dispute_id}/meetings"
_ONE = _ALL + "/{meeting_id}"
_MINUTES = _ONE + "/minutes"
_NOT_NOW = (RoleNotAllowedError, MediationNotOpenError, MediationRestsError)


@endpoint(
    blueprint,
    "POST",
    _ALL,
    audience="colleague",
    body=MeetingIn,
    returns=MeetingOut,
    status=201,
    errors=(*_NOT_NOW, KeptApartError),
)
async def plan_meeting(actor: StaffActor, dispute_id: UUID, body: MeetingIn, deps: Deps) -> MeetingOut:
    return await convening.plan(deps, actor, dispute_id, body)


@endpoint(
    blueprint,
    "PUT",
    _ONE,
    audience="staff",
    body=MeetingIn,
    returns=MeetingOut,
    errors=(*_NOT_NOW, KeptApartError, MeetingNotOpenError),
)
async def move_meeting(
    actor: StaffActor, dispute_id: UUID, meeting_id: UUID, body: MeetingIn, deps: Deps
) -> MeetingOut:
    """Another time or place, other participants or another agenda, before it has begun."""
    return await convening.move(deps, actor, dispute_id, meeting_id, body)


@endpoint(
    blueprint,
    "POST",
    _ONE + "/cancellation",
    audience="staff",
    body=AdjournIn,
    returns=MeetingOut,
    errors=(*_NOT_NOW, MeetingNotOpenError),
)
async def cancel_meeting(
    actor: StaffActor, dispute_id: UUID, meeting_id: UUID, body: AdjournIn, deps: Deps
) -> MeetingOut:
    return await convening.cancel(deps, actor, dispute_id, meeting_id, body.reason)


@endpoint(
    blueprint,
    "POST",
    _ONE + "/begin",
    audience="colleague",
    body=BeginIn,
    returns=MeetingOut,
    errors=(*_NOT_NOW, KeptApartError, MeetingNotOpenError),
)
async def begin_meeting(actor: StaffActor, dispute_id: UUID, meeting_id: UUID, body: BeginIn, deps: Deps) -> MeetingOut:
    return await meetings.begin(deps, actor, dispute_id, meeting_id, body)


@endpoint(
    blueprint,
    "POST",
    _ONE + "/attendance",
    audience="colleague",
    body=AttendanceIn,
    returns=MeetingOut,
    errors=(*_NOT_NOW, MeetingNotOpenError),
)
async def record_attendance(
    actor: StaffActor, dispute_id: UUID, meeting_id: UUID, body: AttendanceIn, deps: Deps
) -> MeetingOut:
    return await meetings.attend(deps, actor, dispute_id, meeting_id, body)


@endpoint(
    blueprint,
    "POST",
    _ONE + "/adjournment",
    audience="colleague",
    body=AdjournIn,
    returns=MeetingOut,
    errors=(*_NOT_NOW, MeetingNotOpenError),
)
async def adjourn_meeting(
    actor: StaffActor, dispute_id: UUID, meeting_id: UUID, body: AdjournIn, deps: Deps
) -> MeetingOut:
    return await meetings.adjourn(deps, actor, dispute_id, meeting_id, body)


@endpoint(
    blueprint,
    "POST",
    _ONE + "/end",
    audience="colleague",
    returns=MeetingOut,
    errors=(*_NOT_NOW, MeetingNotOpenError),
)
async def end_meeting(actor: StaffActor, dispute_id: UUID, meeting_id: UUID, deps: Deps) -> MeetingOut:
    return await meetings.end(deps, actor, dispute_id, meeting_id)


@endpoint(
    blueprint,
    "POST",
    _MINUTES,
    audience="colleague",
    body=MinutesIn,
    returns=MinutesOut,
    status=201,
    errors=(*_NOT_NOW, MeetingNotOpenError),
)
async def write_minutes(
    actor: StaffActor, dispute_id: UUID, meeting_id: UUID, body: MinutesIn, deps: Deps
) -> MinutesOut:
    return await minutes.write(deps, actor, dispute_id, meeting_id, body)


@endpoint(
    blueprint,
    "POST",
    _MINUTES + "/{version}/answers",
    audience="colleague",
    body=WindowAnswerIn,
    returns=MinutesOut,
    errors=(*_NOT_NOW, MinutesSupersededError, MinutesAnsweredError),
)
async def record_minutes_answer(
    actor: StaffActor, dispute_id: UUID, meeting_id: UUID, *, version: int, body: WindowAnswerIn, deps: Deps
) -> MinutesOut:
    return await minutes.answer_at_window(deps, actor, dispute_id, meeting_id, version=version, fields=body)
