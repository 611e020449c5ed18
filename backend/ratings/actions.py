from typing import ClassVar
from uuid import UUID

from backend.accounts.actors import ResidentActor
from backend.content import actions as content
from backend.content.actions import Brought
from backend.core.deps import Deps
from backend.core.errors import HejieError
from backend.disputes import history, queries
from backend.disputes.history import Entry
from models import CheckSubject, Rating, Status
from models.base import uuid7

RATABLE = (Status.AGREED, Status.NOT_AGREED, Status.FULFILLED, Status.CLOSED)


class NotRatableYetError(HejieError):
    code: ClassVar[str] = "not_ratable_yet"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "调解有结果之后才能评价，请到时再来。"


class AlreadyRatedError(HejieError):
    code: ClassVar[str] = "already_rated"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "您已经评价过了，谢谢。"


async def rate(
    deps: Deps, actor: ResidentActor, dispute_id: UUID, *, resolved: bool, satisfaction: int, comment: str | None
) -> Rating:
    """Once per party and outcome: a reopened case may be rated again after its next outcome."""
    dispute = await queries.for_resident(actor, dispute_id, lock=True)
    if dispute.status not in RATABLE or dispute.merged_into_id is not None:
        raise NotRatableYetError
    # The row lock on the dispute makes check and insert one step.
    if await Rating.filter(dispute_id=dispute.id, resident_id=actor.id, outcome=dispute.outcome).exists():
        raise AlreadyRatedError
    rating_id = uuid7()
    rating = await Rating.create(
        id=rating_id,
        dispute_id=dispute.id,
        resident_id=actor.id,
        outcome=dispute.outcome,
        resolved=resolved,
        satisfaction=satisfaction,
        comment_sealed=deps.keyring.seal(comment, "rating", "comment", rating_id) if comment else None,
        created_at=deps.clock.now(),
    )
    if comment:
        await content.request(deps, actor, Brought(CheckSubject.RATING, rating_id, dispute.id))
    audience, reader_id = history.own(dispute, actor.id)
    await history.record(deps, dispute, actor, Entry("rated", audience, reader_id=reader_id))
    return rating
