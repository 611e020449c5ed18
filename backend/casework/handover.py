"""What goes with a case from who followed it so far to who follows it now."""

from uuid import UUID

from models import Appointment, Delivery, Notice, StoredFile


async def hand_over(dispute_id: UUID, former: UUID, heir: UUID | None) -> None:
    """Without an heir the case keeps files and appointments, and nobody's phone shows them. What the former one was
    told of the case leaves the inbox; only a push that is under way still has its outcome to record."""
    await Appointment.filter(dispute_id=dispute_id, resident_id=former).update(resident_id=heir)
    await StoredFile.filter(dispute_id=dispute_id, owner_id=former).update(owner_id=heir)
    await Notice.filter(dispute_id=dispute_id, resident_id=former).exclude(delivery=Delivery.BEGUN).delete()


async def take_over_orphans(dispute_id: UUID, heir: UUID) -> None:
    """Files that somebody left whose right to act was ended before."""
    await StoredFile.filter(dispute_id=dispute_id, owner_id=None).update(owner_id=heir)
