"""Cases as records of GB/T 31000, page after page: all of them, or what has changed since an earlier export."""

from collections import defaultdict
from collections.abc import AsyncIterator
from datetime import date, datetime
from typing import Any
from uuid import UUID

from tortoise import connections

from backend.core import clock, pagination
from backend.core.deps import Deps
from backend.core.errors import InvalidFieldsError
from backend.disputes import party_rows
from backend.exchange import places, scope
from backend.exchange.payload import FIELDS as MAY_BE_KNOWN
from backend.exchange.records import BESIDE, COLUMNS, FIELDS, IMPERSONAL, Record, cut
from models import Dispute, Partner, Party, PartyKind, Side, Status

PAGE = 500
_FIRST = UUID(int=0)
_SETTLED = {Status.AGREED: "1", Status.FULFILLED: "1", Status.NOT_AGREED: "0"}
_ENDED = (*_SETTLED, Status.CLOSED, Status.REFUSED, Status.WITHDRAWN)

_NOW = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS now"
_IDS = f"""
SELECT d.id FROM dispute d JOIN center c ON c.id = d.center_id
 WHERE d.id > $5 AND {scope.MAY_KNOW} {{changed}} ORDER BY d.id LIMIT {PAGE}
"""  # noqa: S608 - our own text
_ALL_IDS = _IDS.format(changed="")
_CHANGED_IDS = _IDS.format(
    changed="AND EXISTS (SELECT FROM event WHERE event.dispute_id = d.id AND event.xid >= $6::text::bigint)"
)
_ENDINGS = """
SELECT dispute_id, max(at) AS at, max(data->>'ended_on') AS ended_on,
       (array_agg(status ORDER BY id DESC) FILTER (WHERE status IN ('agreed', 'not_agreed', 'fulfilled')))[1] AS outcome
  FROM event WHERE dispute_id = ANY($1) AND kind = ANY($2) GROUP BY dispute_id
"""


class Since:
    """From where an incremental export goes on: the oldest transaction that was still open when the one before it
    began. Whatever commits late is in the next export; what was written meanwhile may be in both."""

    @staticmethod
    async def now() -> str:
        return pagination.encode(await _transaction())

    @staticmethod
    async def transaction(cursor: str) -> str:
        """Raises InvalidFieldsError for what is no cursor of this database."""
        (since,) = pagination.decode(cursor, 1) or ("",)
        if not (since.isascii() and since.isdigit() and len(since) < len(str(2**64))):
            raise pagination.bad_cursor()
        if int(since) > int(await _transaction()):
            raise InvalidFieldsError.at("cursor", "这个游标不属于本系统，请重新做一次全量导出。")
        return since


async def records(deps: Deps, partner: Partner, since: str | None = None) -> AsyncIterator[Record]:
    """The cases that a partner may know, with what it may know of each, in the order in which they began. `since`: the
    cursor of the export before; None = all cases. Raises InvalidFieldsError."""
    asked, values = _ALL_IDS, list[str]()
    if since is not None:
        asked, values = _CHANGED_IDS, [await Since.transaction(since)]
    known, last = scope.values(deps.catalog, partner), _FIRST
    opened = (each.columns for name, each in MAY_BE_KNOWN.items() if name in partner.may_know)
    kept = IMPERSONAL.union(BESIDE, *opened)
    while rows := await connections.get("default").execute_query_dict(asked, [*known, last, *values]):
        ids = [row["id"] for row in rows]
        for record in await _page(deps, ids):
            yield {name: value if name in kept else "" for name, value in record.items()}
        last = ids[-1]


async def count() -> int:
    return await Dispute.all().count()


async def _transaction() -> str:
    rows = await connections.get("default").execute_query_dict(_NOW)
    return str(rows[0]["now"])


async def _page(deps: Deps, ids: list[UUID]) -> list[Record]:
    found = Dispute.filter(id__in=ids).order_by("id").select_related("center", "organization", "mediator")
    disputes = await found.prefetch_related("registration")
    parties = defaultdict[UUID, list[Party]](list)
    for party in await Party.filter(dispute_id__in=ids, removed_at=None).order_by("ordinal"):
        parties[party.dispute_id].append(party)
    kinds = [row.event for row in deps.catalog.flow if row.to in _ENDED] + ["imported"]
    endings = await connections.get("default").execute_query_dict(_ENDINGS, [ids, kinds])
    ended = {UUID(str(row["dispute_id"])): row for row in endings}
    return [_record(deps, dispute, parties[dispute.id], ended.get(dispute.id)) for dispute in disputes]


def _record(deps: Deps, dispute: Dispute, parties: list[Party], ending: dict[str, Any] | None) -> Record:
    ending = ending if dispute.status in _ENDED else None
    known = _of_case(deps, dispute, ending) | _of_place(deps, dispute) | _of_parties(deps, parties)
    record = dict.fromkeys(COLUMNS, "") | known
    return {name: cut(_clean(text), FIELDS[name].most) if name in FIELDS else text for name, text in record.items()}


def _of_case(deps: Deps, dispute: Dispute, ending: dict[str, Any] | None) -> dict[str, str]:
    category = deps.catalog.category_by_code.get(dispute.category)
    described = dispute.description_sealed
    handler = dispute.organization or dispute.center
    return {
        "number": dispute.number,
        "center_code": dispute.center.code,
        "status": dispute.status.value,
        "filed_on": _day(clock.local(dispute.created_at).date()),
        "ended_on": _ended_on(ending),
        "event_name": f"{category.name if category else '其他'}纠纷",
        "event_date": _day(dispute.occurred_on),
        "event_type": category.gbt31000 if category else "99",
        "summary": deps.keyring.open(bytes(described), "dispute", "description", dispute.id) if described else "",
        "resolve_deadline": _day(clock.local(dispute.due_at).date()) if dispute.due_at else "",
        "resolve_method": deps.catalog.gbt31000.method_of.get(dispute.track or "", ""),
        "resolve_org": handler.name,
        "resolver_name": dispute.mediator.name if dispute.mediator else "",
        "resolver_phone": dispute.center.phone,
        "resolved": _resolved(dispute, ending),
        "resolve_note": deps.catalog.statuses[dispute.status].text,
    }


def _of_place(deps: Deps, dispute: Dispute) -> dict[str, str]:
    found = places.place(deps.keyring, dispute.location_sealed, dispute.id)
    return {"event_address" if name == "address" else name: value for name, value in found.items()}


def _of_parties(deps: Deps, parties: list[Party]) -> dict[str, str]:
    """The first applicant is the main party."""
    opened = [(party, party_rows.opened(deps, party)) for party in parties]
    orgs = "；".join(each["name"] for party, each in opened if party.kind is PartyKind.ORGANIZATION)
    main = next((each for party, each in opened if party.side is Side.APPLICANT), {})
    id_number = main.get("id_number") or ""
    return {
        "event_scale": deps.catalog.gbt31000.scale(len(parties)),
        "people_count": str(max(len(parties), 1)),
        "orgs": orgs,
        "party_name": main.get("name") or "",
        "party_id_type": deps.catalog.gbt31000.id_type if id_number else "",
        "party_id_no": id_number,
        "party_sex": ("2", "1")[int(id_number[16]) % 2] if id_number else "",
    }


def _resolved(dispute: Dispute, ending: dict[str, Any] | None) -> str:
    """Empty for a closed case of which nobody knows how it came out."""
    if dispute.status is not Status.CLOSED:
        return _SETTLED.get(dispute.status, "0")
    outcome = ending["outcome"] if ending else None
    return _SETTLED[Status(outcome)] if outcome else ""


def _ended_on(ending: dict[str, Any] | None) -> str:
    if ending is None:
        return ""
    at: datetime = ending["at"]
    return (ending["ended_on"] or clock.local(at).date().isoformat()).replace("-", "")


def _day(day: date | None) -> str:
    return day.strftime("%Y%m%d") if day else ""


def _clean(text: str) -> str:
    """Without what XML, and so XLSX, cannot hold."""
    return "".join(each for each in text if each.isprintable() or each in "\n\t")
