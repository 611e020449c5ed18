"""Evidence of a mediation, as a party handles it."""

from uuid import UUID

from sanic import Blueprint, Request
from sanic.response import HTTPResponse

from backend.accounts.actors import ResidentActor
from backend.core.deps import Deps
from backend.core.errors import RoleNotAllowedError
from backend.core.schema import Page
from backend.files.queries import FileNotShownError
from backend.mediation import access, evidence, evidence_views
from backend.mediation.evidence_schemas import EvidenceIn, EvidenceOut, ObjectionIn, SharesIn
from backend.mediation.running import MediationNotOpenError
from backend.web import files as web
from backend.web.endpoint import endpoint

blueprint = Blueprint("mini_evidence")

_ITEMS = "/disputes/{dispute_id}/evidence"
_ITEM = _ITEMS + "/{item_id}"


@endpoint(
    blueprint,
    "GET",
    _ITEMS,
    audience="resident",
    returns=Page[EvidenceOut],
)
async def list_evidence(actor: ResidentActor, dispute_id: UUID, deps: Deps) -> Page[EvidenceOut]:
    standing = await access.of_resident(actor, dispute_id)
    return Page[EvidenceOut](items=await evidence_views.of_case(deps, standing))


@endpoint(
    blueprint,
    "GET",
    _ITEM,
    audience="resident",
    returns=EvidenceOut,
)
async def get_evidence(actor: ResidentActor, dispute_id: UUID, item_id: UUID, deps: Deps) -> EvidenceOut:
    standing = await access.of_resident(actor, dispute_id)
    return await evidence_views.one(deps, standing, item_id)


@endpoint(blueprint, "GET", _ITEM + "/file", audience="resident", errors=(FileNotShownError,), produces="*/*")
async def get_evidence_file(
    request: Request, actor: ResidentActor, dispute_id: UUID, item_id: UUID, *, deps: Deps
) -> HTTPResponse:
    standing = await access.of_resident(actor, dispute_id)
    return await web.serve(request, deps, await evidence.file_of(deps, standing, item_id))


@endpoint(
    blueprint,
    "POST",
    _ITEMS,
    audience="resident",
    body=EvidenceIn,
    returns=EvidenceOut,
    status=201,
    errors=(
        RoleNotAllowedError,
        MediationNotOpenError,
    ),
)
async def submit_evidence(actor: ResidentActor, dispute_id: UUID, body: EvidenceIn, deps: Deps) -> EvidenceOut:
    standing = await access.of_resident(actor, dispute_id, lock=True)
    item = await evidence.submit(deps, actor, standing, body)
    return await evidence_views.one(deps, standing, item.id)


@endpoint(
    blueprint,
    "POST",
    _ITEM + "/shares",
    audience="resident",
    body=SharesIn,
    returns=EvidenceOut,
    errors=(
        RoleNotAllowedError,
        MediationNotOpenError,
    ),
)
async def show_evidence(
    actor: ResidentActor, dispute_id: UUID, item_id: UUID, body: SharesIn, deps: Deps
) -> EvidenceOut:
    standing = await access.of_resident(actor, dispute_id, lock=True)
    _ = await evidence.show(deps, actor, standing, item_id, body.to)
    return await evidence_views.one(deps, standing, item_id)


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
