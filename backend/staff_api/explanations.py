"""The law, explained to parties."""

from uuid import UUID

from sanic import Blueprint

from backend.accounts.actors import StaffActor
from backend.core.deps import Deps
from backend.core.errors import RoleNotAllowedError
from backend.core.schema import Page
from backend.mediation import access, explanations
from backend.mediation.evidence_schemas import SharesIn
from backend.mediation.explanation_schemas import ExplanationIn, ExplanationOut, ReplyIn, StatuteOut, StatutesQuery
from backend.mediation.explanations import NothingAskedError
from backend.mediation.running import MediationNotOpenError
from backend.web.endpoint import endpoint

blueprint = Blueprint("staff_explanations")

_GIVEN = "/disputes/{dispute_id}/explanations"
_ONE = _GIVEN + "/{explanation_id}"


@endpoint(blueprint, "GET", "/statutes", audience="colleague", query=StatutesQuery, returns=Page[StatuteOut])
async def list_statutes(actor: StaffActor, query: StatutesQuery, deps: Deps) -> Page[StatuteOut]:  # noqa: ARG001
    return Page[StatuteOut](items=explanations.statutes(deps, query))


@endpoint(
    blueprint,
    "POST",
    _GIVEN,
    audience="staff",
    body=ExplanationIn,
    returns=ExplanationOut,
    status=201,
    errors=(
        RoleNotAllowedError,
        MediationNotOpenError,
    ),
)
async def explain(actor: StaffActor, dispute_id: UUID, body: ExplanationIn, deps: Deps) -> ExplanationOut:
    standing = await access.of_colleague(actor, dispute_id, lock=True)
    row = await explanations.explain(deps, actor, standing, body)
    return await explanations.shown(deps, standing, row.id)


@endpoint(
    blueprint,
    "POST",
    _ONE + "/replies",
    audience="staff",
    body=ReplyIn,
    returns=ExplanationOut,
    status=201,
    errors=(
        RoleNotAllowedError,
        MediationNotOpenError,
        NothingAskedError,
    ),
)
async def reply_to_question(
    actor: StaffActor, dispute_id: UUID, explanation_id: UUID, body: ReplyIn, deps: Deps
) -> ExplanationOut:
    standing = await access.of_colleague(actor, dispute_id, lock=True)
    await explanations.reply(deps, actor, standing, explanation_id, body)
    return await explanations.shown(deps, standing, explanation_id)


@endpoint(
    blueprint,
    "POST",
    _ONE + "/shares",
    audience="staff",
    body=SharesIn,
    returns=ExplanationOut,
    errors=(
        RoleNotAllowedError,
        MediationNotOpenError,
    ),
)
async def show_explanation(
    actor: StaffActor, dispute_id: UUID, explanation_id: UUID, body: SharesIn, deps: Deps
) -> ExplanationOut:
    standing = await access.of_colleague(actor, dispute_id, lock=True)
    await explanations.show(deps, actor, standing, explanation_id, body.to)
    return await explanations.shown(deps, standing, explanation_id)
