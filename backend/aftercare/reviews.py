"""复核: after an unhappy rating, or a visit that found the quarrel alive again, somebody outside the case decides
whether it is taken up again, or answers. Nobody who mediated it or brought about its outcome does."""

from datetime import datetime
from typing import ClassVar, Literal
from uuid import UUID

from tortoise import connections

from backend.accounts.actors import StaffActor
from backend.aftercare.schemas import ReviewDecisionIn, ReviewOut
from backend.casework import actions as casework
from backend.casework import staff_notices
from backend.casework.outcomes import HOLDING
from backend.casework.schemas import Reopen
from backend.core.clock import local
from backend.core.deps import Deps
from backend.core.errors import HejieError, NotFoundError, RoleNotAllowedError
from backend.core.pagination import cut, decode_id
from backend.core.schema import Page, PageQuery
from backend.core.wording import date_text
from backend.disputes import history, queries
from backend.disputes.history import Entry
from backend.notices import actions as notices
from backend.notices.actions import News
from models import (
    Audience,
    CaseReview,
    Dispute,
    Event,
    Rating,
    ReviewCause,
    ReviewStatus,
    Role,
    Staff,
)
from models.base import uuid7

_DECIDERS = (Role.DIRECTOR, Role.SUPERVISOR)
_READABLE = """
SELECT r.id FROM case_review r JOIN dispute d ON d.id = r.dispute_id
 WHERE ($2::uuid IS NULL OR d.center_id = $2) AND ($3::text IS NULL OR r.status = $3) AND r.id > $4
   AND d.mediator_id IS DISTINCT FROM $1 AND r.opened_by_id IS DISTINCT FROM $1
   AND NOT EXISTS (SELECT FROM event e WHERE e.dispute_id = d.id AND e.actor_id = $1 AND e.kind = ANY($5))
 ORDER BY r.id LIMIT $6
"""


class ReviewDecidedError(HejieError):
    code: ClassVar[str] = "review_decided"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "这件复核已经有决定，或者案件已经重新调解。请刷新后再看。"


class ReviewsQuery(PageQuery):
    status: Literal["open", "reopened", "answered"] | None = None


async def open_for_rating(deps: Deps, dispute: Dispute, rating: Rating) -> None:
    await _open(deps, dispute, CaseReview(id=uuid7(), cause=ReviewCause.RATING, rating_id=rating.id))


async def open_for_follow_up(deps: Deps, actor: StaffActor, dispute: Dispute, request: str) -> None:
    """`request` is what staff found. One that is open already waits for the same decision."""
    open_ones = CaseReview.filter(dispute_id=dispute.id, cause=ReviewCause.FOLLOW_UP, status=ReviewStatus.OPEN)
    if await open_ones.exists():
        return
    review = CaseReview(id=uuid7(), cause=ReviewCause.FOLLOW_UP, opened_by_id=actor.id)
    review.request_sealed = deps.keyring.seal(request, "case_review", "request", review.id)
    await _open(deps, dispute, review)


async def _open(deps: Deps, dispute: Dispute, review: CaseReview) -> None:
    """The case is locked. To its staff the entry does not say why."""
    now = deps.clock.now()
    review.dispute_id, review.outcome, review.status = dispute.id, dispute.outcome, ReviewStatus.OPEN
    review.created_at, review.due_at = now, deps.calendar.deadline(now, deps.catalog.aftercare.review.decide_days)
    await review.save(force_create=True)
    due_text = _due_text(review.due_at)
    await history.record(deps, dispute, None, Entry("review_opened", Audience.STAFF, {"due_text": due_text}))
    words = {"number": dispute.case_number or dispute.number, "due_text": due_text}
    await staff_notices.send(deps, await _deciders(deps, dispute, review), "review_opened", words, dispute.id)


async def page(deps: Deps, actor: StaffActor, query: ReviewsQuery) -> Page[ReviewOut]:
    """Those that the actor may decide, the oldest first. Raises RoleNotAllowedError."""
    _require_decider(actor)
    after = decode_id(query.cursor) or UUID(int=0)
    values = [actor.id, actor.center_id, query.status, after, outcome_kinds(deps), query.limit + 1]
    found = await connections.get("default").execute_query_dict(_READABLE, values)
    rows, next_cursor = cut(found, query.limit, lambda row: (str(row["id"]),))
    reviews = CaseReview.filter(id__in=[row["id"] for row in rows]).order_by("id")
    items = [_out(deps, each) for each in await reviews.select_related("rating", "dispute__center", "decided_by")]
    return Page[ReviewOut](items=items, next_cursor=next_cursor)


async def get(deps: Deps, actor: StaffActor, dispute_id: UUID, review_id: UUID) -> ReviewOut:
    """Raises NotFoundError, RoleNotAllowedError."""
    _, review = await _for_decider(deps, actor, dispute_id, review_id)
    return _out(deps, review)


async def decide(
    deps: Deps, actor: StaffActor, dispute_id: UUID, review_id: UUID, given: ReviewDecisionIn
) -> ReviewOut:
    """Reopening is the action that it always is, and ends every open review of the case. Raises NotFoundError,
    RoleNotAllowedError, ReviewDecidedError, ActionNotAllowedError."""
    dispute, review = await _for_decider(deps, actor, dispute_id, review_id, lock=True)
    if review.status is not ReviewStatus.OPEN:
        raise ReviewDecidedError
    if given.decision == "reopen":
        reopening = Reopen.model_validate({"version": dispute.version, "reason": given.text}, context=deps)
        _ = await casework.perform(deps, actor, dispute.id, "reopen", reopening)
    else:
        review.status, review.decided_at, review.decided_by_id = ReviewStatus.ANSWERED, deps.clock.now(), actor.id
        review.answer_sealed = deps.keyring.seal(given.text, "case_review", "answer", review.id)
        await review.save(update_fields=["status", "decided_at", "decided_by_id", "answer_sealed"])
        await history.record(deps, dispute, actor, *_answered(dispute, review, given.text))
        if review.rating is not None:
            news = News(review.rating.resident_id, "review_answered", dispute.id, {"center": dispute.center.name})
            await notices.notify(deps, [news])
    return await get(deps, actor, dispute_id, review_id)


def _answered(dispute: Dispute, review: CaseReview, text: str) -> list[Entry]:
    """What is answered to who rated is theirs alone."""
    if review.rating is None:
        return [Entry("review_decided", Audience.STAFF, detail={"text": text})]
    audience, reader_id = history.own(dispute, review.rating.resident_id)
    return [Entry("review_decided", Audience.STAFF), Entry("review_answered", audience, {}, {"text": text}, reader_id)]


async def _for_decider(
    deps: Deps, actor: StaffActor, dispute_id: UUID, review_id: UUID, *, lock: bool = False
) -> tuple[Dispute, CaseReview]:
    dispute = await queries.for_staff(actor, dispute_id, lock=lock)
    found = CaseReview.filter(id=review_id, dispute_id=dispute.id)
    review = await found.select_related("rating", "dispute__center", "decided_by").first()
    if review is None or actor.center_id not in (None, dispute.center_id):
        raise NotFoundError
    _require_decider(actor)
    if actor.id in await _involved(deps, dispute, review) and review.decided_by_id != actor.id:
        raise RoleNotAllowedError("您经办过这件案件，请由案件以外的负责人或督办人员复核。")
    return dispute, review


def _require_decider(actor: StaffActor) -> None:
    if actor.role not in _DECIDERS:
        raise RoleNotAllowedError


async def _deciders(deps: Deps, dispute: Dispute, review: CaseReview) -> set[UUID]:
    """The center's directors; where each has had a hand in it, or there is none, the city's supervisors."""
    involved = await _involved(deps, dispute, review)
    directors = Staff.filter(role=Role.DIRECTOR, center_id=dispute.center_id, is_active=True)
    outside = {member.id for member in await directors.only("id")} - involved
    return outside or await supervisors()


async def supervisors() -> set[UUID]:
    return {member.id for member in await Staff.filter(role=Role.SUPERVISOR, is_active=True).only("id")}


async def _involved(deps: Deps, dispute: Dispute, review: CaseReview) -> set[UUID]:
    """Who mediates it, who brought about its outcome, who asked for the review."""
    steps = Event.filter(dispute_id=dispute.id, kind__in=outcome_kinds(deps), actor_id__not_isnull=True)
    acted = await steps.values_list("actor_id", flat=True)
    return {UUID(str(each)) for each in (*acted, dispute.mediator_id, review.opened_by_id) if each}


def outcome_kinds(deps: Deps) -> list[str]:
    return sorted({row.event for row in deps.catalog.flow if row.to in HOLDING})


def _due_text(due_at: datetime) -> str:
    return date_text(local(due_at).date())


def _out(deps: Deps, review: CaseReview) -> ReviewOut:
    """Not a word of who rated."""
    dispute, rating = review.dispute, review.rating

    def opened(column: str) -> str | None:
        sealed = getattr(review, f"{column}_sealed")
        return deps.keyring.open(sealed, "case_review", column, review.id) if sealed else None

    comment = rating.comment_sealed if rating else None
    return ReviewOut(
        id=str(review.id),
        dispute_id=str(dispute.id),
        number=dispute.number,
        case_number=dispute.case_number,
        center=dispute.center.name,
        cause=review.cause,
        resolved=rating.resolved if rating else None,
        satisfaction=rating.satisfaction if rating else None,
        comment=deps.keyring.open(comment, "rating", "comment", rating.id) if comment and rating else None,
        request=opened("request"),
        status=review.status,
        created_at=review.created_at,
        due_at=review.due_at,
        overdue=review.status is ReviewStatus.OPEN and review.due_at < deps.clock.now(),
        escalated_at=review.escalated_at,
        decided_at=review.decided_at,
        decided_by=review.decided_by.name if review.decided_by_id and review.decided_by else None,
        answer=opened("answer"),
    )
