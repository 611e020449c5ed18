"""The room of a case over a party's socket."""

from sanic import Blueprint, Websocket

from backend.accounts import queries as accounts
from backend.web import rooms
from backend.web.sockets import Request

blueprint = Blueprint("mini_talks")


@blueprint.websocket("/disputes/<dispute_id:str>/room")  # type: ignore[untyped-decorator]
async def mini_room(request: Request, socket: Websocket, dispute_id: str) -> None:
    await rooms.serve(request, socket, accounts.resident_by_token, dispute_id)
