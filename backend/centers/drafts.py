"""What an operator says of a center, by form or by file, and what may be wrong with it. Pure."""

import re
import unicodedata
from dataclasses import dataclass

from backend.core.catalog import Catalog
from backend.core.divisions import DivisionDirectory, DivisionPoint, base_name
from backend.core.errors import FieldProblem
from backend.core.geo import Crs, point_problems
from models import Center, CenterLevel

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,31}")
_PHONE = re.compile(
    r"(?:\+86[ -]?)?(?:1[3-9]\d{9}|0\d{2,3}[- ]?\d{7,8}(?:-\d{1,6})?|400-?\d{3}-?\d{4}|1\d{4}|\d{7,8})", re.ASCII
)
_DIVISION_DIGITS = {"city": (4, 6), "county": (6,), "township": (9, 12), "village": (9, 12)}
_UNREADABLE = {"Cc", "Cs", "Zl", "Zp"}
"""Control characters, halves of characters, ends of lines: no file keeps them as they are."""
_MOST = {"name": 64, "short_name": 32, "address": 255}


@dataclass(frozen=True, slots=True)
class CenterDraft:
    """None = not said: what is known stays."""

    code: str
    name: str
    level: str
    division_code: str
    lon: float
    lat: float
    crs: Crs
    short_name: str | None = None
    address: str | None = None
    phone: str | None = None
    categories: tuple[str, ...] | None = None
    """Codes; empty = all."""


@dataclass(frozen=True, slots=True)
class CenterRow:
    """What a line of a file says."""

    line: int
    draft: CenterDraft
    closed: bool = False
    successor_code: str | None = None


def problems(draft: CenterDraft, catalog: Catalog, divisions: DivisionDirectory) -> list[FieldProblem]:
    """All of them; paths are the names of the fields."""
    found = [_wording_problem(name, getattr(draft, name), most) for name, most in _MOST.items()]
    if not _CODE.fullmatch(draft.code):
        found.append(FieldProblem("code", "编码用1至32个字母、数字、横线或下划线。"))
    if not draft.name:
        found.append(FieldProblem("name", "请填写中心名称。"))
    if draft.phone and not _PHONE.fullmatch(draft.phone):
        found.append(FieldProblem("phone", "电话号码不对，座机请写区号，例如 0717-6215798。"))
    found.append(_division_problem(draft, divisions))
    unknown = [code for code in draft.categories or () if code not in catalog.category_by_code]
    if unknown:
        found.append(FieldProblem("categories", "有的类别代码不存在，请对照类别表填写。"))
    swapped = point_problems(draft.lon, draft.lat, draft.crs, "")
    found += [FieldProblem(each.path.removeprefix("."), each.message) for each in swapped]
    return [each for each in found if each is not None]


def apply(draft: CenterDraft, center: Center, divisions: DivisionDirectory) -> None:
    """Onto a row, which may be a new one. An address, once given, confirms where the center is."""
    center.code, center.name = draft.code, draft.name
    center.level, center.division_code = CenterLevel(draft.level), draft.division_code
    center.lon, center.lat, center.crs = draft.lon, draft.lat, draft.crs
    if draft.short_name or not center.short_name:
        center.short_name = draft.short_name or short_name(draft, divisions)
    if draft.address is not None:
        center.address = draft.address
    if draft.address:
        center.placeholder = False
    if draft.phone is not None:
        center.phone = draft.phone
    if draft.categories is not None:
        center.categories = sorted(set(draft.categories))


def short_name(draft: CenterDraft, divisions: DivisionDirectory) -> str:
    """As it stands in case numbers: county and township without their suffixes, else the center's own name."""
    return "".join(base_name(unit) for unit in division_path(draft.division_code, divisions)) or draft.name[:32]


def division_path(code: str, divisions: DivisionDirectory) -> list[DivisionPoint]:
    """County, then township; the city only for itself."""
    division = divisions.by_code(code)
    if division is None:
        return []
    parent = divisions.parent(division)
    return [parent, division] if parent is not None and parent.level == "county" else [division]


def _wording_problem(name: str, value: str | None, most: int) -> FieldProblem | None:
    if not value:
        return None
    if len(value) > most:
        return FieldProblem(name, f"最多写{most}个字。")
    if not value.isprintable() and any(unicodedata.category(character) in _UNREADABLE for character in value):
        return FieldProblem(name, "含有换行或无法识别的字符，请删除后重新输入。")
    return None


def _division_problem(draft: CenterDraft, divisions: DivisionDirectory) -> FieldProblem | None:
    """A code of a city whose divisions are loaded must be one of them; of other cities only the length is known."""
    code = draft.division_code
    if not (code.isascii() and code.isdigit()) or len(code) not in _DIVISION_DIGITS[draft.level]:
        digits = "或".join(str(count) for count in _DIVISION_DIGITS[draft.level])
        return FieldProblem("division_code", f"这一层级的区划代码是{digits}位数字，请检查（表格软件可能改动了它）。")
    city = divisions.by_code(code[:4])
    if city is not None and divisions.by_code(code) is None:
        return FieldProblem("division_code", f"{city.name}没有这个区划代码，请对照区划表填写。")
    return None
