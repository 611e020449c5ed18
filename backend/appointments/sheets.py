"""The days' appointments on paper, A4, to be ticked off at the door. Everything that people wrote is escaped; there is
no script in it."""

from datetime import date
from html import escape

from backend.accounts.actors import StaffActor
from backend.appointments import lists, views
from backend.appointments.lists import Scope
from backend.appointments.schemas import CenterAppointmentOut, DayOut, DaysQuery
from backend.core import paper
from backend.core.clock import local
from backend.core.deps import Deps
from backend.core.wording import date_text, when_text
from models import AppointmentKind, AppointmentStatus, Center

_KINDS = {AppointmentKind.ONSITE: "现场", AppointmentKind.VIDEO: "视频"}
_STYLE = """@page { size: A4 landscape; margin: 12mm; }
body { font-family: "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; font-size: 10pt; margin: 0; }
h1 { font-size: 1.4em; margin: 0 0 .2em; }
h2 { font-size: 1.1em; margin: 1em 0 .3em; break-after: avoid; }
table { width: 100%; border-collapse: collapse; }
thead { display: table-header-group; }
tr { break-inside: avoid; }
th, td { border: 1px solid #000; padding: .3em .5em; text-align: left; overflow-wrap: anywhere; }
th, .time { white-space: nowrap; }
.box { display: inline-block; width: 1em; height: 1em; border: 1px solid #000; text-align: center; line-height: 1; }
"""
_HEADINGS = ("时间", "事项", "方式", "来访人", "案号", "调解员", "调解室", "到场")
_HEAD = "".join(f"<th>{heading}</th>" for heading in _HEADINGS)
_DAY = "<section>\n<h2>{day}</h2>\n{rows}\n</section>\n"
_TABLE = "<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}\n</tbody>\n</table>"
_ROW = '<tr><td class="time">{time}</td>{cells}<td><span class="box">{tick}</span></td></tr>'
_NONE = "<p>没有预约</p>"
_UNANSWERED = "（待确认）"


async def page(deps: Deps, actor: StaffActor, query: DaysQuery) -> str:
    """Raises RoleNotAllowedError, InvalidFieldsError."""
    scope = await lists.scope_of(actor, query)
    days = (await lists.by_day(deps, actor, scope, query)).days
    printed = f"<p>打印时间：{when_text(deps.clock.now())}</p>\n"
    return paper.page(await _title(scope), _STYLE, printed + "".join(map(_day, days)))


async def _title(scope: Scope) -> str:
    mediator = scope.mediator
    center = await Center.get(id=scope.center_id or (mediator and mediator.center_id))
    return f"{center.name} {mediator.name if mediator else ''}预约安排"


def _day(day: DayOut) -> str:
    rows = _TABLE.format(head=_HEAD, rows="\n".join(map(_row, day.items))) if day.items else _NONE
    off = "" if day.is_workday else "（休息日）"
    return _DAY.format(day=date_text(date.fromisoformat(day.date)) + off, rows=rows)


def _row(item: CenterAppointmentOut) -> str:
    known = (
        views.PURPOSES[item.purpose],
        _KINDS[item.kind],
        item.visitor,
        item.case_number or item.number,
        item.mediator,
        item.room,
    )
    unanswered = _UNANSWERED if item.status is AppointmentStatus.PROPOSED else ""
    return _ROW.format(
        time=f"{local(item.starts_at):%H:%M}–{local(item.ends_at):%H:%M}{unanswered}",
        cells="".join(f"<td>{escape(each or '')}</td>" for each in known),
        tick="✓" if item.checked_in_at else "",
    )
