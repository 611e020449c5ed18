"""Doors other than the mini-program: a clerk writes down what somebody came, called or was sent with."""

from typing import Literal

from pydantic import field_validator

from backend.accounts.actors import StaffActor
from backend.core.deps import Deps
from backend.core.errors import RoleNotAllowedError
from backend.core.schema import problem
from backend.disputes import actions
from backend.disputes.schemas import DisputeIn
from models import Dispute, Role, Source

_RECORDERS = (Role.CLERK, Role.MEDIATOR, Role.DIRECTOR)


class RegistrationIn(DisputeIn):
    source: Literal[Source.WINDOW, Source.PHONE, Source.GRID, Source.REFERRAL, Source.PROACTIVE]

    @field_validator("center_id")
    @classmethod
    def is_own_center(cls, value: str | None) -> str | None:
        """首问负责: who is asked first registers; a case for another center is transferred afterwards."""
        if value is not None:
            raise problem("登记后归本中心，不能直接指定其他中心；需要时请用转办。")
        return value


async def register(deps: Deps, actor: StaffActor, draft: RegistrationIn) -> Dispute:
    """Raises RoleNotAllowedError, InvalidFieldsError."""
    if actor.role not in _RECORDERS:
        raise RoleNotAllowedError
    dispute, _ = await actions.file_dispute(deps, draft, filer=actor, source=draft.source)
    return dispute
