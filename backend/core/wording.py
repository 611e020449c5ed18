"""Dates, amounts and distances as a resident reads them."""

from collections.abc import Sequence
from datetime import date, datetime

from backend.core.clock import local

_WEEKDAYS = "一二三四五六日"
_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def date_text(day: date) -> str:
    """`11月25日 周三`"""
    return f"{day.month}月{day.day}日 {weekday_text(day)}"


def weekday_text(day: date) -> str:
    return f"周{_WEEKDAYS[day.weekday()]}"


def weekdays_text(weekdays: Sequence[str]) -> str:
    """`周一至周五`, `每周二、四`, `每天`; without any day `随叫随到`. Names as in opening rules, in their order."""
    days = [_NAMES.index(name) for name in weekdays]
    if not days:
        return "随叫随到"
    if len(days) == len(_NAMES):
        return "每天"
    if len(days) > 2 and days[-1] - days[0] + 1 == len(days):
        return f"周{_WEEKDAYS[days[0]]}至周{_WEEKDAYS[days[-1]]}"
    return "每周" + "、".join(_WEEKDAYS[day] for day in days)


def when_text(moment: datetime) -> str:
    """`11月25日 周三 上午9:30`, in Shanghai. The hour of noon is 中午: some read 下午12:30 as midnight."""
    here = local(moment)
    part = "上午" if here.hour < 12 else "中午" if here.hour == 12 else "下午"
    hour = here.hour if here.hour <= 12 else here.hour - 12
    return f"{date_text(here.date())} {part}{hour}:{here.minute:02}"


def full_date_text(day: date) -> str:
    """`2026年11月25日`, as on paper."""
    return f"{day.year}年{day.month}月{day.day}日"


def full_when_text(moment: datetime) -> str:
    """`2026年11月25日 上午9:30`"""
    here = local(moment)
    return f"{full_date_text(here.date())} {when_text(moment).rsplit(' ', 1)[1]}"


def money_text(fen: int) -> str:
    """`1,200元`, `1,200.50元`"""
    yuan, rest = divmod(abs(fen), 100)
    sign = "-" if fen < 0 else ""
    return f"{sign}{yuan:,}元" if rest == 0 else f"{sign}{yuan:,}.{rest:02}元"


def distance_text(metres: float) -> str:
    """`350米`, `1.2公里`, `12公里`: no finer than a straight line on a map deserves."""
    if metres < 10:
        return "不到10米"
    tens = round(metres / 10) * 10
    if tens < 1000:
        return f"{tens}米"
    kilometres = round(metres / 1000, 1)
    return f"{kilometres:.0f}公里" if kilometres >= 10 else f"{kilometres:g}公里"
