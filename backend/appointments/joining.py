"""When a meeting by video may be entered: from shortly before its start to its end. Who may enter a mediation is the
room's to say; at the window it is the one visitor, and whoever works there."""

from uuid import UUID

from backend.accounts.actors import ResidentActor, StaffActor
from backend.appointments import queries
from backend.appointments.access import WINDOW_ROLES
from backend.appointments.errors import AppointmentNotLiveError, NotYetError
from backend.core.clock import iso
from backend.core.deps import Deps
from backend.core.errors import NotFoundError, RoleNotAllowedError
from backend.core.wording import when_text
from models import Appointment, AppointmentKind, AppointmentStatus, Purpose

_OPEN = (AppointmentStatus.BOOKED, AppointmentStatus.CHECKED_IN)


async def of_visitor(actor: ResidentActor, appointment_id: UUID) -> Appointment:
    """Raises NotFoundError, also for what is no time at the window by video."""
    return _at_window(await queries.for_resident(actor, appointment_id))


async def of_window(actor: StaffActor, appointment_id: UUID) -> Appointment:
    """Raises NotFoundError, RoleNotAllowedError."""
    appointment = _at_window(await queries.for_staff(actor, appointment_id))
    if actor.role not in WINDOW_ROLES:
        raise RoleNotAllowedError
    return appointment


def check_window(deps: Deps, appointment: Appointment) -> None:
    """Raises NotYetError, AppointmentNotLiveError."""
    now = deps.clock.now()
    if appointment.status not in _OPEN or now >= appointment.ends_at:
        raise AppointmentNotLiveError("这次视频预约已经结束或取消，不能再进入。")
    opens_at = appointment.starts_at - deps.catalog.booking.join_from
    if now < opens_at:
        raise NotYetError(f"{when_text(opens_at)}起可以进入视频房间，请到时再来。", opens_at=iso(opens_at))


def _at_window(appointment: Appointment) -> Appointment:
    if appointment.kind is not AppointmentKind.VIDEO or appointment.purpose is not Purpose.REGISTRATION:
        raise NotFoundError
    return appointment
