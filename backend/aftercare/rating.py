"""A party's rating, and what is made of an unhappy one."""

from uuid import UUID

from backend.accounts.actors import ResidentActor
from backend.aftercare import reviews
from backend.aftercare.schemas import OwnRatingOut, OwnReviewOut
from backend.core.deps import Deps
from backend.core.errors import NotFoundError
from backend.disputes import queries
from backend.ratings import actions as ratings
from models import CaseReview, Rating, ReviewStatus

_STATUS_TEXTS = {
    ReviewStatus.OPEN: "正在由案件以外的人复核",
    ReviewStatus.REOPENED: "已重新调解",
    ReviewStatus.ANSWERED: "已答复",
}


async def rate(
    deps: Deps, actor: ResidentActor, dispute_id: UUID, *, resolved: bool, satisfaction: int, comment: str | None
) -> OwnRatingOut:
    """An unhappy one opens a review. Raises what `ratings.actions.rate` raises."""
    rating, dispute = await ratings.rate(
        deps, actor, dispute_id, resolved=resolved, satisfaction=satisfaction, comment=comment
    )
    if deps.catalog.aftercare.rating.is_unhappy(resolved=resolved, satisfaction=satisfaction):
        await reviews.open_for_rating(deps, dispute, rating)
    return await own(deps, actor, dispute_id)


async def own(deps: Deps, actor: ResidentActor, dispute_id: UUID) -> OwnRatingOut:
    """The latest of the resident's own. Raises NotFoundError."""
    dispute = await queries.for_resident(actor, dispute_id)
    rating = await Rating.filter(dispute_id=dispute.id, resident_id=actor.id).order_by("-id").first()
    if rating is None:
        raise NotFoundError
    review = await CaseReview.get_or_none(rating_id=rating.id)
    comment = rating.comment_sealed
    return OwnRatingOut(
        id=str(rating.id),
        dispute_id=str(dispute.id),
        resolved=rating.resolved,
        satisfaction=rating.satisfaction,
        comment=deps.keyring.open(comment, "rating", "comment", rating.id) if comment else None,
        created_at=rating.created_at,
        review=_review(deps, review) if review else None,
    )


def _review(deps: Deps, review: CaseReview) -> OwnReviewOut:
    answer = review.answer_sealed
    return OwnReviewOut(
        status=review.status,
        status_text=_STATUS_TEXTS[review.status],
        answer_by=review.due_at,
        answered_at=review.decided_at,
        answer=deps.keyring.open(answer, "case_review", "answer", review.id) if answer else None,
    )
