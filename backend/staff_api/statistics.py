from sanic import Blueprint

from backend.accounts.actors import StaffActor
from backend.core.deps import Deps
from backend.core.errors import NotFoundError, RoleNotAllowedError
from backend.core.schema import Page
from backend.statistics import cases, figures, mediation, overdue
from backend.statistics.figure_schemas import (
    FigureCaseOut,
    FigureCasesQuery,
    FiguresOut,
    FiguresQuery,
    OverdueOut,
    OverdueQuery,
)
from backend.statistics.schemas import MediationQuery, MediationStatisticsOut
from backend.web.endpoint import endpoint

blueprint = Blueprint("staff_statistics")


@endpoint(
    blueprint,
    "GET",
    "/statistics/mediation",
    audience="staff",
    query=MediationQuery,
    returns=MediationStatisticsOut,
    errors=(RoleNotAllowedError, NotFoundError),
)
async def get_mediation_statistics(actor: StaffActor, query: MediationQuery, deps: Deps) -> MediationStatisticsOut:
    return await mediation.of_period(deps, actor, query)


@endpoint(
    blueprint,
    "GET",
    "/statistics/figures",
    audience="staff",
    query=FiguresQuery,
    returns=FiguresOut,
    errors=(RoleNotAllowedError, NotFoundError),
)
async def get_figures(actor: StaffActor, query: FiguresQuery, deps: Deps) -> FiguresOut:
    return await figures.of_period(deps, actor, query)


@endpoint(
    blueprint,
    "GET",
    "/statistics/cases",
    audience="staff",
    query=FigureCasesQuery,
    returns=Page[FigureCaseOut],
    errors=(RoleNotAllowedError, NotFoundError),
)
async def list_figure_cases(actor: StaffActor, query: FigureCasesQuery, deps: Deps) -> Page[FigureCaseOut]:
    return await cases.page(deps, actor, query)


@endpoint(
    blueprint,
    "GET",
    "/statistics/overdue",
    audience="staff",
    query=OverdueQuery,
    returns=OverdueOut,
    errors=(RoleNotAllowedError, NotFoundError),
)
async def get_overdue(actor: StaffActor, query: OverdueQuery, deps: Deps) -> OverdueOut:
    return await overdue.now(deps, actor, query)
