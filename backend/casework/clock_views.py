"""The clock of a case as staff read it."""

from datetime import date

from backend.core.deps import Deps
from backend.core.schema import Moment, Out
from backend.disputes import case_clock, deadlines
from backend.disputes.deadlines import Pause, Step
from models import Dispute

_SYSTEM_PAUSES = {"information": "等待当事人补充材料", "recusal": "等待回避决定"}


class PauseOut(Out):
    since: date
    until: date
    """The last day that does not count; it goes on by itself after it."""
    reason: str
    reason_text: str


class ClockOut(Out):
    """The limit that runs now; how it came to its end stands in `pauses` and `extended_days`."""

    rule: str
    title: str
    since: date
    due_at: Moment | None
    paused: PauseOut | None
    pauses: list[PauseOut]
    extended_days: int


def of(deps: Deps, dispute: Dispute, steps: list[Step]) -> ClockOut | None:
    running = case_clock.running_of(dispute)
    if running is None:
        return None
    return ClockOut(
        rule=running.rule,
        title=deps.catalog.time_rules.limit(running.version, running.rule).title,
        since=running.since,
        due_at=dispute.due_at,
        paused=_pause(deps, running.pause) if running.pause else None,
        pauses=[_pause(deps, each) for each in deadlines.pauses(steps)],
        extended_days=deadlines.extended_by(steps),
    )


def _pause(deps: Deps, pause: Pause) -> PauseOut:
    text = deps.catalog.pause_reasons.get(pause.reason, _SYSTEM_PAUSES.get(pause.reason, pause.reason))
    return PauseOut(since=pause.since, until=pause.until, reason=pause.reason, reason_text=text)
