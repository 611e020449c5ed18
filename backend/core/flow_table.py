"""The case flow and its time limits as typed data, and what a table must not say.

The table decides who may do what; the time rules decide by when. Both carry a version: what happened under an older
one stays what it was.
"""

from collections import Counter
from collections.abc import Collection, Iterator
from datetime import date
from functools import cached_property
from itertools import pairwise
from typing import ClassVar, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

from models import Role, Status

SAME, PREVIOUS, ANY = "same", "previous", "*"
RESIDENT = "resident"
FIRST = Status.SUBMITTED
"""Where every case begins."""

Guard = Literal["own_center", "target_center", "assigned", "anyone_of_center", "filed_by_actor", "may_resume"]
Condition = Literal[
    "clock_runs",
    "clock_is_paused",
    "term_runs",
    "may_decline",
    "recusal_pending",
    "no_recusal_pending",
    "no_red_card",
    "not_merged",
]
ClockEffect = Literal["start", "meet", "stop", "pause", "resume", "extend", "offer", "receive", "take_back"]
_NAMING_A_RULE = ("start", "meet", "offer")


class Entry(BaseModel):
    """A part of the catalog."""

    model_config: ClassVar[ConfigDict] = ConfigDict(frozen=True, extra="forbid")


class FlowRow(Entry):
    """One row of the case flow. See the head of `flow.toml` for what the words mean."""

    action: str
    event: str
    title: str
    from_: tuple[str, ...] = Field(alias="from", min_length=1)
    to: str
    roles: frozenset[str] = Field(min_length=1)
    guard: Guard
    conditions: tuple[Condition, ...] = ()
    requires: tuple[str, ...] = ()
    clock: str = Field("keep", pattern=r"^[a-z_]+( [a-z_]+)?$")
    notice: str | None = None
    staff_notice: str | None = None
    outcome: bool = False
    """An outcome may be rated, once by each party."""

    def starts_from(self, status: str) -> bool:
        return ANY in self.from_ or status in self.from_

    @property
    def states(self) -> tuple[str, ...]:
        return tuple(Status) if ANY in self.from_ else self.from_

    @property
    def clock_effect(self) -> str:
        return self.clock.partition(" ")[0]

    @property
    def clock_rule(self) -> str:
        return self.clock.partition(" ")[2]


class TimeLimit(Entry):
    title: str
    unit: Literal["working_days", "calendar_days"]
    days: int = Field(ge=1)
    yellow_days: int = Field(ge=1)
    """Days of the same unit before the end from which the light is yellow."""
    then: str | None = None
    """The limit that runs once this one is met."""
    next_step: str | None = None
    """What the resident reads while it runs, where it is not the state's own sentence."""


class TimeRules(Entry):
    """The limits of one version, in force from the beginning of a day in Shanghai."""

    version: str = Field(min_length=1, max_length=16)
    effective_from: date
    limits: dict[str, TimeLimit] = Field(min_length=1)


class TimeRuleBook(Entry):
    """All versions there have been: a clock goes on by the rules under which it was started."""

    versions: tuple[TimeRules, ...] = Field(min_length=1)

    def in_force(self, day: date) -> TimeRules:
        """The last that has begun; before the first one began, the first."""
        begun = [rules for rules in self.versions if rules.effective_from <= day]
        return begun[-1] if begun else self.versions[0]

    def limit(self, version: str, rule: str) -> TimeLimit:
        return self._by_version[version].limits[rule]

    @cached_property
    def _by_version(self) -> dict[str, TimeRules]:
        return {rules.version: rules for rules in self.versions}


def contradictions(
    rows: tuple[FlowRow, ...], rules: TimeRuleBook, *, notices: Collection[str], staff_notices: Collection[str]
) -> list[str]:
    """Every one, with the number of its row in the file (the first is 1) and its action."""
    found = [
        f"flow row {number} ({row.action}): {problem}"
        for number, row in enumerate(rows, start=1)
        for problem in _of_row(row, rules, notices, staff_notices)
    ]
    return [*found, *_twice(rows), *_unreachable(rows), *_of_rules(rules)]


def _of_row(
    row: FlowRow, rules: TimeRuleBook, notices: Collection[str], staff_notices: Collection[str]
) -> Iterator[str]:
    known = {
        "state": (set(row.from_) - {ANY} | {row.to} - {SAME, PREVIOUS}, set(Status)),
        "role": (row.roles, {*Role, RESIDENT}),
        "notice": ({row.notice} - {None}, notices),
        "staff notice": ({row.staff_notice} - {None}, staff_notices),
    }
    for what, (named, there) in known.items():
        for name in sorted(map(str, set(named) - set(there))):
            yield f"unknown {what} {name!r}"
    if (row.roles == {RESIDENT}) != (row.guard == "filed_by_actor") or (RESIDENT in row.roles and len(row.roles) > 1):
        yield "residents, and nobody else, act under the guard 'filed_by_actor'"
    if row.to == PREVIOUS and row.from_ != (Status.TRANSFERRED,):
        yield "only from 'transferred' is there a previous state"
    yield from _of_clock(row, rules)


def _of_clock(row: FlowRow, rules: TimeRuleBook) -> Iterator[str]:
    if row.clock_effect not in ("keep", *get_args(ClockEffect)):
        yield f"unknown clock effect {row.clock_effect!r}"
    elif (row.clock_effect in _NAMING_A_RULE) != bool(row.clock_rule):
        yield f"clock effect {row.clock_effect!r} {'names' if row.clock_rule else 'lacks'} a rule"
    elif row.clock_rule and any(row.clock_rule not in version.limits for version in rules.versions):
        yield f"unknown time rule {row.clock_rule!r}"


def _twice(rows: tuple[FlowRow, ...]) -> Iterator[str]:
    counted = Counter((status, row.action) for row in rows for status in row.states)
    for (status, action), count in counted.items():
        if count > 1:
            yield f"flow: {action!r} from {status!r} stands {count} times"


def _unreachable(rows: tuple[FlowRow, ...]) -> Iterator[str]:
    """`previous` leads only to where a case has been already."""
    reached: set[str] = {FIRST}
    while more := {row.to for row in rows if row.to in set(Status) and reached & set(row.states)} - reached:
        reached |= more
    for status in Status:
        if status not in reached:
            yield f"flow: no row leads to {status.value!r}"


def _of_rules(rules: TimeRuleBook) -> Iterator[str]:
    for earlier, later in pairwise(rules.versions):
        if later.effective_from <= earlier.effective_from:
            yield f"time rules {later.version}: not in force later than {earlier.version}"
    if len({version.version for version in rules.versions}) < len(rules.versions):
        yield "time rules: two have one version"
    for version in rules.versions:
        for name, limit in version.limits.items():
            if limit.then is not None and limit.then not in version.limits:
                yield f"time rules {version.version}, {name}: then {limit.then!r} is no rule"
