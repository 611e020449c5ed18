"""Complaints (投诉) about a mediator, a director or a center: outside every case."""

from uuid import UUID

from sanic import Blueprint

from backend.accounts.actors import ResidentActor
from backend.complaints import actions, queries
from backend.complaints.actions import AlreadyComplainedError, ComplaintOverError
from backend.complaints.schemas import ComplaintGuideOut, ComplaintIn, ComplaintOut, WithdrawalIn
from backend.core.deps import Deps
from backend.core.schema import Page, PageQuery
from backend.web.endpoint import endpoint

blueprint = Blueprint("mini_complaints")

_ONE = "/complaints/{complaint_id}"


@endpoint(blueprint, "GET", "/complaint-guide", audience="resident", returns=ComplaintGuideOut)
async def get_complaint_guide(deps: Deps) -> ComplaintGuideOut:
    rules = deps.catalog.complaints
    about = {code.value: text for code, text in rules.about.items()}
    return ComplaintGuideOut(anonymity=rules.anonymity, decide_days=rules.decide_days, about=about)


@endpoint(
    blueprint,
    "POST",
    "/complaints",
    audience="resident",
    body=ComplaintIn,
    returns=ComplaintOut,
    status=201,
    errors=(AlreadyComplainedError,),
)
async def complain(actor: ResidentActor, body: ComplaintIn, deps: Deps) -> ComplaintOut:
    """Whoever is complained about never reads it."""
    made = await actions.complain(deps, actor, body)
    return queries.out(deps, await queries.own(actor, made.id))


@endpoint(blueprint, "GET", "/complaints", audience="resident", query=PageQuery, returns=Page[ComplaintOut])
async def list_own_complaints(actor: ResidentActor, query: PageQuery, deps: Deps) -> Page[ComplaintOut]:
    return await queries.page_of_own(deps, actor, query)


@endpoint(blueprint, "GET", _ONE, audience="resident", returns=ComplaintOut)
async def get_own_complaint(actor: ResidentActor, complaint_id: UUID, deps: Deps) -> ComplaintOut:
    return queries.out(deps, await queries.own(actor, complaint_id))


@endpoint(
    blueprint,
    "POST",
    _ONE + "/withdrawal",
    audience="resident",
    body=WithdrawalIn,
    returns=ComplaintOut,
    errors=(ComplaintOverError,),
)
async def withdraw_complaint(actor: ResidentActor, complaint_id: UUID, body: WithdrawalIn, deps: Deps) -> ComplaintOut:
    _ = await actions.withdraw(deps, actor, complaint_id, body.reason)
    return queries.out(deps, await queries.own(actor, complaint_id))
