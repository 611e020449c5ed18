"""What experts said, as far as a party was shown it."""

from uuid import UUID

from sanic import Blueprint

from backend.accounts.actors import ResidentActor
from backend.core.deps import Deps
from backend.core.schema import Page
from backend.mediation import access, opinions
from backend.mediation.consultation_schemas import ConsultationOut
from backend.web.endpoint import endpoint

blueprint = Blueprint("mini_consultations")

_ASKED = "/disputes/{dispute_id}/consultations"
_ONE = _ASKED + "/{consultation_id}"


@endpoint(
    blueprint,
    "GET",
    _ASKED,
    audience="resident",
    returns=Page[ConsultationOut],
)
async def list_consultations(actor: ResidentActor, dispute_id: UUID, deps: Deps) -> Page[ConsultationOut]:
    standing = await access.of_resident(actor, dispute_id)
    return Page[ConsultationOut](items=await opinions.of_case(deps, standing))


@endpoint(
    blueprint,
    "GET",
    _ONE,
    audience="resident",
    returns=ConsultationOut,
)
async def get_consultation(
    actor: ResidentActor, dispute_id: UUID, consultation_id: UUID, deps: Deps
) -> ConsultationOut:
    standing = await access.of_resident(actor, dispute_id)
    return await opinions.one(deps, standing, consultation_id)
