"""A household roll as a file, row by row. Pure; no reason repeats what stands in a cell."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from backend.core import crypto, identity, sheet_rows
from backend.core.sheet_rows import YES_NO, Cells, Checked, Form
from backend.core.sheets import SheetRow

_LABEL = 64
FORM = Form(
    columns={
        "label": ("房号", "住户", "门牌"),
        "contact": ("联系人", "业主", "户主"),
        "phone": ("电话", "手机号"),
        "area_m2": ("面积", "面积（平方米）", "面积(平方米)", "建筑面积"),
        "owed_yuan": ("应缴", "应缴（元）", "应缴(元)", "欠费"),
        "settled_yuan": ("已缴", "已缴（元）", "已缴(元)"),
        "may_vote": ("有表决权", "表决权"),
    },
    required=("label",),
    key="label",
    lengths={"label": _LABEL, "contact": 50},
)
MAX_FEN = 10**12
MAX_M2 = Decimal(100_000)


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


def label_key(label: str) -> str:
    """One spelling: full-width letters, spaces and capitals make no other home."""
    return crypto.normalise(label)


def is_short(label: str) -> bool:
    """Some single letters are whole words once they are spelled out."""
    return len(label_key(label)) <= _LABEL


def too_many(most: int) -> str:
    return f"一个名册最多{most}户，请分开处理。"


def check(rows: Iterator[SheetRow], most: int) -> Checked[Home]:
    """At most so many homes."""
    return sheet_rows.check(rows, FORM, _Reader(most).read)


class _Reader:
    """Remembers which homes it has seen, however they were spelled."""

    def __init__(self, most: int) -> None:
        self._most, self._line_by_key = most, dict[str, int]()

    def read(self, cells: Cells) -> Home:
        home = Home(
            line=cells.line,
            label=cells.text("label"),
            contact=cells.text("contact") or None,
            phone=cells.value("phone", identity.normalize_phone, "电话不对，请检查后重填。"),
            area_m2=cells.value("area_m2", _area, "面积不对，请只写数字，最多两位小数，单位是平方米。"),
            owed_fen=cells.value("owed_yuan", _fen) or 0,
            settled_fen=cells.value("settled_yuan", _fen) or 0,
            may_vote=cells.word("may_vote", YES_NO, "只能填 是 或 否。") is not False,
        )
        if home.settled_fen > home.owed_fen:
            cells.wrong("settled_yuan", "已缴不能多于应缴。")
        if not is_short(home.label):
            cells.wrong("label", f"最多写{_LABEL}个字。")
        earlier = self._line_by_key.setdefault(home.key, home.line)
        if earlier != home.line:
            cells.wrong("label", f"房号重复，第{earlier}行已经有了。")
        if len(self._line_by_key) > self._most:
            cells.wrong("label", too_many(self._most))
        return home


def _fen(text: str) -> int:
    return sheet_rows.fen(text, MAX_FEN)


def _area(text: str) -> Decimal:
    try:
        area = Decimal(text)
    except InvalidOperation as error:
        raise ValueError("no number") from error
    if not (area.is_finite() and 0 < area <= MAX_M2 and area == area.quantize(Decimal("0.01"))):
        raise ValueError("no area")
    return area
