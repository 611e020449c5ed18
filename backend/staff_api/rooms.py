"""The video room as its host and the staff of the center keep it."""

from uuid import UUID

from sanic import Blueprint

from backend.accounts.actors import StaffActor
from backend.appointments.errors import (
    AlreadyBookedError,
    AppointmentNotLiveError,
    KeptApartError,
    NotYetError,
    SlotFullError,
    SlotPastError,
)
from backend.core.deps import Deps
from backend.core.errors import RoleNotAllowedError
from backend.mediation import access, hosting, recording, room_views
from backend.mediation.evidence_schemas import SharesIn
from backend.mediation.hosting import ConsentMissingError, NotIdentifiedError, NotWaitingError
from backend.mediation.recording import RecordingConsentError
from backend.mediation.room_schemas import (
    FailureIn,
    IdentityIn,
    LinkIn,
    RecordingIn,
    RoomOut,
    TurnAwayIn,
)
from backend.mediation.rooms import RoomEndedError, RoomNotOpenError
from backend.mediation.running import MediationNotOpenError, MediationRestsError
from backend.web.endpoint import endpoint

blueprint = Blueprint("staff_rooms")

_ROOMS = "/disputes/{dispute_id}/rooms"
_ROOM = _ROOMS + "/{room_id}"
_MEET = (RoomEndedError, MediationRestsError, KeptApartError, NotYetError, AppointmentNotLiveError)
_GUEST = _ROOM + "/guests/{guest_id}"


@endpoint(
    blueprint,
    "POST",
    _ROOM + "/opening",
    audience="staff",
    returns=RoomOut,
    errors=(
        RoleNotAllowedError,
        MediationNotOpenError,
        *_MEET,
    ),
)
async def open_room(actor: StaffActor, dispute_id: UUID, room_id: UUID, deps: Deps) -> RoomOut:
    standing = await access.of_colleague(actor, dispute_id, lock=True)
    await hosting.open_room(deps, actor, standing, room_id)
    return await room_views.one(deps, actor, standing, room_id)


@endpoint(
    blueprint,
    "POST",
    _ROOM + "/end",
    audience="staff",
    returns=RoomOut,
    errors=(RoleNotAllowedError, MediationNotOpenError, RoomEndedError),
)
async def end_room(actor: StaffActor, dispute_id: UUID, room_id: UUID, deps: Deps) -> RoomOut:
    standing = await access.of_colleague(actor, dispute_id, lock=True)
    await hosting.end(deps, actor, standing, room_id)
    return await room_views.one(deps, actor, standing, room_id)


@endpoint(
    blueprint,
    "PUT",
    _ROOM + "/recording",
    audience="staff",
    body=RecordingIn,
    returns=RoomOut,
    errors=(RoleNotAllowedError, MediationNotOpenError, RoomEndedError, RoomNotOpenError, RecordingConsentError),
)
async def switch_recording(
    actor: StaffActor, dispute_id: UUID, room_id: UUID, body: RecordingIn, deps: Deps
) -> RoomOut:
    standing = await access.of_colleague(actor, dispute_id, lock=True)
    await recording.switch(deps, actor, standing, room_id, on=body.on)
    return await room_views.one(deps, actor, standing, room_id)


@endpoint(
    blueprint,
    "POST",
    _ROOM + "/failure",
    audience="staff",
    body=FailureIn,
    returns=RoomOut,
    errors=(
        RoleNotAllowedError,
        MediationNotOpenError,
        RoomEndedError,
        AlreadyBookedError,
        SlotFullError,
        SlotPastError,
    ),
)
async def record_room_failure(
    actor: StaffActor, dispute_id: UUID, room_id: UUID, body: FailureIn, deps: Deps
) -> RoomOut:
    standing = await access.of_colleague(actor, dispute_id, lock=True)
    await hosting.fail(deps, actor, standing, room_id, body)
    return await room_views.one(deps, actor, standing, room_id)


@endpoint(
    blueprint,
    "POST",
    _ROOM + "/shares",
    audience="staff",
    body=SharesIn,
    returns=RoomOut,
    errors=(RoleNotAllowedError, MediationNotOpenError, RoomEndedError),
)
async def invite_to_room(actor: StaffActor, dispute_id: UUID, room_id: UUID, body: SharesIn, deps: Deps) -> RoomOut:
    """Members beside the parties, who may then ask to come in."""
    standing = await access.of_colleague(actor, dispute_id, lock=True)
    await hosting.invite(deps, actor, standing, room_id, body.to)
    return await room_views.one(deps, actor, standing, room_id)


@endpoint(
    blueprint,
    "PUT",
    _ROOM + "/link",
    audience="staff",
    body=LinkIn,
    returns=RoomOut,
    errors=(RoleNotAllowedError, MediationNotOpenError, RoomEndedError),
)
async def set_room_link(actor: StaffActor, dispute_id: UUID, room_id: UUID, body: LinkIn, deps: Deps) -> RoomOut:
    standing = await access.of_colleague(actor, dispute_id, lock=True)
    await hosting.set_link(deps, actor, standing, room_id, body)
    return await room_views.one(deps, actor, standing, room_id)


@endpoint(
    blueprint,
    "POST",
    _GUEST + "/identity",
    audience="staff",
    body=IdentityIn,
    returns=RoomOut,
    errors=(RoleNotAllowedError, MediationNotOpenError, RoomEndedError),
)
async def identify_guest(
    actor: StaffActor, dispute_id: UUID, room_id: UUID, guest_id: UUID, body: IdentityIn, *, deps: Deps
) -> RoomOut:
    standing = await access.of_colleague(actor, dispute_id, lock=True)
    await hosting.identify(deps, actor, standing, room_id, guest_id, document=body.document)
    return await room_views.one(deps, actor, standing, room_id)


@endpoint(
    blueprint,
    "POST",
    _GUEST + "/admission",
    audience="staff",
    returns=RoomOut,
    errors=(
        RoleNotAllowedError,
        MediationNotOpenError,
        RoomEndedError,
        RoomNotOpenError,
        NotWaitingError,
        NotIdentifiedError,
        ConsentMissingError,
    ),
)
async def admit_guest(actor: StaffActor, dispute_id: UUID, room_id: UUID, guest_id: UUID, deps: Deps) -> RoomOut:
    standing = await access.of_colleague(actor, dispute_id, lock=True)
    await hosting.admit(deps, actor, standing, room_id, guest_id)
    return await room_views.one(deps, actor, standing, room_id)


@endpoint(
    blueprint,
    "POST",
    _GUEST + "/refusal",
    audience="staff",
    body=TurnAwayIn,
    returns=RoomOut,
    errors=(RoleNotAllowedError, MediationNotOpenError, RoomEndedError, NotWaitingError),
)
async def turn_guest_away(
    actor: StaffActor, dispute_id: UUID, room_id: UUID, guest_id: UUID, body: TurnAwayIn, *, deps: Deps
) -> RoomOut:
    standing = await access.of_colleague(actor, dispute_id, lock=True)
    await hosting.turn_away(deps, actor, standing, room_id, guest_id, reason=body.reason)
    return await room_views.one(deps, actor, standing, room_id)
