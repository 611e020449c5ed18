"""Evidence of a mediation, as a party handles it."""

from uuid import UUID

from sanic import Blueprint

from backend.accounts.actors import ResidentActor
from backend.core.deps import Deps
from backend.core.errors import RoleNotAllowedError
from backend.mediation import access, evidence, evidence_views
from backend.mediation.evidence_schemas import EvidenceOut, ObjectionIn
from backend.mediation.running import MediationNotOpenError
from backend.web.endpoint import endpoint

blueprint = Blueprint("mini_evidence")

_ITEMS = "/disputes/{dispute_id}/evidence"
_ITEM = _ITEMS + "/{item_id}"


@endpoint(
    blueprint,
    "POST",
    _ITEM + "/objections",
    audience="resident",
    body=ObjectionIn,
    returns=EvidenceOut,
    status=201,
    errors=(
        RoleNotAllowedError,
        MediationNotOpenError,
    ),
)
async def object_to_evidence(
    actor: ResidentActor, dispute_id: UUID, item_id: UUID, body: ObjectionIn, deps: Deps
) -> EvidenceOut:
    standing = await access.of_resident(actor, dispute_id, lock=True)
    await evidence.object_to(deps, actor, standing, item_id, body)
    return await evidence_views.one(deps, standing, item_id)
