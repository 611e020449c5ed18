"""What goes with a case from who followed it so far to who follows it now."""

from uuid import UUID

from backend.appointments import passing_on
from backend.core.deps import Deps
from models import Appointment, Delivery, Dispute, Notice, StoredFile, WaitEntry


async def hand_over(deps: Deps, dispute: Dispute, former: UUID, heir: UUID | None) -> None:
    """Without an heir the case keeps files and appointments, nobody's phone shows them, and nobody waits for a place.
    What the former one was told of the case leaves the inbox; only a push under way still has its outcome to record."""
    await Appointment.filter(dispute_id=dispute.id, resident_id=former).update(resident_id=heir)
    await StoredFile.filter(dispute_id=dispute.id, owner_id=former).update(owner_id=heir)
    await Notice.filter(dispute_id=dispute.id, resident_id=former).exclude(delivery=Delivery.BEGUN).delete()
    if heir is None:
        await passing_on.leave_for(deps, dispute)
    else:
        await WaitEntry.filter(dispute_id=dispute.id, resident_id=former).update(resident_id=heir)


async def take_over_orphans(dispute_id: UUID, heir: UUID) -> None:
    """Files that somebody left whose right to act was ended before."""
    await StoredFile.filter(dispute_id=dispute_id, owner_id=None).update(owner_id=heir)
