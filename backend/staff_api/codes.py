"""Codes to scan and links to tap. WeChat is asked for them outside any transaction."""

from datetime import timedelta
from uuid import UUID

from sanic import Blueprint, Request
from sanic.response import HTTPResponse

from backend.accounts.actors import StaffActor
from backend.casework import invitations
from backend.casework.invitations import InvitationIn, InvitationRefusedError
from backend.centers import posters, staff_queries
from backend.centers.posters import PosterOut
from backend.core.deps import Deps
from backend.core.errors import NotFoundError, RoleNotAllowedError
from backend.core.schema import Moment, Out, Page
from backend.mediation import member_tokens
from backend.mediation.member_tokens import TokenIn, TokenRefusedError
from backend.web.endpoint import endpoint
from backend.wechat.client import WeChat
from backend.wechat.errors import WeChatError

blueprint = Blueprint("staff_codes")

_POSTERS = "/centers/{center_id}/codes"
_POSTER = _POSTERS + "/{code_id}"
_INVITATIONS = "/disputes/{dispute_id}/invitations"


class LinkOut(Out):
    """For a text message. Who has it opens the page, and must still prove who they are."""

    url: str
    expires_at: Moment


@endpoint(blueprint, "GET", _POSTERS, audience="staff", returns=Page[PosterOut], errors=(RoleNotAllowedError,))
async def list_poster_codes(actor: StaffActor, center_id: UUID) -> Page[PosterOut]:
    return Page[PosterOut](items=await posters.of_center(actor, await staff_queries.center(center_id)))


@endpoint(blueprint, "POST", _POSTERS, audience="staff", returns=PosterOut, status=201, errors=(RoleNotAllowedError,))
async def make_poster_code(actor: StaffActor, center_id: UUID, deps: Deps) -> PosterOut:
    return await posters.make(deps, actor, await staff_queries.center(center_id))


@endpoint(blueprint, "DELETE", _POSTER, audience="staff", errors=(RoleNotAllowedError,))
async def revoke_poster_code(actor: StaffActor, center_id: UUID, code_id: UUID, deps: Deps) -> None:
    await posters.revoke(deps, actor, await staff_queries.center(center_id), code_id)


@endpoint(
    blueprint,
    "GET",
    _POSTER + "/picture",
    audience="staff",
    errors=(RoleNotAllowedError, WeChatError),
    produces="image/jpeg",
)
async def get_poster_picture(
    request: Request, actor: StaffActor, center_id: UUID, code_id: UUID, wechat: WeChat
) -> HTTPResponse:
    poster = await posters.one(actor, await staff_queries.center(center_id), code_id)
    if poster.revoked_at is not None:
        raise NotFoundError
    return await _picture(request, wechat, poster.code, poster.page)


@endpoint(
    blueprint,
    "POST",
    _INVITATIONS + "/picture",
    audience="staff",
    body=InvitationIn,
    errors=(RoleNotAllowedError, InvitationRefusedError, WeChatError),
    opens_transaction=False,
    produces="image/jpeg",
)
async def get_invitation_picture(
    request: Request, actor: StaffActor, dispute_id: UUID, body: InvitationIn, deps: Deps, *, wechat: WeChat
) -> HTTPResponse:
    """For a letter, or a screen at the window. Scanning it opens the invitation's page with the token as its scene."""
    _ = await invitations.held(deps, actor, dispute_id, body)
    return await _picture(request, wechat, invitations.as_written(body), deps.catalog.pages["invitation"])


@endpoint(
    blueprint,
    "POST",
    _INVITATIONS + "/link",
    audience="staff",
    body=InvitationIn,
    returns=LinkOut,
    errors=(RoleNotAllowedError, InvitationRefusedError, WeChatError),
    opens_transaction=False,
)
async def make_invitation_link(
    request: Request, actor: StaffActor, dispute_id: UUID, body: InvitationIn, deps: Deps, *, wechat: WeChat
) -> LinkOut:
    invitation = await invitations.held(deps, actor, dispute_id, body)
    now = deps.clock.now()
    days = invitations.link_days(invitation, now)
    state, page = request.app.ctx.settings.program_state, deps.catalog.pages["invitation"]
    url = await wechat.url_link(page, f"token={invitations.as_written(body)}", days, state)
    return LinkOut(url=url, expires_at=min(now + timedelta(days=days), invitation.expires_at))


@endpoint(
    blueprint,
    "POST",
    "/disputes/{dispute_id}/member-tokens/picture",
    audience="staff",
    body=TokenIn,
    errors=(RoleNotAllowedError, TokenRefusedError, WeChatError),
    opens_transaction=False,
    produces="image/jpeg",
)
async def get_membership_picture(
    request: Request, actor: StaffActor, dispute_id: UUID, body: TokenIn, deps: Deps, *, wechat: WeChat
) -> HTTPResponse:
    """For a notice in the stairwell, or an invited person's letter."""
    token = await member_tokens.held(deps, actor, dispute_id, body.token)
    return await _picture(request, wechat, token, deps.catalog.pages["membership"])


async def _picture(request: Request, wechat: WeChat, scene: str, page: str) -> HTTPResponse:
    content = await wechat.program_code(scene, page, request.app.ctx.settings.program_state)
    content_type = "image/png" if content.startswith(b"\x89PNG") else "image/jpeg"
    headers = {"Cache-Control": "private, no-store", "Content-Disposition": "inline; filename=code"}
    return HTTPResponse(content, headers=headers, content_type=content_type)
