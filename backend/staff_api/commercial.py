"""Commercial mediation as staff, institutions and experts use it."""

from uuid import UUID

from sanic import Blueprint

from backend.accounts.actors import StaffActor
from backend.commitments import money
from backend.commitments.actions import ReportAnsweredError
from backend.core.deps import Deps
from backend.core.errors import RoleNotAllowedError
from backend.core.schema import In, Text
from backend.mediation import access, commercial, commercial_views, panel, panel_members, schedules
from backend.mediation.commercial import AlreadyStartedError, InstitutionIn, NotCommercialError, UndertakingIn
from backend.mediation.commercial_views import CommercialOut
from backend.mediation.panel import (
    AppointmentIn,
    NoPanelNowError,
    PanelExistsError,
    PanelFormedError,
    PanelIn,
    SeatsFullError,
    StillChoosingError,
)
from backend.mediation.panel_members import AlreadyAnsweredError, PanelOut, SeatAnswerIn, SeatOut
from backend.mediation.recoveries import AmountsOut, NothingAgreedError, RecoveryIn
from backend.mediation.running import MediationNotOpenError
from backend.mediation.schedules import FeeScheduleIn, FeeScheduleOut, FeeSchedulesOut, FreeOfChargeError
from backend.web.endpoint import endpoint

blueprint = Blueprint("staff_commercial")

_SCHEDULES = "/organizations/{organization_id}/fee-schedules"
_COMMERCIAL = "/disputes/{dispute_id}/commercial"
_PANEL = "/disputes/{dispute_id}/panel"
_RECOVERIES = "/disputes/{dispute_id}/recoveries"


class VoidIn(In):
    reason: Text


@endpoint(
    blueprint,
    "POST",
    _SCHEDULES,
    audience="colleague",
    body=FeeScheduleIn,
    returns=FeeScheduleOut,
    status=201,
    errors=(RoleNotAllowedError, FreeOfChargeError),
)
async def publish_fee_schedule(
    actor: StaffActor, organization_id: UUID, body: FeeScheduleIn, deps: Deps
) -> FeeScheduleOut:
    return await schedules.publish(deps, actor, organization_id, body)


@endpoint(blueprint, "GET", _SCHEDULES, audience="colleague", returns=FeeSchedulesOut)
async def list_fee_schedules(organization_id: UUID) -> FeeSchedulesOut:
    return await schedules.of(organization_id)


@endpoint(
    blueprint,
    "POST",
    _COMMERCIAL,
    audience="staff",
    body=InstitutionIn,
    returns=CommercialOut,
    errors=(RoleNotAllowedError, AlreadyStartedError),
)
async def name_institution(actor: StaffActor, dispute_id: UUID, body: InstitutionIn, deps: Deps) -> CommercialOut:
    await commercial.name_institution(deps, actor, dispute_id, body.organization_id)
    return await _page(actor, dispute_id, deps)


@endpoint(blueprint, "GET", _COMMERCIAL, audience="colleague", returns=CommercialOut)
async def get_commercial_case(actor: StaffActor, dispute_id: UUID, deps: Deps) -> CommercialOut:
    return await _page(actor, dispute_id, deps)


@endpoint(
    blueprint,
    "POST",
    "/disputes/{dispute_id}/parties/{party_id}/fee-acceptance",
    audience="staff",
    returns=CommercialOut,
    errors=(RoleNotAllowedError, MediationNotOpenError, NotCommercialError),
)
async def record_fee_acceptance(actor: StaffActor, dispute_id: UUID, party_id: UUID, deps: Deps) -> CommercialOut:
    await commercial.record_acceptance(deps, actor, dispute_id, party_id)
    return await _page(actor, dispute_id, deps)


@endpoint(
    blueprint,
    "POST",
    "/disputes/{dispute_id}/undertaking",
    audience="colleague",
    body=UndertakingIn,
    status=204,
)
async def give_undertaking(actor: StaffActor, dispute_id: UUID, body: UndertakingIn, deps: Deps) -> None:
    await commercial.promise(deps, actor, dispute_id, body.version)


@endpoint(
    blueprint,
    "POST",
    "/disputes/{dispute_id}/parties/{party_id}/undertaking",
    audience="staff",
    status=204,
    errors=(RoleNotAllowedError,),
)
async def record_undertaking(actor: StaffActor, dispute_id: UUID, party_id: UUID, deps: Deps) -> None:
    await commercial.record_promise(deps, actor, dispute_id, party_id)


@endpoint(
    blueprint,
    "POST",
    _PANEL,
    audience="staff",
    body=PanelIn,
    returns=PanelOut,
    status=201,
    errors=(RoleNotAllowedError, NoPanelNowError, PanelExistsError),
)
async def propose_panel(actor: StaffActor, dispute_id: UUID, body: PanelIn, deps: Deps) -> PanelOut:
    return await panel_members.page(deps, await panel.propose(deps, actor, dispute_id, body), actor.id)


@endpoint(blueprint, "GET", _PANEL, audience="colleague", returns=PanelOut)
async def get_panel(actor: StaffActor, dispute_id: UUID, deps: Deps) -> PanelOut:
    return await panel_members.page(deps, await access.of_colleague(actor, dispute_id), actor.id)


@endpoint(
    blueprint,
    "POST",
    _PANEL + "/formation",
    audience="staff",
    returns=PanelOut,
    errors=(RoleNotAllowedError, NoPanelNowError, PanelFormedError, StillChoosingError),
)
async def form_panel(actor: StaffActor, dispute_id: UUID, deps: Deps) -> PanelOut:
    return await panel_members.page(deps, await panel.form(deps, actor, dispute_id), actor.id)


@endpoint(
    blueprint,
    "POST",
    _PANEL + "/appointments",
    audience="staff",
    body=AppointmentIn,
    returns=PanelOut,
    errors=(RoleNotAllowedError, NoPanelNowError, SeatsFullError),
)
async def appoint_panelist(actor: StaffActor, dispute_id: UUID, body: AppointmentIn, deps: Deps) -> PanelOut:
    return await panel_members.page(deps, await panel.appoint(deps, actor, dispute_id, body), actor.id)


@endpoint(blueprint, "GET", _PANEL + "/seat", audience="colleague", returns=SeatOut)
async def get_panel_seat(actor: StaffActor, dispute_id: UUID, deps: Deps) -> SeatOut:
    return await panel_members.seat(deps, actor, dispute_id)


@endpoint(
    blueprint,
    "POST",
    _PANEL + "/seat",
    audience="colleague",
    body=SeatAnswerIn,
    returns=SeatOut,
    errors=(AlreadyAnsweredError,),
)
async def answer_panel_seat(actor: StaffActor, dispute_id: UUID, body: SeatAnswerIn, deps: Deps) -> SeatOut:
    return await panel_members.answer(deps, actor, dispute_id, body)


@endpoint(blueprint, "GET", _RECOVERIES, audience="colleague", returns=AmountsOut)
async def get_amounts(actor: StaffActor, dispute_id: UUID, deps: Deps) -> AmountsOut:
    return await money.amounts(deps, await access.of_colleague(actor, dispute_id))


@endpoint(
    blueprint,
    "POST",
    _RECOVERIES,
    audience="staff",
    body=RecoveryIn,
    returns=AmountsOut,
    status=201,
    errors=(RoleNotAllowedError, NothingAgreedError),
)
async def record_recovery(actor: StaffActor, dispute_id: UUID, body: RecoveryIn, deps: Deps) -> AmountsOut:
    return await money.amounts(deps, await money.record(deps, actor, dispute_id, body))


@endpoint(
    blueprint,
    "POST",
    _RECOVERIES + "/{recovery_id}/void",
    audience="staff",
    body=VoidIn,
    returns=AmountsOut,
    errors=(RoleNotAllowedError, ReportAnsweredError),
)
async def void_recovery(actor: StaffActor, dispute_id: UUID, recovery_id: UUID, body: VoidIn, deps: Deps) -> AmountsOut:
    return await money.amounts(deps, await money.void(deps, actor, dispute_id, recovery_id, body.reason))


async def _page(actor: StaffActor, dispute_id: UUID, deps: Deps) -> CommercialOut:
    return await commercial_views.page(deps, await access.of_colleague(actor, dispute_id), actor.id)
