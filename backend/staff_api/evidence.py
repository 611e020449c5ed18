"""Evidence of a mediation, as the center, experts and organizations handle it."""

from uuid import UUID

from sanic import Blueprint

from backend.accounts.actors import StaffActor
from backend.core.deps import Deps
from backend.core.errors import RoleNotAllowedError
from backend.core.schema import Page
from backend.mediation import access, evidence, evidence_views
from backend.mediation.evidence import CustodyOrderError
from backend.mediation.evidence_schemas import CustodyIn, EvidenceOut, ExchangeIn, VerificationIn
from backend.mediation.running import MediationNotOpenError
from backend.web.endpoint import endpoint

blueprint = Blueprint("staff_evidence")

_ITEMS = "/disputes/{dispute_id}/evidence"
_ITEM = _ITEMS + "/{item_id}"


@endpoint(
    blueprint,
    "POST",
    _ITEM + "/custody",
    audience="staff",
    body=CustodyIn,
    returns=EvidenceOut,
    status=201,
    errors=(
        RoleNotAllowedError,
        MediationNotOpenError,
        CustodyOrderError,
    ),
)
async def log_custody(actor: StaffActor, dispute_id: UUID, item_id: UUID, body: CustodyIn, deps: Deps) -> EvidenceOut:
    standing = await access.of_colleague(actor, dispute_id, lock=True)
    await evidence.log_custody(deps, actor, standing, item_id, body)
    return await evidence_views.one(deps, standing, item_id)


@endpoint(
    blueprint,
    "POST",
    _ITEM + "/verifications",
    audience="staff",
    body=VerificationIn,
    returns=EvidenceOut,
    status=201,
    errors=(
        RoleNotAllowedError,
        MediationNotOpenError,
    ),
)
async def verify_evidence(
    actor: StaffActor, dispute_id: UUID, item_id: UUID, body: VerificationIn, deps: Deps
) -> EvidenceOut:
    standing = await access.of_colleague(actor, dispute_id, lock=True)
    await evidence.verify(deps, actor, standing, item_id, body)
    return await evidence_views.one(deps, standing, item_id)


@endpoint(
    blueprint,
    "POST",
    "/disputes/{dispute_id}/evidence-exchanges",
    audience="staff",
    body=ExchangeIn,
    returns=Page[EvidenceOut],
    status=201,
    errors=(
        RoleNotAllowedError,
        MediationNotOpenError,
    ),
)
async def exchange_evidence(actor: StaffActor, dispute_id: UUID, body: ExchangeIn, deps: Deps) -> Page[EvidenceOut]:
    standing = await access.of_colleague(actor, dispute_id, lock=True)
    await evidence.exchange(deps, actor, standing, body)
    return Page[EvidenceOut](items=await evidence_views.of_case(deps, standing))
