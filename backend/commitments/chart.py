"""The follow-up as a picture: SVG that needs nothing else, says in words what it shows, and nothing by color alone."""

from collections.abc import Sequence
from datetime import date
from html import escape
from typing import NamedTuple

from backend.commitments.follow_up import DayOut, FollowUpOut
from backend.commitments.indicators import IndicatorOut, exact, shown
from backend.core.clock import today
from backend.core.deps import Deps

_WIDTH, _LEFT, _RIGHT, _PANEL, _HEAD = 640, 56, 96, 120, 44
_NAME = 24
_LARGE = ((10**8, 10**8, "亿"), (10**5, 10**4, "万"))
"""From which number on, in what, called what."""
_BAND = 6
"""So wide at least is a band: today's has only begun."""
_STATES = (("fulfilled", "履行完毕", "#2e7d32"), ("waived", "免除", "#90a4ae"), ("open", "待履行", "#1565c0"),
           ("overdue", "已逾期", "#c62828"))  # fmt: skip


HEADERS = {"Cache-Control": "private, no-store", "Content-Security-Policy": "default-src 'none'; sandbox"}


class _Axis(NamedTuple):
    first: date
    last: date

    def x(self, on: date) -> float:
        span = (self.last - self.first).days or 1
        return round(_LEFT + (_WIDTH - _LEFT - _RIGHT) * (on - self.first).days / span, 1)


def svg(deps: Deps, found: FollowUpOut) -> str:
    axis, days = _axis(deps, found), found.commitments.days if found.commitments else []
    panels = [_promised(axis, days)] if days else []
    panels += [_figure(axis, each) for each in found.indicators]
    height = _HEAD + len(panels) * (_PANEL + _HEAD) + 10
    placed = "".join(
        f'<g transform="translate(0 {_HEAD + place * (_PANEL + _HEAD)})">{panel}</g>'
        for place, panel in enumerate(panels)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img" '
        f'aria-labelledby="title desc" font-family="sans-serif" font-size="12" fill="#263238">'
        f'<title id="title">履行跟踪图</title><desc id="desc">{_text(in_words(found))}</desc>'
        f'<rect width="{_WIDTH}" height="{height}" fill="#fff"/>'
        f'<text x="{_LEFT}" y="20">共商会{found.meetings_held}次 · 已解决事项{found.matters_solved}件</text>'
        f"{placed}</svg>"
    )


def in_words(found: FollowUpOut) -> str:
    """For who cannot see it."""
    said = [f"召开共商会{found.meetings_held}次，解决议定事项{found.matters_solved}件"]
    if found.commitments and found.commitments.days:
        now = found.commitments.days[-1]
        said.append("约定事项" + "、".join(f"{text}{getattr(now, name)}项" for name, text, _ in _STATES))
    for each in found.indicators:
        latest = (
            "还没有读数" if each.latest is None else f"现为{_number(each.latest)}{each.unit_text}，{each.change_text}"
        )
        said.append(f"{each.name}基准{_number(each.baseline)}{each.unit_text}，{latest}")
    return "；".join(said) + "。"


def _axis(deps: Deps, found: FollowUpOut) -> _Axis:
    days = [day.on for day in found.commitments.days] if found.commitments else []
    days += [point.on for each in found.indicators for point in each.series]
    return _Axis(min(days, default=today(deps.clock)), today(deps.clock))


def _promised(axis: _Axis, days: Sequence[DayOut]) -> str:
    """Each state a band over the days; the numbers of today beside it."""
    most = max(sum(getattr(day, name) for name, _, _ in _STATES) for day in days)
    ends = [*(day.on for day in days[1:]), axis.last]
    drawn, labels = [], []
    for day, end in zip(days, ends, strict=True):
        left, below = min(axis.x(day.on), axis.x(axis.last) - _BAND), 0
        width = max(axis.x(end) - left, _BAND)
        for name, _, color in _STATES:
            count = getattr(day, name)
            height, y = _PANEL * count / most, _PANEL * (1 - (below + count) / most)
            below += count
            if count:
                drawn.append(f'<rect x="{left:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" '
                             f'fill="{color}"/>')  # fmt: skip
    for place, (name, text, color) in enumerate(_STATES):
        y = 14 + place * 20
        labels.append(f'<rect x="{_WIDTH - _RIGHT + 8}" y="{y - 9}" width="10" height="10" fill="{color}"/>'
                      f'<text x="{_WIDTH - _RIGHT + 22}" y="{y}">{text} {getattr(days[-1], name)}</text>')  # fmt: skip
    return "".join(drawn) + "".join(labels) + _dates(axis)


def _figure(axis: _Axis, each: IndicatorOut) -> str:
    values = [point.value for point in each.series] + ([each.target] if each.target is not None else [])
    low, high = min([0.0, *values]), max([0.0, *values]) or 1.0

    def y(value: float) -> float:
        return round(_PANEL * (1 - (value - low) / (high - low)), 1)

    points = " ".join(f"{axis.x(point.on)},{y(point.value)}" for point in each.series)
    dots = "".join(f'<circle cx="{axis.x(point.on)}" cy="{y(point.value)}" r="3" fill="#1565c0"/>'
                   for point in each.series)  # fmt: skip
    last = each.series[-1]
    lines = _across(y(each.baseline), "#90a4ae", "4 3")
    if each.target is not None:
        lines += _across(y(each.target), "#2e7d32", "1 3")
        lines += f'<text x="{_WIDTH - _RIGHT + 8}" y="{y(each.target) + 4}">目标{_short(each.target)}</text>'
    baseline = f'<text x="{_LEFT - 6}" y="{y(each.baseline) + 4}" text-anchor="end">{_short(each.baseline)}</text>'
    label = f"{_number(last.value)}{each.unit_text}" + (f"（{each.change_text}）" if each.change_text else "")
    return (
        f'<text x="{_LEFT}" y="-6">{_text(_cut(each.name))}：{_text(label)}</text>{lines}'
        f'<polyline points="{points}" fill="none" stroke="#1565c0" stroke-width="2"/>{dots}'
        f"{baseline}{_dates(axis)}"
    )


def _text(text: str) -> str:
    """Without the two characters that XML has no way to write."""
    return escape(text).translate({0xFFFE: None, 0xFFFF: None})


def _cut(name: str) -> str:
    """So that what follows it stays within the picture, which says the whole name in words."""
    return name if len(name) <= _NAME else f"{name[: _NAME - 1]}…"


def _short(value: float) -> str:
    """Beside the axis: large ones rounded to a tenth of 万 or 亿."""
    _, size, word = next((each for each in _LARGE if abs(value) >= each[0]), (0, 1, ""))
    return f"{shown(round(exact(value) / size, 1))}{word}" if word else _number(value)


def _number(value: float) -> str:
    """As it was written, however large."""
    return shown(exact(value))


def _across(y: float, color: str, dashes: str) -> str:
    ends = f'x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y}" y2="{y}"'
    return f'<line {ends} stroke="{color}" stroke-dasharray="{dashes}"/>'


def _dates(axis: _Axis) -> str:
    y = _PANEL + 14
    return (
        f'<line x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{_PANEL}" y2="{_PANEL}" stroke="#263238"/>'
        f'<text x="{_LEFT}" y="{y}" font-size="10">{axis.first}</text>'
        f'<text x="{_WIDTH - _RIGHT}" y="{y}" font-size="10" text-anchor="end">{axis.last}</text>'
    )
