"""Which staff may open a file: those of the center that has its case, or is asked to take it. A supervisor reads cases
masked, and a picture cannot be masked."""

from uuid import UUID

from backend.accounts.actors import StaffActor
from backend.casework import views
from backend.core.errors import NotFoundError
from backend.disputes import queries as disputes
from backend.files import queries as files
from models import StoredFile


async def file_for_staff(actor: StaffActor, file_id: UUID) -> StoredFile:
    """Raises NotFoundError."""
    stored = await files.attached(file_id)
    assert stored.dispute_id is not None
    if not views.is_own(actor, await disputes.for_staff(actor, stored.dispute_id)):
        raise NotFoundError
    return stored
