"""Evidence of a mediation: brought in, read, shown."""

from uuid import UUID

from sanic import Request
from sanic.response import HTTPResponse

from backend.accounts.actors import Actor
from backend.core.deps import Deps
from backend.core.errors import RoleNotAllowedError
from backend.core.schema import Page
from backend.disputes import looks
from backend.files.queries import FileNotShownError
from backend.mediation import acts, evidence, evidence_views
from backend.mediation.evidence_schemas import EvidenceIn, EvidenceOut, SharesIn
from backend.mediation.running import MediationNotOpenError
from backend.shared_api.both import Both
from backend.web import files as web
from models import LookKind

both = Both("evidence")

_ITEMS = "/disputes/{dispute_id}/evidence"
_ITEM = _ITEMS + "/{item_id}"


@both.endpoint(
    "GET",
    _ITEMS,
    returns=Page[EvidenceOut],
)
async def list_evidence(actor: Actor, dispute_id: UUID, deps: Deps) -> Page[EvidenceOut]:
    standing = await acts.standing(actor, dispute_id)
    return Page[EvidenceOut](items=await evidence_views.of_case(deps, standing))


@both.endpoint(
    "GET",
    _ITEM,
    returns=EvidenceOut,
)
async def get_evidence(actor: Actor, dispute_id: UUID, item_id: UUID, deps: Deps) -> EvidenceOut:
    standing = await acts.standing(actor, dispute_id)
    return await evidence_views.one(deps, standing, item_id)


@both.endpoint("GET", _ITEM + "/file", errors=(FileNotShownError,), produces="*/*")
async def get_evidence_file(
    request: Request, actor: Actor, dispute_id: UUID, item_id: UUID, *, deps: Deps
) -> HTTPResponse:
    standing = await acts.standing(actor, dispute_id)
    stored = await evidence.file_of(deps, standing, item_id)
    await looks.note(deps, actor, dispute_id, LookKind.FILE, stored.id)
    return await web.serve(request, deps, stored)


@both.endpoint(
    "POST",
    _ITEMS,
    body=EvidenceIn,
    returns=EvidenceOut,
    status=201,
    errors=(
        RoleNotAllowedError,
        MediationNotOpenError,
    ),
)
async def submit_evidence(actor: Actor, dispute_id: UUID, body: EvidenceIn, deps: Deps) -> EvidenceOut:
    standing = await acts.standing(actor, dispute_id, lock=True)
    item = await evidence.submit(deps, actor, standing, body)
    return await evidence_views.one(deps, standing, item.id)


@both.endpoint(
    "POST",
    _ITEM + "/shares",
    body=SharesIn,
    returns=EvidenceOut,
    errors=(
        RoleNotAllowedError,
        MediationNotOpenError,
    ),
)
async def show_evidence(actor: Actor, dispute_id: UUID, item_id: UUID, body: SharesIn, deps: Deps) -> EvidenceOut:
    standing = await acts.standing(actor, dispute_id, lock=True)
    _ = await evidence.show(deps, actor, standing, item_id, body.to)
    return await evidence_views.one(deps, standing, item_id)
