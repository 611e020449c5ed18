from uuid import UUID

from sanic import Blueprint, Request
from sanic.response import HTTPResponse

from backend.accounts.actors import ResidentActor
from backend.casework import claims
from backend.casework.claims import AlreadyClaimedError, AlreadyInvolvedError, ClaimIn, ClaimRefusedError
from backend.core.deps import Deps
from backend.core.digests import json_hash
from backend.core.errors import RateLimitedError
from backend.core.schema import Moment, Out
from backend.disputes import views
from backend.disputes.schemas import DisputeBrief
from backend.web.endpoint import endpoint, json_response, writing
from backend.web.idempotency import Answer
from miniprogram_api import attempts

blueprint = Blueprint("mini_claims")


class ClaimCodeOut(Out):
    claim_code: str
    claim_expires_at: Moment


@endpoint(
    blueprint,
    "POST",
    "/claims",
    audience="resident",
    body=ClaimIn,
    returns=DisputeBrief,
    status=201,
    errors=(ClaimRefusedError, AlreadyInvolvedError, RateLimitedError),
    opens_transaction=False,
)
async def claim_case(request: Request, actor: ResidentActor, body: ClaimIn, deps: Deps) -> HTTPResponse:
    digest = json_hash(body.model_dump(mode="json"))
    counting = attempts.counted(request, actor, ClaimRefusedError, lambda: claims.count_failure(deps, body.code))
    async with counting, writing(request, deps, actor, digest) as write:
        if write.answer is None:
            dispute = await claims.claim(deps, actor, body)
            await write.finish(Answer(201, views.brief(deps, dispute).model_dump_json().encode()))
    return json_response(write.answer)


@endpoint(
    blueprint,
    "POST",
    "/disputes/{dispute_id}/claim-codes",
    audience="resident",
    returns=ClaimCodeOut,
    status=201,
    errors=(AlreadyClaimedError,),
)
async def issue_claim_code_for_represented(actor: ResidentActor, dispute_id: UUID, deps: Deps) -> ClaimCodeOut:
    claim = await claims.issue_by_agent(deps, actor, dispute_id)
    return ClaimCodeOut(claim_code=claim.code, claim_expires_at=claim.expires_at)
