"""Enterprise service: for the associates of a park's station, and the staff of the county's centers."""

from uuid import UUID

from sanic import Blueprint

from backend.accounts.actors import StaffActor
from backend.core.deps import Deps
from backend.core.errors import RoleNotAllowedError
from backend.core.schema import Page, PageQuery
from backend.enterprises import actions, figures, queries, roster
from backend.enterprises.actions import AlreadyDoneError, PlanExistsError
from backend.enterprises.figures import EnterpriseFiguresOut, FiguresQuery
from backend.enterprises.roster import EnterpriseLeftError
from backend.enterprises.schemas import (
    CompletionIn,
    EnterpriseIn,
    EnterpriseOut,
    EnterprisesQuery,
    FindingOut,
    FindingsQuery,
    FollowUpIn,
    PlanIn,
    PlanOut,
    RecordOut,
    ScreeningIn,
    TalkIn,
    TalkOut,
    VisitIn,
)
from backend.web.endpoint import endpoint

blueprint = Blueprint("staff_enterprises")

_ONE = "/enterprises/{enterprise_id}"
_REFUSES = (RoleNotAllowedError,)
_SERVES = (RoleNotAllowedError, EnterpriseLeftError)


@endpoint(
    blueprint,
    "GET",
    "/enterprises",
    audience="colleague",
    query=EnterprisesQuery,
    returns=Page[EnterpriseOut],
    errors=_REFUSES,
)
async def list_enterprises(actor: StaffActor, query: EnterprisesQuery, deps: Deps) -> Page[EnterpriseOut]:
    return await queries.page(deps, actor, query)


@endpoint(
    blueprint,
    "POST",
    "/enterprises",
    audience="colleague",
    body=EnterpriseIn,
    returns=EnterpriseOut,
    status=201,
    errors=_REFUSES,
)
async def enter_enterprise(actor: StaffActor, body: EnterpriseIn, deps: Deps) -> EnterpriseOut:
    return queries.out(deps, await roster.enter(deps, actor, body), is_whole=True)


@endpoint(blueprint, "GET", _ONE, audience="colleague", returns=RecordOut, errors=_REFUSES)
async def get_enterprise(actor: StaffActor, enterprise_id: UUID, deps: Deps) -> RecordOut:
    return await queries.record(deps, actor, enterprise_id)


@endpoint(blueprint, "PUT", _ONE, audience="colleague", body=EnterpriseIn, returns=EnterpriseOut, errors=_REFUSES)
async def change_enterprise(actor: StaffActor, enterprise_id: UUID, body: EnterpriseIn, deps: Deps) -> EnterpriseOut:
    return queries.out(deps, await roster.change(deps, actor, enterprise_id, body), is_whole=True)


@endpoint(blueprint, "POST", _ONE + "/departure", audience="colleague", returns=EnterpriseOut, errors=_REFUSES)
async def let_enterprise_go(actor: StaffActor, enterprise_id: UUID, deps: Deps) -> EnterpriseOut:
    return queries.out(deps, await roster.let_go(deps, actor, enterprise_id), is_whole=True)


@endpoint(
    blueprint,
    "POST",
    _ONE + "/visits",
    audience="colleague",
    body=VisitIn,
    returns=RecordOut,
    status=201,
    errors=_SERVES,
)
async def record_enterprise_visit(actor: StaffActor, enterprise_id: UUID, body: VisitIn, deps: Deps) -> RecordOut:
    await actions.visit(deps, actor, enterprise_id, body)
    return await queries.record(deps, actor, enterprise_id)


@endpoint(
    blueprint,
    "POST",
    _ONE + "/screenings",
    audience="colleague",
    body=ScreeningIn,
    returns=RecordOut,
    status=201,
    errors=_SERVES,
)
async def record_risk_screening(actor: StaffActor, enterprise_id: UUID, body: ScreeningIn, deps: Deps) -> RecordOut:
    await actions.screen(deps, actor, enterprise_id, body)
    return await queries.record(deps, actor, enterprise_id)


@endpoint(
    blueprint,
    "POST",
    _ONE + "/plans",
    audience="colleague",
    body=PlanIn,
    returns=RecordOut,
    status=201,
    errors=(*_SERVES, PlanExistsError),
)
async def make_legal_plan(actor: StaffActor, enterprise_id: UUID, body: PlanIn, deps: Deps) -> RecordOut:
    await actions.plan(deps, actor, enterprise_id, body)
    return await queries.record(deps, actor, enterprise_id)


@endpoint(
    blueprint,
    "POST",
    "/enterprise-plan-items/{item_id}/completion",
    audience="colleague",
    body=CompletionIn,
    returns=PlanOut,
    errors=(RoleNotAllowedError, AlreadyDoneError),
)
async def complete_plan_item(actor: StaffActor, item_id: UUID, body: CompletionIn, deps: Deps) -> PlanOut:
    plan = await actions.complete(deps, actor, item_id, body)
    return await queries.plan(deps, actor, plan.id)


@endpoint(
    blueprint,
    "GET",
    "/enterprise-findings",
    audience="colleague",
    query=FindingsQuery,
    returns=Page[FindingOut],
    errors=_REFUSES,
)
async def list_risk_findings(actor: StaffActor, query: FindingsQuery, deps: Deps) -> Page[FindingOut]:
    return await queries.findings(deps, actor, query)


@endpoint(
    blueprint,
    "POST",
    "/enterprise-findings/{finding_id}/follow-ups",
    audience="colleague",
    body=FollowUpIn,
    returns=FindingOut,
    status=201,
    errors=(RoleNotAllowedError, AlreadyDoneError),
)
async def follow_up_finding(actor: StaffActor, finding_id: UUID, body: FollowUpIn, deps: Deps) -> FindingOut:
    finding = await actions.follow_up(deps, actor, finding_id, body)
    return await queries.finding(deps, actor, finding.id)


@endpoint(
    blueprint,
    "GET",
    "/law-talks",
    audience="colleague",
    query=PageQuery,
    returns=Page[TalkOut],
    errors=_REFUSES,
)
async def list_law_talks(actor: StaffActor, query: PageQuery) -> Page[TalkOut]:
    return await queries.talks(actor, query)


@endpoint(
    blueprint,
    "POST",
    "/law-talks",
    audience="colleague",
    body=TalkIn,
    returns=TalkOut,
    status=201,
    errors=_REFUSES,
)
async def record_law_talk(actor: StaffActor, body: TalkIn, deps: Deps) -> TalkOut:
    return await queries.talk(await actions.talk(deps, actor, body))


@endpoint(
    blueprint,
    "GET",
    "/statistics/enterprises",
    audience="colleague",
    query=FiguresQuery,
    returns=EnterpriseFiguresOut,
    errors=_REFUSES,
)
async def get_enterprise_statistics(actor: StaffActor, query: FiguresQuery, deps: Deps) -> EnterpriseFiguresOut:
    return await figures.of_period(deps, actor, query)
