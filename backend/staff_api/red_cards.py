from uuid import UUID

from sanic import Blueprint

from backend.accounts.actors import StaffActor
from backend.casework import red_cards
from backend.casework.red_cards import ClearanceIn, RedCardIn, RedCardOut, ReportIn
from backend.core.deps import Deps
from backend.core.errors import RoleNotAllowedError
from backend.core.schema import Page, PageQuery
from backend.web.endpoint import endpoint

blueprint = Blueprint("staff_red_cards")

_CASE = "/disputes/{dispute_id}/red-cards"


@endpoint(
    blueprint,
    "GET",
    "/red-cards",
    audience="staff",
    query=PageQuery,
    returns=Page[RedCardOut],
    errors=(RoleNotAllowedError,),
)
async def list_red_cards(actor: StaffActor, query: PageQuery, deps: Deps) -> Page[RedCardOut]:
    return await red_cards.page(deps, actor, query)


@endpoint(blueprint, "GET", _CASE, audience="staff", returns=Page[RedCardOut])
async def list_red_cards_of_case(actor: StaffActor, dispute_id: UUID, deps: Deps) -> Page[RedCardOut]:
    return await red_cards.of_case(deps, actor, dispute_id)


@endpoint(
    blueprint,
    "POST",
    _CASE,
    audience="staff",
    body=RedCardIn,
    returns=RedCardOut,
    status=201,
    errors=(RoleNotAllowedError,),
)
async def raise_red_card(actor: StaffActor, dispute_id: UUID, body: RedCardIn, deps: Deps) -> RedCardOut:
    return await red_cards.raise_by_staff(deps, actor, dispute_id, body)


@endpoint(
    blueprint,
    "POST",
    _CASE + "/{card_id}/reports",
    audience="staff",
    body=ReportIn,
    returns=RedCardOut,
    errors=(RoleNotAllowedError,),
)
async def record_mandatory_report(
    actor: StaffActor, dispute_id: UUID, card_id: UUID, body: ReportIn, deps: Deps
) -> RedCardOut:
    return await red_cards.report(deps, actor, dispute_id, card_id, body)


@endpoint(
    blueprint,
    "POST",
    _CASE + "/{card_id}/clearance",
    audience="staff",
    body=ClearanceIn,
    returns=RedCardOut,
    errors=(RoleNotAllowedError,),
)
async def clear_red_card(
    actor: StaffActor, dispute_id: UUID, card_id: UUID, body: ClearanceIn, deps: Deps
) -> RedCardOut:
    return await red_cards.clear(deps, actor, dispute_id, card_id, body)
