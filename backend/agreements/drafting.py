"""From the first draft to a text that nobody can change any more: whoever changes it later begins anew, and what was
signed under the old text counts for nothing."""

from typing import Any
from uuid import UUID

from backend.accounts.actors import Actor, StaffActor
from backend.agreements import awaiting, contents, rows
from backend.agreements.errors import (
    AgreementEndedError,
    AgreementOpenError,
)
from backend.agreements.schemas import CommentIn, Content, DraftIn, FinalIn, RevisionIn, SharesIn
from backend.commitments import promises
from backend.core import clock
from backend.core.deps import Deps
from backend.core.errors import FieldProblem, InvalidFieldsError
from backend.core.mediation_rules import StandingKind
from backend.mediation import access, acts, proposal_views, running, sharing
from backend.mediation.access import Standing
from backend.mediation.running import MediationNotOpenError
from backend.mediation.sharing import Item
from models import (
    Agreement,
    AgreementComment,
    AgreementStatus,
    Audience,
    Dispute,
    Party,
    Signature,
    Status,
)
from models.base import uuid7

_AT_THE_CENTER = (StandingKind.MEDIATOR, StandingKind.CENTER)


async def draft(deps: Deps, actor: StaffActor, dispute_id: UUID, fields: DraftIn) -> Agreement:
    """By the mediator, from the start of the mediation on. Raises NotFoundError, RoleNotAllowedError,
    MediationNotOpenError, MediationRestsError, AgreementOpenError, InvalidFieldsError."""
    standing = await acts.standing(actor, dispute_id, lock=True)
    acts.require_seen(deps, standing, rows.RESOURCE)
    access.require(standing, StandingKind.MEDIATOR)
    dispute = standing.dispute
    running.require_talks(dispute)
    if await rows.open_one(dispute):
        raise AgreementOpenError
    if dispute.status is Status.AGREED and await rows.in_force(dispute):
        raise MediationNotOpenError
    content = await _content(deps, dispute, fields)
    agreement = await rows.begin(deps, actor, dispute, content)
    await _said(dispute, content)
    await rows.record(deps, actor, dispute, agreement, "agreement_drafted")
    return agreement


async def revise(deps: Deps, actor: StaffActor, dispute_id: UUID, agreement_id: UUID, fields: RevisionIn) -> Agreement:
    """A new version, a draft again: signatures under the old one are void. Raises as `draft`, AgreementEndedError,
    VersionSupersededError."""
    standing, agreement = await _mine(deps, actor, dispute_id, agreement_id)
    rows.require_latest(agreement, fields.based_on)
    content = await _content(deps, standing.dispute, fields)
    await rewritten(deps, actor, standing.dispute, agreement, content)
    await _said(standing.dispute, content)
    return agreement


async def rewritten(deps: Deps, actor: StaffActor, dispute: Dispute, agreement: Agreement, content: Content) -> None:
    """Behind the lock of the case."""
    voided = await Signature.filter(version__agreement_id=agreement.id, voided_at=None).update(
        voided_at=deps.clock.now()
    )
    agreement.status = AgreementStatus.DRAFT
    _ = await rows.add_version(deps, actor, agreement, content)
    await rows.changed(deps, agreement, "status")
    kind = "agreement_reopened" if voided else "agreement_revised"
    await rows.record(deps, actor, dispute, agreement, kind, data={"voided": voided})


async def comment(deps: Deps, actor: Actor, dispute_id: UUID, agreement_id: UUID, fields: CommentIn) -> Agreement:
    """A party on the version it read; staff write down what one said. Raises NotFoundError, RoleNotAllowedError,
    MediationNotOpenError, MediationRestsError, AgreementEndedError, VersionSupersededError, PartyLeftError,
    InvalidFieldsError."""
    standing, agreement = await rows.found(deps, actor, dispute_id, agreement_id, lock=True)
    access.require(standing, StandingKind.PARTY, *_AT_THE_CENTER)
    _require_open(standing, agreement)
    rows.require_latest(agreement, fields.version)
    party, version = await _commenting(standing, fields), await rows.latest(agreement)
    row = AgreementComment(
        id=uuid7(), version_id=version.id, party_id=party.id, given_by_kind=actor.kind, given_by_id=actor.id,
        at=deps.clock.now(),
    )  # fmt: skip
    row.text_sealed = deps.keyring.seal(fields.text, "agreement_comment", "text", row.id)
    await row.save(force_create=True)
    data = {"party_id": str(party.id)}
    await rows.record(
        deps, actor, standing.dispute, agreement, "agreement_commented", data=data, audience=Audience.STAFF
    )
    return agreement


async def finalize(deps: Deps, actor: StaffActor, dispute_id: UUID, agreement_id: UUID, fields: FinalIn) -> Agreement:
    """Fixes the text; what the law wants in it and is not there is named all at once. Twice changes nothing.
    Raises as `revise`."""
    standing, agreement = await _mine(deps, actor, dispute_id, agreement_id)
    rows.require_latest(agreement, fields.version)
    if agreement.status is not AgreementStatus.DRAFT:
        return agreement
    dispute, version = standing.dispute, await rows.latest(agreement)
    content = rows.opened(deps, version)
    current = Content.model_validate(content.model_dump() | await contents.heading(deps, dispute))
    found = contents.missing(current, clock.today(deps.clock))
    if found:
        raise InvalidFieldsError(fields=tuple(found))
    if current != content:
        version = await rows.add_version(deps, actor, agreement, current)
    version.frozen_at = deps.clock.now()
    await version.save(update_fields=["frozen_at"])
    agreement.status = AgreementStatus.FINAL
    await rows.changed(deps, agreement, "status")
    await rows.record(deps, actor, dispute, agreement, "agreement_final", data={"content_hash": version.content_hash})
    if dispute.status is Status.AGREED:
        await ready_to_sign(deps, actor, dispute, current)
    return agreement


async def void(deps: Deps, actor: StaffActor, dispute_id: UUID, agreement_id: UUID, reason: str) -> Agreement:
    """Of one that has not taken effect. Raises as `revise`."""
    standing, agreement = await _mine(deps, actor, dispute_id, agreement_id)
    await voided(deps, actor, standing.dispute, agreement, {"reason": reason})
    return agreement


async def voided(deps: Deps, actor: StaffActor, dispute: Dispute, agreement: Agreement, detail: dict[str, Any]) -> None:
    """Behind the lock of the case."""
    _ = await Signature.filter(version__agreement_id=agreement.id, voided_at=None).update(voided_at=deps.clock.now())
    agreement.status = AgreementStatus.VOID
    await rows.changed(deps, agreement, "status")
    await rows.record(deps, actor, dispute, agreement, "agreement_void", detail=detail)


async def show(deps: Deps, actor: StaffActor, dispute_id: UUID, agreement_id: UUID, fields: SharesIn) -> Agreement:
    """To who does not see it by the table. Raises NotFoundError, RoleNotAllowedError, InvalidFieldsError."""
    standing, agreement = await rows.found(deps, actor, dispute_id, agreement_id, lock=True)
    access.require(standing, *_AT_THE_CENTER)
    await sharing.show(deps, actor, standing, Item(rows.RESOURCE, agreement.id), fields.to)
    return agreement


async def ready_to_sign(deps: Deps, actor: StaffActor, dispute: Dispute, content: Content) -> None:
    signing = {party.party_id for party in content.parties if party.signs}
    parties = [party for party in await acts.taking_part(dispute.id) if str(party.id) in signing]
    await rows.tell(deps, dispute, "agreement_ready", parties, but=actor)


async def _mine(deps: Deps, actor: StaffActor, dispute_id: UUID, agreement_id: UUID) -> tuple[Standing, Agreement]:
    standing, agreement = await rows.found(deps, actor, dispute_id, agreement_id, lock=True)
    access.require(standing, StandingKind.MEDIATOR)
    _require_open(standing, agreement)
    return standing, agreement


async def _said(dispute: Dispute, content: Content) -> None:
    if dispute.status is Status.AGREED:
        await awaiting.said(dispute, sum(term.amount_fen or 0 for term in content.terms))


def _require_open(standing: Standing, agreement: Agreement) -> None:
    running.require_talks(standing.dispute)
    if agreement.status not in rows.OPEN:
        raise AgreementEndedError


async def _commenting(standing: Standing, fields: CommentIn) -> Party:
    if fields.party_id is not None:
        return await acts.chosen_party(standing, fields.party_id, "party_id")
    if standing.kind is StandingKind.PARTY:
        return await acts.own_party(standing)
    raise InvalidFieldsError.at("party_id", "请选择是哪一位当事人的意见。")


async def _content(deps: Deps, dispute: Dispute, fields: DraftIn) -> Content:
    terms: list[dict[str, Any]] | None = [term.model_dump() for term in fields.terms]
    if fields.proposal_id is not None:
        if fields.terms:
            raise InvalidFieldsError.at("terms", "已经选择了方案，条款以方案为准，请不要另外填写。")
        terms = await proposal_views.accepted_terms(deps, dispute, fields.proposal_id)
    if terms is None:
        raise InvalidFieldsError.at("proposal_id", "这个方案还没有被接受，请选择已接受的方案，或者填写条款。")
    named = await promises.named(deps, dispute, terms)
    content = contents.put_together(await contents.heading(deps, dispute), fields, named)
    return checked(content)


def checked(content: Content) -> Content:
    """Raises InvalidFieldsError."""
    found: list[FieldProblem] = contents.contradictions(content)
    if found:
        raise InvalidFieldsError(fields=tuple(found))
    return content
