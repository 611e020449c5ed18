"""Files that prove that something was done: for the parties of the case and its staff."""

from uuid import UUID

from backend.commitments import standing as who
from backend.core.deps import Deps
from backend.core.errors import NotFoundError
from backend.files.queries import FileNotShownError
from backend.mediation.access import Standing
from models import FileStatus, StoredFile


async def file_of(deps: Deps, standing: Standing, commitment_id: UUID, file_id: UUID) -> StoredFile:
    """Raises NotFoundError; FileNotShownError for what was found unfit, which only the center looks at."""
    row = await who.one(deps, standing, commitment_id)
    if not any(str(file_id) in report.file_ids for report in row.reports):
        raise NotFoundError
    found = await StoredFile.get_or_none(id=file_id, dispute_id=standing.dispute.id, deleted_at=None)
    if found is None:
        raise NotFoundError
    if found.status is FileStatus.REJECTED and not who.is_staff(standing):
        raise FileNotShownError
    return found
