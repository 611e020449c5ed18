from sanic import Blueprint

from backend.accounts.actors import StaffActor
from backend.core.deps import Deps
from backend.core.errors import RoleNotAllowedError
from backend.statistics import mediation
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
    errors=(RoleNotAllowedError,),
)
async def get_mediation_statistics(actor: StaffActor, query: MediationQuery, deps: Deps) -> MediationStatisticsOut:
    return await mediation.of_period(deps, actor, query)
