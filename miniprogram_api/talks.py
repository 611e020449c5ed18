"""What is said and proposed in a case, as a party takes part in it."""

from uuid import UUID

from sanic import Blueprint, Websocket

from backend.accounts import queries as accounts
from backend.accounts.actors import ResidentActor
from backend.appointments.errors import KeptApartError
from backend.core.deps import Deps
from backend.core.errors import RoleNotAllowedError
from backend.core.schema import Page, PageQuery
from backend.mediation import acts, caucus, proposal_views, proposals, talks
from backend.mediation.acts import PartyLeftError
from backend.mediation.caucus import ConsentNeededError
from backend.mediation.proposal_schemas import ProposalAnswerIn, ProposalIn, ProposalOut
from backend.mediation.proposals import AnotherAcceptedError, ProposalClosedError, ProposalExpiredError
from backend.mediation.running import MediationNotOpenError, MediationRestsError
from backend.mediation.talk_schemas import (
    CaucusItemOut,
    CaucusQuery,
    CaucusShareIn,
    MessageIn,
    MessageOut,
    MessagesOut,
    MessagesQuery,
)
from backend.web import rooms
from backend.web.endpoint import endpoint
from backend.web.sockets import Request

blueprint = Blueprint("mini_talks")

_CASE = "/disputes/{dispute_id}"
_PROPOSAL = _CASE + "/proposals/{proposal_id}"
_NOT_NOW = (RoleNotAllowedError, MediationNotOpenError, MediationRestsError)


@endpoint(blueprint, "GET", _CASE + "/messages", audience="resident", query=MessagesQuery, returns=MessagesOut)
async def list_own_messages(actor: ResidentActor, dispute_id: UUID, query: MessagesQuery, deps: Deps) -> MessagesOut:
    return await talks.messages(deps, actor, dispute_id, query)


@endpoint(
    blueprint,
    "POST",
    _CASE + "/messages",
    audience="resident",
    body=MessageIn,
    returns=MessageOut,
    status=201,
    errors=(*_NOT_NOW, KeptApartError, PartyLeftError),
)
async def post_own_message(actor: ResidentActor, dispute_id: UUID, body: MessageIn, deps: Deps) -> MessageOut:
    standing = await acts.standing(actor, dispute_id)
    return await talks.post(deps, actor, standing, body)


@blueprint.websocket("/disputes/<dispute_id:str>/room")  # type: ignore[untyped-decorator]
async def mini_room(request: Request, socket: Websocket, dispute_id: str) -> None:
    await rooms.serve(request, socket, accounts.resident_by_token, dispute_id)


@endpoint(blueprint, "GET", _CASE + "/caucus", audience="resident", query=CaucusQuery, returns=Page[CaucusItemOut])
async def list_own_caucus_items(
    actor: ResidentActor, dispute_id: UUID, query: CaucusQuery, deps: Deps
) -> Page[CaucusItemOut]:
    return await caucus.page(deps, actor, dispute_id, query)


@endpoint(
    blueprint,
    "POST",
    _CASE + "/caucus/{item_id}/shares",
    audience="resident",
    body=CaucusShareIn,
    returns=CaucusItemOut,
    status=201,
    errors=(MediationNotOpenError, MediationRestsError, ConsentNeededError),
)
async def share_own_caucus_item(
    actor: ResidentActor, dispute_id: UUID, item_id: UUID, body: CaucusShareIn, deps: Deps
) -> CaucusItemOut:
    return await caucus.share(deps, actor, dispute_id, item_id, body)


@endpoint(blueprint, "GET", _CASE + "/proposals", audience="resident", query=PageQuery, returns=Page[ProposalOut])
async def list_own_proposals(actor: ResidentActor, dispute_id: UUID, query: PageQuery, deps: Deps) -> Page[ProposalOut]:
    return await proposal_views.page(deps, actor, dispute_id, query)


@endpoint(blueprint, "GET", _PROPOSAL, audience="resident", returns=ProposalOut)
async def get_own_proposal(actor: ResidentActor, dispute_id: UUID, proposal_id: UUID, deps: Deps) -> ProposalOut:
    return await proposal_views.get(deps, actor, dispute_id, proposal_id)


@endpoint(
    blueprint,
    "POST",
    _CASE + "/proposals",
    audience="resident",
    body=ProposalIn,
    returns=ProposalOut,
    status=201,
    errors=(*_NOT_NOW, PartyLeftError),
)
async def make_own_proposal(actor: ResidentActor, dispute_id: UUID, body: ProposalIn, deps: Deps) -> ProposalOut:
    return await proposals.propose(deps, actor, dispute_id, body)


@endpoint(
    blueprint,
    "POST",
    _PROPOSAL + "/answers",
    audience="resident",
    body=ProposalAnswerIn,
    returns=ProposalOut,
    errors=(*_NOT_NOW, PartyLeftError, ProposalClosedError, ProposalExpiredError, AnotherAcceptedError),
)
async def answer_own_proposal(
    actor: ResidentActor, dispute_id: UUID, proposal_id: UUID, body: ProposalAnswerIn, deps: Deps
) -> ProposalOut:
    return await proposals.answer(deps, actor, dispute_id, proposal_id, body)


@endpoint(
    blueprint,
    "POST",
    _PROPOSAL + "/withdrawal",
    audience="resident",
    returns=ProposalOut,
    errors=(*_NOT_NOW, ProposalClosedError),
)
async def withdraw_own_proposal(actor: ResidentActor, dispute_id: UUID, proposal_id: UUID, deps: Deps) -> ProposalOut:
    return await proposals.withdraw(deps, actor, dispute_id, proposal_id)


@endpoint(
    blueprint,
    "POST",
    _PROPOSAL + "/shares",
    audience="resident",
    body=CaucusShareIn,
    returns=ProposalOut,
    status=201,
    errors=(MediationNotOpenError, MediationRestsError, ConsentNeededError),
)
async def share_proposal(
    actor: ResidentActor, dispute_id: UUID, proposal_id: UUID, body: CaucusShareIn, deps: Deps
) -> ProposalOut:
    """One made in a separate talk."""
    return await proposals.share(deps, actor, dispute_id, proposal_id, body)
