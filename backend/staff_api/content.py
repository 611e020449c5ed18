from uuid import UUID

from sanic import Blueprint

from backend.accounts.actors import StaffActor
from backend.casework import content_review
from backend.casework.content_review import DecisionIn, DecisionOut, ReviewedAlreadyError, ReviewItem
from backend.core.deps import Deps
from backend.core.errors import RoleNotAllowedError
from backend.core.schema import Page, PageQuery
from backend.web.endpoint import endpoint

blueprint = Blueprint("staff_content")


@endpoint(
    blueprint,
    "GET",
    "/content-checks",
    audience="staff",
    query=PageQuery,
    returns=Page[ReviewItem],
    errors=(RoleNotAllowedError,),
)
async def list_content_checks(actor: StaffActor, query: PageQuery, deps: Deps) -> Page[ReviewItem]:
    return await content_review.page(deps, actor, query)


@endpoint(
    blueprint,
    "POST",
    "/content-checks/{check_id}/decision",
    audience="staff",
    body=DecisionIn,
    returns=DecisionOut,
    errors=(RoleNotAllowedError, ReviewedAlreadyError),
)
async def decide_content_check(actor: StaffActor, check_id: UUID, body: DecisionIn, deps: Deps) -> DecisionOut:
    return await content_review.decide(deps, actor, check_id, body)
