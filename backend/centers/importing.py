"""A file of centers, row by row: what can be taken as it stands, and what is wrong, with line and column. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from backend.centers import drafts
from backend.centers.drafts import CenterDraft, CenterRow
from backend.core import sheets
from backend.core.catalog import Catalog
from backend.core.divisions import DivisionDirectory
from backend.core.geo import Crs
from backend.core.sheets import BROKEN, RowProblem, SheetError, SheetRow
from models import Center, CenterLevel

COLUMNS: dict[str, tuple[str, ...]] = {
    "code": ("编码", "中心编码"),
    "name": ("名称", "中心名称"),
    "short_name": ("简称",),
    "level": ("层级",),
    "division_code": ("区划代码", "行政区划代码"),
    "lon": ("经度",),
    "lat": ("纬度",),
    "crs": ("坐标系",),
    "address": ("地址",),
    "phone": ("电话", "联系电话"),
    "categories": ("受理类别",),
    "status": ("状态",),
    "successor_code": ("承接中心编码", "承接中心"),
    "placeholder": ("待核实",),
}
"""In the order of the export, with other names that are understood. `placeholder` is written, never read."""

_LINE_ENDS = str.maketrans({"\r": None, "\n": " ", "\t": " "})

_IN_THEIR_OWN_WORDS = frozenset(("name", "short_name", "address"))
"""Kept as they are written; the others are codes, numbers and words of ours."""

_REQUIRED = ("code", "name", "level", "division_code", "lon", "lat", "crs")

LEVELS = {"市": "city", "县": "county", "区": "county", "乡镇": "township", "街道": "township", "村": "village",
           "社区": "village"} | {level.value: level.value for level in CenterLevel}  # fmt: skip
_SYSTEMS: dict[str, Crs] = {
    "gcj02": "gcj02", "gcj-02": "gcj02", "高德": "gcj02", "腾讯": "gcj02", "国测局": "gcj02",
    "wgs84": "wgs84", "wgs-84": "wgs84", "gps": "wgs84", "cgcs2000": "wgs84", "天地图": "wgs84",
    "bd09": "bd09", "bd-09": "bd09", "百度": "bd09",
}  # fmt: skip
CLOSED = {"": False, "active": False, "启用": False, "正常": False, "closed": True, "停用": True, "关闭": True}
_ALL = ("all", "全部")

_Word = TypeVar("_Word", bound=str)

_CUT = str.maketrans({"；": ";", "、": ";", ",": ";", "，": ";", "|": ";"})


@dataclass(frozen=True, slots=True)
class KnownCenter:
    level: str
    is_active: bool
    successor_code: str | None = None


@dataclass(slots=True)
class Checked:
    """With any problem at all, nothing may be written."""

    rows: list[CenterRow] = field(default_factory=list)
    problems: list[RowProblem] = field(default_factory=list)


def check(
    rows: Iterator[SheetRow], catalog: Catalog, divisions: DivisionDirectory, known: Mapping[str, KnownCenter]
) -> Checked:
    """`known` are the centers there are, by code."""
    checked = Checked()
    try:
        headings = next(rows, None)
        columns = sheets.columns_of(headings, COLUMNS, _REQUIRED, checked.problems)
        if not checked.problems:
            reader = _Reader(columns, catalog, divisions)
            for row in rows:
                reader.take(row, checked)
    except SheetError as error:
        checked.problems.append(RowProblem(error.line, "", error.reason))
    else:
        if not checked.problems and not checked.rows:
            checked.problems.append(RowProblem(0, "", "文件里只有表头，没有任何中心。"))
        checked.problems += _closing_problems(checked.rows, known)
    checked.problems.sort()
    return checked


def export(centers: Iterable[Center], code_by_id: Mapping[str, str]) -> Iterator[Sequence[str]]:
    """Headings first; reading it back changes nothing."""
    yield tuple(COLUMNS)
    for center in centers:
        yield (
            center.code,
            center.name,
            center.short_name,
            center.level.value,
            center.division_code,
            "" if center.lon is None else repr(center.lon),
            "" if center.lat is None else repr(center.lat),
            center.crs,
            center.address,
            center.phone,
            ";".join(center.categories) or "all",
            "closed" if center.deactivated_at else "active",
            code_by_id.get(str(center.successor_id), ""),
            "true" if center.placeholder else "false",
        )


class _Reader:
    """Remembers which codes it has seen."""

    def __init__(self, columns: list[str], catalog: Catalog, divisions: DivisionDirectory) -> None:
        self._columns = columns
        self._catalog = catalog
        self._divisions = divisions
        self._line_by_code: dict[str, int] = {}
        self._nothing = dict.fromkeys(COLUMNS, "")
        self._own_words = [place for place, name in enumerate(columns) if name in _IN_THEIR_OWN_WORDS]

    def take(self, row: SheetRow, checked: Checked) -> None:
        surplus = [cell for cell in row.cells[len(self._columns) :] if cell]
        if surplus:
            text = "这一行的列比表头多；内容里有逗号时，请用英文双引号括起来。"
            checked.problems.append(RowProblem(row.line, "", text))
            return
        cells = self._nothing | dict(zip(self._columns, row.cells, strict=False))
        for place in self._own_words:
            if place < len(row.as_written):
                cells[self._columns[place]] = _on_one_line(row.as_written[place])
        found = {} if BROKEN.isdisjoint(row.cells) else _broken(cells)
        draft = self._draft(cells, found)
        is_closed = CLOSED.get(cells["status"].lower())
        if is_closed is None:
            found["status"] = "状态只能是 active（启用）或 closed（停用）。"
        earlier = self._line_by_code.setdefault(cells["code"], row.line)
        if earlier != row.line and cells["code"]:
            found["code"] = f"编码重复，第{earlier}行已经有了。"
        checked.problems += [RowProblem(row.line, column, reason) for column, reason in found.items()]
        if draft is not None and not found:
            checked.rows.append(CenterRow(row.line, draft, bool(is_closed), cells["successor_code"] or None))

    def _draft(self, cells: dict[str, str], found: dict[str, str]) -> CenterDraft | None:
        """None when a cell that everything else depends on cannot be read."""
        for name in _REQUIRED:
            if not cells[name]:
                found[name] = "这一项必须填写。"
        level = _one_of(cells, "level", LEVELS, "层级只能是 city、county、township、village 之一。", found)
        crs = _one_of(cells, "crs", _SYSTEMS, "坐标系只能是 gcj02、wgs84、bd09 之一。", found)
        lon, lat = _number(cells, "lon", found), _number(cells, "lat", found)
        if level is None or crs is None or lon is None or lat is None:
            return None
        draft = CenterDraft(
            code=cells["code"],
            name=cells["name"],
            level=level,
            division_code=cells["division_code"],
            lon=lon,
            lat=lat,
            crs=crs,
            short_name=cells["short_name"] or None,
            address=cells["address"] or None,
            phone=cells["phone"] or None,
            categories=_categories(cells["categories"]),
        )
        for each in drafts.problems(draft, self._catalog, self._divisions):
            found.setdefault(each.path, each.message)
        return draft


def _on_one_line(text: str) -> str:
    return text if text.isprintable() else text.translate(_LINE_ENDS)


def _broken(cells: Mapping[str, str]) -> dict[str, str]:
    text = "这一格的公式出错了，请改成要填写的内容。"
    return {column: text for column, cell in cells.items() if column and cell in BROKEN}


def _one_of(
    cells: Mapping[str, str], column: str, words: Mapping[str, _Word], reason: str, found: dict[str, str]
) -> _Word | None:
    value = words.get(cells[column].lower())
    if value is None:
        found.setdefault(column, reason)
    return value


def _number(cells: Mapping[str, str], column: str, found: dict[str, str]) -> float | None:
    try:
        return float(cells[column])
    except ValueError:
        found.setdefault(column, "这里要填数字，例如 111.286445。")
        return None


def _categories(cell: str) -> tuple[str, ...] | None:
    """Empty = not said."""
    if not cell:
        return None
    if cell.lower() in _ALL:
        return ()
    return tuple(part.strip() for part in cell.translate(_CUT).split(";") if part.strip()) or None


def _closing_problems(rows: list[CenterRow], known: Mapping[str, KnownCenter]) -> Iterator[RowProblem]:
    """Whoever is closed has a successor that is not, or had it before that was closed; somebody at city level is
    left."""
    after = dict(known) | {row.draft.code: KnownCenter(row.draft.level, not row.closed) for row in rows}
    is_queue_left = any(center.is_active and center.level == CenterLevel.CITY for center in after.values())
    for row in rows:
        before, successor = known.get(row.draft.code), after.get(row.successor_code or "")
        is_as_before = before is not None and not before.is_active and before.successor_code == row.successor_code
        if row.closed and row.successor_code is None:
            yield RowProblem(row.line, "successor_code", "停用的中心要写明由哪个中心承接。")
        elif row.successor_code is not None and not row.closed:
            yield RowProblem(row.line, "successor_code", "只有停用的中心才有承接中心，请清空，或把状态改为 closed。")
        elif row.closed and not is_as_before and (successor is None or not successor.is_active):
            yield RowProblem(row.line, "successor_code", "承接中心不存在或已停用，请另选一个。")
        if not is_queue_left and before is not None and before.is_active and before.level == CenterLevel.CITY:
            column = "status" if row.closed else "level"
            yield RowProblem(row.line, column, "市级至少要保留一个受理席，不能停用最后一个，也不能改为其他层级。")
