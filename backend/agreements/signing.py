"""Signatures under a fixed text, in any order: on the own phone, on paper at the center, by post, the mediator's and
the seal. Each place is filled once; what is signed is the text with this hash and no other."""

import json
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from backend.accounts.actors import Actor, ResidentActor, StaffActor
from backend.agreements import contents, effect, rows, signers, written
from backend.agreements.effect import MEDIATOR, SEAL, slot_of
from backend.agreements.errors import (
    AgreementEndedError,
    AlreadySignedError,
    ContentMismatchError,
    IdentityUnverifiedError,
    NotAgreedYetError,
    NotFinalError,
    PeopleChangedError,
    ScreenForbiddenError,
    VersionSupersededError,
)
from backend.agreements.schemas import Content, PhoneSignatureIn, SignatureIn
from backend.core.deps import Deps
from backend.core.errors import InvalidFieldsError, RoleNotAllowedError
from backend.core.mediation_rules import StandingKind
from backend.mediation import access, identifying, running
from backend.mediation.access import Standing
from backend.mediation.talks import SIDES
from models import (
    Agreement,
    AgreementStatus,
    AgreementVersion,
    Dispute,
    Party,
    Signature,
    SignerRole,
    SignMethod,
    Status,
)
from models.base import uuid7

_AT_THE_CENTER = (StandingKind.MEDIATOR, StandingKind.CENTER)
_OTHERS = {MEDIATOR: "调解员", SEAL: "调解组织"}


class Mark(NamedTuple):
    """A signature about to be written down."""

    slot: str
    role: SignerRole
    method: SignMethod
    signed_at: datetime
    evidence: dict[str, str]
    party: Party | None = None
    representation_id: UUID | None = None
    scan_id: UUID | None = None


async def sign_by_phone(
    deps: Deps, actor: ResidentActor, dispute_id: UUID, agreement_id: UUID, fields: PhoneSignatureIn
) -> Agreement:
    """On screen, by who is known to be the party or has its authority. Raises NotFoundError, RoleNotAllowedError,
    ScreenForbiddenError, GuardianSignsError, AuthorityNeededError, IdentityUnverifiedError, AlreadySignedError,
    InvalidFieldsError and as `_signable`."""
    standing, agreement = await rows.found(deps, actor, dispute_id, agreement_id, lock=True)
    access.require(standing, StandingKind.PARTY)
    version, content = await _signable(deps, standing.dispute, agreement, fields.content_hash)
    require_lawful(deps, standing.dispute, SignMethod.SCREEN)
    party = await _own_place(standing, content, version, fields.party_id)
    role, representation = await signers.by_phone(deps, actor, party)
    identity = await identifying.matching(actor, party)
    if identity is None:
        raise IdentityUnverifiedError
    evidence = {"identity": identity.value, "session": str(actor.session_id), "content_hash": version.content_hash}
    mark = Mark(
        slot_of(party.id),
        role,
        SignMethod.SCREEN,
        deps.clock.now(),
        evidence,
        party,
        representation.id if representation else None,
    )
    await _write(deps, actor, standing.dispute, agreement, version, mark=mark)
    return agreement


async def sign_at_center(
    deps: Deps, actor: StaffActor, dispute_id: UUID, agreement_id: UUID, fields: SignatureIn
) -> Agreement:
    """The mediator's own, the seal, and what parties signed on paper. Raises NotFoundError, RoleNotAllowedError,
    ScreenForbiddenError, GuardianSignsError, AlreadySignedError, InvalidFieldsError and as `_signable`."""
    standing, agreement = await rows.found(deps, actor, dispute_id, agreement_id, lock=True)
    is_mediators = fields.role is SignerRole.MEDIATOR
    access.require(standing, *([StandingKind.MEDIATOR] if is_mediators else _AT_THE_CENTER))
    version, content = await _signable(deps, standing.dispute, agreement, fields.content_hash)
    require_lawful(deps, standing.dispute, fields.method)
    written_down = await written.checked(deps, standing.dispute, content, version, fields)
    evidence = written_down.evidence | {"content_hash": version.content_hash}
    if is_mediators:
        evidence |= {"mediator": actor.name}
    party = written_down.party
    mark = Mark(
        slot_of(party.id) if party else fields.role.value,
        fields.role,
        fields.method,
        fields.signed_at or deps.clock.now(),
        evidence,
        party,
        fields.representation_id,
        fields.file_id,
    )
    await _write(deps, actor, standing.dispute, agreement, version, mark=mark)
    return agreement


def require_lawful(deps: Deps, dispute: Dispute, method: SignMethod) -> None:
    """Raises ScreenForbiddenError."""
    excluded = deps.catalog.agreements.methods[method].excluded_categories
    if deps.catalog.codes_of(dispute.category) & excluded:
        raise ScreenForbiddenError


async def _signable(
    deps: Deps, dispute: Dispute, agreement: Agreement, content_hash: str
) -> tuple[AgreementVersion, Content]:
    """Raises MediationNotOpenError, MediationRestsError, NotAgreedYetError, AgreementEndedError, NotFinalError,
    VersionSupersededError, ContentMismatchError, PeopleChangedError."""
    if agreement.status not in rows.OPEN:
        raise AgreementEndedError
    if dispute.status is Status.IN_MEDIATION:
        raise NotAgreedYetError
    running.require_talks(dispute, Status.AGREED)
    version = await rows.latest(agreement)
    if content_hash != version.content_hash:
        if await AgreementVersion.exists(agreement_id=agreement.id, content_hash=content_hash):
            raise VersionSupersededError(version=agreement.version)
        raise ContentMismatchError
    if agreement.status is AgreementStatus.DRAFT:
        raise NotFinalError
    if contents.hash_of(rows.text_of(deps, version)) != content_hash:
        raise ContentMismatchError
    content = rows.opened(deps, version)
    if await contents.people_changed(deps, dispute, content):
        raise PeopleChangedError
    return version, content


async def _own_place(standing: Standing, content: Content, version: AgreementVersion, party_id: UUID | None) -> Party:
    """The first empty one of those that the phone may fill. Raises RoleNotAllowedError, AlreadySignedError,
    InvalidFieldsError."""
    named = {party.party_id for party in content.parties if party.signs}
    own = await Party.filter(id__in=[each for each in standing.party_ids if str(each) in named]).order_by("ordinal")
    if party_id is not None:
        own = [party for party in own if party.id == party_id]
        if not own:
            raise InvalidFieldsError.at("party_id", "这份协议上没有您可以代签的这一位，请重新选择。")
    if not own:
        raise RoleNotAllowedError("这份协议由推选的代表人签署，您不用签。")
    signed = {row.slot for row in await Signature.filter(version_id=version.id).only("slot")}
    empty = [party for party in own if slot_of(party.id) not in signed]
    if not empty:
        raise AlreadySignedError
    return empty[0]


async def _write(
    deps: Deps, actor: Actor, dispute: Dispute, agreement: Agreement, version: AgreementVersion, *, mark: Mark
) -> None:
    """Behind the lock of the case: the last one puts the agreement in force."""
    if await Signature.exists(version_id=version.id, slot=mark.slot):
        raise AlreadySignedError
    row_id, evidence = uuid7(), json.dumps(mark.evidence, ensure_ascii=False)
    row = Signature(
        id=row_id,
        version_id=version.id,
        slot=mark.slot,
        role=mark.role,
        party_id=mark.party.id if mark.party else None,
        representation_id=mark.representation_id,
        method=mark.method,
        signed_at=mark.signed_at,
        evidence_sealed=deps.keyring.seal(evidence, "signature", "evidence", row_id),
        scan_id=mark.scan_id,
        recorded_by_kind=actor.kind,
        recorded_by_id=actor.id,
        recorded_at=deps.clock.now(),
    )
    await row.save(force_create=True)
    agreement.status = AgreementStatus.SIGNING
    await rows.changed(deps, agreement, "status")
    await rows.record(deps, actor, dispute, agreement, "agreement_signed", data=_told(deps, mark))
    await effect.settle(deps, actor, dispute, agreement, version)


def _told(deps: Deps, mark: Mark) -> dict[str, Any]:
    who = SIDES[mark.party.side] if mark.party else _OTHERS[mark.slot]
    return {
        "slot": mark.slot,
        "who_text": who,
        "act_text": "盖章" if mark.slot == SEAL else f"签署（{deps.catalog.agreements.methods[mark.method].title}）",
    }
