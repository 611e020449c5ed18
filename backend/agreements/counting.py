"""The thirty days of judicial confirmation (民事诉讼法 205), counted as 85 says: the day of the effect is not counted,
a last day off rolls on to the next working day, and what was posted in time is in time. Pure."""

from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from backend.core.clock import local
from backend.core.deps import WorkingDays


class Counted(NamedTuple):
    """Dates of Asia/Shanghai: between 00:00 and 08:00 the UTC date is the day before."""

    effective_on: date
    first_day: date
    nominal_last_day: date
    last_day: date
    calendar: str
    """Version of the calendar it was counted with."""
    is_estimated: bool
    """The year's holidays have not been announced yet."""

    def as_record(self) -> dict[str, Any]:
        return {name: each.isoformat() if isinstance(each, date) else each for name, each in self._asdict().items()}

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> "Counted":
        return cls(**{name: _read(name, value) for name, value in record.items()})

    def text(self, days: int) -> str:
        """How it was counted, as a sentence."""
        said = (
            f"协议于{_day(self.effective_on)}生效，当天不算，从{_day(self.first_day)}起算，"
            f"第{days}日是{_day(self.nominal_last_day)}"
        )
        if self.last_day != self.nominal_last_day:
            said += f"；这一天不是工作日，顺延到{_day(self.last_day)}"
        said += "。邮寄申请的，在途时间不计算，以寄出日为准。"
        return said + ("（当年放假安排尚未公布，以公布后的为准。）" if self.is_estimated else "")


def counted(calendar: WorkingDays, effective_at: datetime, days: int) -> Counted:
    effective_on = local(effective_at).date()
    nominal = effective_on + timedelta(days=days)
    last_day = calendar.roll_to_workday(nominal)
    return Counted(
        effective_on=effective_on,
        first_day=effective_on + timedelta(days=1),
        nominal_last_day=nominal,
        last_day=last_day,
        calendar=calendar.version,
        is_estimated=calendar.year_status(last_day.year) == "estimated",
    )


def due_notice(notice_days: tuple[int, ...], last_day: date, today: date, sent: set[int]) -> list[int]:
    """Those whose day has come and that were not sent: one message speaks for them all."""
    left = (last_day - today).days
    return [] if left < 0 else [days for days in notice_days if left <= days and days not in sent]


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _read(name: str, value: Any) -> Any:
    return date.fromisoformat(value) if name in _DATES else value


_DATES = {name for name, kind in Counted.__annotations__.items() if kind is date}
