"""An appointment to be changed: its case locked, itself read behind the lock, what time has ended ended."""

from uuid import UUID

from backend.accounts.actors import ResidentActor, StaffActor
from backend.appointments import queries
from backend.appointments.errors import AppointmentNotLiveError
from backend.appointments.lapsing import LIVE, settle
from backend.core.deps import Deps
from backend.core.errors import NotFoundError, RoleNotAllowedError
from backend.disputes import queries as disputes
from models import Appointment, Dispute, Role

WINDOW_ROLES = (Role.CLERK, Role.MEDIATOR, Role.DIRECTOR)


async def locked_for_resident(deps: Deps, actor: ResidentActor, appointment_id: UUID) -> tuple[Dispute, Appointment]:
    """Raises NotFoundError."""
    dispute_id = await queries.dispute_of(actor, appointment_id)
    dispute = await disputes.for_resident(actor, dispute_id, lock=True)
    live = await settle(deps, dispute)
    own = next((each for each in live if (each.id, each.resident_id) == (appointment_id, actor.id)), None)
    return dispute, own or await queries.for_resident(actor, appointment_id)


async def locked_for_staff(deps: Deps, actor: StaffActor, appointment_id: UUID) -> tuple[Dispute, Appointment]:
    """For those who work at the center's window. Raises NotFoundError, RoleNotAllowedError."""
    dispute_id = (await queries.for_staff(actor, appointment_id)).dispute_id
    dispute = await disputes.for_staff(actor, dispute_id, lock=True)
    if actor.role not in WINDOW_ROLES:
        raise RoleNotAllowedError
    await settle(deps, dispute)
    return dispute, await queries.for_staff(actor, appointment_id)


async def locked_dispute(actor: StaffActor, dispute_id: UUID) -> Dispute:
    """Raises NotFoundError also for a case that was only offered to the actor's center, RoleNotAllowedError."""
    dispute = await disputes.for_staff(actor, dispute_id, lock=True)
    if actor.role not in WINDOW_ROLES:
        raise RoleNotAllowedError
    if dispute.center_id != actor.center_id:
        raise NotFoundError
    return dispute


def check_live(appointment: Appointment) -> None:
    """Raises AppointmentNotLiveError."""
    if appointment.status not in LIVE:
        raise AppointmentNotLiveError
