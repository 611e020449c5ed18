"""Acting on a case: the table decides, the effect is done, the history is written, the parties are told."""

from datetime import date, datetime, time
from uuid import UUID

from backend.accounts.actors import Actor, ResidentActor, StaffActor
from backend.appointments import actions as appointments
from backend.casework import filing, outcomes, return_slips, staff_notices
from backend.casework.action_in import ActionIn
from backend.casework.done import CHANGING, Done
from backend.casework.effects import EFFECTS, give_case_number
from backend.core.clock import SHANGHAI
from backend.core.deps import Deps
from backend.core.errors import RoleNotAllowedError
from backend.core.flow_table import FlowRow
from backend.disputes import case_clock, groups, history, queries, workflow
from backend.disputes.deadlines import Step
from backend.disputes.history import Entry
from backend.disputes.workflow import StaleVersionError
from backend.mediation import closing, running
from backend.notices import actions as notices
from backend.notices.actions import News
from models import Dispute, Party, Safety, Status

LIFTED = "transfer_lifted"
"""What the history and the staff's message call it when a case goes to the next higher level by itself."""


async def perform(deps: Deps, actor: StaffActor, dispute_id: UUID, action: str, fields: ActionIn) -> Dispute:
    """Locks the case. Raises NotFoundError, RoleNotAllowedError, StaleVersionError, ActionNotAllowedError,
    and InvalidFieldsError for what only the case itself can tell."""
    rows = workflow.rows_for(deps.catalog, action)
    if fields.others:
        await queries.lock_all((dispute_id, *fields.others))
    dispute = await queries.for_staff(actor, dispute_id, lock=True)
    workflow.check_role(rows, dispute, actor)
    if fields.version != dispute.version:
        raise StaleVersionError(version=dispute.version, status=dispute.status)
    row = workflow.fitting(rows, dispute, actor)
    done = await EFFECTS[action](deps, actor, dispute, fields)
    await filing.watch_staff(deps, dispute, fields.told)
    await finish(deps, actor, dispute, row, done)
    return dispute


async def withdraw(deps: Deps, actor: ResidentActor, dispute_id: UUID, reason: str) -> None:
    """Mediation is voluntary: who asked for it may stop it until it has an outcome. Raises NotFoundError,
    RoleNotAllowedError for a party who did not file it, ActionNotAllowedError."""
    dispute = await queries.for_resident(actor, dispute_id, lock=True)
    if dispute.resident_id != actor.id:
        raise RoleNotAllowedError("只有提出申请的人可以撤回；不愿参加的，可以选择“退出调解”。")
    row = workflow.fitting(deps.catalog.flow_by_action["withdraw"], dispute, actor)
    await filing.watch(deps, dispute, reason)
    await appointments.release_for(deps, dispute, actor, "申请已撤回")
    await finish(deps, actor, dispute, row, Done(detail={"reason": reason}))


async def finish(deps: Deps, actor: Actor | None, dispute: Dispute, row: FlowRow, done: Done) -> None:
    """What every step ends with; `actor` None is the system. The case number is drawn last of all: its counter is
    locked until the commit."""
    step = _advance(deps, actor, dispute, row, done)
    data = {"center": dispute.center.name, **done.data}
    entry = Entry(LIFTED if done.lifted else row.event, done.audience, data, done.detail, step=step)
    later = await outcomes.follow(deps, actor, dispute, row)
    await history.record(deps, dispute, actor, entry, *return_slips.entries_for(deps, dispute, data), *later)
    if dispute.status in running.OVER:
        dispute.next_try_on = None
        await closing.with_mediation(deps, actor, dispute)
    await _tell(deps, actor, dispute, row, done)
    await staff_notices.tell(deps, dispute, LIFTED if done.lifted else row.staff_notice, but=actor)
    if dispute.status is Status.ACCEPTED and dispute.case_number is None:
        dispute.case_number = await give_case_number(deps, dispute)
    if done.split_off is not None and done.split_off.status is not Status.SUBMITTED:
        done.split_off.case_number = await give_case_number(deps, done.split_off)
        await done.split_off.save(update_fields=["case_number"])
    await dispute.save(update_fields=CHANGING)


def _advance(deps: Deps, actor: Actor | None, dispute: Dispute, row: FlowRow, done: Done) -> Step | None:
    if done.lifted:
        step: Step | None = case_clock.step(deps, "offer", rule="accept_transfer")
    else:
        step = None if done.keeps_clock else case_clock.step_of(deps, row, dispute, actor, done.span)
        dispute.status = workflow.destination(row, dispute)
        if dispute.status is not Status.TRANSFERRED:
            dispute.transfer_to = dispute.status_before_transfer = None
        dispute.outcome += row.outcome
    dispute.version += 1
    dispute.updated_at = deps.clock.now()
    return case_clock.wind(deps, dispute, step) if step else None


async def _tell(deps: Deps, actor: Actor | None, dispute: Dispute, row: FlowRow, done: Done) -> None:
    """Parties who have joined by WeChat, and who acts for the applicant; nobody is told of what they did themselves."""
    kind = row.notice or ("note" if row.event == "note" and done.audience == "parties" else None)
    taking_part = Party.filter(dispute_id=dispute.id, resident_id__not_isnull=True, left_at=None)
    joined = await taking_part.values_list("resident_id", flat=True)
    residents = {UUID(str(resident_id)) for resident_id in (*joined, dispute.resident_id) if resident_id}
    residents -= {actor.id if actor else None}
    deps.touched.update(map(str, residents))
    if kind is None:
        return
    if dispute.safety is not Safety.NONE and f"{kind}_unrated" in deps.catalog.notices:
        kind = f"{kind}_unrated"
    words = {"center": dispute.center.name, "number": dispute.number, "due_text": str(done.data.get("due_text", ""))}
    if not row.outcome:
        residents -= await groups.spoken_for(dispute)
    news = [News(resident_id, kind, dispute.id, words, _valid_until(done)) for resident_id in sorted(residents)]
    await notices.notify(deps, news)


def _valid_until(done: Done) -> datetime | None:
    """The end of the day on which something is due."""
    due_on = done.data.get("due_on")
    return datetime.combine(date.fromisoformat(due_on), time.max, SHANGHAI) if due_on else None
