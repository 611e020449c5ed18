from datetime import UTC
from email.utils import format_datetime

from pydantic import Field
from sanic import Blueprint, Request
from sanic.response import HTTPResponse

from backend.accounts.actors import StaffActor
from backend.appointments import feeds
from backend.core.deps import Deps
from backend.core.errors import RoleNotAllowedError
from backend.core.schema import Empty, Moment, Out
from backend.web.endpoint import endpoint

blueprint = Blueprint("staff_calendar_feeds")


class FeedOut(Out):
    created_at: Moment | None = Field(description="null: there is no address")


class NewFeedOut(Out):
    url: str = Field(description="shown this once; whoever knows it may read the calendar")


@endpoint(blueprint, "GET", "/me/calendar-feed", audience="staff", returns=FeedOut)
async def get_calendar_feed(actor: StaffActor) -> FeedOut:
    return FeedOut(created_at=await feeds.live_since(actor))


@endpoint(
    blueprint,
    "POST",
    "/me/calendar-feed",
    audience="staff",
    body=Empty,
    returns=NewFeedOut,
    status=201,
    errors=(RoleNotAllowedError,),
)
async def open_calendar_feed(actor: StaffActor, deps: Deps, request: Request) -> NewFeedOut:
    """A new address for one's own calendar to subscribe to; the one before it is revoked."""
    base = request.app.ctx.settings.public_url.rstrip("/") or f"{request.scheme}://{request.host}"
    return NewFeedOut(url=f"{base}/staff/v1/calendar-feeds/{await feeds.open_feed(deps, actor)}")


@endpoint(blueprint, "DELETE", "/me/calendar-feed", audience="staff")
async def revoke_calendar_feed(actor: StaffActor, deps: Deps) -> None:
    await feeds.revoke(deps, actor)


@endpoint(blueprint, "GET", "/calendar-feeds/{secret}", audience="anyone", produces="text/calendar")
async def read_calendar_feed(secret: str, deps: Deps, request: Request) -> HTTPResponse:
    """What a subscribed calendar reads: no personal data of parties."""
    feed = await feeds.read(deps, secret)
    headers = {
        "ETag": feed.etag,
        "Last-Modified": format_datetime(feed.changed_at.astimezone(UTC), usegmt=True),
        "Cache-Control": "private, no-cache",
        "Referrer-Policy": "no-referrer",
    }
    known = request.headers.get("if-none-match", "").split(",")
    if feed.etag in (each.strip().removeprefix("W/") for each in known):
        return HTTPResponse(status=304, headers=headers)
    return HTTPResponse(feed.content, content_type="text/calendar; charset=utf-8", headers=headers)
