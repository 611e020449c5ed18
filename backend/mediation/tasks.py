"""What an assisting organization is asked to do: with a date, and with no more of the case than it needs."""

from datetime import date
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field
from tortoise.expressions import Q
from tortoise.models import Model

from backend.accounts.actors import StaffActor
from backend.core import clock
from backend.core.deps import Deps
from backend.core.errors import FieldProblem, HejieError, InvalidFieldsError, NotFoundError, RoleNotAllowedError
from backend.core.schema import Code, In, Line, Moment, Out, Page, Text
from backend.core.wording import date_text
from backend.disputes.history import Entry
from backend.mediation import access, members, running, sharing, steering, telling
from backend.mediation.access import Standing
from backend.mediation.sharing import Item, ShareTo
from models import Audience, CaseMember, Matter, MemberKind, MemberStatus, MemberTask, TaskReport, TaskStatus
from models.base import uuid7

MATERIALS: dict[str, type[Model]] = {"matter": Matter}
"""What may go with a task, by its name in `mediation.toml`; each table has a `dispute_id`."""


class TaskClosedError(HejieError):
    code: ClassVar[str] = "task_closed"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "这项任务已经完成，或者还没有接受，请刷新后再看。"


class MaterialIn(In):
    resource: Code
    item_id: UUID


class TaskIn(In):
    member_id: UUID
    title: Line
    purpose: Text
    working_days: Annotated[int, Field(ge=1, le=250)]
    materials: Annotated[tuple[MaterialIn, ...], Field(max_length=50)] = ()


class ReportOut(Out):
    at: Moment
    text: str


class TaskOut(Out):
    id: str
    member_id: str
    organization: str
    title: str
    purpose: str
    status: str
    given_at: Moment
    due_on: date
    due_text: str
    light: Literal["green", "yellow", "red", "none"]
    accepted_at: Moment | None
    done_at: Moment | None
    reports: list[ReportOut]


async def give(deps: Deps, actor: StaffActor, dispute_id: UUID, fields: TaskIn) -> TaskOut:
    """Raises NotFoundError, RoleNotAllowedError, MediationNotOpenError, InvalidFieldsError."""
    standing = await steering.by_lead(actor, dispute_id)
    member = await _assisting(standing, fields.member_id)
    await _check_materials(standing, fields.materials)
    task = MemberTask(
        id=uuid7(),
        dispute_id=dispute_id,
        member_id=member.id,
        status=TaskStatus.GIVEN,
        given_by_id=actor.id,
        given_at=deps.clock.now(),
        due_on=deps.calendar.add_working_days(clock.today(deps.clock), fields.working_days),
    )
    task.title_sealed = deps.keyring.seal(fields.title, "member_task", "title", task.id)
    task.purpose_sealed = deps.keyring.seal(fields.purpose, "member_task", "purpose", task.id)
    await task.save(force_create=True)
    data = members.data_of(deps, member) | {"task_id": str(task.id), "due_text": date_text(task.due_on)}
    await telling.record(deps, standing.dispute, actor, Entry("task_given", Audience.STAFF, dict(data)))
    for each in fields.materials:
        to = ShareTo(kind="member", id=member.id)
        await sharing.show(deps, actor, standing, Item(each.resource, each.item_id), [to])
    return await _read(deps, task.id)


async def accept(deps: Deps, actor: StaffActor, dispute_id: UUID, task_id: UUID) -> TaskOut:
    """Raises NotFoundError, RoleNotAllowedError, TaskClosedError, MediationNotOpenError."""
    standing, task = await _own(deps, actor, dispute_id, task_id, TaskStatus.GIVEN)
    task.status, task.accepted_at = TaskStatus.ACCEPTED, deps.clock.now()
    await task.save(update_fields=["status", "accepted_at"])
    return await _done(deps, actor, standing, task, "task_accepted")


async def report(deps: Deps, actor: StaffActor, dispute_id: UUID, task_id: UUID, text: str) -> TaskOut:
    """Raises what `accept` raises."""
    standing, task = await _own(deps, actor, dispute_id, task_id, TaskStatus.ACCEPTED)
    await _write_down(deps, actor, task, text)
    return await _done(deps, actor, standing, task, "task_reported")


async def finish(deps: Deps, actor: StaffActor, dispute_id: UUID, task_id: UUID, text: str) -> TaskOut:
    """Raises what `accept` raises."""
    standing, task = await _own(deps, actor, dispute_id, task_id, TaskStatus.ACCEPTED)
    await _write_down(deps, actor, task, text)
    task.status, task.done_at = TaskStatus.DONE, deps.clock.now()
    await task.save(update_fields=["status", "done_at"])
    return await _done(deps, actor, standing, task, "task_done")


async def of_case(deps: Deps, standing: Standing) -> Page[TaskOut]:
    """Raises NotFoundError."""
    own = Q(member_id=standing.member.id) if standing.member else None
    tasks = access.readable(deps, standing, "task", MemberTask.filter(dispute_id=standing.dispute.id), own)
    rows = await tasks.order_by("id").prefetch_related("reports", "member__organization")
    return Page[TaskOut](items=[_out(deps, row) for row in rows])


def light(deps: Deps, due_on: date, *, done: bool) -> Literal["green", "yellow", "red", "none"]:
    """Of what is due on a day: that day itself is still in time."""
    if done:
        return "none"
    today = clock.today(deps.clock)
    if due_on < today:
        return "red"
    left = deps.calendar.working_days_between(today, due_on)
    return "yellow" if left <= deps.catalog.joint.yellow_working_days else "green"


async def _assisting(standing: Standing, member_id: UUID) -> CaseMember:
    wanted = CaseMember.filter(id=member_id, dispute_id=standing.dispute.id, kind=MemberKind.ASSISTING)
    member = await wanted.filter(status=MemberStatus.ACCEPTED).select_related("organization").first()
    if member is None:
        raise InvalidFieldsError.at("member_id", "请选择已经接受邀请的协助单位。")
    return member


async def _check_materials(standing: Standing, materials: tuple[MaterialIn, ...]) -> None:
    found = []
    for place, each in enumerate(materials):
        model = MATERIALS.get(each.resource)
        if model is None:
            found.append(FieldProblem(f"materials.{place}.resource", "这类内容不能随任务出示，请重新选择。"))
        elif not await model.filter(id=each.item_id, dispute_id=standing.dispute.id).exists():
            found.append(FieldProblem(f"materials.{place}.item_id", "本案没有这一项，请重新选择。"))
    if found:
        raise InvalidFieldsError(fields=tuple(found))


async def _own(
    deps: Deps, actor: StaffActor, dispute_id: UUID, task_id: UUID, wanted: TaskStatus
) -> tuple[Standing, MemberTask]:
    """Of the organization that it was given to; who only follows it must not move it."""
    standing = await access.of_colleague(actor, dispute_id, lock=True)
    own = Q(member_id=standing.member.id) if standing.member else None
    tasks = access.readable(deps, standing, "task", MemberTask.filter(dispute_id=dispute_id), own)
    task = await tasks.filter(id=task_id).prefetch_related("member__organization").first()
    if task is None:
        raise NotFoundError
    if standing.member is None or task.member_id != standing.member.id:
        raise RoleNotAllowedError
    running.require_open(standing.dispute)
    if task.status is not wanted:
        raise TaskClosedError
    return standing, task


async def _write_down(deps: Deps, actor: StaffActor, task: MemberTask, text: str) -> None:
    row = TaskReport(id=uuid7(), task_id=task.id, actor_id=actor.id, at=deps.clock.now())
    row.text_sealed = deps.keyring.seal(text, "task_report", "text", row.id)
    await row.save(force_create=True)


async def _done(deps: Deps, actor: StaffActor, standing: Standing, task: MemberTask, kind: str) -> TaskOut:
    data = members.data_of(deps, task.member) | {"task_id": str(task.id)}
    await telling.record(deps, standing.dispute, actor, Entry(kind, Audience.STAFF, dict(data)))
    return await _read(deps, task.id)


async def _read(deps: Deps, task_id: UUID) -> TaskOut:
    row = await MemberTask.filter(id=task_id).prefetch_related("reports", "member__organization").get()
    return _out(deps, row)


def _out(deps: Deps, task: MemberTask) -> TaskOut:
    organization = task.member.organization
    return TaskOut(
        id=str(task.id),
        member_id=str(task.member_id),
        organization=organization.name if organization else "",
        title=deps.keyring.open(task.title_sealed, "member_task", "title", task.id),
        purpose=deps.keyring.open(task.purpose_sealed, "member_task", "purpose", task.id),
        status=task.status,
        given_at=task.given_at,
        due_on=task.due_on,
        due_text=date_text(task.due_on),
        light=light(deps, task.due_on, done=task.done_at is not None),
        accepted_at=task.accepted_at,
        done_at=task.done_at,
        reports=[
            ReportOut(at=row.at, text=deps.keyring.open(row.text_sealed, "task_report", "text", row.id))
            for row in sorted(task.reports, key=lambda row: row.id)
        ],
    )
