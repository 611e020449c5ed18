"""What is said and proposed in a case, by its parties and its mediator."""

from uuid import UUID

from backend.accounts.actors import Actor
from backend.appointments.errors import KeptApartError
from backend.casework import conversation
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
from backend.shared_api.both import Both

both = Both("talks")

_CASE = "/disputes/{dispute_id}"
_PROPOSAL = _CASE + "/proposals/{proposal_id}"
_NOT_NOW = (RoleNotAllowedError, MediationNotOpenError, MediationRestsError)


@both.endpoint("GET", _CASE + "/messages", query=MessagesQuery, returns=MessagesOut)
async def list_messages(actor: Actor, dispute_id: UUID, query: MessagesQuery, deps: Deps) -> MessagesOut:
    return await talks.messages(deps, actor, dispute_id, query)


@both.endpoint(
    "POST",
    _CASE + "/messages",
    body=MessageIn,
    returns=MessageOut,
    status=201,
    errors=(*_NOT_NOW, KeptApartError, PartyLeftError),
)
async def post_message(actor: Actor, dispute_id: UUID, body: MessageIn, deps: Deps) -> MessageOut:
    standing = await acts.standing(actor, dispute_id)
    return await conversation.say(deps, actor, standing, body)


@both.endpoint("GET", _CASE + "/caucus", query=CaucusQuery, returns=Page[CaucusItemOut])
async def list_caucus_items(actor: Actor, dispute_id: UUID, query: CaucusQuery, deps: Deps) -> Page[CaucusItemOut]:
    return await caucus.page(deps, actor, dispute_id, query)


@both.endpoint(
    "POST",
    _CASE + "/caucus/{item_id}/shares",
    body=CaucusShareIn,
    returns=CaucusItemOut,
    status=201,
    errors=(MediationNotOpenError, MediationRestsError, ConsentNeededError),
)
async def share_caucus_item(
    actor: Actor, dispute_id: UUID, item_id: UUID, body: CaucusShareIn, deps: Deps
) -> CaucusItemOut:
    return await caucus.share(deps, actor, dispute_id, item_id, body)


@both.endpoint("GET", _CASE + "/proposals", query=PageQuery, returns=Page[ProposalOut])
async def list_proposals(actor: Actor, dispute_id: UUID, query: PageQuery, deps: Deps) -> Page[ProposalOut]:
    return await proposal_views.page(deps, actor, dispute_id, query)


@both.endpoint("GET", _PROPOSAL, returns=ProposalOut)
async def get_proposal(actor: Actor, dispute_id: UUID, proposal_id: UUID, deps: Deps) -> ProposalOut:
    return await proposal_views.get(deps, actor, dispute_id, proposal_id)


@both.endpoint(
    "POST",
    _CASE + "/proposals",
    body=ProposalIn,
    returns=ProposalOut,
    status=201,
    errors=(*_NOT_NOW, PartyLeftError),
)
async def make_proposal(actor: Actor, dispute_id: UUID, body: ProposalIn, deps: Deps) -> ProposalOut:
    return await proposals.propose(deps, actor, dispute_id, body)


@both.endpoint(
    "POST",
    _PROPOSAL + "/answers",
    body=ProposalAnswerIn,
    returns=ProposalOut,
    errors=(*_NOT_NOW, PartyLeftError, ProposalClosedError, ProposalExpiredError, AnotherAcceptedError),
)
async def reply_to_proposal(
    actor: Actor, dispute_id: UUID, proposal_id: UUID, body: ProposalAnswerIn, deps: Deps
) -> ProposalOut:
    return await proposals.answer(deps, actor, dispute_id, proposal_id, body)


@both.endpoint(
    "POST",
    _PROPOSAL + "/withdrawal",
    returns=ProposalOut,
    errors=(*_NOT_NOW, ProposalClosedError),
)
async def withdraw_proposal(actor: Actor, dispute_id: UUID, proposal_id: UUID, deps: Deps) -> ProposalOut:
    return await proposals.withdraw(deps, actor, dispute_id, proposal_id)


@both.endpoint(
    "POST",
    _PROPOSAL + "/shares",
    body=CaucusShareIn,
    returns=ProposalOut,
    status=201,
    errors=(MediationNotOpenError, MediationRestsError, ConsentNeededError),
)
async def share_proposal(
    actor: Actor, dispute_id: UUID, proposal_id: UUID, body: CaucusShareIn, deps: Deps
) -> ProposalOut:
    """One made in a separate talk."""
    return await proposals.share(deps, actor, dispute_id, proposal_id, body)
