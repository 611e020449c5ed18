"""A file of earlier cases, row by row: what can be taken as it stands, and what is wrong, with line and column. Pure.
No reason repeats what stands in a cell: these are people's names and quarrels."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import InvalidOperation
from typing import TypeVar

from backend.core import identity, sheet_rows, sheets
from backend.core.catalog import Catalog
from backend.core.sheets import RowProblem, SheetError, SheetRow
from backend.disputes.party_schemas import EARLIEST
from backend.disputes.schemas import MAX_FEN
from models import PartyKind, Status

COLUMNS: dict[str, tuple[str, ...]] = {
    "external_number": ("外部编号", "原编号"),
    "center_code": ("中心编码",),
    "category": ("类别", "纠纷类别"),
    "status": ("状态", "结果"),
    "filed_on": ("登记日期", "受理日期"),
    "ended_on": ("办结日期",),
    "applicant": ("申请人",),
    "applicant_kind": ("申请人类型",),
    "applicant_phone": ("申请人电话",),
    "respondent": ("被申请人",),
    "respondent_kind": ("被申请人类型",),
    "respondent_phone": ("被申请人电话",),
    "description": ("纠纷简述", "简述"),
    "amount_yuan": ("涉及金额", "涉及金额（元）", "涉及金额(元)"),
    "case_number": ("案号",),
    "mode": ("调解方式",),
    "track": ("调解类型",),
    "recovered_yuan": ("收回金额", "收回金额（元）", "收回金额(元)", "挽回损失"),
}
_REQUIRED = ("external_number", "center_code", "category", "status", "filed_on", "applicant", "respondent")
_ENDED = (Status.AGREED, Status.NOT_AGREED, Status.FULFILLED, Status.CLOSED, Status.REFUSED, Status.WITHDRAWN)
_LENGTHS = {"external_number": 64, "case_number": 64, "applicant": 128, "respondent": 128, "description": 5000}
_KINDS = {"": "person", "个人": "person", "自然人": "person", "单位": "organization", "企业": "organization",
          "组织": "organization"} | {kind.value: kind.value for kind in PartyKind}  # fmt: skip
_BAD_MONEY = "金额不对，请只写数字，最多两位小数，单位是元。"
_BAD_DAY = "日期不对，请写成 2024-05-01 这样，不能晚于今天。"

_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class PastParty:
    kind: PartyKind
    name: str
    phone: str | None


@dataclass(frozen=True, slots=True)
class PastPlace:
    address: str | None
    point: tuple[float, float] | None
    """Longitude and latitude, GCJ-02."""


@dataclass(frozen=True, slots=True)
class PastCase:
    line: int
    external_number: str
    center_id: str
    category: str
    status: Status
    filed_on: date
    ended_on: date
    applicant: PastParty
    respondent: PastParty
    description: str | None
    amount_fen: int | None
    case_number: str | None
    mode: str | None
    track: str | None
    recovered_fen: int | None
    occurred_on: date | None = None
    place: PastPlace | None = None
    as_received: Mapping[str, str] = field(default_factory=dict)
    """What another system says of it beyond all that."""


@dataclass(slots=True)
class Checked:
    """With any problem at all, nothing may be written."""

    cases: list[PastCase] = field(default_factory=list)
    problems: list[RowProblem] = field(default_factory=list)


def check(rows: Iterator[SheetRow], catalog: Catalog, center_ids: Mapping[str, str], today: date) -> Checked:
    """`center_ids` by code, closed ones too: their cases are past as well."""
    checked = Checked()
    try:
        columns = sheets.columns_of(next(rows, None), COLUMNS, _REQUIRED, checked.problems)
        if not checked.problems:
            reader = _Reader(columns, catalog, center_ids, today)
            for row in rows:
                reader.take(row, checked)
            if not checked.problems and not checked.cases:
                checked.problems.append(RowProblem(0, "", "文件里只有表头，没有任何案件。"))
    except SheetError as error:
        checked.problems.append(RowProblem(error.line, "", error.reason))
    checked.problems.sort()
    return checked


class _Reader:
    """Remembers which numbers it has seen."""

    def __init__(self, columns: list[str], catalog: Catalog, center_ids: Mapping[str, str], today: date) -> None:
        self._columns, self._center_ids, self._today = columns, center_ids, today
        self._line_by_number: dict[str, int] = {}
        self._categories = {each.name: each.code for each in catalog.categories}
        self._categories |= {each.code: each.code for each in catalog.categories}
        self._statuses = {catalog.statuses[status].text: status for status in _ENDED}
        self._statuses |= {status.value: status for status in _ENDED}
        self._modes = _by_code_and_text(catalog.modes)
        self._tracks = _by_code_and_text({code: track.title for code, track in catalog.tracks.items()})

    def take(self, row: SheetRow, checked: Checked) -> None:
        if any(row.cells[len(self._columns) :]):
            text = "这一行的列比表头多；内容里有逗号时，请用英文双引号括起来。"
            checked.problems.append(RowProblem(row.line, "", text))
            return
        cells = dict.fromkeys(COLUMNS, "") | dict(zip(self._columns, row.cells, strict=False))
        found: dict[str, str] = {name: "这一项必须填写。" for name in _REQUIRED if not cells[name]}
        found |= {name: f"最多写{most}个字。" for name, most in _LENGTHS.items() if len(cells[name]) > most}
        found |= {name: "含有无法识别的字符，请删除。" for name, text in cells.items() if not _is_readable(text)}
        case = self._case(row.line, cells, found)
        earlier = self._line_by_number.setdefault(cells["external_number"], row.line)
        if earlier != row.line and cells["external_number"]:
            found["external_number"] = f"编号重复，第{earlier}行已经有了。"
        checked.problems += [RowProblem(row.line, column, reason) for column, reason in found.items()]
        if case is not None and not found:
            checked.cases.append(case)

    def _case(self, line: int, cells: Mapping[str, str], found: dict[str, str]) -> PastCase | None:
        read = _Cells(cells, found)
        center_id = read.word("center_code", self._center_ids, "没有这个中心，请对照中心编码。")
        category = read.word("category", self._categories, "没有这个类别，请填类别名称或编码。")
        status = read.word("status", self._statuses, "历史案件只能是已有结果的状态，例如 达成协议、调解未成、已办结。")
        filed_on = read.value("filed_on", lambda text: _day(text, self._today), _BAD_DAY)
        ended_on = read.value("ended_on", lambda text: _day(text, self._today), _BAD_DAY)
        if filed_on and ended_on and ended_on < filed_on:
            found["ended_on"] = "办结日期不能早于登记日期。"
        applicant, respondent = read.party("applicant"), read.party("respondent")
        amount_fen, recovered_fen = (read.value(name, _fen, _BAD_MONEY) for name in ("amount_yuan", "recovered_yuan"))
        mode = read.word("mode", self._modes, "没有这种调解方式。")
        track = read.word("track", self._tracks, "没有这种调解类型。")
        if not (center_id and category and status and filed_on and applicant and respondent):
            return None
        return PastCase(
            line=line,
            external_number=cells["external_number"],
            center_id=center_id,
            category=category,
            status=status,
            filed_on=filed_on,
            ended_on=ended_on or filed_on,
            applicant=applicant,
            respondent=respondent,
            description=cells["description"] or None,
            amount_fen=amount_fen,
            case_number=cells["case_number"] or None,
            mode=mode,
            track=track,
            recovered_fen=recovered_fen,
        )


class _Cells:
    """One row's cells as values; what cannot be read is written down with its column."""

    def __init__(self, cells: Mapping[str, str], found: dict[str, str]) -> None:
        self._cells, self._found = cells, found

    def word(self, column: str, words: Mapping[str, _Value], reason: str) -> _Value | None:
        return self.value(column, lambda text: words[text], reason)

    def value(self, column: str, read: Callable[[str], _Value], reason: str) -> _Value | None:
        """None for an empty cell, and for one that is wrong."""
        if not self._cells[column]:
            return None
        try:
            return read(self._cells[column])
        except (ValueError, KeyError, InvalidOperation):
            self._found.setdefault(column, reason)
            return None

    def party(self, side: str) -> PastParty | None:
        kind = _KINDS.get(self._cells[f"{side}_kind"])
        phone = self.value(f"{side}_phone", identity.normalize_phone, "电话不对，请检查后重填。")
        if kind is None:
            self._found.setdefault(f"{side}_kind", "只能是 个人 或 单位。")
            return None
        return PastParty(PartyKind(kind), self._cells[side], phone)


def _by_code_and_text(codes: Mapping[str, str]) -> dict[str, str]:
    return {text: code for code, text in codes.items()} | {code: code for code in codes}


def _day(text: str, today: date) -> date:
    day = sheet_rows.day(text)
    if not EARLIEST <= day <= today:
        raise ValueError("no day of the past")
    return day


def _fen(text: str) -> int:
    return sheet_rows.fen(text, MAX_FEN)


def _is_readable(text: str) -> bool:
    return all(character.isprintable() or character in "\n\r\t" for character in text)
