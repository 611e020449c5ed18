"""Decides; writes nothing. The table is the catalog's `flow.toml`. `Dispute.clock` is a `deadlines.Running` as JSON."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from backend.accounts.actors import Actor, ResidentActor, StaffActor
from backend.core.catalog import Catalog
from backend.core.errors import HejieError, NotFoundError, RoleNotAllowedError
from backend.core.flow_table import PREVIOUS, SAME, FlowRow
from backend.disputes import deadlines
from models import CenterLevel, Dispute, Role, Safety, Status


class ActionNotAllowedError(HejieError):
    code: ClassVar[str] = "action_not_allowed"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "当前状态不能做这一步，请刷新后查看可以做什么。"


class StaleVersionError(HejieError):
    code: ClassVar[str] = "stale_version"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "这个案件刚被别人更新过，请刷新后再操作。"


def rows_for(catalog: Catalog, action: str) -> tuple[FlowRow, ...]:
    """Raises NotFoundError for an action that staff don't have."""
    rows = catalog.flow_by_action.get(action, ())
    if not rows or rows[0].guard == "filed_by_actor":
        raise NotFoundError
    return rows


def check_role(rows: tuple[FlowRow, ...], dispute: Dispute, actor: Actor) -> None:
    """Raises RoleNotAllowedError."""
    if not any(may(row, dispute, actor) or _is_answered(row, dispute, actor) for row in rows):
        raise RoleNotAllowedError


def _is_answered(row: FlowRow, dispute: Dispute, actor: Actor) -> bool:
    """What is offered to no center, or no more, is refused for its state: a colleague may have been faster."""
    is_target = row.guard == "target_center" and actor.role in row.roles
    return (
        is_target and dispute.transfer_to_id is None and isinstance(actor, StaffActor) and actor.center_id is not None
    )


def fitting(rows: tuple[FlowRow, ...], dispute: Dispute, actor: Actor) -> FlowRow:
    """The one row that is for the case as it is. Raises ActionNotAllowedError."""
    for row in rows:
        if row.starts_from(dispute.status) and may(row, dispute, actor):
            for condition in row.conditions:
                if not CONDITIONS[condition].holds(dispute):
                    raise ActionNotAllowedError(
                        CONDITIONS[condition].else_text, status=dispute.status, version=dispute.version
                    )
            return row
    raise ActionNotAllowedError(status=dispute.status, version=dispute.version)


def allowed(catalog: Catalog, dispute: Dispute, actor: Actor) -> list[FlowRow]:
    return [
        row
        for row in catalog.flow
        if row.starts_from(dispute.status)
        and may(row, dispute, actor)
        and all(CONDITIONS[condition].holds(dispute) for condition in row.conditions)
    ]


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


def _may_resume(dispute: Dispute, actor: StaffActor) -> bool:
    """Who paused it, or the director. Where nothing is paused, it is the state that does not fit."""
    pause = _pause_of(dispute)
    return _is_own_center(dispute, actor) and (not pause or actor.role == Role.DIRECTOR or pause["by"] == str(actor.id))


_GUARDS: dict[str, Callable[[Dispute, StaffActor], bool]] = {
    "own_center": _is_own_center,
    "anyone_of_center": _is_own_center,
    "target_center": _is_target_center,
    "assigned": _is_assigned,
    "filed_by_actor": lambda _dispute, _actor: False,
    "may_resume": _may_resume,
}


@dataclass(frozen=True, slots=True)
class Condition:
    holds: Callable[[Dispute], bool]
    else_text: str


def _pause_of(dispute: Dispute) -> Any:
    return dispute.clock and dispute.clock.get("pause")


CONDITIONS: dict[str, Condition] = {
    "clock_runs": Condition(
        lambda dispute: bool(dispute.clock) and not _pause_of(dispute), "计时已经暂停，或者没有在计时，不用再暂停。"
    ),
    "clock_is_paused": Condition(
        lambda dispute: bool(_pause_of(dispute)) and not dispute.recusal_pending,
        "计时没有暂停，或者要等回避申请决定后才恢复。",
    ),
    "term_runs": Condition(
        lambda dispute: str((dispute.clock or {}).get("rule")).startswith("settle"), "调解期限没有在计算，不能延长。"
    ),
    "recusal_pending": Condition(lambda dispute: dispute.recusal_pending, "没有待决定的回避申请。"),
    "no_recusal_pending": Condition(
        lambda dispute: not dispute.recusal_pending, "有回避申请还没有决定，请中心主任先决定。"
    ),
    "no_red_card": Condition(
        lambda dispute: dispute.safety is not Safety.RED, "这件事有安全红牌，请先处置并解除红牌，再合并或者拆分。"
    ),
    "not_merged": Condition(
        lambda dispute: dispute.merged_into_id is None, "这件已经并入另一件，请到并入的那一件里办理。"
    ),
    "may_decline": Condition(lambda dispute: not dispute.must_decide, "这件事已提级到这里，不能再退回，请接收后办理。"),
}


def destination(row: FlowRow, dispute: Dispute) -> Status:
    if row.to == SAME:
        return dispute.status
    if row.to == PREVIOUS:
        assert dispute.status_before_transfer is not None, "a transferred case remembers where it came from"
        return dispute.status_before_transfer
    return Status(row.to)


def light(dispute: Dispute, now: datetime) -> str:
    return deadlines.light(dispute.due_at, dispute.yellow_at, now)
