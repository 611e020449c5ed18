"""News as it happens. The socket is a doorbell with the letters: `/changes` has the same, for phones whose sockets
were cut in the background."""

from pydantic import Field
from sanic import Blueprint, Websocket

from backend.accounts import queries as accounts
from backend.accounts.actors import ResidentActor
from backend.casework import changes
from backend.casework.changes import ChangesOut
from backend.core.deps import Deps
from backend.core.schema import Query
from backend.web import sockets
from backend.web.endpoint import endpoint
from backend.web.sockets import Feed, Request

blueprint = Blueprint("mini_live")

_FEED = Feed(accounts.resident_by_token, lambda actor: [str(actor.id)], changes.after)


class ChangesQuery(Query):
    after: str | None = Field(None, max_length=256)
    limit: int = Field(100, ge=1, le=100)


@endpoint(blueprint, "GET", "/changes", audience="resident", query=ChangesQuery, returns=ChangesOut)
async def list_changes(actor: ResidentActor, query: ChangesQuery, deps: Deps) -> ChangesOut:
    return await changes.page(deps, actor, query.after, query.limit)


@blueprint.websocket("/live")  # type: ignore[untyped-decorator]
async def live(request: Request, socket: Websocket) -> None:
    await sockets.serve(request, socket, _FEED)
