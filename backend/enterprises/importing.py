"""A file of enterprises, row by row. Pure but for the seals. No reason repeats what stands in a cell."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from backend.core import identity, sheet_rows
from backend.core.deps import Deps
from backend.core.sheet_rows import YES_NO, Cells, Checked, Form
from backend.core.sheets import SheetRow
from backend.enterprises.roster import seal_contact
from models import Enterprise
from models.base import uuid7

FORM = Form(
    columns={
        "credit_code": ("统一社会信用代码", "信用代码"),
        "name": ("企业名称", "名称"),
        "size": ("规模",),
        "station_code": ("服务站编码", "园区服务站编码"),
        "division_code": ("区划代码", "行政区划代码"),
        "workers": ("职工人数", "人数"),
        "is_key": ("重点企业",),
        "address": ("地址",),
        "contact_name": ("联系人",),
        "contact_phone": ("联系电话", "电话"),
        "status": ("状态",),
    },
    required=("credit_code", "name", "size", "station_code", "division_code"),
    key="credit_code",
    lengths={"name": 128, "address": 255, "contact_name": 50},
)
_LEFT = {"active": False, "在册": False, "left": True, "迁出": True}
_MOST_WORKERS = 1_000_000


@dataclass(frozen=True, slots=True)
class EnterpriseRow:
    """What a row does not say stays as it is."""

    credit_code: str
    values: dict[str, object]
    contact_name: str | None
    contact_phone: str | None
    has_left: bool | None


class Import(NamedTuple):
    added: list[Enterprise]
    changed: list[Enterprise]
    unchanged: int


def check(rows: Iterator[SheetRow], deps: Deps, stations: Mapping[str, UUID]) -> Checked[EnterpriseRow]:
    """`stations` by code: those that serve enterprises."""
    sizes = sheet_rows.by_code_and_text(deps.catalog.enterprises.sizes)

    def division(text: str) -> str:
        found = deps.divisions.by_code(text)
        if found is None or found.level == "city":
            raise ValueError("请填写县（市、区）或乡镇街道的区划代码。")
        return text

    def read(cells: Cells) -> EnterpriseRow:
        values = {
            "name": cells.text("name"),
            "size": cells.word("size", sizes, "规模只能是 大型、中型、小型、微型 之一。"),
            "station_id": cells.value("station_code", lambda text: stations[text], "没有这个服务站，请对照组织编码。"),
            "division_code": cells.value("division_code", division),
            "workers": cells.value("workers", _workers, "人数只写数字。"),
            "is_key": cells.word("is_key", YES_NO, "只能填 是 或 否。"),
            "address": cells.text("address") or None,
        }
        return EnterpriseRow(
            credit_code=cells.value("credit_code", identity.normalize_credit_code) or "",
            values={name: value for name, value in values.items() if value is not None},
            contact_name=cells.text("contact_name") or None,
            contact_phone=cells.value("contact_phone", identity.normalize_phone),
            has_left=cells.word("status", _LEFT, "状态只能是 active（在册）或 left（迁出）。"),
        )

    return sheet_rows.check(rows, FORM, read)


async def plan(deps: Deps, rows: Sequence[EnterpriseRow], now: datetime) -> Import:
    """Writes nothing."""
    known = {each.credit_code: each for each in await Enterprise.all()}
    found, unchanged = Import([], [], 0), 0
    for row in rows:
        enterprise = known.get(row.credit_code)
        if enterprise is None:
            added = Enterprise(id=uuid7(), credit_code=row.credit_code, created_at=now)
            _ = _apply(deps, added, row, now)
            found.added.append(added)
        elif _apply(deps, enterprise, row, now):
            found.changed.append(enterprise)
        else:
            unchanged += 1
    return found._replace(unchanged=unchanged)


async def carry_out(planned: Import, tell: Callable[[int], object]) -> None:
    await Enterprise.bulk_create(planned.added, batch_size=500)
    tell(len(planned.added))
    for enterprise in planned.changed:
        await enterprise.save()
        tell(1)


def _apply(deps: Deps, enterprise: Enterprise, row: EnterpriseRow, now: datetime) -> bool:
    """Whether anything changes."""
    before = {name: getattr(enterprise, name) for name in (*row.values, "left_at")}
    _ = enterprise.update_from_dict(row.values)
    if row.has_left is not None:
        enterprise.left_at = (enterprise.left_at or now) if row.has_left else None
    is_changed = any(getattr(enterprise, name) != value for name, value in before.items())
    for column, value in (("contact_name", row.contact_name), ("contact_phone", row.contact_phone)):
        sealed: bytes | None = getattr(enterprise, f"{column}_sealed")
        known = deps.keyring.open(sealed, "enterprise", column, enterprise.id) if sealed else None
        if value is not None and value != known:
            seal_contact(deps, enterprise, **{column.removeprefix("contact_"): value})
            is_changed = True
    return is_changed


def _workers(text: str) -> int:
    number = int(text.replace(",", ""))
    if not 0 <= number <= _MOST_WORKERS:
        raise ValueError("out of range")
    return number
