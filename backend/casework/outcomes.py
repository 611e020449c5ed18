"""What an outcome brings with it later, and what a case that is taken up again makes void: follow-up visits (回访) and
reviews (复核). The acts themselves are of `aftercare`."""

from datetime import timedelta
from uuid import UUID

from tortoise.expressions import Subquery
from tortoise.queryset import QuerySet

from backend.accounts.actors import Actor, StaffActor
from backend.core import clock, rows
from backend.core.deps import Deps
from backend.core.flow_table import SAME, FlowRow
from backend.core.schema import Moment, Out
from backend.core.wording import date_text
from backend.disputes.history import Entry
from models import Audience, CaseReview, Dispute, FollowUp, FollowUpStatus, ReviewStatus, Source, Status
from models.base import uuid7

HOLDING = (Status.AGREED, Status.NOT_AGREED, Status.FULFILLED, Status.CLOSED)
"""States of a case that has an outcome."""


class FollowUpBrief(Out):
    id: str
    dispute_id: str
    number: str
    case_number: str | None
    center: str
    mediator: str | None
    after: str
    after_text: str
    """The step that it follows."""
    days: int
    due_on: str
    status: str
    overdue: bool
    tries: int
    """So many without reaching anybody."""
    ended_at: Moment | None


async def follow(deps: Deps, actor: Actor | None, dispute: Dispute, row: FlowRow) -> list[Entry]:
    """After the state has changed: plans visits, or ends what was planned. For the history."""
    if row.to == SAME:
        return []
    if dispute.status not in HOLDING:
        return await _end(deps, actor, dispute) if set(row.states) & set(HOLDING) else []
    plan = deps.catalog.aftercare.follow_up.plan_after(row.event, deps.catalog.codes_of(dispute.category))
    if plan is None or dispute.source is Source.HISTORIC:
        return []
    ended = await _cancel(deps, dispute)
    today, now = clock.today(deps.clock), deps.clock.now()
    planned = [
        FollowUp(
            id=uuid7(),
            dispute_id=dispute.id,
            outcome=dispute.outcome,
            after=row.event,
            days=days,
            due_on=deps.calendar.roll_to_workday(today + timedelta(days=days)),
            status=FollowUpStatus.PLANNED,
            created_at=now,
        )
        for days in plan.days
    ]
    await rows.insert(planned)
    due = [each.due_on for each in planned]
    data = {"due_on": [each.isoformat() for each in due], "due_text": "、".join(map(date_text, due))}
    return [*ended, Entry("follow_up_planned", Audience.STAFF, data)]


def due_for(deps: Deps, cases: QuerySet[Dispute] | None = None) -> QuerySet[FollowUp]:
    """To be made today, or before; of `cases` only."""
    found = FollowUp.filter(status=FollowUpStatus.PLANNED, due_on__lte=clock.today(deps.clock))
    return found if cases is None else found.filter(dispute_id__in=Subquery(cases.values("id")))


async def briefs(deps: Deps, found: QuerySet[FollowUp], most: int) -> list[FollowUpBrief]:
    """The longest due first."""
    visits = await found.order_by("due_on", "id").limit(most).select_related("dispute__center", "dispute__mediator")
    return [brief(deps, visit) for visit in visits]


def brief(deps: Deps, visit: FollowUp) -> FollowUpBrief:
    """Its case has been read with center and mediator."""
    dispute = visit.dispute
    is_open = visit.status is FollowUpStatus.PLANNED
    return FollowUpBrief(
        id=str(visit.id),
        dispute_id=str(dispute.id),
        number=dispute.number,
        case_number=dispute.case_number,
        center=dispute.center.name,
        mediator=dispute.mediator.name if dispute.mediator_id and dispute.mediator else None,
        after=visit.after,
        after_text=deps.catalog.events[visit.after].title,
        days=visit.days,
        due_on=visit.due_on.isoformat(),
        status=visit.status,
        overdue=is_open and visit.due_on < clock.today(deps.clock),
        tries=visit.tries,
        ended_at=visit.ended_at,
    )


async def _end(deps: Deps, actor: Actor | None, dispute: Dispute) -> list[Entry]:
    by: UUID | None = actor.id if isinstance(actor, StaffActor) else None
    await CaseReview.filter(dispute_id=dispute.id, status=ReviewStatus.OPEN).update(
        status=ReviewStatus.REOPENED, decided_at=deps.clock.now(), decided_by_id=by
    )
    return await _cancel(deps, dispute)


async def _cancel(deps: Deps, dispute: Dispute) -> list[Entry]:
    open_ones = FollowUp.filter(dispute_id=dispute.id, status=FollowUpStatus.PLANNED)
    ended = await open_ones.update(status=FollowUpStatus.CANCELLED, ended_at=deps.clock.now())
    return [Entry("follow_up_cancelled", Audience.STAFF, {"count": ended})] if ended else []
