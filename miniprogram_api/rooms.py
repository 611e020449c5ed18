"""The video room as a party's phone, or a guest's, comes to it."""

from uuid import UUID

from sanic import Blueprint

from backend.accounts.actors import ResidentActor
from backend.appointments.errors import AppointmentNotLiveError, KeptApartError, NotYetError
from backend.core.deps import Deps
from backend.core.errors import RoleNotAllowedError
from backend.core.schema import Page
from backend.mediation import access, guests, passes, room_views
from backend.mediation.guests import NotAskedError
from backend.mediation.passes import NoVideoError
from backend.mediation.room_schemas import ConsentIn, PassOut, RoomOut
from backend.mediation.rooms import NotAdmittedError, RoomEndedError
from backend.mediation.running import MediationNotOpenError, MediationRestsError
from backend.web.endpoint import endpoint
from models import RoomConsentKind

blueprint = Blueprint("mini_rooms")

_ROOMS = "/disputes/{dispute_id}/rooms"
_ROOM = _ROOMS + "/{room_id}"
_MEET = (RoomEndedError, MediationRestsError, KeptApartError, NotYetError, AppointmentNotLiveError)


@endpoint(blueprint, "GET", _ROOMS, audience="resident", returns=Page[RoomOut])
async def list_rooms(actor: ResidentActor, dispute_id: UUID, deps: Deps) -> Page[RoomOut]:
    standing = await access.of_resident(actor, dispute_id)
    return Page[RoomOut](items=await room_views.of_case(deps, actor, standing))


@endpoint(blueprint, "GET", _ROOM, audience="resident", returns=RoomOut)
async def get_room(actor: ResidentActor, dispute_id: UUID, room_id: UUID, deps: Deps) -> RoomOut:
    return await room_views.one(deps, actor, await access.of_resident(actor, dispute_id), room_id)


@endpoint(
    blueprint,
    "POST",
    _ROOM + "/entry",
    audience="resident",
    returns=RoomOut,
    errors=(
        RoleNotAllowedError,
        MediationNotOpenError,
        *_MEET,
    ),
)
async def ask_to_come_in(actor: ResidentActor, dispute_id: UUID, room_id: UUID, deps: Deps) -> RoomOut:
    standing = await access.of_resident(actor, dispute_id, lock=True)
    await guests.ask(deps, actor, standing, room_id)
    return await room_views.one(deps, actor, standing, room_id)


@endpoint(
    blueprint,
    "PUT",
    _ROOM + "/consents",
    audience="resident",
    body=ConsentIn,
    returns=RoomOut,
    errors=(NotAskedError, MediationNotOpenError, RoomEndedError),
)
async def give_room_consent(
    actor: ResidentActor, dispute_id: UUID, room_id: UUID, body: ConsentIn, deps: Deps
) -> RoomOut:
    standing = await access.of_resident(actor, dispute_id, lock=True)
    await guests.consent(deps, actor, standing, room_id, body)
    return await room_views.one(deps, actor, standing, room_id)


@endpoint(
    blueprint,
    "DELETE",
    _ROOM + "/consents/{kind}",
    audience="resident",
    returns=RoomOut,
    errors=(NotAskedError,),
)
async def withdraw_room_consent(
    actor: ResidentActor, dispute_id: UUID, room_id: UUID, kind: RoomConsentKind, deps: Deps
) -> RoomOut:
    standing = await access.of_resident(actor, dispute_id, lock=True)
    await guests.withdraw(deps, actor, standing, room_id, kind)
    return await room_views.one(deps, actor, standing, room_id)


@endpoint(
    blueprint,
    "POST",
    _ROOM + "/leaving",
    audience="resident",
    returns=RoomOut,
    errors=(NotAskedError, MediationNotOpenError, RoomEndedError),
)
async def leave_room(actor: ResidentActor, dispute_id: UUID, room_id: UUID, deps: Deps) -> RoomOut:
    standing = await access.of_resident(actor, dispute_id, lock=True)
    await guests.leave(deps, actor, standing, room_id)
    return await room_views.one(deps, actor, standing, room_id)


@endpoint(
    blueprint,
    "POST",
    _ROOM + "/pass",
    audience="resident",
    returns=PassOut,
    errors=(
        RoleNotAllowedError,
        MediationNotOpenError,
        *_MEET,
        NotAdmittedError,
        NoVideoError,
    ),
)
async def get_room_pass(actor: ResidentActor, dispute_id: UUID, room_id: UUID, deps: Deps) -> PassOut:
    standing = await access.of_resident(actor, dispute_id)
    return await passes.issue(deps, actor, standing, room_id)
