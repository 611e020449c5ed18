"""Each party and the organization get one original (人民调解法 29): handed over at the center against a receipt, or by
post. What is still missing under an agreement, and of its originals, in words for staff."""

from collections.abc import Sequence
from uuid import UUID

from backend.accounts.actors import StaffActor
from backend.agreements import rows, written
from backend.agreements.errors import CopyReceivedError, NotFinalError
from backend.agreements.schemas import Content, ContentParty, CopyIn, CopyOut, SlotOut
from backend.core.clock import local
from backend.core.deps import Deps
from backend.core.errors import FieldProblem, InvalidFieldsError
from backend.core.mediation_rules import StandingKind
from backend.core.wording import date_text
from backend.mediation import access
from backend.mediation.talks import SIDES
from models import (
    Agreement,
    AgreementForm,
    AgreementStatus,
    AgreementVersion,
    CopyReceipt,
    Dispute,
    Parcel,
    ParcelWay,
    Party,
    Representation,
    Side,
)
from models.base import uuid7

_SIGNED = (AgreementStatus.EFFECTIVE, AgreementStatus.SUPERSEDED)
_TO_SIGN = (AgreementStatus.FINAL, AgreementStatus.SIGNING)


async def hand_over(deps: Deps, actor: StaffActor, dispute_id: UUID, agreement_id: UUID, fields: CopyIn) -> Agreement:
    """At the center, to the party or who acts for it. Raises NotFoundError, RoleNotAllowedError, NotFinalError,
    CopyReceivedError, InvalidFieldsError."""
    standing, agreement = await rows.found(deps, actor, dispute_id, agreement_id, lock=True)
    access.require(standing, StandingKind.MEDIATOR, StandingKind.CENTER)
    if agreement.status not in _SIGNED or agreement.form is AgreementForm.ORAL:
        raise NotFinalError
    version = await rows.latest(agreement)
    party = await _checked(deps, standing.dispute, agreement, version, fields)
    if await CopyReceipt.exists(version_id=version.id, party_id=party.id):
        raise CopyReceivedError
    row = CopyReceipt(
        id=uuid7(),
        version_id=version.id,
        party_id=party.id,
        number=fields.copy_number,
        representation_id=fields.representation_id,
        received_at=fields.received_at,
        identity_check=fields.identity_check,
        scan_id=fields.file_id,
        recorded_by_id=actor.id,
        recorded_at=deps.clock.now(),
    )
    await row.save(force_create=True)
    data = {
        "party_id": str(party.id),
        "who_text": SIDES[party.side],
        "copy_number": row.number,
        "on_text": date_text(local(row.received_at).date()),
    }
    await rows.record(deps, actor, standing.dispute, agreement, "copy_received", data=data)
    return agreement


async def _checked(
    deps: Deps, dispute: Dispute, agreement: Agreement, version: AgreementVersion, fields: CopyIn
) -> Party:
    """Raises InvalidFieldsError with everything that is wrong."""
    parties = signing(rows.opened(deps, version))
    found = await written.scan(dispute, fields.file_id, fields.file_sha256)
    assert agreement.effective_at is not None, "it has been signed"
    if not agreement.effective_at.replace(second=0, microsecond=0) <= fields.received_at <= deps.clock.now():
        found.append(FieldProblem("received_at", "领取时间要在协议生效之后，也不能晚于现在，请检查后重填。"))
    if fields.copy_number > len(parties) + 1:
        found.append(FieldProblem("copy_number", f"协议一式{len(parties) + 1}份，没有这一份，请检查后重填。"))
    elif await CopyReceipt.exists(version_id=version.id, number=fields.copy_number):
        found.append(FieldProblem("copy_number", "这一份已经登记由别人领取，请检查后重填。"))
    named = {each.party_id for each in parties}
    party = await Party.get_or_none(id=fields.party_id) if str(fields.party_id) in named else None
    if party is None:
        found.append(FieldProblem("party_id", "这份协议上没有这位当事人，请重新选择。"))
    else:
        found += await _taker(party, fields.representation_id)
    if found or party is None:
        raise InvalidFieldsError(fields=tuple(found))
    return party


async def _taker(party: Party, representation_id: UUID | None) -> list[FieldProblem]:
    """The guardian for a minor, whoever is on record for others."""
    if representation_id is None:
        needs = "未成年人的协议原件由监护人领取，请选择登记过的监护人。"
        return [FieldProblem("representation_id", needs)] if party.is_minor else []
    row = await Representation.get_or_none(id=representation_id, party_id=party.id, ended_at=None)
    if row is None or (party.is_minor and row.kind != "guardian"):
        return [FieldProblem("representation_id", "没有登记这位代理人或监护人，请先登记授权和证明材料。")]
    return []


def signing(content: Content) -> list[ContentParty]:
    """For each of whom there is an original."""
    return [party for party in content.parties if party.signs]


async def of(agreement: Agreement, version: AgreementVersion, content: Content) -> list[CopyOut]:
    """None before it is signed, nor of an oral one."""
    if agreement.status not in _SIGNED or agreement.form is AgreementForm.ORAL:
        return []
    taken = {row.party_id: row for row in await CopyReceipt.filter(version_id=version.id)}
    sent = Parcel.filter(version_id=version.id, way=ParcelWay.COPY).order_by("id")
    posted = {row.party_id: row for row in await sent}
    return [_out(each, taken.get(UUID(each.party_id)), posted.get(UUID(each.party_id))) for each in signing(content)]


def _out(party: ContentParty, taken: CopyReceipt | None, posted: Parcel | None) -> CopyOut:
    delivered = posted.delivered_on if posted else None
    return CopyOut(
        party_id=party.party_id,
        side_text=SIDES[Side(party.side)],
        way="handed" if taken else "post" if posted else None,
        copy_number=taken.number if taken else None,
        received_at=taken.received_at if taken else None,
        received_on=local(taken.received_at).date() if taken else delivered,
        by_representative=taken is not None and taken.representation_id is not None,
        identity_check=taken.identity_check if taken else None,
        scan_file_id=str(taken.scan_id) if taken and taken.scan_id else None,
    )


def missing(agreement: Agreement, slots: Sequence[SlotOut], copies: Sequence[CopyOut]) -> list[str]:
    """Whose signature, whose original."""
    if agreement.status in _TO_SIGN:
        return [f"协议还缺{slot.title}。" for slot in slots if slot.signed_at is None]
    if agreement.status is AgreementStatus.EFFECTIVE:
        return [f"协议原件还没有送达{copy.side_text}。" for copy in copies if copy.received_on is None]
    return []
