"""Judicial confirmation as a party reads it, and says whether it wants it."""

from uuid import UUID

from sanic import Blueprint

from backend.accounts.actors import ResidentActor
from backend.agreements import confirmation_views, confirming
from backend.agreements.confirmation_schemas import ConfirmationOut, ConsentIn
from backend.agreements.confirming import ConfirmationClosedError
from backend.agreements.errors import AuthorityNeededError, GuardianSignsError
from backend.core.deps import Deps
from backend.core.errors import RoleNotAllowedError
from backend.mediation.acts import PartyLeftError
from backend.web.endpoint import endpoint

blueprint = Blueprint("mini_confirmations")

_CASE = "/disputes/{dispute_id}/confirmation"


@endpoint(blueprint, "GET", _CASE, audience="resident", returns=ConfirmationOut)
async def get_own_confirmation(actor: ResidentActor, dispute_id: UUID, deps: Deps) -> ConfirmationOut:
    return await confirmation_views.get(deps, actor, dispute_id)


@endpoint(
    blueprint,
    "POST",
    _CASE + "/consent",
    audience="resident",
    body=ConsentIn,
    returns=ConfirmationOut,
    errors=(RoleNotAllowedError, PartyLeftError, GuardianSignsError, AuthorityNeededError, ConfirmationClosedError),
)
async def give_confirmation_consent(
    actor: ResidentActor, dispute_id: UUID, body: ConsentIn, deps: Deps
) -> ConfirmationOut:
    _ = await confirming.consent_by_phone(deps, actor, dispute_id, body)
    return await confirmation_views.get(deps, actor, dispute_id)
