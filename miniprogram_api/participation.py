"""The other side's phone: an invitation is looked at, answered, and the mediation left again."""

from typing import Annotated
from uuid import UUID

from pydantic import Field
from sanic import Blueprint, Request
from sanic.response import HTTPResponse

from backend.accounts.actors import ResidentActor
from backend.casework import departures, invitations, rights
from backend.casework.claims import AlreadyInvolvedError
from backend.casework.invitations import InvitationCard, InvitationIn, InvitationRefusedError, JoiningIn
from backend.core.deps import Deps
from backend.core.digests import json_hash
from backend.core.errors import RateLimitedError
from backend.core.schema import Code, In, Out, Text
from backend.disputes import views
from backend.disputes.schemas import DisputeBrief, DisputeOut, RightsOut
from backend.disputes.workflow import ActionNotAllowedError
from backend.web.endpoint import endpoint, json_response, writing
from backend.web.idempotency import Answer
from miniprogram_api import attempts, dispute_page

blueprint = Blueprint("mini_participation")


class DepartureIn(In):
    reason: Text | None = None


class AcknowledgementIn(In):
    version: Annotated[Code, Field(max_length=16)]


class RightsNoticeOut(Out):
    version: str
    title: str
    text: str


@endpoint(blueprint, "GET", "/rights-notice", audience="anyone", returns=RightsNoticeOut)
async def get_rights_notice(deps: Deps) -> RightsNoticeOut:
    return RightsNoticeOut.model_validate(deps.catalog.rights_notice.model_dump())


@endpoint(
    blueprint,
    "POST",
    "/disputes/{dispute_id}/rights-acknowledgement",
    audience="resident",
    body=AcknowledgementIn,
    returns=RightsOut,
)
async def acknowledge_rights(actor: ResidentActor, dispute_id: UUID, body: AcknowledgementIn, deps: Deps) -> RightsOut:
    return await rights.acknowledge(deps, actor, dispute_id, body.version)


@endpoint(
    blueprint,
    "POST",
    "/invitations",
    audience="resident",
    body=InvitationIn,
    returns=InvitationCard,
    errors=(InvitationRefusedError, RateLimitedError),
    opens_transaction=False,
)
async def look_at_invitation(request: Request, actor: ResidentActor, body: InvitationIn, deps: Deps) -> InvitationCard:
    limits = request.app.ctx.limits
    async with limits.attempts(f"secret:{actor.id}", InvitationRefusedError):
        return await invitations.look(deps, body)


@endpoint(
    blueprint,
    "POST",
    "/invitations/acceptance",
    audience="resident",
    body=JoiningIn,
    returns=DisputeBrief,
    status=201,
    errors=(InvitationRefusedError, AlreadyInvolvedError, RateLimitedError),
    opens_transaction=False,
)
async def join_dispute(request: Request, actor: ResidentActor, body: JoiningIn, deps: Deps) -> HTTPResponse:
    digest = json_hash(body.model_dump(mode="json"))
    counting = attempts.counted(
        request, actor, InvitationRefusedError, lambda: invitations.count_failure(deps, body.token)
    )
    async with counting, writing(request, deps, actor, digest) as write:
        if write.answer is None:
            dispute = await invitations.join(deps, actor, body)
            await write.finish(Answer(201, views.brief(deps, dispute).model_dump_json().encode()))
    return json_response(write.answer)


@endpoint(
    blueprint,
    "POST",
    "/disputes/{dispute_id}/departure",
    audience="resident",
    body=DepartureIn,
    returns=DisputeOut,
    errors=(ActionNotAllowedError,),
)
async def depart(actor: ResidentActor, dispute_id: UUID, body: DepartureIn, deps: Deps) -> DisputeOut:
    await departures.depart(deps, actor, dispute_id, body.reason)
    return await dispute_page.read(deps, actor, dispute_id, "")
