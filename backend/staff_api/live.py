"""What moves in the own center, or of single cases for an associate, as it happens; `/changes` has the same for who was
away."""

from pydantic import Field
from sanic import Blueprint, Websocket

from backend.accounts import queries as accounts
from backend.accounts.actors import StaffActor
from backend.casework import staff_changes
from backend.casework.staff_changes import StaffChangesOut
from backend.core.deps import Deps
from backend.core.schema import Query
from backend.web import sockets
from backend.web.endpoint import endpoint
from backend.web.sockets import Feed, Request

blueprint = Blueprint("staff_live")

_FEED = Feed(accounts.colleague_by_token, staff_changes.names, staff_changes.after)


class StaffChangesQuery(Query):
    after: str | None = Field(None, max_length=256)
    limit: int = Field(100, ge=1, le=100)


@endpoint(blueprint, "GET", "/changes", audience="colleague", query=StaffChangesQuery, returns=StaffChangesOut)
async def list_staff_changes(actor: StaffActor, query: StaffChangesQuery, deps: Deps) -> StaffChangesOut:
    return await staff_changes.page(deps, actor, query.after, query.limit)


@blueprint.websocket("/live")  # type: ignore[untyped-decorator]
async def staff_live(request: Request, socket: Websocket) -> None:
    await sockets.serve(request, socket, _FEED)
