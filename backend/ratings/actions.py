from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID

from tortoise.expressions import Q

from backend.accounts.actors import ResidentActor
from backend.content import actions as content
from backend.content.actions import Brought
from backend.core import clock
from backend.core.clock import local
from backend.core.deps import Deps
from backend.core.errors import HejieError
from backend.disputes import history, queries
from backend.disputes.history import Entry
from backend.mediation import access
from models import CheckSubject, Dispute, Event, Party, Rating, Status
from models.base import uuid7

RATABLE = (Status.AGREED, Status.NOT_AGREED, Status.FULFILLED, Status.CLOSED)
NEVER_RATABLE = (Status.REFUSED, Status.WITHDRAWN)


class NotRatableYetError(HejieError):
    code: ClassVar[str] = "not_ratable_yet"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "调解有结果之后才能评价，请到时再来。"


class NotRatableError(HejieError):
    code: ClassVar[str] = "not_ratable"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "这件事没有调解结果，不用评价。对工作有意见，可以提出投诉。"


class RatingClosedError(HejieError):
    code: ClassVar[str] = "rating_closed"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "评价的时间已经过了。有新的情况请联系综治中心，对工作有意见可以提出投诉。"


class AlreadyRatedError(HejieError):
    code: ClassVar[str] = "already_rated"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "您已经评价过了，谢谢。"


async def rate(
    deps: Deps, actor: ResidentActor, dispute_id: UUID, *, resolved: bool, satisfaction: int, comment: str | None
) -> tuple[Rating, Dispute]:
    """Once per party and outcome: a reopened case may be rated again after its next outcome. The case stays locked.

    Raises NotFoundError, NotRatableYetError, NotRatableError, RatingClosedError, AlreadyRatedError."""
    dispute = await queries.for_resident(actor, dispute_id, lock=True)
    party_id = await _rates_for(actor, dispute.id)
    # The row lock on the dispute makes check and insert one step.
    if refusal := await _refusal(deps, actor, dispute, party_id):
        raise refusal
    rating_id = uuid7()
    rating = await Rating.create(
        id=rating_id,
        dispute_id=dispute.id,
        resident_id=actor.id,
        party_id=party_id,
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
    return rating, dispute


async def _rates_for(actor: ResidentActor, dispute_id: UUID) -> UUID | None:
    """The own party, else one that the phone acts for."""
    own = await Party.filter(dispute_id=dispute_id, resident_id=actor.id, removed_at=None).order_by("ordinal").first()
    return own.id if own else min(await access.parties_of(actor, dispute_id), default=None)


async def may_rate(deps: Deps, actor: ResidentActor, dispute: Dispute) -> bool:
    """Now."""
    if dispute.status not in RATABLE:
        return False
    return await _refusal(deps, actor, dispute, await _rates_for(actor, dispute.id)) is None


async def _refusal(
    deps: Deps, actor: ResidentActor, dispute: Dispute, party_id: UUID | None
) -> type[HejieError] | None:
    if dispute.status in NEVER_RATABLE or dispute.merged_into_id is not None:
        return NotRatableError
    if dispute.status not in RATABLE:
        return NotRatableYetError
    rated = Rating.filter(dispute_id=dispute.id, outcome=dispute.outcome)
    mine = Q(resident_id=actor.id) | Q(party_id=party_id, party_id__isnull=False)
    if await rated.filter(mine).exists():
        return AlreadyRatedError
    return RatingClosedError if await _is_closed(deps, dispute) else None


async def _is_closed(deps: Deps, dispute: Dispute) -> bool:
    asked_at = await _asked_at(deps, dispute)
    last = asked_at and local(asked_at).date() + timedelta(days=deps.catalog.aftercare.rating.window_days)
    return last is not None and clock.today(deps.clock) > last


async def _asked_at(deps: Deps, dispute: Dispute) -> datetime | None:
    """When the latest step was taken after which a rating is asked for."""
    kinds = {row.event for row in deps.catalog.flow if row.to in RATABLE}
    event = await Event.filter(dispute_id=dispute.id, kind__in=list(kinds)).order_by("-id").only("id", "at").first()
    return event.at if event else None
