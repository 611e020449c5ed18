"""What a party may do beside adding to the file: answer what was asked, choose a mediator, object to one."""

from uuid import UUID

from sanic import Blueprint

from backend.accounts.actors import ResidentActor
from backend.casework import groups, information, proposals, recusals
from backend.casework.groups import MemberAnswerIn
from backend.casework.information import AnswersIn
from backend.casework.proposals import MediatorsToChoose
from backend.casework.recusals import ChallengeNotPossibleError
from backend.core.deps import Deps
from backend.core.schema import In, Text
from backend.disputes.actions import DisputeEndedError
from backend.disputes.schemas import DisputeOut
from backend.disputes.workflow import ActionNotAllowedError
from backend.web.endpoint import endpoint
from miniprogram_api import dispute_page

blueprint = Blueprint("mini_taking_part")


class ChallengeIn(In):
    reason: Text


class ChoiceIn(In):
    mediator_id: UUID


@endpoint(
    blueprint,
    "POST",
    "/disputes/{dispute_id}/information-requests/{request_id}/answers",
    audience="resident",
    body=AnswersIn,
    returns=DisputeOut,
    status=201,
    errors=(DisputeEndedError,),
)
async def answer_request(
    actor: ResidentActor, dispute_id: UUID, request_id: UUID, body: AnswersIn, deps: Deps
) -> DisputeOut:
    await information.answer(deps, actor, dispute_id, request_id, body.answers)
    return await dispute_page.read(deps, actor, dispute_id, "")


@endpoint(
    blueprint,
    "POST",
    "/disputes/{dispute_id}/challenges",
    audience="resident",
    body=ChallengeIn,
    returns=DisputeOut,
    status=201,
    errors=(ChallengeNotPossibleError,),
)
async def challenge_mediator(actor: ResidentActor, dispute_id: UUID, body: ChallengeIn, deps: Deps) -> DisputeOut:
    await recusals.challenge(deps, actor, dispute_id, body.reason)
    return await dispute_page.read(deps, actor, dispute_id, "")


@endpoint(blueprint, "GET", "/disputes/{dispute_id}/mediators", audience="resident", returns=MediatorsToChoose)
async def list_mediators_to_choose(actor: ResidentActor, dispute_id: UUID, deps: Deps) -> MediatorsToChoose:
    return await proposals.to_choose_from(deps, actor, dispute_id)


@endpoint(
    blueprint,
    "POST",
    "/disputes/{dispute_id}/mediator-choice",
    audience="resident",
    body=ChoiceIn,
    returns=DisputeOut,
    status=201,
)
async def choose_mediator(actor: ResidentActor, dispute_id: UUID, body: ChoiceIn, deps: Deps) -> DisputeOut:
    await proposals.choose(deps, actor, dispute_id, body.mediator_id)
    return await dispute_page.read(deps, actor, dispute_id, "")


@endpoint(
    blueprint,
    "POST",
    "/disputes/{dispute_id}/group-answers",
    audience="resident",
    body=MemberAnswerIn,
    returns=DisputeOut,
    status=201,
    errors=(ActionNotAllowedError,),
)
async def answer_as_member(actor: ResidentActor, dispute_id: UUID, body: MemberAnswerIn, deps: Deps) -> DisputeOut:
    await groups.answer(deps, actor, dispute_id, body)
    return await dispute_page.read(deps, actor, dispute_id, "")
