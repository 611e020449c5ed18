"""The mediator hears once of a court that has let its own days pass (see `backend.agreements.court_clock`)."""

from backend.agreements import confirmation_sweeps
from backend.casework import staff_notices
from backend.core import clock
from backend.core.deps import Deps
from models import Confirmation, ConfirmationStatus, Dispute


async def sweep(deps: Deps) -> int:
    """For the worker: of how many was told."""
    late = Confirmation.filter(
        status=ConfirmationStatus.APPLIED, court_last_day__lt=clock.today(deps.clock), court_late_told_at__isnull=True
    )
    return await confirmation_sweeps.each(deps, late, _tell)


async def _tell(deps: Deps, dispute: Dispute, row: Confirmation) -> bool:
    row.court_late_told_at = deps.clock.now()
    await row.save(update_fields=["court_late_told_at"])
    await staff_notices.tell(deps, dispute, "court_late", but=None)
    return True
