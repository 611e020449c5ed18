"""What happens to cases by itself when time passes: pauses end, unanswered offers go up, overdue cases are reported.

One transaction per case, which looks again under the lock: any number of workers may sweep at once and again.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime
from uuid import UUID

import structlog
from tortoise.queryset import QuerySet
from tortoise.transactions import in_transaction

from backend.calendars import opening_hours
from backend.casework import staff_notices, transfers
from backend.casework.actions import LIFTED
from backend.casework.done import keep
from backend.core.deps import Deps
from backend.core.opening import OpeningRules
from backend.disputes import case_clock, history, queries
from backend.disputes.case_clock import Span
from backend.disputes.history import Entry
from backend.mediation import closing
from models import Audience, Dispute, Status

log = structlog.get_logger("hejie.sweeps")

_AT_ONCE = 200
_RED = "red"


async def sweep(deps: Deps) -> dict[str, int]:
    """How many cases each rule has moved; what a rule cannot do for a case does not keep it from the others."""
    return {name: await _for_each(deps, found, act) for name, (found, act) in _SWEEPS.items()}


async def _for_each(
    deps: Deps,
    found: Callable[[Deps, datetime], QuerySet[Dispute]],
    act: Callable[[Deps, Dispute], Awaitable[bool]],
) -> int:
    done, now = 0, deps.clock.now()
    last = UUID(int=0)
    while ids := await found(deps, now).filter(id__gt=last).order_by("id").limit(_AT_ONCE).values_list("id", flat=True):
        for dispute_id in ids:
            done += await _alone(deps, UUID(str(dispute_id)), found(deps, now), act)
        last = UUID(str(ids[-1]))
    return done


async def _alone(
    deps: Deps, dispute_id: UUID, found: QuerySet[Dispute], act: Callable[[Deps, Dispute], Awaitable[bool]]
) -> bool:
    async with in_transaction():
        dispute = await queries.for_system(dispute_id, found)
        return dispute is not None and await act(deps, dispute)


async def _resume(deps: Deps, dispute: Dispute) -> bool:
    """As of the pause's last day, however late the sweep."""
    running = case_clock.running_of(dispute)
    assert running is not None, "what resumes is running"
    assert running.pause is not None, "what resumes is paused"
    step = case_clock.step(deps, "resume", on=running.pause.until, span=Span(reason="until"))
    await keep(deps, dispute, None, Entry("clock_resumed", step=case_clock.wind(deps, dispute, step)))
    return True


async def _lift(deps: Deps, dispute: Dispute) -> bool:
    if not await transfers.lift(deps, dispute):
        return False
    step = case_clock.wind(deps, dispute, case_clock.step(deps, "offer", rule="accept_transfer"))
    assert dispute.transfer_to is not None
    data = {"center": dispute.center.name, "target": dispute.transfer_to.name, "cause": "unanswered"}
    await keep(deps, dispute, None, Entry(LIFTED, data=data, step=step))
    await staff_notices.tell(deps, dispute, LIFTED, but=None)
    return True


async def _escalate(deps: Deps, dispute: Dispute) -> bool:
    """Once for each time that a limit runs out; nobody is woken for it at night or on a holiday."""
    running = case_clock.running_of(dispute)
    if running is None or not center_is_open(deps, dispute):
        return False
    title = deps.catalog.time_rules.limit(running.version, running.rule).title
    data = {"rule": title, "due_at": dispute.due_at and dispute.due_at.isoformat()}
    await history.record(deps, dispute, None, Entry("escalated", Audience.STAFF, data))
    await staff_notices.tell(deps, dispute, _RED, but=None)
    dispute.escalated_due_at = dispute.due_at
    await dispute.save(update_fields=["escalated_due_at"])
    return True


def center_is_open(deps: Deps, dispute: Dispute) -> bool:
    """Now."""
    own = dispute.center.opening
    rules = deps.catalog.opening if own is None else OpeningRules.model_validate(own)
    return opening_hours.is_open(rules, deps.calendar, deps.clock.now())


async def _start(deps: Deps, dispute: Dispute) -> bool:
    """A case from before there were clocks: its limit counts from today, as if it had come to its state today."""
    rule = _RULE_OF[dispute.status]
    if dispute.status is Status.ACCEPTED and dispute.mediator_id is not None:
        rule = "begin"
    if rule == case_clock.SETTLE and dispute.track in deps.catalog.tracks:
        rule = deps.catalog.tracks[dispute.track].settle
    step = case_clock.wind(deps, dispute, case_clock.step(deps, "start", rule=rule))
    await keep(deps, dispute, None, Entry("clock_started", Audience.STAFF, step=step))
    return True


_RULE_OF = {
    Status.SUBMITTED: case_clock.FIRST_RULE,
    Status.ACCEPTED: "assign",
    Status.IN_MEDIATION: case_clock.SETTLE,
    Status.TRANSFERRED: "accept_transfer",
}


def _without_clock(_deps: Deps, _now: datetime) -> QuerySet[Dispute]:
    return Dispute.filter(status__in=list(_RULE_OF), clock__isnull=True)


_SWEEPS: dict[str, tuple[Callable[[Deps, datetime], QuerySet[Dispute]], Callable[[Deps, Dispute], Awaitable[bool]]]] = {
    "started": (_without_clock, _start),
    "resumed": (lambda _deps, now: Dispute.filter(resumes_at__lt=now), _resume),
    "lifted": (lambda _deps, now: Dispute.filter(status=Status.TRANSFERRED, due_at__lt=now), _lift),
    "escalated": (lambda _deps, now: queries.overdue(now), _escalate),
    "rooms_ended": (closing.left_open, closing.left_open_in),
}
