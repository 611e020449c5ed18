"""The house rules of booking: deadlines, holds, what is counted against whom."""

from datetime import time, timedelta

from pydantic import BaseModel, ConfigDict, Field


class BookingRules(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    cancel_by_minutes: int = Field(ge=0, description="later than this before the start, a cancellation is late")
    late_cancellation_counts: bool
    misses_allowed: int = Field(ge=0, description="no-shows and late cancellations that have no consequence")
    misses_days: int = Field(ge=1, description="for how long one is remembered")
    limited_horizon_days: int = Field(ge=0, description="how far ahead one may book who missed more")

    answer_hours: int = Field(ge=1, description="how long a proposed time waits for its answers, at most")
    answer_before_minutes: int = Field(ge=0, description="the answers are in by so long before the start")
    refusals_before_fixing: int = Field(ge=0, description="refused proposals after which staff may fix a time")

    offer_minutes: int = Field(ge=1, description="how long a freed place is held for the next who waits")
    offer_from: time = Field(description="nobody has to answer an offer before this hour")
    offer_to: time

    check_in_from_minutes: int = Field(ge=0, description="before the start")
    check_in_code_seconds: int = Field(ge=10, le=600)
    join_from_minutes: int = Field(ge=0, description="from when before the start a video room may be entered")

    @property
    def cancel_by(self) -> timedelta:
        return timedelta(minutes=self.cancel_by_minutes)

    @property
    def answer_within(self) -> timedelta:
        return timedelta(hours=self.answer_hours)

    @property
    def answer_before(self) -> timedelta:
        return timedelta(minutes=self.answer_before_minutes)

    @property
    def offer(self) -> timedelta:
        return timedelta(minutes=self.offer_minutes)

    @property
    def check_in_from(self) -> timedelta:
        return timedelta(minutes=self.check_in_from_minutes)

    @property
    def join_from(self) -> timedelta:
        return timedelta(minutes=self.join_from_minutes)
