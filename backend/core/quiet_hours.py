"""When phones stay silent: news that nobody's act has just caused waits for the morning."""

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Self

from backend.core.clock import local

_CLOCK = r"([01]\d|2[0-3]):[0-5]\d"


@dataclass(frozen=True, slots=True)
class QuietHours:
    """Times of Asia/Shanghai, usually across midnight. The first minute is quiet, the last one is not."""

    begins: time = time(0)
    ends: time = time(0)

    @classmethod
    def parse(cls, text: str) -> Self:
        """`22:00-07:30`; empty, or as much as no time at all: none. Raises ValueError."""
        if not re.fullmatch(rf"|{_CLOCK}-{_CLOCK}", text):
            raise ValueError(f"no quiet hours: {text!r}; write them as 22:00-07:30")
        return cls(*(time.fromisoformat(each) for each in text.split("-"))) if text else cls()

    def is_quiet(self, moment: datetime) -> bool:
        here = local(moment).time()
        if self.begins <= self.ends:
            return self.begins <= here < self.ends
        return here >= self.begins or here < self.ends

    def next_open(self, moment: datetime) -> datetime:
        """The same moment if it is not quiet then; else when the quiet ends."""
        if not self.is_quiet(moment):
            return moment
        here = local(moment)
        end = here.replace(hour=self.ends.hour, minute=self.ends.minute, second=0, microsecond=0)
        return (end if end > here else end + timedelta(days=1)).astimezone(moment.tzinfo)

    def next_begin(self, moment: datetime) -> datetime | None:
        """When it is quiet again, after `moment`; None: never."""
        if self.begins == self.ends:
            return None
        here = local(moment)
        begin = here.replace(hour=self.begins.hour, minute=self.begins.minute, second=0, microsecond=0)
        return (begin if begin > here else begin + timedelta(days=1)).astimezone(moment.tzinfo)
