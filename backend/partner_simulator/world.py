"""What the simulated partner has been told, and how it misbehaves."""

import asyncio
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from backend.core.clock import Clock

FaultKind = Literal["status", "refuse", "redirect", "html", "garbage", "empty", "other_id", "hang_up"]


class Fault(BaseModel):
    """Instead of an acknowledgement. `after_effect`: the event is taken all the same; `times` 0 = until it is ended."""

    model_config: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    kind: FaultKind
    status: int = Field(503, ge=400, le=599)
    retry_after: str = ""
    times: int = Field(1, ge=0)
    after_effect: bool = False
    case: str = ""
    """Only for events of this case, by our number."""


class Manner(BaseModel):
    """How it is in general: slow, and with a clock that is wrong."""

    model_config: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    latency_ms: int = Field(0, ge=0, le=60_000)
    clock_skew_s: int = Field(0, ge=-86_400, le=86_400)


@dataclass(slots=True)
class World:
    clock: Clock
    secrets: list[str]
    manner: Manner = field(default_factory=Manner)
    faults: list[Fault] = field(default_factory=list)
    taken: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By the event's id, in the order in which they first came."""
    by_case: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    calls: int = 0
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

    def next_fault(self, case: str) -> Fault | None:
        for fault in self.faults:
            if fault.case in ("", case):
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
