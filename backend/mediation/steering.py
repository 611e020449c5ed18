"""Who may move a mediation on. Every act here holds the case."""

from uuid import UUID

from backend.accounts.actors import StaffActor
from backend.core.errors import RoleNotAllowedError
from backend.core.mediation_rules import StandingKind
from backend.mediation import access, running
from backend.mediation.access import Standing
from models import Role

_OF_THE_CENTER = (Role.CLERK, Role.MEDIATOR, Role.DIRECTOR)


async def by_lead(actor: StaffActor, dispute_id: UUID) -> Standing:
    """Its mediator, or the director of the center that has it.
    Raises NotFoundError, RoleNotAllowedError, MediationNotOpenError."""
    standing = await access.of_colleague(actor, dispute_id, lock=True)
    require_lead(actor, standing)
    running.require_open(standing.dispute)
    return standing


async def by_center(actor: StaffActor, dispute_id: UUID) -> Standing:
    """Clerk, mediator or director of the center that has it. Raises what `by_lead` raises."""
    standing = await access.of_colleague(actor, dispute_id, lock=True)
    if not is_of_center(actor, standing):
        raise RoleNotAllowedError
    running.require_open(standing.dispute)
    return standing


def require_lead(actor: StaffActor, standing: Standing) -> None:
    """Raises RoleNotAllowedError."""
    if not is_lead(actor, standing):
        raise RoleNotAllowedError


def is_lead(actor: StaffActor, standing: Standing) -> bool:
    if standing.kind is StandingKind.MEDIATOR:
        return True
    return actor.role is Role.DIRECTOR and is_of_center(actor, standing)


def is_of_center(actor: StaffActor, standing: Standing) -> bool:
    """Of the one that has the case; the one that it is offered to only reads."""
    return actor.role in _OF_THE_CENTER and actor.center_id == standing.dispute.center_id
