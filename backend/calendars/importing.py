"""A notice of days off as a file: what can be taken as it stands, and what is wrong, line by line. Pure."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from backend.calendars.statutory_days import statutory_days
from backend.calendars.working_days import NoticeDay
from backend.core import sheets
from backend.core.sheets import SheetError, SheetRow
from models import DayKind

_COLUMNS = {
    "date": "date", "日期": "date",
    "kind": "kind", "类型": "kind",
    "festival": "festival", "节日": "festival", "名称": "festival",
}  # fmt: skip
_NAMES = ("date", "kind", "festival")
_KINDS = {
    "off": DayKind.OFF, "放假": DayKind.OFF, "休": DayKind.OFF,
    "work": DayKind.WORK, "上班": DayKind.WORK, "班": DayKind.WORK, "调休上班": DayKind.WORK,
}  # fmt: skip
_SATURDAY, _DECEMBER = 5, 12
_LONGEST_NAME = 64


@dataclass(frozen=True, slots=True, order=True)
class LineProblem:
    line: int
    """0 = the whole file."""
    reason: str


class NoticeRefusedError(Exception):
    """Nothing of the file may be used."""

    def __init__(self, problems: list[LineProblem]) -> None:
        super().__init__(problems)
        self.problems = sorted(problems)


@dataclass(frozen=True, slots=True)
class Notice:
    year: int
    days: tuple[NoticeDay, ...]
    unnamed: Mapping[date, str]
    """Statutory days that it does not name: off all the same, but the file may be cut off."""


def check(content: bytes) -> Notice:
    """CSV or XLSX with the columns date, kind (off, work) and festival; one year. Raises NoticeRefusedError."""
    problems: list[LineProblem] = []
    days = dict(_days(content, problems))
    if not days and not problems:
        problems.append(LineProblem(0, "文件里没有任何日期。"))
    if not days:
        raise NoticeRefusedError(problems)
    year = _year(days.values())
    for line, day in days.items():
        problems += [LineProblem(line, reason) for reason in _contradictions(day, year)]
    if problems:
        raise NoticeRefusedError(problems)
    named = {day.date for day in days.values()}
    unnamed = {day: name for day, name in statutory_days(year).items() if day not in named}
    return Notice(year, tuple(sorted(days.values())), unnamed)


def _year(days: Collection[NoticeDay]) -> int:
    """Of most days; those of December may be of the notice of the next year."""
    counted = Counter(day.date.year for day in days if day.date.month != _DECEMBER)
    counted = counted or Counter(day.date.year for day in days)
    return max(counted, key=lambda year: (counted[year], year))


def _contradictions(day: NoticeDay, year: int) -> Iterator[str]:
    if day.date.year != year and (day.date.year, day.date.month) != (year - 1, _DECEMBER):
        yield f"{day.date}不属于{year}年的安排：一个文件只写一年，最多带上前一年12月的几天。"
    if day.kind is not DayKind.WORK:
        return
    if day.date.weekday() < _SATURDAY:
        yield f"{day.date}本来就是周一至周五，不能再写成调休上班；如果放假，请写 off。"
    if day.date in statutory_days(day.date.year):
        yield f"{day.date}是法定节假日（{statutory_days(day.date.year)[day.date]}），不能写成上班。"


def _days(content: bytes, problems: list[LineProblem]) -> Iterator[tuple[int, NoticeDay]]:
    """With their lines; appends what is wrong."""
    seen: dict[date, tuple[int, DayKind]] = {}
    try:
        rows = sheets.read(content)
        columns = _columns(next(rows, None), problems)
        for row in rows if columns else ():
            day = _day(row, columns, problems)
            if day is None:
                continue
            line, kind = seen.setdefault(day.date, (row.line, day.kind))
            if line == row.line:
                yield row.line, day
            elif kind is day.kind:
                problems.append(LineProblem(row.line, f"{day.date}重复，第{line}行已经有了。"))
            else:
                problems.append(LineProblem(row.line, f"{day.date}自相矛盾：第{line}行写的是{kind.value}。"))
    except SheetError as error:
        problems.append(LineProblem(error.line, error.reason))


def _columns(headings: SheetRow | None, problems: list[LineProblem]) -> dict[str, int]:
    """Places of our columns; empty, and said why, when one is missing."""
    if headings is None:
        problems.append(LineProblem(0, "文件是空的。"))
        return {}
    places: dict[str, int] = {}
    for place, heading in enumerate(headings.cells):
        name = _COLUMNS.get(heading.lower())
        if name in places:
            problems.append(LineProblem(headings.line, f"表头里有两个 {name}。"))
        elif name is not None:
            places[name] = place
    missing = [name for name in _NAMES if name not in places]
    if missing:
        problems.append(LineProblem(headings.line, f"表头里缺少：{'、'.join(missing)}。"))
        return {}
    return places


def _day(row: SheetRow, columns: Mapping[str, int], problems: list[LineProblem]) -> NoticeDay | None:
    cells = {name: row.cells[place] if place < len(row.cells) else "" for name, place in columns.items()}
    day, kind = _date(cells["date"]), _KINDS.get(cells["kind"].lower())
    found = []
    if day is None:
        found.append("日期要写成 2027-02-06 这样，而且确有这一天。")
    if kind is None:
        found.append("类型只能是 off（放假）或 work（调休上班）。")
    if len(cells["festival"]) > _LONGEST_NAME:
        found.append(f"节日名称最多{_LONGEST_NAME}个字。")
    problems += [LineProblem(row.line, reason) for reason in found]
    return NoticeDay(day, kind, cells["festival"]) if day and kind and not found else None


def _date(text: str) -> date | None:
    """As the shipped files write it, and as office software rewrites it: `2027/2/6`, `2027-02-06 00:00:00`."""
    parts = text.removesuffix(" 00:00:00").replace("/", "-").split("-")
    try:
        year, month, day = map(int, parts)
        return date(year, month, day)
    except ValueError:
        return None
