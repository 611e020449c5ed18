"""Decides; writes nothing. The table is the catalog's `flow.toml`."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import ClassVar

from backend.accounts.actors import Actor, ResidentActor, StaffActor
from backend.core.catalog import Catalog, FlowRow
from backend.core.deps import Deps, WorkingDays
from backend.core.errors import HejieError, NotFoundError, RoleNotAllowedError
from models import CenterLevel, Dispute, Role, Status

SAME, PREVIOUS = "same", "previous"


class ActionNotAllowedError(HejieError):
    code: ClassVar[str] = "action_not_allowed"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "当前状态不能做这一步，请刷新后查看可以做什么。"


class StaleVersionError(HejieError):
    code: ClassVar[str] = "stale_version"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "这个案件刚被别人更新过，请刷新后再操作。"


def row_for(catalog: Catalog, action: str) -> FlowRow:
    """Raises NotFoundError for an action that staff don't have."""
    row = catalog.flow_by_action.get(action)
    if row is None or row.guard == "filed_by_actor":
        raise NotFoundError
    return row


def check_role(row: FlowRow, dispute: Dispute, actor: Actor) -> None:
    """Raises RoleNotAllowedError."""
    if not (may(row, dispute, actor) or _is_answered(row, dispute, actor)):
        raise RoleNotAllowedError


def _is_answered(row: FlowRow, dispute: Dispute, actor: Actor) -> bool:
    """What is offered to no center, or no more, is refused for its state: a colleague may have been faster."""
    is_target = row.guard == "target_center" and actor.role in row.roles
    return (
        is_target and dispute.transfer_to_id is None and isinstance(actor, StaffActor) and actor.center_id is not None
    )


def check_state(row: FlowRow, dispute: Dispute) -> None:
    """Raises ActionNotAllowedError."""
    if not row.starts_from(dispute.status):
        raise ActionNotAllowedError(status=dispute.status, version=dispute.version)


def allowed(catalog: Catalog, dispute: Dispute, actor: Actor) -> list[FlowRow]:
    return [row for row in catalog.flow if row.starts_from(dispute.status) and may(row, dispute, actor)]


def may(row: FlowRow, dispute: Dispute, actor: Actor) -> bool:
    """Whether this actor may ever do this to this case, whatever its state."""
    if actor.role not in row.roles:
        return False
    if isinstance(actor, ResidentActor):
        return row.guard == "filed_by_actor" and dispute.resident_id == actor.id
    return _GUARDS[row.guard](dispute, actor)


def _is_own_center(dispute: Dispute, actor: StaffActor) -> bool:
    return actor.center_id is None or dispute.center_id == actor.center_id


def _is_target_center(dispute: Dispute, actor: StaffActor) -> bool:
    """The queue of the city has no staff of its own: the supervisor answers for it."""
    if actor.center_id is None:
        return dispute.transfer_to is not None and dispute.transfer_to.level is CenterLevel.CITY
    return dispute.transfer_to_id == actor.center_id


def _is_assigned(dispute: Dispute, actor: StaffActor) -> bool:
    if not _is_own_center(dispute, actor):
        return False
    return actor.role != Role.MEDIATOR or dispute.mediator_id == actor.id


_GUARDS: dict[str, Callable[[Dispute, StaffActor], bool]] = {
    "own_center": _is_own_center,
    "anyone_of_center": _is_own_center,
    "target_center": _is_target_center,
    "assigned": _is_assigned,
    "filed_by_actor": lambda _dispute, _actor: False,
}


def destination(row: FlowRow, dispute: Dispute) -> Status:
    if row.to == SAME:
        return dispute.status
    if row.to == PREVIOUS:
        assert dispute.status_before_transfer is not None, "a transferred case remembers where it came from"
        return dispute.status_before_transfer
    return Status(row.to)


def enter(deps: Deps, dispute: Dispute, status: Status) -> None:
    """Puts the case into a state and starts that state's clock."""
    dispute.status = status
    dispute.due_at, dispute.yellow_at = clock_of(deps.catalog, deps.calendar, status, deps.clock.now())


def clock_of(
    catalog: Catalog, calendar: WorkingDays, status: Status, start: datetime
) -> tuple[datetime | None, datetime | None]:
    """(due, yellow from), both at the end of a day in Asia/Shanghai; the day of `start` is not counted."""
    limit = catalog.time_limits.get(status)
    if limit is None:
        return None, None
    if limit.unit == "calendar_days":
        due = calendar.deadline_in_days(start, limit.days)
        return due, due - timedelta(days=limit.yellow_days)
    return calendar.deadline(start, limit.days), calendar.deadline(start, max(limit.days - limit.yellow_days, 0))


def light(dispute: Dispute, now: datetime) -> str:
    if dispute.due_at is None or dispute.yellow_at is None or now < dispute.yellow_at:
        return "green"
    return "red" if now > dispute.due_at else "yellow"
