"""The clock of one case: from a row of the case flow to a step, and the step onto the case."""

from dataclasses import dataclass, replace
from datetime import date

from backend.accounts.actors import Actor
from backend.core import clock
from backend.core.deps import Deps
from backend.core.flow_table import FlowRow
from backend.disputes import deadlines
from backend.disputes.deadlines import Pause, Running, Step
from models import Dispute

FIRST_RULE, SETTLE = "respond", "settle"
BY_VERSION = ("start", "offer", "receive")


@dataclass(frozen=True, slots=True)
class Span:
    """What a pause or an extension says beside that it is one."""

    until: date | None = None
    days: int = 0
    reason: str = ""


def begin(deps: Deps, dispute: Dispute) -> Step:
    """For a case that has just been filed."""
    return wind(deps, dispute, step(deps, "start", rule=FIRST_RULE))


def wind(deps: Deps, dispute: Dispute, taken: Step) -> Step:
    """Takes the step on the case; to be kept with the event."""
    running = deadlines.after(running_of(dispute), taken, deps.catalog.time_rules, deps.calendar)
    ends = deadlines.ends(running, deps.catalog.time_rules, deps.calendar)
    dispute.clock = running.as_record() if running else None
    dispute.due_at, dispute.yellow_at, dispute.resumes_at = ends.due_at, ends.yellow_at, ends.resumes_at
    return taken


def step(
    deps: Deps,
    effect: str,
    *,
    rule: str = "",
    span: Span | None = None,
    actor: Actor | None = None,
    on: date | None = None,
) -> Step:
    """Of today, unless it is as of another day."""
    today, given = clock.today(deps.clock), span or Span()
    return Step(
        effect,
        on or today,
        rule=rule,
        version=deps.catalog.time_rules.in_force(today).version if effect in BY_VERSION else "",
        calendar=deps.calendar.version,
        until=given.until,
        days=given.days,
        reason=given.reason,
        by=str(actor.id) if actor and effect == "pause" else None,
    )


def inherited(deps: Deps, running: Running) -> Step:
    """Goes on in another case where it stands: nothing begins anew."""
    return replace(step(deps, "inherit"), running=running.as_record())


def step_of(deps: Deps, row: FlowRow, dispute: Dispute, actor: Actor | None, span: Span | None) -> Step | None:
    """None where the row leaves the clock alone, or what it is about is not running."""
    effect, rule, running = row.clock_effect, row.clock_rule, running_of(dispute)
    if rule == SETTLE and dispute.track in deps.catalog.tracks:
        rule = deps.catalog.tracks[dispute.track].settle
    if effect == "keep" or (effect in ("pause", "extend") and (span is None or running is None)):
        return None
    if effect == "resume" and (running is None or running.pause is None):
        return None
    if effect == "stop" and running is None:
        return None
    if effect == "meet":
        if running is None or running.rule != rule:
            return None
        following = deps.catalog.time_rules.limit(running.version, rule).then
        effect, rule = ("start", following) if following else ("stop", "")
    return step(deps, effect, rule=rule, span=span, actor=actor)


def running_of(dispute: Dispute) -> Running | None:
    return Running.from_record(dispute.clock) if dispute.clock else None


def pause_of(dispute: Dispute) -> Pause | None:
    running = running_of(dispute)
    return running.pause if running else None
