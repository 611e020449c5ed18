"""When to remind of an appointment, as the operator's catalog has it."""

from datetime import datetime, time, timedelta
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from backend.core.clock import local
from backend.core.quiet_hours import QuietHours


class ReminderRule(BaseModel):
    """Either so many days before at an hour of Asia/Shanghai, or so many minutes before the start."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=r"^[a-z][a-z_]{0,31}$")
    days_before: int | None = Field(None, ge=0, le=30)
    at: time | None = None
    minutes_before: int | None = Field(None, ge=5, le=30 * 24 * 60)
    late_minutes: int = Field(30, ge=2, le=24 * 60)
    """After an outage it may come so much later; then it is dropped."""

    @model_validator(mode="after")
    def check_moment(self) -> Self:
        if (self.days_before is None) != (self.at is None) or (self.at is None) == (self.minutes_before is None):
            raise ValueError("either days_before and at, or minutes_before")
        return self

    def falls_due(self, starts_at: datetime, quiet: QuietHours) -> datetime:
        """Outside the quiet hours; may then be after the start."""
        return quiet.next_open(self._wanted(starts_at))

    def is_due(self, starts_at: datetime, changed_at: datetime, now: datetime, quiet: QuietHours) -> bool:
        """Who has booked or moved since was told the time then, and is not reminded of it."""
        return changed_at < self.falls_due(starts_at, quiet) <= now < self.valid_until(starts_at, quiet)

    def valid_until(self, starts_at: datetime, quiet: QuietHours) -> datetime:
        """A push that has not left by then does not leave."""
        due = self.falls_due(starts_at, quiet)
        ends = (due + timedelta(minutes=self.late_minutes), starts_at, quiet.next_begin(due))
        return min(end for end in ends if end is not None)

    @property
    def longest_lead(self) -> timedelta:
        """Before the start, at most."""
        if self.minutes_before is not None:
            return timedelta(minutes=self.minutes_before)
        return timedelta(days=(self.days_before or 0) + 1)

    def _wanted(self, starts_at: datetime) -> datetime:
        if self.minutes_before is not None:
            return starts_at - timedelta(minutes=self.minutes_before)
        here = local(starts_at)
        assert self.days_before is not None, "checked above"
        assert self.at is not None, "checked above"
        return datetime.combine(here.date() - timedelta(days=self.days_before), self.at, here.tzinfo)
