"""The working-time clock of a case: pure. What happened is a list of steps; the clock is what they add up to.

One limit runs at a time. It counts whole days of Asia/Shanghai from the day it was started, whose own day does not
count, and is computed from that day each time, so that pauses never add up roundings. Whoever replays the same steps
with the same rules and calendar gets the same ends.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any, Self

from backend.core.clock import SHANGHAI
from backend.core.deps import WorkingDays
from backend.core.flow_table import TimeRuleBook


@dataclass(frozen=True, slots=True)
class Pause:
    """Days after `since`, up to the one it ends on, do not count. Until it is ended, it lasts to `until`."""

    since: date
    until: date
    reason: str
    by: str | None


@dataclass(frozen=True, slots=True)
class Running:
    rule: str
    version: str
    since: date
    extra_days: int = 0
    """Days that pauses and extensions have added; of the limit's unit."""
    pause: Pause | None = None
    waiting: "Running | None" = None
    """What was running when the case was offered to another center."""

    def as_record(self) -> dict[str, Any]:
        record = asdict(self)
        return {key: _plain(value) for key, value in record.items()}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Self:
        pause, waiting = record.get("pause"), record.get("waiting")
        return cls(
            record["rule"],
            record["version"],
            date.fromisoformat(record["since"]),
            record["extra_days"],
            Pause(**(pause | {name: date.fromisoformat(pause[name]) for name in ("since", "until")}))
            if pause
            else None,
            cls.from_record(waiting) if waiting else None,
        )


@dataclass(frozen=True, slots=True)
class Step:
    """What one event did to the clock, as it is kept with the event."""

    effect: str
    on: date
    rule: str = ""
    version: str = ""
    calendar: str = ""
    until: date | None = None
    days: int = 0
    reason: str = ""
    by: str | None = None
    running: dict[str, Any] | None = None
    """What another case's clock had come to, as a `Running`, and goes on here."""

    def as_record(self) -> dict[str, Any]:
        return {key: _plain(value) for key, value in asdict(self).items() if value not in ("", 0, None)}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Self:
        return cls(**_dated(record, "on", "until"))


@dataclass(frozen=True, slots=True)
class Ends:
    due_at: datetime | None = None
    yellow_at: datetime | None = None
    resumes_at: datetime | None = None
    """When a pause ends by itself."""


def after(running: Running | None, step: Step, rules: TimeRuleBook, calendar: WorkingDays) -> Running | None:
    """The clock after one more step. A step that has nothing to act on changes nothing."""
    if step.effect == "offer":
        return Running(step.rule, step.version, step.on, waiting=_waiting(running, step, rules, calendar))
    if step.effect == "inherit":
        return Running.from_record(step.running or {})
    if step.effect == "start":
        return Running(step.rule, step.version, step.on)
    if step.effect == "stop" or running is None:
        return None
    if step.effect in ("receive", "take_back"):
        return _back(running, step, rules, calendar)
    if step.effect == "resume":
        return _resumed(running, step.on, rules, calendar)
    if step.effect == "extend":
        return replace(running, extra_days=running.extra_days + step.days)
    assert step.effect == "pause", step.effect
    since = running.pause.since if running.pause else step.on
    return replace(running, pause=Pause(since, step.until or step.on, step.reason, step.by))


def replay(steps: Iterable[Step], rules: TimeRuleBook, calendar: WorkingDays) -> list[Ends]:
    """The ends after each step."""
    running: Running | None = None
    found = []
    for step in steps:
        running = after(running, step, rules, calendar)
        found.append(ends(running, rules, calendar))
    return found


def ends(running: Running | None, rules: TimeRuleBook, calendar: WorkingDays) -> Ends:
    """All at the end of a day in Shanghai. A paused clock ends as if it went on after the pause's last day, and is
    not yellow before; what was overdue when it was paused stays so."""
    if running is None:
        return Ends()
    unpaused = _ends(replace(running, pause=None), rules, calendar)
    if running.pause is None or unpaused.due_at is None:
        return unpaused
    resumes = datetime.combine(running.pause.until, unpaused.due_at.timetz())
    if unpaused.due_at.date() < running.pause.since:
        return replace(unpaused, resumes_at=resumes)
    later = _ends(_resumed(running, running.pause.until, rules, calendar), rules, calendar)
    assert later.yellow_at is not None
    return Ends(later.due_at, max(later.yellow_at, resumes), resumes)


def _ends(running: Running, rules: TimeRuleBook, calendar: WorkingDays) -> Ends:
    limit = rules.limit(running.version, running.rule)
    start, days = datetime.combine(running.since, time(), SHANGHAI), limit.days + running.extra_days
    if limit.unit == "calendar_days":
        due = calendar.deadline_in_days(start, days)
        return Ends(due, due - timedelta(days=limit.yellow_days))
    return Ends(calendar.deadline(start, days), calendar.deadline(start, max(days - limit.yellow_days, 0)))


def pauses(steps: Iterable[Step]) -> list[Pause]:
    """All that have ended, of every limit, in order."""
    found, open_pause = [], None
    for step in steps:
        if step.effect == "pause":
            since = open_pause.since if open_pause else step.on
            open_pause = Pause(since, step.until or step.on, step.reason, step.by)
        elif open_pause and step.effect != "extend":
            found.append(replace(open_pause, until=min(step.on, open_pause.until)))
            open_pause = None
    return found


def extended_by(steps: Iterable[Step]) -> int:
    """Days, since the running limit was started."""
    days = 0
    for step in steps:
        days = 0 if step.effect in ("start", "receive") else days + step.days
    return days


def light(due_at: datetime | None, yellow_at: datetime | None, now: datetime) -> str:
    if due_at is None or yellow_at is None or now < yellow_at:
        return "green"
    return "red" if now > due_at else "yellow"


def _waiting(running: Running | None, step: Step, rules: TimeRuleBook, calendar: WorkingDays) -> Running | None:
    """An offer made again waits on what the first one did; a pause ends where the case is offered."""
    if running is None or running.waiting is not None:
        return running and running.waiting
    return _resumed(running, step.on, rules, calendar)


def _back(running: Running, step: Step, rules: TimeRuleBook, calendar: WorkingDays) -> Running | None:
    """A new owner has the whole limit; the old one what was left of it."""
    if running.waiting is None:
        return running
    if step.effect == "receive":
        return Running(running.waiting.rule, step.version, step.on)
    return _without(running.waiting, running.since, step.on, rules, calendar)


def _resumed(running: Running, on: date, rules: TimeRuleBook, calendar: WorkingDays) -> Running:
    if running.pause is None:
        return running
    return _without(replace(running, pause=None), running.pause.since, min(on, running.pause.until), rules, calendar)


def _without(running: Running, since: date, until: date, rules: TimeRuleBook, calendar: WorkingDays) -> Running:
    """Without the days after `since`, up to `until`. What was overdue by then stays so; nothing else is over before
    `until`, whatever days off that falls among."""
    if _last_day(running, rules, calendar) < since:
        return running
    in_days = rules.limit(running.version, running.rule).unit == "calendar_days"
    lost = (until - since).days if in_days else calendar.working_days_between(since, until)
    later = replace(running, extra_days=running.extra_days + max(lost, 0))
    while _last_day(later, rules, calendar) < until:
        later = replace(later, extra_days=later.extra_days + 1)
    return later


def _last_day(running: Running, rules: TimeRuleBook, calendar: WorkingDays) -> date:
    due_at = _ends(running, rules, calendar).due_at
    assert due_at is not None, "what runs has an end"
    return due_at.date()


def _dated(record: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {**record, **{name: date.fromisoformat(record[name]) for name in names if name in record}}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    return value.isoformat() if isinstance(value, date) else value
