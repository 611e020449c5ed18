"""What counts of a case, told from its history alone: pure. Each fact is of the day on which it happened, and nothing
that happens later takes it back: a period that is over keeps its figures (what was undone counts on its own day)."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from backend.core import clock
from backend.core.deps import WorkingDays
from backend.core.flow_table import TimeRuleBook
from backend.disputes import deadlines
from backend.disputes.deadlines import Running, Step

EXITS = ("settled", "failed", "withdrawn", "lapsed")
"""How a mediation ends. A case that is reopened may have several."""
_AS_IT_SAYS = {
    "refused": "refused",
    "fulfilled": "fulfilled",
    "closed": "closed",
    "reopened": "reopened",
    "transferred": "transferred",
    "transfer_declined": "declined",
    "transfer_lifted": "lifted",
}
_LIMITS = {"settle_petition": "settle"}
_PAST_EXITS = {"agreed": "settled", "fulfilled": "settled", "not_agreed": "failed", "withdrawn": "withdrawn"}
_SATISFIED = 4
"""Of five."""


class Fact(NamedTuple):
    kind: str
    day: date
    center_id: UUID
    mode: str
    fen: int = 0
    next_on: date | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """An event, as far as it counts."""

    kind: str
    at: datetime
    status: str
    data: Mapping[str, Any]
    step: Step | None


@dataclass(frozen=True, slots=True)
class Rated:
    at: datetime
    side: str
    """`applicant` or `respondent`."""
    satisfaction: int
    is_resolved: bool


@dataclass(frozen=True, slots=True)
class Case:
    center_id: UUID
    """Which has it now."""
    claimed_fen: int
    agreed_fen: int
    """For agreements from before their events said what they come to."""
    filed_at: datetime
    mode: str
    """As a file of earlier cases has it."""
    is_repeat: bool
    events: Sequence[Told]
    """In order."""
    ratings: Sequence[Rated] = ()


def of_case(case: Case, rules: TimeRuleBook, calendar: WorkingDays) -> list[Fact]:
    fold = _Fold(case, rules, calendar)
    for event in case.events:
        fold.take(event)
    for rating in case.ratings:
        fold.rate(rating)
    return fold.done()


@dataclass(slots=True)
class _Fold:
    case: Case
    rules: TimeRuleBook
    calendar: WorkingDays
    facts: list[Fact] = field(default_factory=list)
    center_id: UUID = field(init=False)
    owners: list[tuple[datetime, UUID]] = field(default_factory=list)
    """Since when which center has it."""
    mode: str = ""
    is_accepted: bool = False
    is_agreed: bool = False
    is_in_force: bool = False
    has_ended: bool = False
    """This mediation; another one may follow."""
    agreed_fen: int = 0
    money: dict[str, int] = field(default_factory=dict)
    """What has come in, and what a party says it has paid, by its id."""
    counted: set[str] = field(default_factory=set)
    running: Running | None = None
    overdue: set[tuple[str, date]] = field(default_factory=set)
    """Limits that are counted as late already."""

    def __post_init__(self) -> None:
        self.center_id = self._owner_after(-1)
        self.owners.append((self.case.filed_at, self.center_id))

    def take(self, event: Told) -> None:
        if event.kind == "received":
            self._handed_over(event)
        if event.kind in _AS_IT_SAYS:
            self._add(_AS_IT_SAYS[event.kind], event.at)
        if event.kind in _TAKES:
            _TAKES[event.kind](self, event)
        self._clock(event)

    def rate(self, rating: Rated) -> None:
        names = ["rated", f"rated_{rating.side}"]
        if rating.satisfaction >= _SATISFIED:
            names += ["satisfied", f"satisfied_{rating.side}"]
        if rating.is_resolved:
            names.append("resolved")
        self.center_id = next((owner for since, owner in reversed(self.owners) if since <= rating.at), self.center_id)
        for name in names:
            self._add(name, rating.at)

    def done(self) -> list[Fact]:
        """Every outcome knows the next one."""
        later: date | None = None
        for place in reversed(range(len(self.facts))):
            if self.facts[place].kind in EXITS:
                self.facts[place] = self.facts[place]._replace(next_on=later)
                later = self.facts[place].day
        return self.facts

    def _add(self, kind: str, at: datetime, fen: int = 0) -> None:
        self.facts.append(Fact(kind, clock.local(at).date(), self.center_id, self.mode, fen))

    def _handed_over(self, event: Told) -> None:
        place = next(place for place, each in enumerate(self.case.events) if each is event)
        self.center_id = self._owner_after(place)
        self.owners.append((event.at, self.center_id))
        self._add("received", event.at)

    def _owner_after(self, place: int) -> UUID:
        """Who hands a case over is named where it is received."""
        for event in self.case.events[place + 1 :]:
            if event.kind == "received" and "former_center_id" in event.data:
                return UUID(event.data["former_center_id"])
        return self.case.center_id

    def submitted(self, event: Told) -> None:
        self._add("filed", event.at, self.case.claimed_fen)
        if self.case.is_repeat:
            self._add("repeat", event.at)

    def accepted(self, event: Told) -> None:
        if not self.is_accepted:
            self.is_accepted = True
            self._add("accepted", event.at, self.case.claimed_fen)
            if len(self.owners) == 1:
                self._add("accepted_first", event.at)

    def mediation_started(self, event: Told) -> None:
        self.mode = str(event.data.get("mode", ""))
        self._add("started", event.at, self.case.claimed_fen)

    def agreed(self, event: Told) -> None:
        self.is_agreed, self.agreed_fen = True, int(event.data.get("total_fen") or self.case.agreed_fen)
        self.is_in_force |= event.data.get("form") == "oral" or not event.data.get("agreement_id")
        self._settle(event)

    def agreement_effective(self, event: Told) -> None:
        self.is_in_force = True
        self.agreed_fen = int(event.data.get("total_fen") or self.agreed_fen or self.case.agreed_fen)
        self._settle(event)

    def _settle(self, event: Told) -> None:
        """Success is what is in force, not what somebody has yet to sign. From before texts were kept, what was
        agreed."""
        if self.is_agreed and self.is_in_force:
            self._end("settled", event.at, self.agreed_fen)

    def not_agreed(self, event: Told) -> None:
        self._end("failed", event.at)

    def withdrawn(self, event: Told) -> None:
        self._end("withdrawn", event.at)

    def put_away(self, event: Told) -> None:
        """Kept, or closed: from here on nobody signs any more."""
        self._end("lapsed", event.at)

    def _end(self, kind: str, at: datetime, fen: int = 0) -> None:
        if not self.has_ended:
            self.has_ended = True
            self._add(kind, at, fen)

    def merged(self, event: Told) -> None:
        """What becomes of the quarrel counts with the case that goes on."""
        self.has_ended = True
        self._add("merged", event.at)

    def split_off(self, event: Told) -> None:
        """A case of its own from that day on, as far as the one that it comes from had come."""
        self.mode = self.case.mode
        self._add("filed", event.at, self.case.claimed_fen)
        if event.status in ("accepted", "in_mediation"):
            self.is_accepted = True
            self._add("accepted", event.at, self.case.claimed_fen)
        if event.status == "in_mediation":
            self._add("started", event.at, self.case.claimed_fen)

    def reopened(self, _event: Told) -> None:
        self.is_agreed = self.is_in_force = self.has_ended = False

    def imported(self, event: Told) -> None:
        """An earlier case out of a file: it tells what it was and when it ended."""
        self.mode = self.case.mode
        ended_on = date.fromisoformat(event.data["ended_on"])
        self._add("filed", self.case.filed_at, self.case.claimed_fen)
        if event.status == "refused":
            self.facts.append(Fact("refused", ended_on, self.center_id, self.mode))
            return
        self._add("accepted", self.case.filed_at, self.case.claimed_fen)
        if event.status != "withdrawn":
            self._add("started", self.case.filed_at, self.case.claimed_fen)
        if event.status in _PAST_EXITS:
            self.has_ended = True
            self.facts.append(Fact(_PAST_EXITS[event.status], ended_on, self.center_id, self.mode))
        if recovered := int(event.data.get("recovered_fen") or 0):
            self.facts.append(Fact("recovered", ended_on, self.center_id, self.mode, recovered))

    def paid(self, event: Told) -> None:
        self.money[_money_id(event)] = int(event.data.get("amount_fen") or 0)

    def recovered(self, event: Told) -> None:
        self.paid(event)
        self.confirmed(event)

    def confirmed(self, event: Told) -> None:
        """What a party says it has paid counts once the other side, or the mediator, says so too."""
        name = _money_id(event)
        if self.money.get(name) and name not in self.counted:
            self.counted.add(name)
            self._add("recovered", event.at, self.money[name])

    def voided(self, event: Told) -> None:
        """On the day on which it was found to be wrong."""
        name = _money_id(event)
        known = self.money.get(name, 0) if name in self.counted else 0
        self.counted.discard(name)
        if fen := known or int(event.data.get("amount_fen") or 0):
            self._add("voided", event.at, fen)

    def disputed(self, event: Told) -> None:
        if _money_id(event) in self.counted:
            self.voided(event)

    def escalated(self, event: Told) -> None:
        """The limit ran out while nobody answered: late on that day, whenever it is met."""
        self._add("overdue", event.at)
        if self.running is not None and _name(self.running) not in self.overdue:
            self.overdue.add(_name(self.running))
            self._add(f"late_{_limit(self.running)}", event.at)

    def _clock(self, event: Told) -> None:
        if event.step is None:
            return
        before, self.running = self.running, deadlines.after(self.running, event.step, self.rules, self.calendar)
        if before is None or _name(before) in self.overdue or self._goes_on(before):
            return
        due_at = deadlines.ends(before, self.rules, self.calendar).due_at
        is_late = due_at is not None and event.at > due_at
        if is_late or event.kind != "withdrawn":
            self._add(f"{'late' if is_late else 'met'}_{_limit(before)}", event.at)

    def _goes_on(self, before: Running) -> bool:
        """Now, or once the center that it is offered to has answered."""
        after = self.running
        is_offered = after is not None and after.waiting is not None and before.waiting is None
        return is_offered or (after is not None and _name(before) == _name(after))


def _name(running: Running) -> tuple[str, date]:
    return running.rule, running.since


def _limit(running: Running) -> str:
    return _LIMITS.get(running.rule, running.rule)


def _money_id(event: Told) -> str:
    return str(event.data.get("report_id") or event.data.get("recovery_id") or "")


_TAKES: dict[str, Callable[[_Fold, Told], None]] = {
    "submitted": _Fold.submitted,
    "accepted": _Fold.accepted,
    "mediation_started": _Fold.mediation_started,
    "agreed": _Fold.agreed,
    "agreement_effective": _Fold.agreement_effective,
    "not_agreed": _Fold.not_agreed,
    "withdrawn": _Fold.withdrawn,
    "fulfilled": _Fold.put_away,
    "closed": _Fold.put_away,
    "merged": _Fold.merged,
    "split_off": _Fold.split_off,
    "reopened": _Fold.reopened,
    "imported": _Fold.imported,
    "commitment_paid": _Fold.paid,
    "fulfilment_confirmed": _Fold.confirmed,
    "fulfilment_disputed": _Fold.disputed,
    "recovered": _Fold.recovered,
    "recovery_voided": _Fold.voided,
    "escalated": _Fold.escalated,
}


TELLING = frozenset({*_TAKES, *_AS_IT_SAYS, "received"})
"""Events that count; others do by their clock alone."""


def kinds(limits: Iterable[str]) -> set[str]:
    """All that there are, for the rules of figures to be checked against."""
    named = {_LIMITS.get(limit, limit) for limit in limits}
    return {
        "filed", "repeat", "accepted", "accepted_first", "started", *EXITS, "refused", "fulfilled", "closed",
        "reopened", "merged",
        "transferred", "declined", "lifted", "received", "recovered", "voided", "overdue", "rated", "satisfied",
        "resolved", "rated_applicant", "rated_respondent", "satisfied_applicant", "satisfied_respondent",
        *(f"{how}_{limit}" for how in ("met", "late") for limit in named),
    }  # fmt: skip
