"""One event as a partner gets it: CloudEvents 1.0 in JSON, its own codes, and no field without a legal basis."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from backend.core.catalog import Catalog
from backend.core.clock import iso
from backend.core.crypto import Keyring
from backend.exchange import places
from backend.exchange.mapping import Codebook, Unknown
from backend.exchange.signing import Message
from models import CodeKind, CodeSide, Party, Status
from models.base import uuid7

LEFT: Final = "left"
"""Of a case that the partner may know no more: its last event, which says only that."""
CONTENT_TYPE: Final = "application/cloudevents+json; charset=utf-8"

_OUTCOMES: Final = frozenset({Status.AGREED, Status.NOT_AGREED, Status.FULFILLED, Status.REFUSED, Status.WITHDRAWN})


@dataclass(frozen=True, slots=True)
class Facts:
    """Of an event that waits and its case, as they lie in the tables."""

    lane_id: UUID
    id: int
    event_id: UUID
    dispute_id: UUID
    ordinal: int
    kind: str
    at: datetime
    event_status: str
    event_data: dict[str, Any]
    detail_sealed: bytes | None
    number: str
    their_number: str | None
    case_number: str | None
    category: str
    source: str
    filed_at: datetime
    due_at: datetime | None
    amount_fen: int | None
    agreed_fen: int | None
    description_sealed: bytes | None
    claim_sealed: bytes | None
    center_code: str
    center_name: str
    division_code: str
    organization_code: str | None
    organization_name: str | None
    location_sealed: bytes | None = None
    is_known: bool = True
    """The case is (still) one that the partner may know."""
    attempts: int = 0


class Envelope(NamedTuple):
    body: bytes
    unknown: tuple[Unknown, ...]
    """Our codes in it that the partner has none for."""


class Writer:
    """Writes for one partner. `source` is the CloudEvents source: this installation."""

    def __init__(
        self, catalog: Catalog, keyring: Keyring, book: Codebook, may_know: dict[str, str], source: str
    ) -> None:
        self.catalog, self.keyring, self.source = catalog, keyring, source
        self._book, self._may_know = book, may_know
        self._unknown: list[Unknown] = []

    @property
    def wants_parties(self) -> bool:
        return "parties" in self._may_know

    def write(self, facts: Facts, parties: Sequence[Party] = ()) -> Envelope:
        self._unknown = []
        rules = self.catalog.exchange
        has_left = not facts.is_known or facts.kind not in rules.events
        kind, title = (LEFT, rules.left) if has_left else (facts.kind, rules.events[facts.kind])
        case = {} if has_left else self._case(facts, parties)
        event = {
            "specversion": "1.0",
            "id": str(facts.event_id),
            "source": self.source,
            "type": rules.type_of(kind),
            "subject": facts.number,
            "time": iso(facts.at),
            "datacontenttype": "application/json",
            "sequence": str(facts.id),
            "caseordinal": facts.ordinal,
            "data": {"number": facts.number, "their_number": facts.their_number, "event": title, "case": case},
        }
        return Envelope(json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode(), tuple(self._unknown))

    def _case(self, facts: Facts, parties: Sequence[Party]) -> dict[str, object]:
        may_know = {name: field for name, field in FIELDS.items() if name in self._may_know}
        case = {name: field.read(self, facts) for name, field in may_know.items() if field.read}
        if self.wants_parties:
            case["parties"] = [self._party(party) for party in parties]
        return case

    def coded(self, kind: CodeKind, ours: str | None, name: str | None) -> dict[str, object] | None:
        """A code without a mapping goes as what it is, marked, with our word for it: a person can read it."""
        if ours is None:
            return None
        theirs = self._book.theirs(kind, ours)
        if theirs is None:
            self._unknown.append(Unknown(CodeSide.OURS, kind, ours))
            return {"code": None, "unmapped": True, "ours": ours, "name": name}
        return {"code": theirs, "ours": ours, "name": name}

    def opened(self, sealed: bytes | None, table: str, column: str, row_id: UUID) -> str | None:
        return self.keyring.open(sealed, table, column, row_id) if sealed else None

    def _party(self, party: Party) -> dict[str, object]:
        return {
            "side": party.side.value,
            "kind": party.kind.value,
            "name": self.opened(party.name_sealed, "party", "name", party.id),
        }


def test_message(catalog: Catalog, source: str, now: datetime) -> Message:
    """An event of no case, to be acknowledged like any other."""
    event = {
        "specversion": "1.0", "id": str(uuid7()), "source": source, "type": f"{catalog.exchange.type_prefix}.test",
        "subject": "test", "time": iso(now), "datacontenttype": "application/json", "sequence": "0", "caseordinal": 0,
        "data": {},
    }  # fmt: skip
    return Message(str(event["id"]), now, json.dumps(event).encode())


class Field(NamedTuple):
    title: str
    is_personal: bool
    read: Callable[[Writer, Facts], object] | None
    """None: not by the case alone, or in records only."""
    columns: tuple[str, ...] = ()
    """Personal ones of the record of GB/T 31000 (`records`) that it opens."""


def _status(writer: Writer, facts: Facts) -> object:
    if not facts.event_status:
        return None
    return writer.coded(CodeKind.STATUS, facts.event_status, writer.catalog.statuses[Status(facts.event_status)].text)


def _outcome(writer: Writer, facts: Facts) -> object:
    if facts.event_status not in _OUTCOMES:
        return None
    return writer.coded(CodeKind.OUTCOME, facts.event_status, writer.catalog.statuses[Status(facts.event_status)].text)


def _category(writer: Writer, facts: Facts) -> object:
    known = writer.catalog.category_by_code.get(facts.category)
    return writer.coded(CodeKind.CATEGORY, facts.category, known.name if known else None)


def _redirect(writer: Writer, facts: Facts) -> object:
    if facts.kind != "refused" or not facts.detail_sealed:
        return None
    return json.loads(writer.keyring.open(facts.detail_sealed, "event", "detail", facts.event_id)).get("redirect")


FIELDS: Final[dict[str, Field]] = {
    "status": Field("状态", False, _status),
    "category": Field("纠纷类别", False, _category),
    "outcome": Field("结果", False, _outcome),
    "reason": Field("不予受理等的原因", False, lambda _, facts: facts.event_data.get("reason_text")),
    "redirect": Field("不予受理时告知的去处", False, _redirect),
    "division": Field(
        "中心所在区划", False, lambda writer, facts: writer.coded(CodeKind.DIVISION, facts.division_code, None)
    ),
    "center": Field("办理中心", False, lambda _, facts: {"code": facts.center_code, "name": facts.center_name}),
    "organization": Field(
        "调解组织",
        False,
        lambda writer, facts: writer.coded(CodeKind.ORGANIZATION, facts.organization_code, facts.organization_name),
    ),
    "case_number": Field("案号", False, lambda _, facts: facts.case_number),
    "source": Field("来源", False, lambda _, facts: facts.source),
    "filed_at": Field("登记时间", False, lambda _, facts: iso(facts.filed_at)),
    "due_at": Field("当前时限", False, lambda _, facts: iso(facts.due_at) if facts.due_at else None),
    "amount_fen": Field("申请金额（分）", False, lambda _, facts: facts.amount_fen),
    "agreed_fen": Field("协议金额（分）", False, lambda _, facts: facts.agreed_fen),
    "description": Field(
        "纠纷简述",
        True,
        lambda writer, facts: writer.opened(facts.description_sealed, "dispute", "description", facts.dispute_id),
        ("summary",),
    ),
    "claim": Field(
        "请求", True, lambda writer, facts: writer.opened(facts.claim_sealed, "dispute", "claim", facts.dispute_id)
    ),
    "parties": Field("当事人姓名或名称", True, None, ("party_name", "orgs")),
    "place": Field(
        "发生地点",
        True,
        lambda writer, facts: places.place(writer.keyring, facts.location_sealed, facts.dispute_id) or None,
        ("event_address", "lon", "lat"),
    ),
    "id_number": Field("主要当事人证件号码", True, None, ("party_id_type", "party_id_no", "party_sex")),
}
"""What a partner may be given, in events and in records, each only with a legal basis of its own. Numbers of the case
go without."""
