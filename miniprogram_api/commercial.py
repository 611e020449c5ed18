"""Commercial mediation on a party's phone: the price before the start, silence, a panel to choose."""

from uuid import UUID

from sanic import Blueprint

from backend.accounts.actors import ResidentActor
from backend.commitments import money
from backend.core.deps import Deps
from backend.mediation import access, commercial, commercial_views, panel, panel_members, schedules
from backend.mediation.commercial import FeeAcceptanceIn, NotCommercialError, UndertakingIn
from backend.mediation.commercial_views import CommercialOut
from backend.mediation.panel import ChoicesIn, NoPanelNowError, PanelFormedError
from backend.mediation.panel_members import PanelOut
from backend.mediation.recoveries import AmountsOut
from backend.mediation.running import MediationNotOpenError
from backend.mediation.schedules import FeeSchedulesOut
from backend.web.endpoint import endpoint

blueprint = Blueprint("mini_commercial")

_COMMERCIAL = "/disputes/{dispute_id}/commercial"


@endpoint(
    blueprint,
    "GET",
    "/organizations/{organization_id}/fee-schedules",
    audience="resident",
    returns=FeeSchedulesOut,
)
async def list_published_fees(organization_id: UUID) -> FeeSchedulesOut:
    return await schedules.of(organization_id)


@endpoint(blueprint, "GET", _COMMERCIAL, audience="resident", returns=CommercialOut)
async def get_commercial_page(actor: ResidentActor, dispute_id: UUID, deps: Deps) -> CommercialOut:
    return await commercial_views.page(deps, await access.of_resident(actor, dispute_id), actor.id)


@endpoint(
    blueprint,
    "POST",
    "/disputes/{dispute_id}/fee-acceptance",
    audience="resident",
    body=FeeAcceptanceIn,
    returns=CommercialOut,
    errors=(MediationNotOpenError, NotCommercialError),
)
async def accept_fees(actor: ResidentActor, dispute_id: UUID, body: FeeAcceptanceIn, deps: Deps) -> CommercialOut:
    await commercial.accept_fees(deps, actor, dispute_id, body.schedule_id)
    return await commercial_views.page(deps, await access.of_resident(actor, dispute_id), actor.id)


@endpoint(
    blueprint,
    "POST",
    "/disputes/{dispute_id}/undertaking",
    audience="resident",
    body=UndertakingIn,
    status=204,
)
async def give_confidentiality_undertaking(
    actor: ResidentActor, dispute_id: UUID, body: UndertakingIn, deps: Deps
) -> None:
    await commercial.promise(deps, actor, dispute_id, body.version)


@endpoint(blueprint, "GET", "/disputes/{dispute_id}/panel", audience="resident", returns=PanelOut)
async def get_panel_to_choose(actor: ResidentActor, dispute_id: UUID, deps: Deps) -> PanelOut:
    return await panel_members.page(deps, await access.of_resident(actor, dispute_id), actor.id)


@endpoint(
    blueprint,
    "POST",
    "/disputes/{dispute_id}/panel/choices",
    audience="resident",
    body=ChoicesIn,
    returns=PanelOut,
    errors=(NoPanelNowError, PanelFormedError),
)
async def choose_panel(actor: ResidentActor, dispute_id: UUID, body: ChoicesIn, deps: Deps) -> PanelOut:
    return await panel_members.page(deps, await panel.choose(deps, actor, dispute_id, body), actor.id)


@endpoint(blueprint, "GET", "/disputes/{dispute_id}/amounts", audience="resident", returns=AmountsOut)
async def get_case_amounts(actor: ResidentActor, dispute_id: UUID, deps: Deps) -> AmountsOut:
    return await money.amounts(deps, await access.of_resident(actor, dispute_id))
