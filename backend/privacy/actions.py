"""What a resident may take back: a consent, the whole account."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from backend.accounts import consents
from backend.core.clock import Clock
from models import (
    CaseMember,
    Complaint,
    ConsentKind,
    Delivery,
    Dispute,
    Household,
    MemberKind,
    MemberStatus,
    Notice,
    Party,
    PhoneCode,
    PrivacyConsent,
    Rating,
    Representation,
    Resident,
    ResidentSession,
    StoredFile,
    SubscriptionAnswer,
    SubscriptionGrant,
)

_KEPT_CASES = (
    "已提交的纠纷和调解案卷：依照《人民调解法》第二十七条建立档案，并按规定期限保存；"
    "您在案卷里的姓名和电话随案卷加密保管。"
)
_KEPT_CONSENTS = "您同意和撤回的记录：依照《个人信息保护法》证明处理合法，只有种类、版本和时间。"


@dataclass(frozen=True, slots=True)
class ClosedAccount:
    closed_at: datetime
    disputes: int
    kept: tuple[str, ...]
    """What stays and why, in words for the resident."""
    file_ids: tuple[UUID, ...]
    """Files that belonged to no case: their bytes are to be erased after the commit."""


async def withdraw_consent(clock: Clock, resident_id: UUID, kind: ConsentKind) -> None:
    """With the consent goes what was collected under it (个人信息保护法 15, 47). Doing it twice changes nothing."""
    await consents.withdraw(clock, resident_id, kind)
    if kind == ConsentKind.ID_NUMBER:
        await Resident.filter(id=resident_id).update(id_number_sealed=None, id_number_hash=None)
        await Party.filter(resident_id=resident_id).update(id_number_sealed=None, id_number_hash=None)
    if kind == ConsentKind.PRECISE_LOCATION:
        await Dispute.filter(resident_id=resident_id).update(contact_location_sealed=None)


async def close_account(clock: Clock, resident_id: UUID) -> ClosedAccount:
    """Cases go on and are kept; who logs in later is a new resident to us, and acts for nobody."""
    now = clock.now()
    await Resident.filter(id=resident_id).update(
        openid=f"closed:{resident_id}",
        name_sealed=None,
        phone_sealed=None,
        phone_hash=None,
        id_number_sealed=None,
        id_number_hash=None,
        closed_at=now,
    )
    await Representation.filter(resident_id=resident_id, ended_at=None).update(ended_at=now)
    await PhoneCode.filter(resident_id=resident_id).delete()
    await ResidentSession.filter(resident_id=resident_id, revoked_at=None).update(revoked_at=now)
    await PrivacyConsent.filter(resident_id=resident_id, withdrawn_at=None).update(withdrawn_at=now)
    await SubscriptionGrant.filter(resident_id=resident_id, spent_at=None, revoked_at=None).update(revoked_at=now)
    # A push under way still has its one outcome to record.
    await Notice.filter(resident_id=resident_id).exclude(delivery__in=(Delivery.PENDING, Delivery.BEGUN)).delete()
    await SubscriptionAnswer.filter(resident_id=resident_id).delete()
    await Rating.filter(resident_id=resident_id).update(comment_sealed=None)
    await Complaint.filter(resident_id=resident_id, ended_at__not_isnull=True).update(
        text_sealed=None, wish_sealed=None
    )
    await _leave_cases(now, resident_id)
    file_ids = await discard_unused_files(clock, resident_id)
    disputes = await Party.filter(resident_id=resident_id).count()
    kept = (_KEPT_CASES, _KEPT_CONSENTS) if disputes else (_KEPT_CONSENTS,)
    return ClosedAccount(now, disputes, kept, file_ids)


async def _leave_cases(now: datetime, resident_id: UUID) -> None:
    """Where somebody took part without being a party. What was voted stays: it was counted."""
    memberships = CaseMember.filter(resident_id=resident_id)
    await memberships.filter(kind=MemberKind.FOLLOWER).update(name_sealed=None)
    await memberships.filter(status=MemberStatus.ACCEPTED).update(status=MemberStatus.ENDED, ended_at=now)
    await Household.filter(resident_id=resident_id).update(resident_id=None)


async def discard_unused_files(clock: Clock, resident_id: UUID) -> tuple[UUID, ...]:
    """Those that belong to no case. Their bytes are to be erased after the commit."""
    unused = StoredFile.filter(owner_id=resident_id, dispute_id=None, deleted_at=None)
    file_ids = tuple([stored.id for stored in await unused])
    await StoredFile.filter(id__in=file_ids).update(deleted_at=clock.now(), name_sealed=None)
    return file_ids
