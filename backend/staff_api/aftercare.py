"""What follows an outcome: urges, follow-up visits, reviews (催办、回访、复核)."""

from uuid import UUID

from sanic import Blueprint

from backend.accounts.actors import StaffActor
from backend.aftercare import follow_ups, reviews, urges
from backend.aftercare.follow_ups import FollowUpOverError, FollowUpsQuery
from backend.aftercare.reviews import ReviewDecidedError, ReviewsQuery
from backend.aftercare.schemas import FollowUpOut, FollowUpRecordIn, ReviewDecisionIn, ReviewOut
from backend.aftercare.urges import NothingToAnswerError, UrgeAnsweredOut, UrgeAnswerIn, WaitingUrgeOut
from backend.casework.outcomes import FollowUpBrief
from backend.core.deps import Deps
from backend.core.errors import RoleNotAllowedError
from backend.core.schema import Page, PageQuery
from backend.disputes.workflow import ActionNotAllowedError
from backend.web.endpoint import endpoint

blueprint = Blueprint("staff_aftercare")

_CASE = "/disputes/{dispute_id}"
_REVIEW = _CASE + "/reviews/{review_id}"


@endpoint(
    blueprint, "GET", "/urges", audience="staff", query=PageQuery, returns=Page[WaitingUrgeOut],
    errors=(RoleNotAllowedError,),
)  # fmt: skip
async def list_waiting_urges(actor: StaffActor, query: PageQuery) -> Page[WaitingUrgeOut]:
    """Those without an answer, the oldest first: a mediator's own, else the center's or the city's."""
    return await urges.page(actor, query)


@endpoint(
    blueprint, "POST", _CASE + "/urges/answer", audience="staff", body=UrgeAnswerIn, returns=UrgeAnsweredOut,
    errors=(RoleNotAllowedError, NothingToAnswerError),
)  # fmt: skip
async def answer_urges(actor: StaffActor, dispute_id: UUID, body: UrgeAnswerIn, deps: Deps) -> UrgeAnsweredOut:
    """To everybody who urged this case and waits."""
    return await urges.answer(deps, actor, dispute_id, body.text)


@endpoint(
    blueprint, "GET", "/follow-ups", audience="staff", query=FollowUpsQuery, returns=Page[FollowUpBrief],
    errors=(RoleNotAllowedError,),
)  # fmt: skip
async def list_follow_ups(actor: StaffActor, query: FollowUpsQuery, deps: Deps) -> Page[FollowUpBrief]:
    """By the day on which they are due: a mediator's own, else the center's or the city's."""
    return await follow_ups.page(deps, actor, query)


@endpoint(blueprint, "GET", _CASE + "/follow-ups", audience="staff", returns=Page[FollowUpOut])
async def list_follow_ups_of_case(actor: StaffActor, dispute_id: UUID, deps: Deps) -> Page[FollowUpOut]:
    return await follow_ups.of_case(deps, actor, dispute_id)


@endpoint(
    blueprint, "POST", _CASE + "/follow-ups/{follow_up_id}/records", audience="staff", body=FollowUpRecordIn,
    returns=FollowUpOut, status=201, errors=(RoleNotAllowedError, FollowUpOverError),
)  # fmt: skip
async def record_follow_up(
    actor: StaffActor, dispute_id: UUID, follow_up_id: UUID, body: FollowUpRecordIn, *, deps: Deps
) -> FollowUpOut:
    """What a call or visit found. Where nobody was reached it stays open for another try."""
    return await follow_ups.record(deps, actor, dispute_id, follow_up_id, body)


@endpoint(
    blueprint, "GET", "/reviews", audience="staff", query=ReviewsQuery, returns=Page[ReviewOut],
    errors=(RoleNotAllowedError,),
)  # fmt: skip
async def list_reviews(actor: StaffActor, query: ReviewsQuery, deps: Deps) -> Page[ReviewOut]:
    """Of cases that the actor had no hand in."""
    return await reviews.page(deps, actor, query)


@endpoint(blueprint, "GET", _REVIEW, audience="staff", returns=ReviewOut, errors=(RoleNotAllowedError,))
async def get_review(actor: StaffActor, dispute_id: UUID, review_id: UUID, deps: Deps) -> ReviewOut:
    return await reviews.get(deps, actor, dispute_id, review_id)


@endpoint(
    blueprint, "POST", _REVIEW + "/decision", audience="staff", body=ReviewDecisionIn, returns=ReviewOut,
    errors=(RoleNotAllowedError, ReviewDecidedError, ActionNotAllowedError),
)  # fmt: skip
async def decide_review(
    actor: StaffActor, dispute_id: UUID, review_id: UUID, body: ReviewDecisionIn, *, deps: Deps
) -> ReviewOut:
    """Takes the case up again, or answers. Never by who mediated it or brought about its outcome."""
    return await reviews.decide(deps, actor, dispute_id, review_id, body)
