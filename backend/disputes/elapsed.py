"""How long a mediation has taken: from its start to its result, or to today."""

from datetime import date

from backend.core import clock
from backend.core.clock import local
from backend.core.deps import Deps
from backend.core.schema import Out
from models import Dispute, Event, Status

_BEGUN = "mediation_started"
_RESULTS = ("agreed", "not_agreed", "withdrawn")
_BEFORE = (Status.SUBMITTED, Status.ACCEPTED, Status.REFUSED)


class ElapsedOut(Out):
    since: date
    until: date
    """The day of the result; before there is one, today."""
    is_over: bool
    days: int
    """The first day is not counted (民法典 201)."""
    working_days: int


async def of(deps: Deps, dispute: Dispute) -> ElapsedOut | None:
    """None before a mediation has begun. A mediation taken up again goes on from its first start."""
    if dispute.status in _BEFORE:
        return None
    found = Event.filter(dispute_id=dispute.id, kind__in=(_BEGUN, *_RESULTS)).order_by("id").only("kind", "at")
    events = await found
    begun = next((each for each in events if each.kind == _BEGUN), None)
    if begun is None:
        return None
    result = events[-1] if events[-1].kind in _RESULTS and dispute.status is not Status.IN_MEDIATION else None
    since = local(begun.at).date()
    until = local(result.at).date() if result else clock.today(deps.clock)
    return ElapsedOut(
        since=since,
        until=until,
        is_over=result is not None,
        days=(until - since).days,
        working_days=deps.calendar.working_days_between(since, until),
    )
