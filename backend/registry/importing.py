"""A file of organizations, row by row. Pure."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from backend.centers.importing import CLOSED, LEVELS
from backend.centers.staff_schemas import planned_weekdays, residency_problem
from backend.core import identity, sheet_rows
from backend.core.catalog import Catalog
from backend.core.divisions import DivisionDirectory
from backend.core.opening import WEEKDAYS, Weekday
from backend.core.sheet_rows import Cells, Checked, Form
from backend.core.sheets import SheetRow
from models import Organization, Residency, ResidencyKind

FORM = Form(
    columns={
        "code": ("编码", "组织编码"),
        "kind": ("类型", "组织类型"),
        "name": ("名称", "组织名称"),
        "registration_number": ("登记号",),
        "licence_number": ("许可证号", "执业许可证号"),
        "licence_expires_on": ("许可证有效期至", "有效期至"),
        "seal_name": ("印章名称",),
        "categories": ("受理类别",),
        "expertise": ("专业领域",),
        "level": ("层级",),
        "division_code": ("区划代码", "行政区划代码"),
        "address": ("地址",),
        "phone": ("电话", "联系电话"),
        "status": ("状态",),
        "residencies": ("入驻",),
    },
    required=("code", "kind", "name"),
    key="code",
    lengths={"code": 32, "name": 128, "registration_number": 64, "licence_number": 64, "seal_name": 128,
             "address": 255},
)  # fmt: skip
_AS_THEY_STAND = ("name", "registration_number", "licence_number", "seal_name", "address")
_NONE = ("none", "无")
_DAYS: dict[str, Weekday] = dict(zip("一二三四五六日", WEEKDAYS, strict=True)) | {"天": "sunday"}
_DAY_LIST = re.compile(r"(?:[每周、,/和及]*[一二三四五六日天])+")
_ENTRIES = re.compile(r"[;；|]")
_RESIDENCY = "入驻写成“中心编码 轮驻 周二周四”，几处用分号隔开；常驻、随叫随到可以不写日子；没有就写“无”。"


@dataclass(frozen=True, slots=True)
class Desk:
    center_id: UUID
    kind: ResidencyKind
    weekdays: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OrganizationRow:
    """What a row does not say stays as it is."""

    line: int
    code: str
    values: dict[str, object]
    is_closed: bool | None
    desks: tuple[Desk, ...] | None


def code_of(organization: Organization) -> str:
    """One that was entered without a code goes by the end of its id."""
    return organization.code or f"O-{str(organization.id)[-12:]}"


def check(
    rows: Iterator[SheetRow], catalog: Catalog, divisions: DivisionDirectory, center_ids: Mapping[str, UUID]
) -> Checked[OrganizationRow]:
    """`center_ids` of the active centers, by code."""
    return sheet_rows.check(rows, FORM, _Reader(catalog, divisions, center_ids).read)


def export(
    organizations: Iterable[Organization], desks: Mapping[UUID, Sequence[Residency]], center_codes: Mapping[UUID, str]
) -> Iterator[Sequence[str]]:
    """Headings first; reading it back changes nothing."""
    yield tuple(FORM.columns)
    for each in organizations:
        yield (
            code_of(each),
            each.kind.value,
            each.name,
            each.registration_number,
            each.licence_number,
            each.licence_expires_on.isoformat() if each.licence_expires_on else "",
            each.seal_name,
            ";".join(each.categories) or "none",
            ";".join(each.expertise) or "none",
            each.level.value if each.level else "",
            each.division_code or "",
            each.address,
            each.phone,
            "closed" if each.deactivated_at else "active",
            "; ".join(
                " ".join([center_codes[desk.center_id], desk.kind.value, ",".join(desk.weekdays)]).strip()
                for desk in desks.get(each.id, ())
            )
            or "none",
        )


class _Reader:
    def __init__(self, catalog: Catalog, divisions: DivisionDirectory, center_ids: Mapping[str, UUID]) -> None:
        self._divisions, self._center_ids = divisions, center_ids
        registry = catalog.registry
        self._kinds = sheet_rows.by_code_and_text({kind: row.title for kind, row in registry.kinds.items()})
        self._expertise = sheet_rows.by_code_and_text(registry.expertise)
        self._categories = sheet_rows.by_code_and_text({each.code: each.name for each in catalog.categories})
        self._residencies = sheet_rows.by_code_and_text(registry.residencies)

    def read(self, cells: Cells) -> OrganizationRow:
        values: dict[str, object] = {name: cells.text(name) for name in _AS_THEY_STAND if cells.text(name)}
        values |= {
            "kind": cells.word("kind", self._kinds, "没有这个类型，请对照目录填写代码或名称。"),
            "licence_expires_on": cells.value("licence_expires_on", _last_day),
            "categories": _codes(cells, "categories", self._categories, "没有这个类别，请对照类别表填写。"),
            "expertise": _codes(cells, "expertise", self._expertise, "没有这个专业领域，请对照目录填写。"),
            "level": cells.word("level", LEVELS, "层级只能是 city、county、township、village 之一。"),
            "division_code": cells.value("division_code", self._division),
            "phone": cells.value("phone", identity.normalize_office_phone),
        }
        return OrganizationRow(
            line=cells.line,
            code=cells.text("code"),
            values={name: value for name, value in values.items() if value is not None},
            is_closed=cells.word("status", CLOSED, "状态只能是 active（启用）或 closed（停用）。"),
            desks=cells.value("residencies", self._desks),
        )

    def _division(self, text: str) -> str:
        if self._divisions.by_code(text) is None:
            raise ValueError("没有这个区划代码，请检查。")
        return text

    def _desks(self, text: str) -> tuple[Desk, ...]:
        if text.lower() in _NONE:
            return ()
        desks = [self._desk(entry) for entry in _ENTRIES.split(text) if entry.strip()]
        if len({desk.center_id for desk in desks}) < len(desks):
            raise ValueError("同一个中心写了两次，请合并。")
        return tuple(desks)

    def _desk(self, entry: str) -> Desk:
        code, kind_word, *rest = entry.split(maxsplit=2) if len(entry.split()) > 1 else (entry, "")
        if code.strip() not in self._center_ids:
            raise ValueError("入驻的中心不存在或已停用，请对照中心编码。")
        kind = self._residencies.get(kind_word.lower())
        if kind is None:
            raise ValueError(_RESIDENCY)
        weekdays = _weekdays("".join(rest))
        if wrong := residency_problem(kind, weekdays):
            raise ValueError(wrong)
        return Desk(self._center_ids[code.strip()], kind, planned_weekdays(kind, weekdays))


def _weekdays(text: str) -> tuple[Weekday, ...]:
    """`周二、四`, `周二周四`, `tuesday,thursday`. Raises ValueError."""
    compact = text.replace(" ", "").lower()
    named: set[str] = {_DAYS[character] for character in compact if character in _DAYS}
    if not _DAY_LIST.fullmatch(compact):
        named = {part for part in compact.split(",") if part}
    if named - set(WEEKDAYS):
        raise ValueError(_RESIDENCY)
    return tuple(day for day in WEEKDAYS if day in named)


def _codes(cells: Cells, column: str, words: Mapping[str, str], reason: str) -> list[str] | None:
    if cells.text(column).lower() in _NONE:
        return []
    found = cells.words(column, words, reason)
    return None if found is None else sorted(set(found))


def _last_day(text: str) -> date:
    found = sheet_rows.day(text)
    if not date(2000, 1, 1) <= found <= date(2100, 1, 1):
        raise ValueError("日期不对，请写成 2024-05-01 这样。")
    return found
