"""The phone of who is no party: invited with the parties' consent, or a follower. And the parties' consent itself."""

from uuid import UUID

from sanic import Blueprint, Request
from sanic.response import HTTPResponse

from backend.accounts.actors import ResidentActor
from backend.core.deps import Deps
from backend.core.digests import json_hash
from backend.core.errors import RateLimitedError, RoleNotAllowedError
from backend.core.schema import Out, Page
from backend.mediation import access, committees, invited_persons, member_tokens, member_views, memberships
from backend.mediation.committees import CommitteeOut
from backend.mediation.invited_persons import (
    ConsentGivenError,
    ConsentIn,
    ConsentsMissingError,
    NotInvitedNowError,
)
from backend.mediation.member_tokens import JoinIn, MemberCard, TokenIn, TokenRefusedError
from backend.mediation.member_views import MemberOut
from backend.mediation.memberships import AlreadyTakingPartError, MembershipOut
from backend.mediation.running import MediationNotOpenError
from backend.web.endpoint import endpoint, json_response, writing
from backend.web.idempotency import Answer
from miniprogram_api import attempts

blueprint = Blueprint("mini_memberships")

_CASE = "/disputes/{dispute_id}"


class JoinedOut(Out):
    dispute_id: str


class RollOut(Out):
    joined: int
    """Cases on whose roll the verified phone stands."""


@endpoint(blueprint, "GET", "/memberships", audience="resident", returns=Page[MembershipOut])
async def list_memberships(actor: ResidentActor, deps: Deps) -> Page[MembershipOut]:
    return await memberships.mine(deps, actor)


@endpoint(
    blueprint,
    "POST",
    "/memberships/card",
    audience="resident",
    body=TokenIn,
    returns=MemberCard,
    errors=(TokenRefusedError, RateLimitedError),
    opens_transaction=False,
)
async def look_at_membership(request: Request, actor: ResidentActor, body: TokenIn, deps: Deps) -> MemberCard:
    async with request.app.ctx.limits.attempts(f"secret:{actor.id}", TokenRefusedError):
        return await member_tokens.look(deps, body.token)


@endpoint(
    blueprint,
    "POST",
    "/memberships",
    audience="resident",
    body=JoinIn,
    returns=JoinedOut,
    status=201,
    errors=(
        TokenRefusedError, AlreadyTakingPartError, MediationNotOpenError, NotInvitedNowError, ConsentsMissingError,
        RateLimitedError,
    ),
    opens_transaction=False,
)  # fmt: skip
async def join_membership(request: Request, actor: ResidentActor, body: JoinIn, deps: Deps) -> HTTPResponse:
    digest = json_hash(body.model_dump(mode="json"))
    counting = attempts.counted(
        request, actor, TokenRefusedError, lambda: member_tokens.count_failure(deps, body.token)
    )
    async with counting, writing(request, deps, actor, digest) as write:
        if write.answer is None:
            dispute = await memberships.join(deps, actor, body)
            await write.finish(Answer(201, JoinedOut(dispute_id=str(dispute.id)).model_dump_json().encode()))
    return json_response(write.answer)


@endpoint(blueprint, "POST", "/memberships/by-roll", audience="resident", returns=RollOut)
async def join_by_roll(actor: ResidentActor, deps: Deps) -> RollOut:
    return RollOut(joined=await memberships.join_by_roll(deps, actor))


@endpoint(blueprint, "DELETE", _CASE + "/membership", audience="resident")
async def leave_membership(actor: ResidentActor, dispute_id: UUID, deps: Deps) -> None:
    await memberships.leave(deps, actor, dispute_id)


@endpoint(blueprint, "GET", _CASE + "/members", audience="resident", returns=Page[MemberOut])
async def list_case_members(actor: ResidentActor, dispute_id: UUID, deps: Deps) -> Page[MemberOut]:
    return await member_views.of_case(deps, await access.of_resident(actor, dispute_id))


@endpoint(
    blueprint,
    "POST",
    _CASE + "/members/{member_id}/consent",
    audience="resident",
    body=ConsentIn,
    returns=Page[MemberOut],
    status=201,
    errors=(RoleNotAllowedError, MediationNotOpenError, NotInvitedNowError, ConsentGivenError),
)
async def consent_to_member(
    actor: ResidentActor, dispute_id: UUID, member_id: UUID, body: ConsentIn, deps: Deps
) -> Page[MemberOut]:
    standing = await invited_persons.consent(deps, actor, dispute_id, member_id, agreed=body.agreed)
    return await member_views.of_case(deps, standing)


@endpoint(blueprint, "GET", _CASE + "/committees", audience="resident", returns=Page[CommitteeOut])
async def list_case_committees(actor: ResidentActor, dispute_id: UUID, deps: Deps) -> Page[CommitteeOut]:
    return await committees.of_case(deps, await access.of_resident(actor, dispute_id))
