"""对账: what is different between a partner's list of cases and ours, and the tap that repairs it."""

from uuid import UUID

from sanic import Blueprint

from backend.accounts.actors import StaffActor
from backend.core.deps import Deps
from backend.core.errors import NotFoundError, RoleNotAllowedError
from backend.core.schema import Page, PageQuery
from backend.exchange import differences
from backend.exchange.differences import DifferenceOut, NothingToSendError, ReconciliationOut
from backend.web.endpoint import endpoint

blueprint = Blueprint("staff_reconciliations")


@endpoint(
    blueprint,
    "GET",
    "/partners/{code}/reconciliations",
    audience="staff",
    query=PageQuery,
    returns=Page[ReconciliationOut],
    errors=(RoleNotAllowedError, NotFoundError),
)
async def list_reconciliations(actor: StaffActor, code: str, query: PageQuery) -> Page[ReconciliationOut]:
    """Comparisons of the two lists, the latest first."""
    return await differences.runs(actor, code, query)


@endpoint(
    blueprint,
    "GET",
    "/partners/{code}/differences",
    audience="staff",
    query=PageQuery,
    returns=Page[DifferenceOut],
    errors=(RoleNotAllowedError, NotFoundError),
)
async def list_differences(actor: StaffActor, code: str, query: PageQuery) -> Page[DifferenceOut]:
    """Work list: found by a comparison, and not found gone by a later one."""
    return await differences.open_ones(actor, code, query)


@endpoint(
    blueprint,
    "POST",
    "/partners/{code}/differences/{difference_id}/repair",
    audience="staff",
    returns=DifferenceOut,
    errors=(RoleNotAllowedError, NothingToSendError),
)
async def repair_difference(actor: StaffActor, code: str, difference_id: UUID, deps: Deps) -> DifferenceOut:
    """What we have is sent again; what we lack is asked for again. Whether it helped, the next comparison tells."""
    return await differences.repair(deps, actor, code, difference_id)
