"""Meetings and their minutes, as whoever takes part reads them."""

from uuid import UUID

from backend.accounts.actors import Actor
from backend.core.deps import Deps
from backend.core.schema import Page, PageQuery
from backend.mediation import meeting_views, minutes
from backend.mediation.meeting_schemas import MeetingOut, MinutesListOut
from backend.shared_api.both import Both

both = Both("meetings")

_ALL = "/disputes/{dispute_id}/meetings"
_ONE = _ALL + "/{meeting_id}"
_MINUTES = _ONE + "/minutes"


@both.endpoint("GET", _ALL, query=PageQuery, returns=Page[MeetingOut])
async def list_meetings(actor: Actor, dispute_id: UUID, query: PageQuery, deps: Deps) -> Page[MeetingOut]:
    return await meeting_views.page(deps, actor, dispute_id, query)


@both.endpoint("GET", _ONE, returns=MeetingOut)
async def get_meeting(actor: Actor, dispute_id: UUID, meeting_id: UUID, deps: Deps) -> MeetingOut:
    return await meeting_views.get(deps, actor, dispute_id, meeting_id)


@both.endpoint("GET", _MINUTES, returns=MinutesListOut)
async def list_minutes(actor: Actor, dispute_id: UUID, meeting_id: UUID, deps: Deps) -> MinutesListOut:
    return await minutes.versions(deps, actor, dispute_id, meeting_id)
