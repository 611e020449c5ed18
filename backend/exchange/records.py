"""The dispute record of GB/T 31000-2015 (矛盾纠纷): its 27 fields in the standard's order, the columns that a case
needs beside them, and its codes. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from backend.core.catalog import Catalog

OTHER = "other"
"""The category of what fits no other: marked for staff, never guessed."""
STANDARD = "GB/T 31000-2015"


@dataclass(frozen=True, slots=True)
class RecordField:
    title: str
    most: int
    """Characters."""
    is_required: bool = False
    is_personal: bool = False
    """Leaves for nobody without a legal basis of theirs."""


def _personal(title: str, most: int) -> RecordField:
    return RecordField(title, most, is_personal=True)


FIELDS: dict[str, RecordField] = {
    "event_name": RecordField("事件名称", 100, is_required=True),
    "event_date": RecordField("发生日期", 8),
    "event_address": _personal("发生地点（详址）", 100),
    "event_scale": RecordField("事件规模", 2, is_required=True),
    "event_type": RecordField("事件类别", 4, is_required=True),
    "people_count": RecordField("涉及人数", 6, is_required=True),
    "summary": _personal("事件简述", 2000),
    "orgs": _personal("涉及单位", 100),
    "party_id_type": _personal("主要当事人证件代码", 3),
    "party_id_no": _personal("主要当事人证件号码", 50),
    "party_name": _personal("主要当事人姓名", 80),
    "party_sex": _personal("主要当事人性别", 1),
    "party_nation": _personal("主要当事人民族", 2),
    "party_education": _personal("主要当事人学历", 2),
    "party_category": _personal("主要当事人人员类别", 16),
    "party_address": _personal("主要当事人居住详址", 200),
    "resolve_deadline": RecordField("化解时限", 8),
    "resolve_method": RecordField("化解方式", 16),
    "resolve_org": RecordField("化解组织", 100),
    "resolver_name": RecordField("化解责任人姓名", 50),
    "resolver_phone": RecordField("化解责任人联系方式", 50),
    "resolved": RecordField("化解是否成功", 1),
    "resolve_note": RecordField("化解情况", 2000),
    "review_date": RecordField("考评日期", 8),
    "review_note": RecordField("考评意见", 2000),
    "lon": _personal("经度", 32),
    "lat": _personal("纬度", 32),
}
"""`party_category` and `resolve_method` hold names: their codes of at most four characters were not found."""

BESIDE: dict[str, str] = {
    "number": "纠纷编号",
    "center_code": "中心编码",
    "status": "办理状态",
    "filed_on": "登记日期",
    "ended_on": "办结日期",
}
"""What the standard has no field for. Dates as in the standard: YYYYMMDD."""

COLUMNS: dict[str, str] = BESIDE | {name: field.title for name, field in FIELDS.items()}
IMPERSONAL = frozenset(name for name, field in FIELDS.items() if not field.is_personal)
Record = Mapping[str, str]
"""By column; an absent value is an empty one."""

_REST = "99"
"""「其他」 within a class."""


class CategoryOf:
    """Our category by event type; None where several could be meant, or none."""

    def __init__(self, catalog: Catalog) -> None:
        by_type: dict[str, set[str]] = {}
        for category in catalog.categories:
            by_type.setdefault(category.gbt31000, set()).add(category.code)
        self._found = {code: _one_of(catalog, codes) for code, codes in by_type.items() if not _is_rest(code)}
        self._found |= {code: chosen or None for code, chosen in catalog.gbt31000.category_of.items()}

    def get(self, event_type: str) -> str | None:
        if event_type == _REST:
            return OTHER
        return self._found.get(event_type[:2] if _is_rest(event_type) else event_type)


def cut(text: str, most: int) -> str:
    """To the standard's length; what is cut off shows."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _is_rest(event_type: str) -> bool:
    return len(event_type) > len(_REST) and event_type.endswith(_REST)


def _one_of(catalog: Catalog, codes: Iterable[str]) -> str | None:
    if len(found := set(codes)) == 1:
        return found.pop()
    tops = {catalog.top_category(code) for code in found}
    return tops.pop() if len(tops) == 1 else None
