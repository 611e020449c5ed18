"""Acting on a case: the table decides, the effect is done, the history is written, the parties are told."""

from datetime import date, datetime, time
from uuid import UUID

from backend.accounts.actors import Actor, ResidentActor, StaffActor
from backend.appointments import actions as appointments
from backend.casework.effects import EFFECTS, Done, give_case_number
from backend.casework.schemas import ActionIn
from backend.core.catalog import FlowRow
from backend.core.clock import SHANGHAI
from backend.core.deps import Deps
from backend.disputes import history, queries, workflow
from backend.disputes.history import Entry
from backend.disputes.workflow import StaleVersionError
from backend.notices import actions as notices
from backend.notices.actions import News
from models import Dispute, Party, Status

_CHANGING = (
    "center_id", "status", "version", "case_number", "track", "mode", "mediator_id", "organization_id",
    "transfer_to_id", "status_before_transfer", "outcome", "due_at", "yellow_at", "updated_at",
)  # fmt: skip


async def perform(deps: Deps, actor: StaffActor, dispute_id: UUID, action: str, fields: ActionIn) -> Dispute:
    """Locks the case. Raises NotFoundError, RoleNotAllowedError, StaleVersionError, ActionNotAllowedError,
    and InvalidFieldsError for what only the case itself can tell."""
    row = workflow.row_for(deps.catalog, action)
    dispute = await queries.for_staff(actor, dispute_id, lock=True)
    workflow.check_role(row, dispute, actor)
    if fields.version != dispute.version:
        raise StaleVersionError(version=dispute.version, status=dispute.status)
    workflow.check_state(row, dispute)
    done = await EFFECTS[action](deps, actor, dispute, fields)
    await _finish(deps, actor, dispute, row, done)
    return dispute


async def withdraw(deps: Deps, actor: ResidentActor, dispute_id: UUID, reason: str) -> None:
    """Mediation is voluntary: who asked for it may stop it until it has an outcome. Raises NotFoundError,
    RoleNotAllowedError for a party who did not file it, ActionNotAllowedError."""
    row = deps.catalog.flow_by_action["withdraw"]
    dispute = await queries.for_resident(actor, dispute_id, lock=True)
    workflow.check_role(row, dispute, actor)
    workflow.check_state(row, dispute)
    await appointments.release_for(deps, dispute, actor, "申请已撤回")
    await _finish(deps, actor, dispute, row, Done(detail={"reason": reason}))


async def _finish(deps: Deps, actor: Actor, dispute: Dispute, row: FlowRow, done: Done) -> None:
    """The case number is drawn last of all: its counter is locked until the commit."""
    _advance(deps, dispute, row)
    data = {"center": dispute.center.name, **done.data}
    await history.record(deps, dispute, actor, Entry(row.event, done.audience, data, done.detail))
    await _tell(deps, actor, dispute, row, done)
    if dispute.status is Status.ACCEPTED and dispute.case_number is None:
        dispute.case_number = await give_case_number(deps, dispute)
    await dispute.save(update_fields=_CHANGING)


def _advance(deps: Deps, dispute: Dispute, row: FlowRow) -> None:
    destination = workflow.destination(row, dispute)
    if destination is not dispute.status:
        workflow.enter(deps, dispute, destination)
    if row.to == workflow.PREVIOUS:
        dispute.status_before_transfer = None
    dispute.outcome += row.outcome
    dispute.version += 1
    dispute.updated_at = deps.clock.now()


async def _tell(deps: Deps, actor: Actor, dispute: Dispute, row: FlowRow, done: Done) -> None:
    """Parties who have joined by WeChat; nobody is told of what they did themselves."""
    kind = row.notice or ("note" if row.event == "note" and done.audience == "parties" else None)
    joined = await Party.filter(dispute_id=dispute.id, resident_id__not_isnull=True).values_list(
        "resident_id", flat=True
    )
    residents = {UUID(str(resident_id)) for resident_id in joined} - {actor.id}
    deps.touched.update(map(str, residents))
    if kind is None:
        return
    words = {"center": dispute.center.name, "number": dispute.number, "due_text": str(done.data.get("due_text", ""))}
    news = [News(resident_id, kind, dispute.id, words, _valid_until(done)) for resident_id in sorted(residents)]
    await notices.notify(deps, news)


def _valid_until(done: Done) -> datetime | None:
    """The end of the day on which something is due."""
    due_on = done.data.get("due_on")
    return datetime.combine(date.fromisoformat(due_on), time.max, SHANGHAI) if due_on else None
