"""Who acts for whom. A representation is a consent on record: it begins with a row and ends in the same row."""

from collections.abc import Iterable
from uuid import UUID

from backend.core import identity
from backend.core.catalog import Catalog
from backend.core.deps import Deps
from backend.core.errors import FieldProblem
from backend.disputes.history import Entry
from backend.disputes.party_schemas import PartyIn, RepresentationIn
from models import Audience, Party, PartyKind, Representation, SignerRole
from models.base import uuid7

_OTHER_SIDE = "代办人、监护人和代理人不能是对方当事人，请另选一位。"


def problems(
    catalog: Catalog, fields: RepresentationIn, kind: PartyKind, *, by_phone: bool, others: Iterable[PartyIn]
) -> list[FieldProblem]:
    """What the catalog's table and the other side forbid; `others` are the parties of the other side."""
    rules, found = catalog.representation_kinds[fields.kind], []
    if by_phone and not rules.by_phone:
        found.append(FieldProblem("kind", "这类代理请到中心窗口办理登记，出示证明材料。"))
    if rules.of not in ("any", kind):
        found.append(FieldProblem("kind", "这类代理不适用于这位当事人，请重新选择。"))
    for other in others:
        same_phone = fields.phone is not None and fields.phone == other.phone
        if same_phone or identity.normalize_name(fields.name) == identity.normalize_name(other.name):
            found.append(FieldProblem("phone" if same_phone else "name", _OTHER_SIDE))
            break
    return found


def begun(
    deps: Deps, party: Party, fields: RepresentationIn, *, resident_id: UUID | None, recorder_id: UUID | None
) -> Representation:
    """The row; nothing is written."""
    row_id, keyring = uuid7(), deps.keyring

    def seal(column: str, text: str | None) -> bytes | None:
        return None if text is None else keyring.seal(text, "representation", column, row_id)

    return Representation(
        id=row_id,
        dispute_id=party.dispute_id,
        party_id=party.id,
        kind=fields.kind,
        scope=fields.scope,
        name_sealed=seal("name", fields.name),
        name_hash=keyring.keyed_hash("name", identity.searchable("name", fields.name)),
        phone_sealed=seal("phone", fields.phone),
        phone_hash=None if fields.phone is None else keyring.keyed_hash("phone", fields.phone),
        basis_sealed=seal("basis", fields.basis),
        document_sealed=seal("document", fields.document),
        given_on=fields.given_on,
        resident_id=resident_id,
        recorder_id=recorder_id,
        created_at=deps.clock.now(),
    )


def signing_role(catalog: Catalog, party: Party, row: Representation) -> SignerRole | None:
    """In which role this representation lets somebody settle for the party; None: in none."""
    for role, rule in catalog.agreements.signers.items():
        if party.is_minor and role is not SignerRole.GUARDIAN:
            continue
        has_paper = row.document_sealed is not None or catalog.representation_kinds[row.kind].document is None
        if row.kind in rule.kinds and row.scope in rule.scopes and has_paper:
            return role
    return None


def entry(catalog: Catalog, row: Representation, kind: str) -> Entry:
    """For the history: `kind` is `represented` or `representation_ended`."""
    data = {
        "representation_id": str(row.id),
        "party_id": str(row.party_id),
        "kind_text": catalog.representation_kinds[row.kind].title,
        "scope_text": catalog.representation_scopes[row.scope],
        "given_on": row.given_on.isoformat(),
    }
    return Entry(kind, Audience.APPLICANT if row.resident_id else Audience.STAFF, data)
