from uuid import UUID

from sanic import Blueprint

from backend.accounts.actors import StaffActor
from backend.centers import actions, organizations, staff_queries
from backend.centers.staff_schemas import (
    CategoriesIn,
    CenterDetailOut,
    CenterFields,
    CenterIn,
    CentersQuery,
    ClosedOut,
    ClosingIn,
    HoursIn,
    OpenCaseOut,
    ResidencyIn,
    StaffCenterOut,
)
from backend.core.deps import Deps
from backend.core.errors import RoleNotAllowedError
from backend.core.schema import Page
from backend.web.endpoint import endpoint

blueprint = Blueprint("staff_centers")

_REFUSES = (RoleNotAllowedError,)


@endpoint(blueprint, "GET", "/centers", audience="staff", query=CentersQuery, returns=Page[StaffCenterOut])
async def list_centers(query: CentersQuery) -> Page[StaffCenterOut]:
    return await staff_queries.page(query)


@endpoint(
    blueprint,
    "POST",
    "/centers",
    audience="staff",
    body=CenterIn,
    returns=CenterDetailOut,
    status=201,
    errors=_REFUSES,
)
async def open_center(actor: StaffActor, body: CenterIn, deps: Deps) -> CenterDetailOut:
    center = await actions.open_center(deps, actor, body.draft(body.code))
    return await staff_queries.detail(center.id)


@endpoint(blueprint, "GET", "/centers/{center_id}", audience="staff", returns=CenterDetailOut)
async def get_center(center_id: UUID) -> CenterDetailOut:
    return await staff_queries.detail(center_id)


@endpoint(
    blueprint,
    "PUT",
    "/centers/{center_id}",
    audience="staff",
    body=CenterFields,
    returns=CenterDetailOut,
    errors=_REFUSES,
)
async def change_center(actor: StaffActor, center_id: UUID, body: CenterFields, deps: Deps) -> CenterDetailOut:
    center = await actions.to_change(actor, center_id)
    await actions.change(deps, actor, center, body.draft(center.code))
    return await staff_queries.detail(center_id)


@endpoint(
    blueprint,
    "PUT",
    "/centers/{center_id}/hours",
    audience="staff",
    body=HoursIn,
    returns=CenterDetailOut,
    errors=_REFUSES,
)
async def set_hours(actor: StaffActor, center_id: UUID, body: HoursIn, deps: Deps) -> CenterDetailOut:
    center = await actions.to_change(actor, center_id)
    await actions.set_hours(deps, actor, center, body.opening)
    return await staff_queries.detail(center_id)


@endpoint(
    blueprint,
    "PUT",
    "/centers/{center_id}/categories",
    audience="staff",
    body=CategoriesIn,
    returns=CenterDetailOut,
    errors=_REFUSES,
)
async def set_categories(actor: StaffActor, center_id: UUID, body: CategoriesIn, deps: Deps) -> CenterDetailOut:
    center = await actions.to_change(actor, center_id)
    await actions.set_categories(deps, actor, center, body.categories)
    return await staff_queries.detail(center_id)


@endpoint(
    blueprint,
    "POST",
    "/centers/{center_id}/deactivate",
    audience="staff",
    body=ClosingIn,
    returns=ClosedOut,
    errors=_REFUSES,
)
async def close_center(actor: StaffActor, center_id: UUID, body: ClosingIn, deps: Deps) -> ClosedOut:
    center = await actions.to_change(actor, center_id)
    cases = await actions.close(deps, actor, center, body.successor_id)
    shown = staff_queries.center_out(await staff_queries.center(center_id))
    return ClosedOut(center=shown, open_cases=[OpenCaseOut(number=each.number, status=each.status) for each in cases])


@endpoint(
    blueprint, "POST", "/centers/{center_id}/reactivate", audience="staff", returns=CenterDetailOut, errors=_REFUSES
)
async def reopen_center(actor: StaffActor, center_id: UUID, deps: Deps) -> CenterDetailOut:
    await actions.reopen(deps, actor, await actions.to_change(actor, center_id))
    return await staff_queries.detail(center_id)


@endpoint(
    blueprint,
    "PUT",
    "/centers/{center_id}/organizations/{organization_id}",
    audience="staff",
    body=ResidencyIn,
    returns=CenterDetailOut,
    errors=_REFUSES,
)
async def settle_organization(
    actor: StaffActor, center_id: UUID, organization_id: UUID, body: ResidencyIn, deps: Deps
) -> CenterDetailOut:
    await organizations.settle(deps, actor, await staff_queries.center(center_id), organization_id, body)
    return await staff_queries.detail(center_id)


@endpoint(
    blueprint,
    "DELETE",
    "/centers/{center_id}/organizations/{organization_id}",
    audience="staff",
    status=204,
    errors=_REFUSES,
)
async def remove_organization(actor: StaffActor, center_id: UUID, organization_id: UUID) -> None:
    await organizations.leave(actor, await staff_queries.center(center_id), organization_id)
