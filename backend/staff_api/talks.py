"""What only the staff's side has of talks: the room of a case over a socket, and handing over what was confided."""

from uuid import UUID

from sanic import Blueprint, Websocket

from backend.accounts import queries as accounts
from backend.accounts.actors import StaffActor
from backend.core.deps import Deps
from backend.mediation import caucus
from backend.mediation.talk_schemas import CaucusHandoverOut
from backend.web import rooms
from backend.web.endpoint import endpoint
from backend.web.sockets import Request

blueprint = Blueprint("staff_talks")


@blueprint.websocket("/disputes/<dispute_id:str>/room")  # type: ignore[untyped-decorator]
async def staff_room(request: Request, socket: Websocket, dispute_id: str) -> None:
    await rooms.serve(request, socket, accounts.colleague_by_token, dispute_id)


@endpoint(blueprint, "POST", "/disputes/{dispute_id}/caucus/handover", audience="staff", returns=CaucusHandoverOut)
async def hand_over_caucus(actor: StaffActor, dispute_id: UUID, deps: Deps) -> CaucusHandoverOut:
    return await caucus.hand_over(deps, actor, dispute_id)
