"""The only ways to a dispute. Each checks who may see it; missing and forbidden look alike."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from tortoise import connections
from tortoise.expressions import F, Q
from tortoise.queryset import QuerySet

from backend.accounts.actors import ResidentActor, StaffActor
from backend.core.errors import NotFoundError
from backend.core.pagination import cut, decode_id
from backend.core.reading import Read
from models import (
    CaseMember,
    ClaimCode,
    Dispute,
    Household,
    Invitation,
    LegalReferral,
    MemberInvitation,
    PartnerCase,
    Party,
    Role,
    Staff,
)

_BY_ID = Read(
    lambda dispute_id: (
        Dispute.filter(id=dispute_id)
        .select_related("center", "mediator", "transfer_to", "organization", "merged_into")
        .limit(1)
    )
)
_LOCK = "SELECT id FROM dispute WHERE id = $1 FOR UPDATE"
_LOCK_ALL = "SELECT id FROM dispute WHERE id = ANY($1) ORDER BY id FOR UPDATE"
_OF_RESIDENT = """
SELECT id FROM dispute WHERE resident_id = $1 UNION SELECT dispute_id FROM party WHERE resident_id = $1
"""
_IS_PARTY = "SELECT FROM party WHERE resident_id = $1 AND dispute_id = $2 LIMIT 1"


async def for_resident(actor: ResidentActor, dispute_id: UUID, *, lock: bool = False) -> Dispute:
    """As applicant or joined party. `lock` takes the row FOR UPDATE until the transaction ends."""
    dispute = await _by_id(dispute_id, lock=lock)
    if dispute.resident_id != actor.id and not await is_party(actor.id, dispute_id):
        raise NotFoundError
    return dispute


async def is_party(resident_id: UUID, dispute_id: UUID) -> bool:
    return bool(await connections.get("default").execute_query_dict(_IS_PARTY, [resident_id, dispute_id]))


async def for_staff(actor: StaffActor, dispute_id: UUID, *, lock: bool = False) -> Dispute:
    """A center sees its own cases and those offered to it; a supervisor the city's; an admin none."""
    dispute = await _by_id(dispute_id, lock=lock)
    if actor.role == Role.ADMIN:
        raise NotFoundError
    if actor.center_id is not None and actor.center_id not in (dispute.center_id, dispute.transfer_to_id):
        raise NotFoundError
    return dispute


async def lock_all(dispute_ids: Collection[UUID]) -> None:
    """In the order of their ids: two who need the same ones never wait for each other. Says nothing about them; each
    must still be read by who may."""
    await connections.get("default").execute_query_dict(_LOCK_ALL, [list(dispute_ids)])


async def mediator_of(actor: StaffActor, mediator_id: UUID) -> Staff:
    """Of the actor's own center. Raises NotFoundError."""
    found = await Staff.get_or_none(id=mediator_id, role=Role.MEDIATOR, center_id=actor.center_id, is_active=True)
    if found is None:
        raise NotFoundError
    return found


async def for_system(dispute_id: UUID, among: QuerySet[Dispute]) -> Dispute | None:
    """Locked, for what time does to a case by itself; None when it is no more among those that it is done to."""
    if not await among.filter(id=dispute_id).select_for_update().only("id").first():
        return None
    return await _by_id(dispute_id, lock=False)


async def of_partner(case: PartnerCase, *, lock: bool = False) -> Dispute:
    """That it has brought."""
    return await _by_id(case.dispute_id, lock=lock)


def overdue(now: datetime) -> QuerySet[Dispute]:
    """Whose limit has run out without anybody above having been told."""
    return Dispute.filter(Q(escalated_due_at__isnull=True) | Q(escalated_due_at__lt=F("due_at")), due_at__lt=now)


async def _by_id(dispute_id: UUID, *, lock: bool) -> Dispute:
    if lock:
        # Locked before the joins are read: who waited for a case that moved would find it with no center at all.
        await connections.get("default").execute_query_dict(_LOCK, [dispute_id])
    dispute = await _BY_ID.first(dispute_id)
    if dispute is None:
        raise NotFoundError
    return dispute


async def filed_by(actor: ResidentActor, dispute_id: UUID) -> Dispute:
    """Only for who filed it: what the paper shows is theirs alone."""
    dispute = await _by_id(dispute_id, lock=False)
    if dispute.resident_id != actor.id:
        raise NotFoundError
    return dispute


async def named_by(paper: ClaimCode | Invitation | MemberInvitation) -> Dispute:
    """For who holds a secret that was issued for this one case; locked. The secret must be checked again behind the
    lock."""
    return await _by_id(paper.dispute_id, lock=True)


async def beside(member: CaseMember, *, lock: bool = False) -> Dispute:
    """For who takes part in this one case without being a party or of its center; they must have accepted."""
    return await _by_id(member.dispute_id, lock=lock)


async def referred(referral: LegalReferral, *, lock: bool = False) -> Dispute | None:
    """For the legal service that one of its parties was sent to: only to write down what became of it. None without
    a case."""
    return await _by_id(referral.dispute_id, lock=lock) if referral.dispute_id else None


async def on_the_roll_of(household: Household) -> Dispute:
    """For the owner of a home on this case's roll, by the verified phone; locked."""
    return await _by_id(household.dispute_id, lock=True)


async def is_involved(resident_id: UUID, dispute: Dispute) -> bool:
    """As who filed it, or as any of its parties."""
    return dispute.resident_id == resident_id or await is_party(resident_id, dispute.id)


async def holds_applications_of_others(dispute: Dispute) -> bool:
    """Merged into it."""
    own = Q(resident_id=dispute.resident_id, resident_id__isnull=False)
    return await Dispute.filter(merged_into_id=dispute.id).filter(~own).exists()


async def parties(dispute_id: UUID) -> list[Party]:
    return await Party.filter(dispute_id=dispute_id, removed_at=None).order_by("ordinal")


async def page_for_resident(
    actor: ResidentActor, *, limit: int, cursor: str | None, descending: bool
) -> tuple[list[Dispute], str | None]:
    """Two statements: which ones, filed or joined, and what they are. One condition for both could follow no index."""
    mine = await connections.get("default").execute_query_dict(_OF_RESIDENT, [actor.id])
    disputes = Dispute.filter(id__in=[row["id"] for row in mine])
    last = decode_id(cursor)
    if last is not None:
        disputes = disputes.filter(id__lt=last) if descending else disputes.filter(id__gt=last)
    rows = (
        await disputes.order_by("-id" if descending else "id")
        .limit(limit + 1)
        .select_related("center", "mediator", "transfer_to", "merged_into")
    )
    return cut(rows, limit, lambda dispute: (str(dispute.id),))
