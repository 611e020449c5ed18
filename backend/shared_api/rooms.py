"""The video room as its guests come to it, by phone or by account."""

from uuid import UUID

from backend.accounts.actors import Actor
from backend.appointments.errors import AppointmentNotLiveError, KeptApartError, NotYetError
from backend.core.deps import Deps
from backend.core.errors import RoleNotAllowedError
from backend.core.schema import Page
from backend.mediation import acts, guests, passes, room_views
from backend.mediation.guests import NotAskedError
from backend.mediation.passes import NoVideoError
from backend.mediation.room_schemas import ConsentIn, PassOut, RoomOut
from backend.mediation.rooms import NotAdmittedError, RoomEndedError
from backend.mediation.running import MediationNotOpenError, MediationRestsError
from backend.shared_api.both import Both
from models import RoomConsentKind

both = Both("rooms")

_ROOMS = "/disputes/{dispute_id}/rooms"
_ROOM = _ROOMS + "/{room_id}"
_MEET = (RoomEndedError, MediationRestsError, KeptApartError, NotYetError, AppointmentNotLiveError)


@both.endpoint("GET", _ROOMS, returns=Page[RoomOut])
async def list_rooms(actor: Actor, dispute_id: UUID, deps: Deps) -> Page[RoomOut]:
    standing = await acts.standing(actor, dispute_id)
    return Page[RoomOut](items=await room_views.of_case(deps, actor, standing))


@both.endpoint("GET", _ROOM, returns=RoomOut)
async def get_room(actor: Actor, dispute_id: UUID, room_id: UUID, deps: Deps) -> RoomOut:
    return await room_views.one(deps, actor, await acts.standing(actor, dispute_id), room_id)


@both.endpoint(
    "POST",
    _ROOM + "/entry",
    returns=RoomOut,
    errors=(
        RoleNotAllowedError,
        MediationNotOpenError,
        *_MEET,
    ),
)
async def ask_to_come_in(actor: Actor, dispute_id: UUID, room_id: UUID, deps: Deps) -> RoomOut:
    standing = await acts.standing(actor, dispute_id, lock=True)
    await guests.ask(deps, actor, standing, room_id)
    return await room_views.one(deps, actor, standing, room_id)


@both.endpoint(
    "PUT",
    _ROOM + "/consents",
    body=ConsentIn,
    returns=RoomOut,
    errors=(NotAskedError, MediationNotOpenError, RoomEndedError),
)
async def give_room_consent(actor: Actor, dispute_id: UUID, room_id: UUID, body: ConsentIn, deps: Deps) -> RoomOut:
    standing = await acts.standing(actor, dispute_id, lock=True)
    await guests.consent(deps, actor, standing, room_id, body)
    return await room_views.one(deps, actor, standing, room_id)


@both.endpoint(
    "DELETE",
    _ROOM + "/consents/{kind}",
    returns=RoomOut,
    errors=(NotAskedError,),
)
async def withdraw_room_consent(
    actor: Actor, dispute_id: UUID, room_id: UUID, kind: RoomConsentKind, deps: Deps
) -> RoomOut:
    standing = await acts.standing(actor, dispute_id, lock=True)
    await guests.withdraw(deps, actor, standing, room_id, kind)
    return await room_views.one(deps, actor, standing, room_id)


@both.endpoint(
    "POST",
    _ROOM + "/leaving",
    returns=RoomOut,
    errors=(NotAskedError, MediationNotOpenError, RoomEndedError),
)
async def leave_room(actor: Actor, dispute_id: UUID, room_id: UUID, deps: Deps) -> RoomOut:
    standing = await acts.standing(actor, dispute_id, lock=True)
    await guests.leave(deps, actor, standing, room_id)
    return await room_views.one(deps, actor, standing, room_id)


@both.endpoint(
    "POST",
    _ROOM + "/pass",
    returns=PassOut,
    errors=(
        RoleNotAllowedError,
        MediationNotOpenError,
        *_MEET,
        NotAdmittedError,
        NoVideoError,
    ),
)
async def get_room_pass(actor: Actor, dispute_id: UUID, room_id: UUID, deps: Deps) -> PassOut:
    standing = await acts.standing(actor, dispute_id)
    return await passes.issue(deps, actor, standing, room_id)
