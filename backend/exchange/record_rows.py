"""A record that somebody brings, as an earlier case of ours: what can be taken as it stands, which of its codes nobody
has mapped, and what is wrong, by field. Pure. No reason repeats what stands in a field."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from typing import TypeVar

from backend.casework.importing import PastCase, PastParty, PastPlace
from backend.core.catalog import Catalog
from backend.core.geo import point_problems
from backend.core.sheets import BROKEN, RowProblem
from backend.disputes.party_schemas import EARLIEST
from backend.exchange.mapping import Codebook, Unknown
from backend.exchange.record_files import Row
from backend.exchange.records import COLUMNS, FIELDS, OTHER, CategoryOf, Record
from models import CodeKind, CodeSide, PartyKind, Status

Value = TypeVar("Value")

NAMELESS = "（未载明）"
"""The standard knows one main party; the other is named where the record names organizations."""

_BY_RESULT = {"1": Status.AGREED, "0": Status.NOT_AGREED}
_OPEN = (Status.SUBMITTED, Status.ACCEPTED, Status.IN_MEDIATION, Status.TRANSFERRED)
_BESIDE_LENGTHS = {"number": 64, "center_code": 32, "status": 32}
_DAYS = ("event_date", "resolve_deadline", "review_date", "filed_on", "ended_on")
_DAY_FORMS = [
    re.compile(form)
    for form in (
        r"([0-9]{4})([0-9]{2})([0-9]{2})",
        r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})(?: 00:00:00)?",
        r"([0-9]{4})年([0-9]{1,2})月([0-9]{1,2})日",
    )
]
"""The standard's, and what office software makes of it; only where year, month and day cannot be mistaken."""
_NUMBER = re.compile(r"-?[0-9]{1,3}(\.[0-9]{1,20})?")
_KEPT = frozenset(FIELDS) - {
    "event_date", "event_address", "summary", "lon", "lat", "party_name", "orgs", "party_id_type", "party_id_no",
    "party_sex", "party_nation", "party_education", "party_category", "party_address",
}  # fmt: skip
"""Goes into the history as it came; of people it holds nothing that the archive has no use for."""


@dataclass(frozen=True, slots=True)
class Taken:
    """`case` None: it is still under way there, and comes by a referral instead."""

    line: int
    number: str
    case: PastCase | None
    unknown: tuple[Unknown, ...] = ()


@dataclass(slots=True)
class _Found:
    line: int
    problems: dict[str, str] = field(default_factory=dict)
    unknown: list[Unknown] = field(default_factory=list)

    def wrong(self, name: str, reason: str) -> None:
        self.problems.setdefault(name, reason)


class RecordReader:
    """Remembers which numbers it has seen, eight bytes each."""

    def __init__(
        self, catalog: Catalog, codes: Codebook, center_ids: Mapping[str, str], today: date, default_center: str | None
    ) -> None:
        self._catalog, self._codes, self._center_ids, self._today = catalog, codes, center_ids, today
        self._default_center = default_center
        self._category_of = CategoryOf(catalog)
        self._track_of = {method: track for track, method in catalog.gbt31000.method_of.items()}
        self._line_of: dict[bytes, int] = {}

    def take(self, row: Row) -> Taken | list[RowProblem]:
        """Every problem of the row, or what it says."""
        if row.problems:
            return list(row.problems)
        found = _Found(row.line)
        record = dict.fromkeys(COLUMNS, "") | dict(row.values)
        _check_texts(record, found)
        number = record["number"] or _made_number(record)
        earlier = self._line_of.setdefault(sha256(number.encode()).digest()[:8], row.line)
        if earlier != row.line:
            found.wrong("number", f"编号重复，第{earlier}行已经有了。")
        case = self._case(number, record, found)
        if found.problems:
            return sorted(RowProblem(row.line, name, reason) for name, reason in found.problems.items())
        return Taken(row.line, number, case, tuple(found.unknown))

    def _case(self, number: str, record: Record, found: _Found) -> PastCase | None:
        status = self._status(record, found)
        occurred_on = self._day(record, "event_date", found)
        filed_on = self._day(record, "filed_on", found) or occurred_on
        ended_on = self._day(record, "ended_on", found)
        self._check_other_days(record, found)
        if filed_on is None:
            found.wrong("filed_on", "登记日期和发生日期至少填一项。")
        elif ended_on and ended_on < filed_on and "filed_on" not in found.problems:
            found.wrong("ended_on", "办结日期不能早于登记日期。")
        center_id = self._center_id(record, found)
        place = _place(record, found)
        category, track = self._category(record, found), self._track(record, found)
        if found.problems or status is None or filed_on is None or center_id is None or status in _OPEN:
            return None
        return PastCase(
            line=found.line,
            external_number=number,
            center_id=center_id,
            category=category,
            status=status,
            filed_on=filed_on,
            ended_on=ended_on or filed_on,
            applicant=PastParty(PartyKind.PERSON, record["party_name"] or NAMELESS, None),
            respondent=_respondent(record["orgs"]),
            description=record["summary"] or None,
            amount_fen=None,
            case_number=None,
            mode=None,
            track=track,
            recovered_fen=None,
            occurred_on=occurred_on,
            place=place,
            as_received={name: record[name] for name in COLUMNS if name in _KEPT and record[name]},
        )

    def _status(self, record: Record, found: _Found) -> Status | None:
        """A partner's word for it where it has one; else what the standard says: settled or not."""
        given = record["status"]
        word = self._codes.ours(CodeKind.STATUS, given) or given
        if word in frozenset(Status):
            return Status(word)
        if given:
            found.unknown.append(Unknown(CodeSide.THEIRS, CodeKind.STATUS, given))
        result = record["resolved"]
        if result not in _BY_RESULT:
            reason = "只能填 1（成功）或 0（未成功）。" if result else "没有办理状态时，这一项必须填写。"
            found.wrong("resolved", reason)
        return _BY_RESULT.get(result)

    def _category(self, record: Record, found: _Found) -> str:
        code = record["event_type"]
        ours = self._codes.ours(CodeKind.CATEGORY, code)
        category = ours if ours in self._catalog.category_by_code else self._category_of.get(code)
        if category is None and code:
            found.unknown.append(Unknown(CodeSide.THEIRS, CodeKind.CATEGORY, code))
        return category or OTHER

    def _track(self, record: Record, found: _Found) -> str | None:
        method = record["resolve_method"]
        if method and method not in self._track_of:
            found.unknown.append(Unknown(CodeSide.THEIRS, CodeKind.METHOD, method))
        return self._track_of.get(method)

    def _center_id(self, record: Record, found: _Found) -> str | None:
        code = self._codes.ours(CodeKind.ORGANIZATION, record["center_code"]) or record["center_code"]
        if not code and self._default_center is not None:
            code = self._default_center
        center_id = self._center_ids.get(code)
        if center_id is None:
            found.wrong("center_code", "没有这个中心，请对照中心编码，或在导入时指定接收中心。")
        return center_id

    def _check_other_days(self, record: Record, found: _Found) -> None:
        for name in ("resolve_deadline", "review_date"):
            _ = _value(record, name, _day, found, _BAD_DAY)

    def _day(self, record: Record, name: str, found: _Found) -> date | None:
        day = _value(record, name, _day, found, _BAD_DAY)
        if day is not None and not EARLIEST <= day <= self._today:
            found.wrong(name, "日期不能晚于今天，也不能早于1949年10月1日。")
        return day


_BAD_DAY = "日期不对，请写成 20260501 或 2026-05-01 这样。"


def _check_texts(record: Record, found: _Found) -> None:
    lengths = _BESIDE_LENGTHS | {name: each.most for name, each in FIELDS.items()}
    for name, text in record.items():
        if text in BROKEN:
            found.wrong(name, "这一格的公式出错了，请改成要填写的内容。")
        elif not all(each.isprintable() or each in "\n\r\t" for each in text):
            found.wrong(name, "含有无法识别的字符，请删除。")
        elif name not in _DAYS and len(text) > lengths[name]:
            found.wrong(name, f"最多写{lengths[name]}个字。")
        elif not text and name in FIELDS and FIELDS[name].is_required:
            found.wrong(name, "这一项必须填写。")
    people = record["people_count"]
    if people and not (people.isascii() and people.isdigit() and int(people[:7])):
        found.wrong("people_count", "涉及人数应是不小于1的整数。")


def _place(record: Record, found: _Found) -> PastPlace | None:
    """A point needs both; it is read as GCJ-02, as it is written."""
    lon, lat = (_value(record, name, _number, found, "这里要填数字。") for name in ("lon", "lat"))
    if bool(record["lon"]) != bool(record["lat"]):
        found.wrong("lat" if record["lon"] else "lon", "经度和纬度要一起填写。")
    if lon is None or lat is None:
        return PastPlace(record["event_address"] or None, None) if record["event_address"] else None
    for each in point_problems(lon, lat, "gcj02", ""):
        found.wrong(each.path.lstrip(".") or "lon", each.message)
    return PastPlace(record["event_address"] or None, (lon, lat))


def _value(record: Record, name: str, read: Callable[[str], Value], found: _Found, reason: str) -> Value | None:
    """None for what is empty, and for what is wrong."""
    if not record[name]:
        return None
    try:
        return read(record[name])
    except ValueError:
        found.wrong(name, reason)
        return None


def _day(text: str) -> date:
    found = next(filter(None, (form.fullmatch(text) for form in _DAY_FORMS)), None)
    if found is None:
        raise ValueError("no day")
    year, month, day = map(int, found.groups())
    return date(year, month, day)


def _number(text: str) -> float:
    """As people write one: Python's own reading takes `1_0`, `nan` and digits of any script."""
    if not _NUMBER.fullmatch(text):
        raise ValueError("no number")
    return float(text)


def _respondent(orgs: str) -> PastParty:
    return PastParty(PartyKind.ORGANIZATION if orgs else PartyKind.PERSON, orgs or NAMELESS, None)


def _made_number(record: Record) -> str:
    """Of a record without one: the same record is the same case."""
    return "gbt-" + sha256("\x1f".join(record[name] for name in COLUMNS).encode()).hexdigest()[:32]
