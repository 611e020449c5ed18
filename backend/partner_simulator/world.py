"""What the simulated partner has been told, and how it misbehaves."""

import asyncio
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from backend.core.clock import Clock

FaultKind = Literal["status", "refuse", "redirect", "html", "garbage", "empty", "other_id", "body", "hang_up"]


class Fault(BaseModel):
    """Instead of what it should answer. `after_effect`: the event is taken all the same; `times` 0 = until ended."""

    model_config: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    kind: FaultKind
    status: int = Field(503, ge=400, le=599)
    body: str = ""
    """Of kind `body`: a 200 with whatever this is."""
    retry_after: str = ""
    times: int = Field(1, ge=0)
    after_effect: bool = False
    of: Literal["events", "questions"] = "events"
    """Questions: for its list of cases, or for one of them."""
    case: str = ""
    """Only for events of this case, by our number; of questions, by its own."""


class Manner(BaseModel):
    """How it is in general: slow, and with a clock that is wrong."""

    model_config: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    latency_ms: int = Field(0, ge=0, le=60_000)
    clock_skew_s: int = Field(0, ge=-86_400, le=86_400)
    page: int = Field(1000, ge=1, le=1000)
    """Cases in a page of its list, at most."""


class OwnCase(BaseModel):
    """`status` in its own code, None: as it was told. `referral`: what it would POST to `/exchange/v1/cases`."""

    model_config: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    status: str | None = Field(None, min_length=1)
    referral: dict[str, Any] | None = None


@dataclass(slots=True)
class World:
    clock: Clock
    secrets: list[str]
    manner: Manner = field(default_factory=Manner)
    faults: list[Fault] = field(default_factory=list)
    taken: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By the event's id, in the order in which they first came."""
    by_case: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    own: dict[str, OwnCase] = field(default_factory=dict)
    """By the number under which it lists it."""
    calls: int = 0
    questions: int = 0
    duplicates: int = 0
    unsigned: int = 0
    at_once: int = 0
    most_at_once: int = 0
    news: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def skew(self) -> timedelta:
        return timedelta(seconds=self.manner.clock_skew_s)

    def take(self, event: dict[str, Any]) -> None:
        """What was taken before counts as a repetition."""
        if event["id"] in self.taken:
            self.duplicates += 1
            return
        self.taken[event["id"]] = event
        self.by_case[event["subject"]].append(event)
        self.news.set()

    def states(self) -> dict[str, str]:
        """By its own number, of cases from Hejie by Hejie's. What it says itself goes before what it was told."""
        told = {_number(events): _state(events) for events in self.by_case.values() if events}
        return told | {number: case.status or told.get(number, "new") for number, case in self.own.items()}

    def lose(self, number: str, last: int | None) -> None:
        """The case, or the `last` events that it was told of it."""
        if last is None:
            self.own.pop(number, None)
        for events in self.by_case.values():
            if events and _number(events) == number:
                for event in events[-last:] if last else list(events):
                    events.remove(event)
                    del self.taken[event["id"]]

    def next_fault(self, case: str, of: str = "events") -> Fault | None:
        for fault in self.faults:
            if fault.of == of and fault.case in ("", case):
                if fault.times == 1:
                    self.faults.remove(fault)
                elif fault.times:
                    fault.times -= 1
                return fault
        return None

    def misplaced(self) -> list[str]:
        """Cases whose events first came in another order than they happened."""
        return [
            case
            for case, events in self.by_case.items()
            if [event["caseordinal"] for event in events] != sorted(event["caseordinal"] for event in events)
        ]


def _number(events: list[dict[str, Any]]) -> str:
    return str(events[-1]["data"]["their_number"] or events[-1]["subject"])


def _state(events: list[dict[str, Any]]) -> str:
    """As the last of them has it; in Hejie's code where it was told of none of its own, "unknown" where of none."""
    latest = max(events, key=lambda event: int(event["caseordinal"]))
    status = latest["data"]["case"].get("status") or {}
    return str(status.get("code") or status.get("ours") or "unknown")
