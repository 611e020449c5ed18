"""The way into a video room: a credential, for the parties and the center alone, from shortly before the start to the
end. The room itself is the mediation's; it asks `holder` whom it lets in."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from backend.accounts.actors import ResidentActor, StaffActor
from backend.appointments import codes, queries
from backend.appointments.errors import AppointmentNotLiveError, NotYetError
from backend.core.clock import iso
from backend.core.deps import Deps
from backend.core.errors import NotFoundError, RoleNotAllowedError
from backend.core.wording import when_text
from models import Appointment, AppointmentKind, AppointmentStatus, Purpose, Role

_USE = "video"
_OPEN = (AppointmentStatus.BOOKED, AppointmentStatus.CHECKED_IN)


class Admission(NamedTuple):
    room: str
    role: str
    """`party`, `host`."""
    credential: str
    expires_at: datetime


class Holder(NamedTuple):
    room: str
    role: str
    actor_id: UUID


async def join(deps: Deps, actor: ResidentActor, appointment_id: UUID) -> Admission:
    """Raises NotFoundError, AppointmentNotLiveError, NotYetError."""
    return _admit(deps, await queries.for_resident(actor, appointment_id), "party", actor.id)


async def host(deps: Deps, actor: StaffActor, appointment_id: UUID) -> Admission:
    """A mediation's mediator and director; at the window all who work there. Raises what `join` raises,
    RoleNotAllowedError."""
    appointment = await queries.for_staff(actor, appointment_id)
    is_theirs = actor.role is Role.DIRECTOR or appointment.mediator_id == actor.id
    if appointment.purpose is Purpose.REGISTRATION:
        is_theirs = actor.role in (Role.CLERK, Role.MEDIATOR, Role.DIRECTOR)
    if not is_theirs:
        raise RoleNotAllowedError
    return _admit(deps, appointment, "host", actor.id)


def holder(deps: Deps, credential: str) -> Holder | None:
    """None when it was not given out here, or has run out."""
    read = codes.read(deps.keyring, _USE, credential, deps.clock.now())
    return None if read is None else Holder(read[0], read[1], UUID(read[2]))


def _admit(deps: Deps, appointment: Appointment, role: str, actor_id: UUID) -> Admission:
    room, now = appointment.video_room, deps.clock.now()
    if appointment.kind is not AppointmentKind.VIDEO or room is None:
        raise NotFoundError
    if appointment.status not in _OPEN or now >= appointment.ends_at:
        raise AppointmentNotLiveError("这次视频预约已经结束或取消，不能再进入。")
    opens_at = appointment.starts_at - deps.catalog.booking.join_from
    if now < opens_at:
        raise NotYetError(f"{when_text(opens_at)}起可以进入视频房间，请到时再来。", opens_at=iso(opens_at))
    credential = codes.signed(deps.keyring, _USE, (room, role, str(actor_id)), appointment.ends_at)
    return Admission(room, role, credential, appointment.ends_at)
