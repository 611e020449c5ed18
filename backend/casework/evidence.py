"""Which staff may open a file: those who may see its case."""

from uuid import UUID

from backend.accounts.actors import StaffActor
from backend.disputes import queries as disputes
from backend.files import queries as files
from models import StoredFile


async def file_for_staff(actor: StaffActor, file_id: UUID) -> StoredFile:
    """Raises NotFoundError."""
    stored = await files.attached(file_id)
    assert stored.dispute_id is not None
    _ = await disputes.for_staff(actor, stored.dispute_id)
    return stored
