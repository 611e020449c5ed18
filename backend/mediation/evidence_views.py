"""Evidence as whoever may read it does: notes and holders are for the center, and holders for who submitted it."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from backend.core.deps import Deps
from backend.mediation import evidence
from backend.mediation.access import Standing
from backend.mediation.evidence_schemas import CustodyOut, EvidenceOut, ObjectionOut, VerificationOut
from backend.mediation.rooms import STAFF
from models import CustodyEntry, EvidenceItem, Objection, Verification


async def of_case(deps: Deps, standing: Standing) -> list[EvidenceOut]:
    """In the order of submission; four statements, however many. Raises NotFoundError."""
    items = await evidence.readable(deps, standing).order_by("id").select_related("file")
    return await _shown(deps, standing, items)


async def one(deps: Deps, standing: Standing, item_id: UUID) -> EvidenceOut:
    """Raises NotFoundError."""
    return (await _shown(deps, standing, [await evidence.one(deps, standing, item_id)]))[0]


async def _shown(deps: Deps, standing: Standing, items: Sequence[EvidenceItem]) -> list[EvidenceOut]:
    ids = [item.id for item in items]
    custody = _by_item(await CustodyEntry.filter(item_id__in=ids).order_by("id").select_related("staff"))
    verified = _by_item(await Verification.filter(item_id__in=ids).order_by("id").select_related("staff"))
    objections = _by_item(await Objection.filter(item_id__in=ids).order_by("id"))
    return [
        _out(deps, standing, item, custody[item.id], verified[item.id], objections=objections[item.id])
        for item in items
    ]


def _by_item(rows: Sequence[Any]) -> dict[UUID, list[Any]]:
    found: dict[UUID, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.item_id].append(row)
    return found


def _out(
    deps: Deps,
    standing: Standing,
    item: EvidenceItem,
    custody: list[CustodyEntry],
    verified: list[Verification],
    *,
    objections: list[Objection],
) -> EvidenceOut:
    is_staff, is_mine = standing.kind in STAFF, evidence.is_own(standing, item)
    submitter = "party" if item.party_id else "member" if item.member_id else "center"
    return EvidenceOut(
        id=str(item.id),
        kind=item.kind,
        kind_text=deps.catalog.evidence.kinds.get(item.kind, item.kind),
        title=_text(deps, item, "evidence_item", "title"),
        source=_text(deps, item, "evidence_item", "source"),
        proves=_text(deps, item, "evidence_item", "proves"),
        description=_text(deps, item, "evidence_item", "description") or None,
        submitted_by=submitter,
        party_id=str(item.party_id) if item.party_id else None,
        is_mine=is_mine,
        has_file=item.file is not None,
        sha256=item.file.sha256 if item.file else None,
        file_size=item.file.size if item.file else None,
        submitted_at=item.submitted_at,
        exchanged_at=item.exchanged_at,
        custody=[_custody(deps, each, is_open=is_staff or is_mine) for each in custody],
        verifications=[_verification(deps, each, is_staff=is_staff) for each in verified],
        objections=[_objection(deps, each) for each in objections],
    )


def _custody(deps: Deps, row: CustodyEntry, *, is_open: bool) -> CustodyOut:
    return CustodyOut(
        act=row.act,
        act_text=deps.catalog.evidence.custody[row.act],
        holder=_text(deps, row, "custody_entry", "holder") if is_open else None,
        note=(_text(deps, row, "custody_entry", "note") or None) if is_open else None,
        by=row.staff.name,
        at=row.at,
    )


def _verification(deps: Deps, row: Verification, *, is_staff: bool) -> VerificationOut:
    rules = deps.catalog.evidence
    return VerificationOut(
        id=str(row.id),
        method=row.method,
        method_text=rules.methods.get(row.method, row.method),
        result=row.result,
        result_text=rules.results[row.result],
        original_compared=row.original_compared,
        note=(_text(deps, row, "verification", "note") or None) if is_staff else None,
        by=row.staff.name,
        at=row.at,
    )


def _objection(deps: Deps, row: Objection) -> ObjectionOut:
    known = deps.catalog.evidence.grounds
    return ObjectionOut(
        id=str(row.id),
        party_id=str(row.party_id),
        grounds=row.grounds,
        grounds_text="、".join(known.get(each, each) for each in row.grounds),
        text=_text(deps, row, "objection", "text"),
        at=row.at,
    )


def _text(deps: Deps, row: Any, table: str, column: str) -> str:
    sealed = getattr(row, f"{column}_sealed")
    return "" if sealed is None else deps.keyring.open(sealed, table, column, row.id)
