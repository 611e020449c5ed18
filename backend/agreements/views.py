"""An agreement as whoever may see it reads it. Who reads the case masked learns its state and sum, not its words."""

import json
from collections.abc import Sequence
from uuid import UUID

from tortoise.expressions import Q

from backend.accounts.actors import Actor
from backend.agreements import contents, copies, effect, rows
from backend.agreements.schemas import (
    AgreementBrief,
    AgreementOut,
    CommentOut,
    Content,
    CopyOut,
    MethodOut,
    ParcelOut,
    SignatureOut,
    SlotOut,
    VersionOut,
)
from backend.core.deps import Deps
from backend.core.mediation_rules import StandingKind
from backend.core.pagination import cut, decode_id
from backend.core.schema import Page, PageQuery
from backend.core.wording import when_text
from backend.mediation import acts
from backend.mediation.access import Standing
from backend.mediation.talks import SIDES
from models import Agreement, AgreementComment, AgreementVersion, Parcel, Side, Signature

_AT_THE_CENTER = (StandingKind.MEDIATOR, StandingKind.CENTER)


async def page(deps: Deps, actor: Actor, dispute_id: UUID, query: PageQuery) -> Page[AgreementBrief]:
    """The latest first. Raises NotFoundError."""
    standing = await acts.standing(actor, dispute_id)
    agreements, last = rows.readable(deps, standing), decode_id(query.cursor)
    if last is not None:
        agreements = agreements.filter(id__lt=last)
    found = await agreements.order_by("-id").limit(query.limit + 1)
    shown, next_cursor = cut(found, query.limit, lambda row: (str(row.id),))
    items = [_brief(deps, each, await rows.latest(each)) for each in shown]
    return Page[AgreementBrief](items=items, next_cursor=next_cursor)


async def get(deps: Deps, actor: Actor, dispute_id: UUID, agreement_id: UUID) -> AgreementOut:
    """Raises NotFoundError."""
    standing, agreement = await rows.found(deps, actor, dispute_id, agreement_id)
    return await one(deps, standing, agreement)


async def one(deps: Deps, standing: Standing, agreement: Agreement) -> AgreementOut:
    version = await rows.latest(agreement)
    content = rows.opened(deps, version)
    signatures = await Signature.filter(version__agreement_id=agreement.id).select_related("version").order_by("id")
    slots = slots_of(content, [row for row in signatures if row.version_id == version.id])
    originals = await copies.of(agreement, version, content)
    parcels = Parcel.filter(version__agreement_id=agreement.id).select_related("version").order_by("id")
    return AgreementOut.model_validate(
        _brief(deps, agreement, version).model_dump()
        | {
            "content": None if _is_masked(standing) else content,
            "frozen_at": version.frozen_at,
            "notes": contents.notes(deps.calendar, content),
            "slots": slots,
            "methods": methods(deps, standing),
            "signatures": [_signature(deps, standing, row) for row in signatures],
            "parcels": [_parcel(deps, standing, row) for row in await parcels],
            "copies": [_copy(standing, each) for each in originals],
            "missing": copies.missing(agreement, slots, originals) if standing.kind in _AT_THE_CENTER else [],
        }
    )


async def versions(
    deps: Deps, actor: Actor, dispute_id: UUID, agreement_id: UUID, query: PageQuery
) -> Page[VersionOut]:
    """All of them, the latest first: what was signed under each stands in the agreement. Raises NotFoundError."""
    standing, agreement = await rows.found(deps, actor, dispute_id, agreement_id)
    kept, last = AgreementVersion.filter(agreement_id=agreement.id), decode_id(query.cursor)
    if last is not None:
        kept = kept.filter(id__lt=last)
    shown, next_cursor = cut(await kept.order_by("-id").limit(query.limit + 1), query.limit, lambda row: (str(row.id),))
    return Page[VersionOut](items=[_version(deps, standing, row) for row in shown], next_cursor=next_cursor)


async def comments(
    deps: Deps, actor: Actor, dispute_id: UUID, agreement_id: UUID, query: PageQuery
) -> Page[CommentOut]:
    """A party's own; those of all for the mediator and the center. Raises NotFoundError."""
    standing, agreement = await rows.found(deps, actor, dispute_id, agreement_id)
    mine = Q() if standing.kind in _AT_THE_CENTER else Q(party_id__in=list(standing.party_ids))
    given, last = AgreementComment.filter(mine, version__agreement_id=agreement.id), decode_id(query.cursor)
    if last is not None:
        given = given.filter(id__lt=last)
    found = await given.order_by("-id").limit(query.limit + 1).select_related("version", "party")
    shown, next_cursor = cut(found, query.limit, lambda row: (str(row.id),))
    return Page[CommentOut](items=[_comment(deps, row) for row in shown], next_cursor=next_cursor)


def methods(deps: Deps, standing: Standing) -> list[MethodOut]:
    """How this case may be signed."""
    codes = deps.catalog.codes_of(standing.dispute.category)
    return [
        MethodOut(method=method, title=rule.title, refused=FORBIDDEN if codes & rule.excluded_categories else None)
        for method, rule in deps.catalog.agreements.methods.items()
    ]


FORBIDDEN = "涉及婚姻、收养、继承等人身关系，依法不能用这种方式签署（电子签名法第三条）。"
_TITLES = {effect.MEDIATOR: "调解员签名", effect.SEAL: "调解组织盖章"}


def _is_masked(standing: Standing) -> bool:
    return standing.kind is StandingKind.SUPERVISOR


def _brief(deps: Deps, agreement: Agreement, version: AgreementVersion) -> AgreementBrief:
    return AgreementBrief(
        id=str(agreement.id),
        ordinal=agreement.ordinal,
        form=agreement.form,
        status=agreement.status,
        status_text=deps.catalog.agreements.statuses[agreement.status],
        version=agreement.version,
        content_hash=version.content_hash,
        total_fen=rows.opened(deps, version).total_fen,
        remediates=str(agreement.remediates_id) if agreement.remediates_id else None,
        effective_at=agreement.effective_at,
        effective_text=when_text(agreement.effective_at) if agreement.effective_at else None,
        created_at=agreement.created_at,
        updated_at=agreement.updated_at,
    )


def slots_of(content: Content, signatures: Sequence[Signature]) -> list[SlotOut]:
    signed = {row.slot: row.signed_at for row in signatures if row.voided_at is None}
    sides = {effect.slot_of(party.party_id): party for party in content.parties if party.signs}
    return [
        SlotOut(
            slot=slot,
            title=_TITLES.get(slot) or f"{SIDES[Side(sides[slot].side)]}签名",
            party_id=sides[slot].party_id if slot in sides else None,
            signed_at=signed.get(slot),
        )
        for slot in effect.slots(content)
    ]


def _signature(deps: Deps, standing: Standing, row: Signature) -> SignatureOut:
    opened = None
    if standing.kind in _AT_THE_CENTER:
        opened = json.loads(deps.keyring.open(row.evidence_sealed, "signature", "evidence", row.id))
    return SignatureOut(
        version=row.version.number,
        slot=row.slot,
        role=row.role,
        method=row.method,
        signed_at=row.signed_at,
        recorded_at=row.recorded_at,
        evidence=opened,
        scan_file_id=str(row.scan_id) if row.scan_id and opened is not None else None,
        voided_at=row.voided_at,
    )


def _copy(standing: Standing, copy: CopyOut) -> CopyOut:
    if standing.kind in _AT_THE_CENTER:
        return copy
    return copy.model_copy(update={"identity_check": None, "scan_file_id": None})


def _parcel(deps: Deps, standing: Standing, row: Parcel) -> ParcelOut:
    theirs = standing.kind in _AT_THE_CENTER or row.party_id in standing.party_ids
    number = deps.keyring.open(row.tracking_sealed, "parcel", "tracking", row.id) if theirs else None
    return ParcelOut(
        id=str(row.id),
        version=row.version.number,
        party_id=str(row.party_id),
        way=row.way,
        carrier=row.carrier,
        carrier_text=deps.catalog.agreements.carriers.get(row.carrier, row.carrier),
        tracking_number=number,
        sent_on=row.sent_on,
        delivered_on=row.delivered_on,
    )


def _version(deps: Deps, standing: Standing, row: AgreementVersion) -> VersionOut:
    return VersionOut(
        number=row.number,
        content_hash=row.content_hash,
        at=row.at,
        frozen_at=row.frozen_at,
        content=None if _is_masked(standing) else rows.opened(deps, row),
    )


def _comment(deps: Deps, row: AgreementComment) -> CommentOut:
    return CommentOut(
        id=str(row.id),
        version=row.version.number,
        party_id=str(row.party_id),
        side_text=SIDES[row.party.side],
        text=deps.keyring.open(row.text_sealed, "agreement_comment", "text", row.id),
        by=row.given_by_kind,
        at=row.at,
    )
