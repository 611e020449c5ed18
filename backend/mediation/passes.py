"""The way into a room: issued here, to who may come in, for as long as the meeting lasts."""

import json
from dataclasses import asdict, dataclass
from typing import ClassVar
from uuid import UUID

from backend.accounts.actors import Actor, ResidentActor, StaffActor
from backend.appointments import joining
from backend.core.deps import Deps
from backend.core.errors import HejieError, NotFoundError, RoleNotAllowedError
from backend.core.mediation_rules import StandingKind
from backend.core.video import Pass, Ticket, VideoProvider
from backend.mediation import rooms
from backend.mediation.access import Standing
from backend.mediation.room_schemas import PassOut
from backend.mediation.rooms import Door, NotAdmittedError, RoomEndedError
from backend.mediation.running import require_not_over
from models import Appointment, GuestStatus, Room, RoomGuest, RoomStatus

_USER_LENGTH = 32


class NoVideoError(HejieError):
    code: ClassVar[str] = "no_video"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "中心还没有填写这次会议的链接，请稍后再试，或者打电话联系综治中心。"


@dataclass(frozen=True, slots=True)
class PlainLink:
    """A meeting elsewhere, or a phone bridge: what the center entered, shown only to who may come in."""

    url: str | None
    phone: str | None
    note: str | None

    def admit(self, _ticket: Ticket) -> Pass:
        return Pass(provider="link", url=self.url, phone=self.phone, note=self.note)


async def issue(deps: Deps, actor: Actor, standing: Standing, room_id: UUID) -> PassOut:
    """Raises NotFoundError, RoleNotAllowedError, MediationNotOpenError, RoomEndedError, MediationRestsError,
    KeptApartError, NotYetError, AppointmentNotLiveError, NotAdmittedError, NoVideoError."""
    appointment = await rooms.appointment_of(deps, standing, room_id)
    if standing.kind is StandingKind.CENTER:
        raise RoleNotAllowedError
    require_not_over(standing.dispute)
    room = await Room.get_or_none(appointment_id=appointment.id)
    if room is not None and room.status is RoomStatus.ENDED:
        raise RoomEndedError
    door = Door(standing, appointment, room or Room(appointment_id=appointment.id))
    await rooms.check_now(deps, door)
    if not door.is_host and not await _is_in(actor, room):
        raise NotAdmittedError
    return _pass(deps, appointment, room, actor, is_host=door.is_host)


async def at_window(deps: Deps, actor: ResidentActor | StaffActor, appointment_id: UUID) -> PassOut:
    """A registration by video: nobody waits outside. Raises NotFoundError, RoleNotAllowedError, NotYetError,
    AppointmentNotLiveError, NoVideoError."""
    if isinstance(actor, StaffActor):
        appointment = await joining.of_window(actor, appointment_id)
    else:
        appointment = await joining.of_visitor(actor, appointment_id)
    joining.check_window(deps, appointment)
    return _pass(deps, appointment, None, actor, is_host=isinstance(actor, StaffActor))


async def _is_in(actor: Actor, room: Room | None) -> bool:
    if room is None or room.status is not RoomStatus.OPEN:
        return False
    return await RoomGuest.filter(room_id=room.id, actor_id=actor.id, status=GuestStatus.ADMITTED).exists()


def _pass(deps: Deps, appointment: Appointment, room: Room | None, actor: Actor, *, is_host: bool) -> PassOut:
    if appointment.video_room is None:
        raise NotFoundError
    ticket = Ticket(
        room=appointment.video_room,
        user=deps.keyring.keyed_hash("video_user", f"{appointment.video_room} {actor.id}")[:_USER_LENGTH],
        is_host=is_host,
        now=deps.clock.now(),
        ends_at=appointment.ends_at,
    )
    given = _provider(deps, room).admit(ticket)
    role = "host" if is_host else "guest"
    return PassOut(room=ticket.room, role=role, user_id=ticket.user, expires_at=appointment.ends_at, **asdict(given))


def _provider(deps: Deps, room: Room | None) -> VideoProvider:
    link = rooms.opener(deps, room)("link")
    if link is not None:
        return PlainLink(**json.loads(link))
    if deps.video is None:
        raise NoVideoError
    return deps.video
