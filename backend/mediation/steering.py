"""Who may move a mediation on, and while it can be moved at all. Every act here holds the case."""

from typing import ClassVar
from uuid import UUID

from backend.accounts.actors import StaffActor
from backend.core.errors import HejieError, RoleNotAllowedError
from backend.core.mediation_rules import StandingKind
from backend.mediation import access
from backend.mediation.access import Standing
from models import Dispute, Role, Status

_GOING_ON = (Status.ACCEPTED, Status.IN_MEDIATION, Status.AGREED, Status.FULFILLED)
_OF_THE_CENTER = (Role.CLERK, Role.MEDIATOR, Role.DIRECTOR)


class MediationNotOpenError(HejieError):
    code: ClassVar[str] = "mediation_not_open"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "本件还没有受理，或者调解已经结束，现在不能做这一步。需要时请先受理或者恢复调解。"


async def by_lead(actor: StaffActor, dispute_id: UUID) -> Standing:
    """Its mediator, or the director of the center that has it.
    Raises NotFoundError, RoleNotAllowedError, MediationNotOpenError."""
    standing = await access.of_colleague(actor, dispute_id, lock=True)
    require_lead(actor, standing)
    require_open(standing.dispute)
    return standing


async def by_center(actor: StaffActor, dispute_id: UUID) -> Standing:
    """Clerk, mediator or director of the center that has it. Raises what `by_lead` raises."""
    standing = await access.of_colleague(actor, dispute_id, lock=True)
    if not is_of_center(actor, standing):
        raise RoleNotAllowedError
    require_open(standing.dispute)
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


def require_open(dispute: Dispute) -> None:
    """Raises MediationNotOpenError."""
    if dispute.status not in _GOING_ON:
        raise MediationNotOpenError
