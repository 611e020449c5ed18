"""Relatives, neighbours, volunteers: there only while every party wants them there (人民调解法 20)."""

from typing import ClassVar
from uuid import UUID

from backend.accounts.actors import Actor, ResidentActor, StaffActor
from backend.core.deps import Deps
from backend.core.errors import HejieError, InvalidFieldsError
from backend.core.mediation_rules import StandingKind
from backend.core.schema import In
from backend.disputes import history
from backend.disputes.history import Entry
from backend.mediation import access, member_tokens, member_views, members, running, steering
from backend.mediation.access import Standing
from backend.mediation.member_tokens import IssuedTokenOut
from models import Audience, CaseMember, Dispute, InvitedConsent, MemberKind, MemberStatus, Party
from models.base import uuid7


class ConsentGivenError(HejieError):
    code: ClassVar[str] = "consent_given"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "这位当事人已经答复过是否同意邀请，不需要再答复。"


class NotInvitedNowError(HejieError):
    code: ClassVar[str] = "not_invited_now"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "这位人员已经参加、退出，或者有当事人不同意邀请，请刷新后再看。"


class ConsentsMissingError(HejieError):
    code: ClassVar[str] = "consents_missing"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "还有当事人没有同意邀请这位人员，请先征得各方同意（人民调解法第二十条）。"


class ConsentIn(In):
    agreed: bool


class RecordedConsentIn(ConsentIn):
    party_id: UUID


async def consent(deps: Deps, actor: ResidentActor, dispute_id: UUID, member_id: UUID, *, agreed: bool) -> Standing:
    """By a party's own phone, for whom it speaks. An agreement may be taken back at any time.
    Raises NotFoundError, RoleNotAllowedError, MediationNotOpenError, NotInvitedNowError, ConsentGivenError."""
    standing = await access.of_resident(actor, dispute_id, lock=True)
    access.require(standing, StandingKind.PARTY)
    running.require_open(standing.dispute)
    await _record(deps, actor, standing.dispute, member_id, list(standing.party_ids), agreed=agreed)
    return standing


async def record_consent(
    deps: Deps, actor: StaffActor, dispute_id: UUID, member_id: UUID, fields: RecordedConsentIn
) -> Standing:
    """As a party told staff. Raises what `consent` raises, InvalidFieldsError."""
    standing = await steering.by_center(actor, dispute_id)
    known = Party.filter(id=fields.party_id, dispute_id=dispute_id, removed_at=None, left_at=None)
    if not await known.exists():
        raise InvalidFieldsError.at("party_id", "这一位不是本案当事人，或者已经退出，请重新选择。")
    await _record(deps, actor, standing.dispute, member_id, [fields.party_id], agreed=fields.agreed)
    return standing


async def issue_token(deps: Deps, actor: StaffActor, dispute_id: UUID, member_id: UUID) -> IssuedTokenOut:
    """Tokens issued before are void. Raises NotFoundError, RoleNotAllowedError, MediationNotOpenError,
    NotInvitedNowError, ConsentsMissingError."""
    dispute = (await steering.by_lead(actor, dispute_id)).dispute
    member = await wanted(dispute, member_id)
    issued = await member_tokens.issue(deps, actor, dispute, member)
    await history.record(deps, dispute, actor, Entry("person_token_issued", Audience.STAFF, _data(deps, member)))
    return issued


async def admit(deps: Deps, actor: StaffActor, dispute_id: UUID, member_id: UUID) -> Standing:
    """Who has no phone is let in by staff. Raises what `issue_token` raises."""
    standing = await steering.by_lead(actor, dispute_id)
    await let_in(deps, actor, standing.dispute, await wanted(standing.dispute, member_id))
    return standing


async def let_in(deps: Deps, actor: Actor, dispute: Dispute, member: CaseMember) -> None:
    member.status, member.answered_at = MemberStatus.ACCEPTED, deps.clock.now()
    await member.save(update_fields=["status", "answered_at", "resident_id"])
    await history.record(deps, dispute, actor, Entry("person_joined", data=_data(deps, member)))


async def wanted(dispute: Dispute, member_id: UUID) -> CaseMember:
    """Of a case that the caller holds: invited, and agreed to by every party.
    Raises NotFoundError, NotInvitedNowError, ConsentsMissingError."""
    member = await members.one_of(dispute, member_id, MemberKind.INVITED)
    if member.status is not MemberStatus.INVITED:
        raise NotInvitedNowError
    if await member_views.missing(dispute, member.id):
        raise ConsentsMissingError
    return member


async def _record(
    deps: Deps, actor: Actor, dispute: Dispute, member_id: UUID, party_ids: list[UUID], *, agreed: bool
) -> None:
    member = await members.one_of(dispute, member_id, MemberKind.INVITED)
    if member.status is not MemberStatus.INVITED and (agreed or member.status is not MemberStatus.ACCEPTED):
        raise NotInvitedNowError
    given = InvitedConsent.filter(member_id=member.id, party_id__in=party_ids)
    same = set(await given.filter(agreed=agreed).values_list("party_id", flat=True))
    fresh = [party_id for party_id in party_ids if party_id not in same]
    if not fresh:
        raise ConsentGivenError
    now = deps.clock.now()
    await given.filter(agreed=not agreed).delete()
    await InvitedConsent.bulk_create(
        InvitedConsent(
            id=uuid7(),
            member_id=member.id,
            party_id=party_id,
            agreed=agreed,
            recorded_by_kind=actor.kind,
            recorded_by_id=actor.id,
            at=now,
        )
        for party_id in fresh
    )
    kind = "person_agreed" if agreed else "person_not_agreed"
    data = _data(deps, member) | {"party_ids": [str(party_id) for party_id in fresh]}
    entries = [Entry(kind, Audience.STAFF, data)]
    if not agreed:
        entries += await _no_longer_wanted(deps, member)
    await history.record(deps, dispute, actor, *entries)


async def _no_longer_wanted(deps: Deps, member: CaseMember) -> list[Entry]:
    """Who was there already has left; of whom was only asked for, nobody hears who said no."""
    was_there, now = member.status is MemberStatus.ACCEPTED, deps.clock.now()
    if was_there:
        member.status, member.ended_at = MemberStatus.ENDED, now
    else:
        member.status, member.answered_at = MemberStatus.DECLINED, now
    await member.save(update_fields=["status", "answered_at", "ended_at"])
    return [Entry("person_left", data=_data(deps, member))] if was_there else []


def _data(deps: Deps, member: CaseMember) -> dict[str, object]:
    return {"member_id": str(member.id), "part_text": deps.catalog.joint.part_text(member.part)}
