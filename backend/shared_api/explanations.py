"""The law, explained to parties: as it is read."""

from uuid import UUID

from backend.accounts.actors import Actor
from backend.core.deps import Deps
from backend.core.schema import Page
from backend.mediation import acts, explanations
from backend.mediation.explanation_schemas import ExplanationOut
from backend.shared_api.both import Both

both = Both("explanations")

_GIVEN = "/disputes/{dispute_id}/explanations"
_ONE = _GIVEN + "/{explanation_id}"


@both.endpoint(
    "GET",
    _GIVEN,
    returns=Page[ExplanationOut],
)
async def list_explanations(actor: Actor, dispute_id: UUID, deps: Deps) -> Page[ExplanationOut]:
    standing = await acts.standing(actor, dispute_id)
    return Page[ExplanationOut](items=await explanations.of_case(deps, standing))


@both.endpoint(
    "GET",
    _ONE,
    returns=ExplanationOut,
)
async def get_explanation(actor: Actor, dispute_id: UUID, explanation_id: UUID, deps: Deps) -> ExplanationOut:
    standing = await acts.standing(actor, dispute_id)
    return await explanations.shown(deps, standing, explanation_id)
