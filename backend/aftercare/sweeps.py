"""What time does after an outcome: visits that are due or overdue, reviews that nobody has decided. Each is told of
once, behind the lock of its case: any number of workers may sweep at once and again."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID

from tortoise import connections
from tortoise.transactions import in_transaction

from backend.aftercare import reviews
from backend.casework import staff_notices
from backend.casework.sweeps import center_is_open
from backend.core import clock
from backend.core.clock import local
from backend.core.deps import Deps
from backend.core.wording import date_text
from backend.disputes import history, queries
from backend.disputes.history import Entry
from models import Audience, CaseReview, Dispute, FollowUp, FollowUpStatus, ReviewStatus

_AT_ONCE = 200
_VISITS = """
SELECT id, dispute_id FROM follow_up
 WHERE status = 'planned' AND (told_at IS NULL AND due_on <= $1 OR reported_at IS NULL AND due_on < $2) AND id > $3
 ORDER BY id LIMIT $4
"""
_REVIEWS = """
SELECT id, dispute_id FROM case_review
 WHERE status = 'open' AND escalated_at IS NULL AND due_at < $1 AND id > $2 ORDER BY id LIMIT $3
"""


async def sweep(deps: Deps) -> dict[str, int]:
    """For the worker: of how many people were told."""
    today, rules = clock.today(deps.clock), deps.catalog.aftercare.follow_up
    return {
        "visits": await _each(deps, _VISITS, [today, today - timedelta(days=rules.overdue_days)], _visit),
        "reviews": await _each(deps, _REVIEWS, [deps.clock.now()], _review),
    }


async def _each(
    deps: Deps, statement: str, values: list[object], act: Callable[[Deps, Dispute, UUID], Awaitable[bool]]
) -> int:
    told, last = 0, UUID(int=0)
    while found := await connections.get("default").execute_query_dict(statement, [*values, last, _AT_ONCE]):
        for row in found:
            async with in_transaction():
                dispute = await queries.for_system(row["dispute_id"], Dispute.all())
                told += dispute is not None and center_is_open(deps, dispute) and await act(deps, dispute, row["id"])
        last = found[-1]["id"]
    return told


async def _visit(deps: Deps, dispute: Dispute, follow_up_id: UUID) -> bool:
    visit = await FollowUp.get(id=follow_up_id)
    if visit.status is not FollowUpStatus.PLANNED:
        return False
    now, today, is_new = deps.clock.now(), clock.today(deps.clock), False
    late_after = deps.calendar.add_working_days(visit.due_on, deps.catalog.aftercare.follow_up.overdue_days)
    if visit.told_at is None and visit.due_on <= today:
        visit.told_at, is_new = now, True
        await staff_notices.tell(deps, dispute, _due_kind(dispute), but=None)
    if visit.reported_at is None and late_after < today:
        visit.reported_at, is_new = now, True
        await staff_notices.tell(deps, dispute, "follow_up_overdue", but=None)
        data = {"follow_up_id": str(visit.id), "due_text": date_text(visit.due_on)}
        await history.record(deps, dispute, None, Entry("follow_up_overdue", Audience.STAFF, data))
    await visit.save(update_fields=["told_at", "reported_at"])
    return is_new


def _due_kind(dispute: Dispute) -> str:
    return "follow_up_due" if dispute.mediator_id else "follow_up_due_at_desk"


async def _review(deps: Deps, dispute: Dispute, review_id: UUID) -> bool:
    review = await CaseReview.get(id=review_id)
    if review.status is not ReviewStatus.OPEN or review.escalated_at is not None:
        return False
    review.escalated_at = deps.clock.now()
    await review.save(update_fields=["escalated_at"])
    due_text = date_text(local(review.due_at).date())
    words = {"number": dispute.case_number or dispute.number, "due_text": due_text}
    await staff_notices.send(deps, await reviews.supervisors(), "review_overdue", words, dispute.id)
    await history.record(deps, dispute, None, Entry("review_overdue", Audience.STAFF, {"due_text": due_text}))
    return True
