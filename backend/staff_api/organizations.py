from uuid import UUID

from sanic import Blueprint

from backend.accounts.actors import StaffActor
from backend.centers import organizations, staff_queries
from backend.centers.staff_schemas import (
    MediatorOut,
    OfCenterQuery,
    OrganizationIn,
    OrganizationOut,
    OrganizationsQuery,
)
from backend.core.deps import Deps
from backend.core.errors import RoleNotAllowedError
from backend.core.schema import Page
from backend.web.endpoint import endpoint

blueprint = Blueprint("staff_organizations")

_REFUSES = (RoleNotAllowedError,)


@endpoint(blueprint, "GET", "/organizations", audience="staff", query=OrganizationsQuery, returns=Page[OrganizationOut])
async def list_organizations(query: OrganizationsQuery, deps: Deps) -> Page[OrganizationOut]:
    return await staff_queries.organizations(deps, query)


@endpoint(
    blueprint,
    "POST",
    "/organizations",
    audience="staff",
    body=OrganizationIn,
    returns=OrganizationOut,
    status=201,
    errors=_REFUSES,
)
async def found_organization(actor: StaffActor, body: OrganizationIn, deps: Deps) -> OrganizationOut:
    return staff_queries.organization_out(deps, await organizations.found(actor, body))


@endpoint(
    blueprint,
    "PUT",
    "/organizations/{organization_id}",
    audience="staff",
    body=OrganizationIn,
    returns=OrganizationOut,
    errors=_REFUSES,
)
async def change_organization(
    actor: StaffActor, organization_id: UUID, body: OrganizationIn, deps: Deps
) -> OrganizationOut:
    return staff_queries.organization_out(deps, await organizations.change(actor, organization_id, body))


@endpoint(
    blueprint,
    "POST",
    "/organizations/{organization_id}/deactivate",
    audience="staff",
    returns=OrganizationOut,
    errors=_REFUSES,
)
async def close_organization(actor: StaffActor, organization_id: UUID, deps: Deps) -> OrganizationOut:
    organization = await staff_queries.organization(organization_id)
    await organizations.close(deps, actor, organization)
    return staff_queries.organization_out(deps, organization)


@endpoint(
    blueprint,
    "GET",
    "/mediators",
    audience="staff",
    query=OfCenterQuery,
    returns=Page[MediatorOut],
    errors=_REFUSES,
)
async def list_mediators(actor: StaffActor, query: OfCenterQuery) -> Page[MediatorOut]:
    return await staff_queries.mediators(actor, query)
