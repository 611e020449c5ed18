from datetime import datetime, timedelta

from backend.core.clock import SHANGHAI

START = datetime(2026, 11, 24, 10, 0, tzinfo=SHANGHAI)
"""A Tuesday."""


class TravellingClock:
    """Stands still until a test moves it."""

    def __init__(self) -> None:
        self._now = START

    def now(self) -> datetime:
        return self._now

    def set(self, moment: datetime) -> None:
        self._now = moment

    def advance(self, **by: float) -> None:
        self._now += timedelta(**by)

    def reset(self) -> None:
        self._now = START
