"""A party's, or a member's, own meetings: read, left at any time, the minutes confirmed."""

from uuid import UUID

from sanic import Blueprint

from backend.accounts.actors import ResidentActor
from backend.core.deps import Deps
from backend.mediation import meetings, minutes
from backend.mediation.meeting_schemas import LeaveIn, MeetingOut, MinutesAnswerIn, MinutesOut
from backend.mediation.meetings import MeetingNotOpenError
from backend.mediation.minutes import MinutesAnsweredError, MinutesSupersededError
from backend.mediation.running import MediationNotOpenError, MediationRestsError
from backend.web.endpoint import endpoint

blueprint = Blueprint("mini_meetings")

_ALL = "/disputes/{dispute_id}/meetings"
_ONE = _ALL + "/{meeting_id}"
_MINUTES = _ONE + "/minutes"


@endpoint(
    blueprint,
    "POST",
    _ONE + "/leave",
    audience="resident",
    body=LeaveIn,
    returns=MeetingOut,
    errors=(MeetingNotOpenError,),
)
async def leave_meeting(
    actor: ResidentActor, dispute_id: UUID, meeting_id: UUID, body: LeaveIn, deps: Deps
) -> MeetingOut:
    return await meetings.leave(deps, actor, dispute_id, meeting_id, body.reason)


@endpoint(
    blueprint,
    "POST",
    _MINUTES + "/{version}/answers",
    audience="resident",
    body=MinutesAnswerIn,
    returns=MinutesOut,
    errors=(MediationNotOpenError, MediationRestsError, MinutesSupersededError, MinutesAnsweredError),
)
async def answer_minutes(
    actor: ResidentActor, dispute_id: UUID, meeting_id: UUID, *, version: int, body: MinutesAnswerIn, deps: Deps
) -> MinutesOut:
    return await minutes.answer_by_phone(deps, actor, dispute_id, meeting_id, version=version, fields=body)
