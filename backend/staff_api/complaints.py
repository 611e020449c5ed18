"""Complaints as those handle them who are not complained about: directors, and the city's supervisors."""

from uuid import UUID

from sanic import Blueprint

from backend.accounts.actors import StaffActor
from backend.complaints import actions, queries
from backend.complaints.actions import ComplaintOverError
from backend.complaints.schemas import ComplaintDecisionIn, ComplaintsQuery, HandledComplaintOut
from backend.core.deps import Deps
from backend.core.errors import RoleNotAllowedError
from backend.core.schema import Page
from backend.disputes.workflow import ActionNotAllowedError
from backend.web.endpoint import endpoint

blueprint = Blueprint("staff_complaints")

_ONE = "/complaints/{complaint_id}"


@endpoint(
    blueprint,
    "GET",
    "/complaints",
    audience="staff",
    query=ComplaintsQuery,
    returns=Page[HandledComplaintOut],
    errors=(RoleNotAllowedError,),
)
async def list_complaints(actor: StaffActor, query: ComplaintsQuery, deps: Deps) -> Page[HandledComplaintOut]:
    return await queries.page_of_handled(deps, actor, query)


@endpoint(blueprint, "GET", _ONE, audience="staff", returns=HandledComplaintOut)
async def get_complaint(actor: StaffActor, complaint_id: UUID, deps: Deps) -> HandledComplaintOut:
    return await queries.handled_out(deps, actor, await queries.handled(actor, complaint_id))


@endpoint(
    blueprint, "POST", _ONE + "/take-up", audience="staff", returns=HandledComplaintOut, errors=(ComplaintOverError,)
)
async def take_up_complaint(actor: StaffActor, complaint_id: UUID, deps: Deps) -> HandledComplaintOut:
    _ = await actions.take_up(deps, actor, complaint_id)
    return await queries.handled_out(deps, actor, await queries.handled(actor, complaint_id))


@endpoint(
    blueprint,
    "POST",
    _ONE + "/decision",
    audience="staff",
    body=ComplaintDecisionIn,
    returns=HandledComplaintOut,
    errors=(ComplaintOverError, ActionNotAllowedError),
)
async def decide_complaint(
    actor: StaffActor, complaint_id: UUID, body: ComplaintDecisionIn, deps: Deps
) -> HandledComplaintOut:
    """With the answer to who complained. Another mediator is assigned by the case's own action."""
    _ = await actions.decide(deps, actor, complaint_id, body)
    return await queries.handled_out(deps, actor, await queries.handled(actor, complaint_id))
