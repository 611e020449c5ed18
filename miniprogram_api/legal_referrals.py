from uuid import UUID

from sanic import Blueprint

from backend.accounts.actors import ResidentActor
from backend.core.deps import Deps
from backend.core.schema import Page
from backend.mediation import legal_referral_views as views
from backend.mediation.legal_referral_schemas import OwnReferralOut
from backend.web.endpoint import endpoint

blueprint = Blueprint("legal_referrals")


@endpoint(blueprint, "GET", "/disputes/{dispute_id}/legal-referrals", audience="resident", returns=Page[OwnReferralOut])
async def list_legal_referrals(actor: ResidentActor, dispute_id: UUID, deps: Deps) -> Page[OwnReferralOut]:
    return await views.of_resident(deps, actor, dispute_id)
