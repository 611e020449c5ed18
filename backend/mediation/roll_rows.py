"""A household roll as a file, row by row. Pure; no reason repeats what stands in a cell."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import TypeVar

from backend.core import crypto, identity, sheets
from backend.core.sheets import RowProblem, SheetError, SheetRow

COLUMNS: dict[str, tuple[str, ...]] = {
    "label": ("房号", "住户", "门牌"),
    "contact": ("联系人", "业主", "户主"),
    "phone": ("电话", "手机号"),
    "area_m2": ("面积", "面积（平方米）", "面积(平方米)", "建筑面积"),
    "owed_yuan": ("应缴", "应缴（元）", "应缴(元)", "欠费"),
    "settled_yuan": ("已缴", "已缴（元）", "已缴(元)"),
    "may_vote": ("有表决权", "表决权"),
}
_LENGTHS = {"label": 64, "contact": 50}
_YES_NO = {"": True, "是": True, "有": True, "yes": True, "true": True, "1": True,
           "否": False, "无": False, "no": False, "false": False, "0": False}  # fmt: skip
MAX_FEN = 10**12
MAX_M2 = Decimal(100_000)

_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class Home:
    line: int
    label: str
    contact: str | None
    phone: str | None
    area_m2: Decimal | None
    owed_fen: int
    settled_fen: int
    may_vote: bool

    @property
    def key(self) -> str:
        return label_key(self.label)


@dataclass(slots=True)
class Checked:
    """With any problem at all, nothing may be written."""

    homes: list[Home] = field(default_factory=list)
    problems: list[RowProblem] = field(default_factory=list)


def label_key(label: str) -> str:
    """One spelling: full-width letters, spaces and capitals make no other home."""
    return crypto.normalise(label)


def is_short(label: str) -> bool:
    """Some single letters are whole words once they are spelled out."""
    return len(label_key(label)) <= _LENGTHS["label"]


def check(rows: Iterator[SheetRow], most: int) -> Checked:
    checked = Checked()
    try:
        columns = sheets.columns_of(next(rows, None), COLUMNS, ("label",), checked.problems)
        if not checked.problems:
            _read(rows, columns, most, checked)
    except SheetError as error:
        checked.problems.append(RowProblem(error.line, "", error.reason))
    if not checked.problems and not checked.homes:
        checked.problems.append(RowProblem(0, "", "文件里只有表头，没有任何住户。"))
    checked.problems.sort()
    return checked


def _read(rows: Iterator[SheetRow], columns: list[str], most: int, checked: Checked) -> None:
    line_by_key: dict[str, int] = {}
    for row in rows:
        if len(line_by_key) >= most:
            checked.problems.append(RowProblem(row.line, "", f"一个名册最多{most}户，请分开处理。"))
            return
        cells = dict.fromkeys(COLUMNS, "") | dict(zip(columns, row.cells, strict=False))
        found = {name: f"最多写{limit}个字。" for name, limit in _LENGTHS.items() if len(cells[name]) > limit}
        found |= {
            name: "含有无法识别的字符，请删除。" for name, text in cells.items() if text and not text.isprintable()
        }
        home = _home(row.line, cells, found)
        if home is not None:
            earlier = line_by_key.setdefault(home.key, row.line)
            if earlier != row.line:
                found["label"] = f"房号重复，第{earlier}行已经有了。"
        checked.problems += [RowProblem(row.line, column, reason) for column, reason in found.items()]
        if home is not None and not found:
            checked.homes.append(home)


def _home(line: int, cells: Mapping[str, str], found: dict[str, str]) -> Home | None:
    if not cells["label"]:
        found["label"] = "这一项必须填写。"
    elif not is_short(cells["label"]):
        found.setdefault("label", f"最多写{_LENGTHS['label']}个字。")

    def value(column: str, read: Callable[[str], _Value], reason: str) -> _Value | None:
        try:
            return read(cells[column]) if cells[column] else None
        except (ValueError, KeyError, InvalidOperation):
            found.setdefault(column, reason)
            return None

    money = "金额不对，请只写数字，最多两位小数，单位是元。"
    phone = value("phone", identity.normalize_phone, "电话不对，请检查后重填。")
    area = value("area_m2", _area, "面积不对，请只写数字，最多两位小数，单位是平方米。")
    owed = value("owed_yuan", _fen, money) or 0
    settled = value("settled_yuan", _fen, money) or 0
    may_vote = value("may_vote", lambda text: _YES_NO[text.lower()], "只能填 是 或 否。")
    if settled > owed:
        found.setdefault("settled_yuan", "已缴不能多于应缴。")
    if found:
        return None if "label" in found else _plain(line, cells["label"])
    return Home(line, cells["label"], cells["contact"] or None, phone, area, owed, settled, may_vote is not False)


def _plain(line: int, label: str) -> Home:
    """Only to find its label twice."""
    return Home(line, label, None, None, None, 0, 0, may_vote=True)


def _fen(text: str) -> int:
    fen = Decimal(text.replace(",", "")) * 100
    if not (fen.is_finite() and 0 <= fen <= MAX_FEN and fen == fen.to_integral_value()):
        raise ValueError("no amount")
    return int(fen)


def _area(text: str) -> Decimal:
    area = Decimal(text)
    if not (area.is_finite() and 0 < area <= MAX_M2 and area == area.quantize(Decimal("0.01"))):
        raise ValueError("no area")
    return area
