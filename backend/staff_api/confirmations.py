"""Judicial confirmation, as the mediator and the center see to it."""

from uuid import UUID

from sanic import Blueprint

from backend.accounts.actors import StaffActor
from backend.agreements import confirmation_views, confirming
from backend.agreements.confirmation_schemas import (
    AcceptanceIn,
    ApplicationIn,
    ConfirmationOut,
    ConsentIn,
    ExclusionIn,
    ResultIn,
)
from backend.agreements.confirming import ConfirmationClosedError, ConsentsMissingError, NotAppliedError
from backend.core.deps import Deps
from backend.core.errors import RoleNotAllowedError
from backend.web.endpoint import endpoint

blueprint = Blueprint("staff_confirmations")

_CASE = "/disputes/{dispute_id}/confirmation"


@endpoint(blueprint, "GET", _CASE, audience="colleague", returns=ConfirmationOut)
async def get_confirmation(actor: StaffActor, dispute_id: UUID, deps: Deps) -> ConfirmationOut:
    return await confirmation_views.get(deps, actor, dispute_id)


@endpoint(
    blueprint,
    "POST",
    _CASE + "/consents",
    audience="staff",
    body=ConsentIn,
    returns=ConfirmationOut,
    errors=(RoleNotAllowedError, ConfirmationClosedError),
)
async def record_confirmation_consent(
    actor: StaffActor, dispute_id: UUID, body: ConsentIn, deps: Deps
) -> ConfirmationOut:
    _ = await confirming.consent_at_center(deps, actor, dispute_id, body)
    return await confirmation_views.get(deps, actor, dispute_id)


@endpoint(
    blueprint,
    "POST",
    _CASE + "/application",
    audience="staff",
    body=ApplicationIn,
    returns=ConfirmationOut,
    errors=(RoleNotAllowedError, ConfirmationClosedError, ConsentsMissingError),
)
async def record_confirmation_application(
    actor: StaffActor, dispute_id: UUID, body: ApplicationIn, deps: Deps
) -> ConfirmationOut:
    _ = await confirming.apply(deps, actor, dispute_id, body)
    return await confirmation_views.get(deps, actor, dispute_id)


@endpoint(
    blueprint,
    "POST",
    _CASE + "/acceptance",
    audience="staff",
    body=AcceptanceIn,
    returns=ConfirmationOut,
    errors=(RoleNotAllowedError, NotAppliedError),
)
async def record_confirmation_acceptance(
    actor: StaffActor, dispute_id: UUID, body: AcceptanceIn, deps: Deps
) -> ConfirmationOut:
    _ = await confirming.accept(deps, actor, dispute_id, body)
    return await confirmation_views.get(deps, actor, dispute_id)


@endpoint(
    blueprint,
    "POST",
    _CASE + "/result",
    audience="staff",
    body=ResultIn,
    returns=ConfirmationOut,
    errors=(RoleNotAllowedError, NotAppliedError),
)
async def record_confirmation_result(
    actor: StaffActor, dispute_id: UUID, body: ResultIn, deps: Deps
) -> ConfirmationOut:
    _ = await confirming.decide(deps, actor, dispute_id, body)
    return await confirmation_views.get(deps, actor, dispute_id)


@endpoint(
    blueprint,
    "POST",
    _CASE + "/exclusion",
    audience="staff",
    body=ExclusionIn,
    returns=ConfirmationOut,
    errors=(RoleNotAllowedError, ConfirmationClosedError),
)
async def examine_for_confirmation(
    actor: StaffActor, dispute_id: UUID, body: ExclusionIn, deps: Deps
) -> ConfirmationOut:
    _ = await confirming.exclude(deps, actor, dispute_id, body)
    return await confirmation_views.get(deps, actor, dispute_id)
