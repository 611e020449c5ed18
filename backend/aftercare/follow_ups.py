"""回访: whether what was reached still holds. Who has the case asks, and writes down what was found and what comes
next."""

from datetime import date
from typing import ClassVar, Literal
from uuid import UUID

from tortoise.expressions import Q, Subquery
from tortoise.queryset import QuerySet

from backend.accounts.actors import StaffActor
from backend.aftercare import reviews
from backend.aftercare.schemas import REOPEN, URGE, FollowUpOut, FollowUpRecordIn, FollowUpRecordOut
from backend.casework import outcomes, views
from backend.casework.outcomes import FollowUpBrief
from backend.commitments import actions as commitments
from backend.commitments import standing as keeping
from backend.commitments.actions import UrgedTodayError
from backend.core import clock, pagination
from backend.core.deps import Deps
from backend.core.errors import FieldProblem, HejieError, InvalidFieldsError, NotFoundError, RoleNotAllowedError
from backend.core.pagination import cut
from backend.core.schema import Page, PageQuery
from backend.disputes import history, queries
from backend.disputes.history import Entry
from backend.mediation import access
from models import Audience, Commitment, Dispute, FollowUp, FollowUpRecord, FollowUpStatus, Role
from models.base import uuid7


class FollowUpOverError(HejieError):
    code: ClassVar[str] = "follow_up_over"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "这次回访已经做完，或者已经取消。请刷新后再看。"


class FollowUpsQuery(PageQuery):
    state: Literal["planned", "due", "overdue", "done", "cancelled"] = "planned"


async def page(deps: Deps, actor: StaffActor, query: FollowUpsQuery) -> Page[FollowUpBrief]:
    """Of the own cases, the center or the city, by their day. Raises RoleNotAllowedError."""
    if actor.role is Role.ADMIN:
        raise RoleNotAllowedError
    found = _in_state(deps, query.state)
    if actor.center_id is not None:
        mine = Dispute.filter(center_id=actor.center_id)
        mine = mine.filter(mediator_id=actor.id) if actor.role is Role.MEDIATOR else mine
        found = found.filter(dispute_id__in=Subquery(mine.values("id")))
    last = _place(query.cursor)
    if last is not None:
        found = found.filter(Q(due_on__gt=last[0]) | Q(due_on=last[0], id__gt=last[1]))
    rows = found.order_by("due_on", "id").limit(query.limit + 1).select_related("dispute__center", "dispute__mediator")
    visits, next_cursor = cut(await rows, query.limit, lambda row: (row.due_on.isoformat(), str(row.id)))
    return Page[FollowUpBrief](items=[outcomes.brief(deps, each) for each in visits], next_cursor=next_cursor)


async def of_case(deps: Deps, actor: StaffActor, dispute_id: UUID) -> Page[FollowUpOut]:
    """All of them, whatever became of them. Raises NotFoundError."""
    dispute = await queries.for_staff(actor, dispute_id)
    rows = await FollowUp.filter(dispute_id=dispute.id).order_by("id").prefetch_related("records__by")
    return Page[FollowUpOut](items=[_out(deps, actor, dispute, each) for each in rows])


async def record(
    deps: Deps, actor: StaffActor, dispute_id: UUID, follow_up_id: UUID, given: FollowUpRecordIn
) -> FollowUpOut:
    """By the mediator, clerk or director who has the case. Nobody reached: it is tried again. Raises NotFoundError,
    RoleNotAllowedError, FollowUpOverError, InvalidFieldsError."""
    dispute = await queries.for_staff(actor, dispute_id, lock=True)
    visit = await FollowUp.get_or_none(id=follow_up_id, dispute_id=dispute.id)
    if visit is None:
        raise NotFoundError
    _require_role(actor, dispute)
    if visit.status is not FollowUpStatus.PLANNED:
        raise FollowUpOverError
    await _require_known(dispute, given)
    await _write(deps, actor, visit, given)
    await _move_on(deps, visit, given)
    data = {"follow_up_id": str(visit.id), "channel": given.channel, "result": given.result,
            "next_step": given.next_step, "words": _words(deps, given)}  # fmt: skip
    entry = Entry("followed_up", Audience.STAFF, data, {"note": given.note} if given.note else {})
    await history.record(deps, dispute, actor, entry)
    if given.next_step == URGE:
        await _urge(deps, actor, dispute)
    if given.next_step == REOPEN:
        await reviews.open_for_follow_up(deps, actor, dispute, given.note or "")
    await visit.fetch_related("records__by")
    return _out(deps, actor, dispute, visit)


def _require_role(actor: StaffActor, dispute: Dispute) -> None:
    is_theirs = actor.role is not Role.MEDIATOR or dispute.mediator_id == actor.id
    if actor.center_id != dispute.center_id or not is_theirs:
        raise RoleNotAllowedError


async def _require_known(dispute: Dispute, given: FollowUpRecordIn) -> None:
    known = {party.id for party in await queries.parties(dispute.id)}
    wrong = [FieldProblem(f"spoke_with.{place}", "这一位不是本案当事人，请重新选择。")
             for place, each in enumerate(given.spoke_with) if each not in known]  # fmt: skip
    if wrong:
        raise InvalidFieldsError(fields=tuple(wrong))


async def _write(deps: Deps, actor: StaffActor, visit: FollowUp, given: FollowUpRecordIn) -> None:
    row = FollowUpRecord(
        id=uuid7(),
        follow_up_id=visit.id,
        by_id=actor.id,
        at=deps.clock.now(),
        channel=given.channel,
        result=given.result,
        next_step=given.next_step,
        spoke_with=[str(each) for each in given.spoke_with],
    )
    if given.note is not None:
        row.note_sealed = deps.keyring.seal(given.note, "follow_up_record", "note", row.id)
    await row.save(force_create=True)


async def _move_on(deps: Deps, visit: FollowUp, given: FollowUpRecordIn) -> None:
    """Done, or put off until the next try."""
    rules = deps.catalog.aftercare.follow_up
    visit.tries += not rules.results[given.result].reached
    if rules.results[given.result].reached or visit.tries >= rules.most_tries:
        visit.status, visit.ended_at = FollowUpStatus.DONE, deps.clock.now()
    else:
        today = clock.today(deps.clock)
        visit.due_on = max(visit.due_on, deps.calendar.add_working_days(today, rules.retry_days))
        visit.told_at = visit.reported_at = None
    await visit.save(update_fields=["tries", "status", "ended_at", "due_on", "told_at", "reported_at"])


async def _urge(deps: Deps, actor: StaffActor, dispute: Dispute) -> None:
    """What is due; where nothing is yet, all that is open. Who was urged today already is not urged again."""
    open_ones = await Commitment.filter(dispute_id=dispute.id, ended_as__isnull=True).order_by("id")
    if not open_ones or not keeping.is_agreed(dispute):
        raise InvalidFieldsError.at("next_step", "本件没有待履行的约定，不能督促履行，请选择别的下一步。")
    today = clock.today(deps.clock)
    standing = await access.of_colleague(actor, dispute.id, lock=True)
    for each in [row for row in open_ones if row.due_on <= today] or open_ones:
        try:
            await commitments.urge(deps, actor, standing, each.id)
        except UrgedTodayError:
            continue


def _in_state(deps: Deps, state: str) -> QuerySet[FollowUp]:
    if state == "due":
        return outcomes.due_for(deps)
    if state == "overdue":
        return outcomes.due_for(deps).filter(due_on__lt=clock.today(deps.clock))
    return FollowUp.filter(status=FollowUpStatus(state))


def _place(cursor: str | None) -> tuple[date, UUID] | None:
    key = pagination.decode(cursor, 2)
    try:
        return None if key is None else (date.fromisoformat(key[0]), UUID(key[1]))
    except ValueError as error:
        raise pagination.bad_cursor() from error


def _words(deps: Deps, given: FollowUpRecordIn) -> str:
    rules = deps.catalog.aftercare.follow_up
    step = f"；下一步：{rules.next_steps[given.next_step]}" if given.next_step else ""
    return f"{rules.channels[given.channel]}回访，{rules.results[given.result].text}{step}"


def _out(deps: Deps, actor: StaffActor, dispute: Dispute, visit: FollowUp) -> FollowUpOut:
    visit.dispute = dispute
    own = views.is_own(actor, dispute)
    records = [_record(deps, each, own=own) for each in sorted(visit.records, key=lambda row: row.id)]
    return FollowUpOut(**outcomes.brief(deps, visit).model_dump(exclude={"ended_at"}), ended_at=visit.ended_at,
                       records=records)  # fmt: skip


def _record(deps: Deps, row: FollowUpRecord, *, own: bool) -> FollowUpRecordOut:
    """What the catalog no longer knows keeps its code."""
    rules, note = deps.catalog.aftercare.follow_up, row.note_sealed if own else None
    result = rules.results.get(row.result)
    return FollowUpRecordOut(
        at=row.at,
        by=row.by.name,
        channel=row.channel,
        channel_text=rules.channels.get(row.channel, row.channel),
        result=row.result,
        result_text=result.text if result else row.result,
        next_step=row.next_step,
        next_step_text=rules.next_steps.get(row.next_step, row.next_step) if row.next_step else None,
        spoke_with=row.spoke_with,
        note=deps.keyring.open(note, "follow_up_record", "note", row.id) if note else None,
    )
