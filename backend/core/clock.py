"""The one source of the current time. Dates of the domain are Asia/Shanghai dates."""

from datetime import UTC, date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


class Clock(Protocol):
    def now(self) -> datetime:
        """Aware, UTC."""
        ...


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


def local(moment: datetime) -> datetime:
    """The same moment as read off a wall in Yichang."""
    return moment.astimezone(SHANGHAI)


def today(clock: Clock) -> date:
    """Between 00:00 and 08:00 this is not the UTC date."""
    return local(clock.now()).date()


def iso(moment: datetime) -> str:
    """Wire form: seconds, offset +08:00."""
    return local(moment).isoformat(timespec="seconds")
