"""The rows of an exported table: people masked, and nothing in a cell that office software would take for a formula."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from tortoise.queryset import QuerySet

from backend.casework import queries as casework
from backend.core import clock, identity
from backend.core.clock import SHANGHAI
from backend.core.deps import Deps
from backend.statistics.figures import sources
from models import Dispute, Export, Party, Side

CHUNK: Final = 1_000
_BEGINS_A_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


@dataclass(frozen=True, slots=True)
class _Line:
    deps: Deps
    dispute: Dispute
    parties: Sequence[Party]
    doors: Mapping[str, str]

    def name(self, side: Side) -> str:
        party = self._first(side)
        name = party and self.deps.keyring.open(party.name_sealed, "party", "name", party.id)
        return identity.mask_name(name) if name else ""

    def phone(self, side: Side) -> str:
        party = self._first(side)
        if party is None or party.phone_sealed is None:
            return ""
        return identity.mask_phone(self.deps.keyring.open(party.phone_sealed, "party", "phone", party.id))

    def type(self, of: str) -> str:
        known = self.deps.catalog.category_by_code.get(self.dispute.category)
        return str(getattr(known, of)) if known else ""

    def track(self) -> str:
        known = self.deps.catalog.tracks.get(self.dispute.track or "")
        return known.title if known else ""

    def _first(self, side: Side) -> Party | None:
        return next((party for party in self.parties if party.side == side), None)


class Column(NamedTuple):
    title: str
    value: Callable[[_Line], str]


COLUMNS: Final[Mapping[str, Column]] = {
    "number": Column("编号", lambda line: line.dispute.number),
    "case_number": Column("案号", lambda line: line.dispute.case_number or ""),
    "source": Column("来源", lambda line: line.doors.get(line.dispute.source, line.dispute.source)),
    "filed_on": Column("登记日期", lambda line: clock.local(line.dispute.created_at).date().isoformat()),
    "center": Column("中心", lambda line: line.dispute.center.name),
    "category": Column("类别", lambda line: line.type("name") or line.dispute.category),
    "gbt31000": Column("GB/T 31000 类型", lambda line: line.type("gbt31000")),
    "people_mediation": Column("人民调解统计类型", lambda line: line.type("people_mediation")),
    "status": Column("状态", lambda line: line.deps.catalog.statuses[line.dispute.status].text),
    "mode": Column("调解方式", lambda line: line.deps.catalog.modes.get(line.dispute.mode or "", "")),
    "track": Column("调解类型", _Line.track),
    "mediator": Column("调解员", lambda line: line.dispute.mediator.name if line.dispute.mediator else ""),
    "amount_yuan": Column("涉及金额（元）", lambda line: _yuan(line.dispute.amount_fen)),
    "agreed_yuan": Column("协议金额（元）", lambda line: _yuan(line.dispute.agreed_fen)),
    "applicant": Column("申请人", lambda line: line.name(Side.APPLICANT)),
    "applicant_phone": Column("申请人电话", lambda line: line.phone(Side.APPLICANT)),
    "respondent": Column("被申请人", lambda line: line.name(Side.RESPONDENT)),
    "respondent_phone": Column("被申请人电话", lambda line: line.phone(Side.RESPONDENT)),
    "updated_on": Column("最近更新", lambda line: clock.local(line.dispute.updated_at).date().isoformat()),
}
"""None of them in full that tells who somebody is."""


def headings(export: Export) -> list[str]:
    return [COLUMNS[name].title for name in export.columns]


def chosen(export: Export) -> QuerySet[Dispute]:
    """Those that were there when it was asked for."""
    selection = export.selection
    found = Dispute.filter(created_at__lte=export.requested_at)
    for name in ("center_id", "status", "mode", "source"):
        if name in selection:
            found = found.filter(**{name: selection[name]})
    if "categories" in selection:
        found = found.filter(category__in=selection["categories"])
    if "from" in selection:
        found = found.filter(created_at__gte=_midnight(selection["from"]))
    if "to" in selection:
        found = found.filter(created_at__lt=_midnight(selection["to"]) + timedelta(days=1))
    return found


async def following(export: Export) -> tuple[list[Dispute], Mapping[UUID, list[Party]]]:
    """The next ones after the last row written."""
    found = chosen(export)
    if export.last_id is not None:
        found = found.filter(id__gt=export.last_id)
    disputes = await found.order_by("id").limit(CHUNK).select_related("center", "mediator")
    return disputes, await casework.parties_of(disputes)


def lines(
    deps: Deps, export: Export, disputes: Sequence[Dispute], parties: Mapping[UUID, list[Party]]
) -> list[list[str]]:
    doors = sources(deps)
    columns = [COLUMNS[name] for name in export.columns]
    rows = (_Line(deps, dispute, parties[dispute.id], doors) for dispute in disputes)
    return [[harmless(column.value(row)) for column in columns] for row in rows]


def harmless(text: str) -> str:
    """Text stays text, also where office software would calculate."""
    return f"'{text}" if text.lstrip(" \u3000").startswith(_BEGINS_A_FORMULA) else text


def _yuan(fen: int | None) -> str:
    return "" if fen is None else f"{fen // 100}.{fen % 100:02}"


def _midnight(day: str) -> datetime:
    return datetime.combine(datetime.fromisoformat(day).date(), time(), SHANGHAI)
