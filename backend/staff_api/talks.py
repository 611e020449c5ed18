"""What is said and proposed in a case, as its mediator and colleagues take part in it."""

from uuid import UUID

from sanic import Blueprint, Websocket

from backend.accounts import queries as accounts
from backend.accounts.actors import StaffActor
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
    CaucusHandoverOut,
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

blueprint = Blueprint("staff_talks")

_CASE = "/disputes/{dispute_id}"
_PROPOSAL = _CASE + "/proposals/{proposal_id}"
_NOT_NOW = (RoleNotAllowedError, MediationNotOpenError, MediationRestsError)


@endpoint(blueprint, "GET", _CASE + "/messages", audience="colleague", query=MessagesQuery, returns=MessagesOut)
async def list_messages(actor: StaffActor, dispute_id: UUID, query: MessagesQuery, deps: Deps) -> MessagesOut:
    return await talks.messages(deps, actor, dispute_id, query)


@endpoint(
    blueprint,
    "POST",
    _CASE + "/messages",
    audience="colleague",
    body=MessageIn,
    returns=MessageOut,
    status=201,
    errors=(*_NOT_NOW, KeptApartError, PartyLeftError),
)
async def post_message(actor: StaffActor, dispute_id: UUID, body: MessageIn, deps: Deps) -> MessageOut:
    standing = await acts.standing(actor, dispute_id)
    return await talks.post(deps, actor, standing, body)


@blueprint.websocket("/disputes/<dispute_id:str>/room")  # type: ignore[untyped-decorator]
async def staff_room(request: Request, socket: Websocket, dispute_id: str) -> None:
    await rooms.serve(request, socket, accounts.colleague_by_token, dispute_id)


@endpoint(blueprint, "GET", _CASE + "/caucus", audience="colleague", query=CaucusQuery, returns=Page[CaucusItemOut])
async def list_caucus_items(actor: StaffActor, dispute_id: UUID, query: CaucusQuery, deps: Deps) -> Page[CaucusItemOut]:
    return await caucus.page(deps, actor, dispute_id, query)


@endpoint(
    blueprint,
    "POST",
    _CASE + "/caucus/{item_id}/shares",
    audience="colleague",
    body=CaucusShareIn,
    returns=CaucusItemOut,
    status=201,
    errors=(MediationNotOpenError, MediationRestsError, ConsentNeededError),
)
async def share_caucus_item(
    actor: StaffActor, dispute_id: UUID, item_id: UUID, body: CaucusShareIn, deps: Deps
) -> CaucusItemOut:
    return await caucus.share(deps, actor, dispute_id, item_id, body)


@endpoint(blueprint, "POST", _CASE + "/caucus/handover", audience="staff", returns=CaucusHandoverOut)
async def hand_over_caucus(actor: StaffActor, dispute_id: UUID, deps: Deps) -> CaucusHandoverOut:
    return await caucus.hand_over(deps, actor, dispute_id)


@endpoint(blueprint, "GET", _CASE + "/proposals", audience="colleague", query=PageQuery, returns=Page[ProposalOut])
async def list_proposals(actor: StaffActor, dispute_id: UUID, query: PageQuery, deps: Deps) -> Page[ProposalOut]:
    return await proposal_views.page(deps, actor, dispute_id, query)


@endpoint(blueprint, "GET", _PROPOSAL, audience="colleague", returns=ProposalOut)
async def get_proposal(actor: StaffActor, dispute_id: UUID, proposal_id: UUID, deps: Deps) -> ProposalOut:
    return await proposal_views.get(deps, actor, dispute_id, proposal_id)


@endpoint(
    blueprint,
    "POST",
    _CASE + "/proposals",
    audience="colleague",
    body=ProposalIn,
    returns=ProposalOut,
    status=201,
    errors=(*_NOT_NOW, PartyLeftError),
)
async def make_proposal(actor: StaffActor, dispute_id: UUID, body: ProposalIn, deps: Deps) -> ProposalOut:
    return await proposals.propose(deps, actor, dispute_id, body)


@endpoint(
    blueprint,
    "POST",
    _PROPOSAL + "/answers",
    audience="colleague",
    body=ProposalAnswerIn,
    returns=ProposalOut,
    errors=(*_NOT_NOW, PartyLeftError, ProposalClosedError, ProposalExpiredError, AnotherAcceptedError),
)
async def answer_proposal(
    actor: StaffActor, dispute_id: UUID, proposal_id: UUID, body: ProposalAnswerIn, deps: Deps
) -> ProposalOut:
    return await proposals.answer(deps, actor, dispute_id, proposal_id, body)


@endpoint(
    blueprint,
    "POST",
    _PROPOSAL + "/withdrawal",
    audience="colleague",
    returns=ProposalOut,
    errors=(*_NOT_NOW, ProposalClosedError),
)
async def withdraw_proposal(actor: StaffActor, dispute_id: UUID, proposal_id: UUID, deps: Deps) -> ProposalOut:
    return await proposals.withdraw(deps, actor, dispute_id, proposal_id)


@endpoint(
    blueprint,
    "POST",
    _PROPOSAL + "/shares",
    audience="colleague",
    body=CaucusShareIn,
    returns=ProposalOut,
    status=201,
    errors=(MediationNotOpenError, MediationRestsError, ConsentNeededError),
)
async def share_proposal(
    actor: StaffActor, dispute_id: UUID, proposal_id: UUID, body: CaucusShareIn, deps: Deps
) -> ProposalOut:
    """One made in a separate talk."""
    return await proposals.share(deps, actor, dispute_id, proposal_id, body)
