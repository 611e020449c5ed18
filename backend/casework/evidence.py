"""Which staff may open a file: those of the center that has its case, or is asked to take it. A supervisor reads cases
masked, and a picture cannot be masked."""

from uuid import UUID

from backend.accounts.actors import StaffActor
from backend.casework import views
from backend.core.deps import Deps
from backend.core.errors import NotFoundError, RoleNotAllowedError
from backend.disputes import history
from backend.disputes import queries as disputes
from backend.disputes.history import Entry
from backend.files import actions as file_actions
from backend.files import queries as files
from backend.files.actions import Upload
from models import Audience, StoredFile


async def file_for_staff(actor: StaffActor, file_id: UUID) -> StoredFile:
    """Raises NotFoundError."""
    stored = await files.attached(file_id)
    assert stored.dispute_id is not None
    if not views.is_own(actor, await disputes.for_staff(actor, stored.dispute_id)):
        raise NotFoundError
    return stored


async def add_scan(deps: Deps, actor: StaffActor, dispute_id: UUID, file_id: UUID, upload: Upload) -> StoredFile:
    """A paper of the case, scanned at the center that has it. Raises NotFoundError, RoleNotAllowedError."""
    dispute = await disputes.for_staff(actor, dispute_id, lock=True)
    if not views.is_own(actor, dispute):
        raise RoleNotAllowedError
    stored = await file_actions.record_scan(deps, dispute_id, file_id, upload)
    data = {"file_id": str(file_id), "sha256": upload.sha256}
    await history.record(deps, dispute, actor, Entry("scan_added", Audience.STAFF, data))
    return stored
