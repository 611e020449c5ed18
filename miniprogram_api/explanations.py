"""The law, explained to a party."""

from uuid import UUID

from sanic import Blueprint

from backend.accounts.actors import ResidentActor
from backend.core.deps import Deps
from backend.mediation import access, explanations
from backend.mediation.explanation_schemas import AcknowledgementIn, ExplanationOut
from backend.mediation.explanations import QuestionAskedError
from backend.mediation.running import MediationNotOpenError
from backend.web.endpoint import endpoint

blueprint = Blueprint("mini_explanations")

_GIVEN = "/disputes/{dispute_id}/explanations"
_ONE = _GIVEN + "/{explanation_id}"


@endpoint(
    blueprint,
    "POST",
    _ONE + "/acknowledgement",
    audience="resident",
    body=AcknowledgementIn,
    returns=ExplanationOut,
    errors=(
        MediationNotOpenError,
        QuestionAskedError,
    ),
)
async def acknowledge_explanation(
    actor: ResidentActor, dispute_id: UUID, explanation_id: UUID, body: AcknowledgementIn, deps: Deps
) -> ExplanationOut:
    standing = await access.of_resident(actor, dispute_id, lock=True)
    await explanations.acknowledge(deps, actor, standing, explanation_id, body.question)
    return await explanations.shown(deps, standing, explanation_id)
