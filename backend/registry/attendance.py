"""Residency is proved by attendance: one row per organization, center and day."""

from collections import defaultdict
from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from backend.accounts.actors import StaffActor
from backend.centers import planned_days, posters
from backend.core import clock
from backend.core.deps import Deps
from backend.core.errors import HejieError, InvalidFieldsError, NotFoundError, RoleNotAllowedError
from backend.registry.attendance_schemas import (
    AttendanceIn,
    AttendanceOut,
    AttendanceQuery,
    MonthOut,
    OrganizationMonthOut,
    RateOut,
)
from models import AttendanceProof, Center, DeskAttendance, Residency, Role
from models.base import uuid7

_AT_THE_WINDOW = (Role.CLERK, Role.DIRECTOR)
_READ_ALL = (Role.SUPERVISOR, Role.ADMIN)


class AlreadySignedError(HejieError):
    code: ClassVar[str] = "already_signed"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "今天已经签过了，不用再签。"


class NotSignedInError(HejieError):
    code: ClassVar[str] = "not_signed_in"
    status: ClassVar[int] = 409
    message: ClassVar[str] = "今天还没有签到，请先签到。"


async def sign(deps: Deps, actor: StaffActor, center_id: UUID, fields: AttendanceIn) -> AttendanceOut:
    """Raises NotFoundError, RoleNotAllowedError, InvalidFieldsError, AlreadySignedError, NotSignedInError."""
    center = await _center(center_id)
    organization_id, proof = await _who(actor, center, fields)
    await _require_resident(actor, center, organization_id)
    if fields.record is not None:
        record = fields.record
        row = _new(actor, center, organization_id, proof, record.arrived_at)
        row.left_at = record.left_at
        return await _arrive(row)
    now = deps.clock.now()
    if fields.movement == "leave":
        return await _leave(center, organization_id, now)
    return await _arrive(_new(actor, center, organization_id, proof, now))


async def month(deps: Deps, actor: StaffActor, center_id: UUID, query: AttendanceQuery) -> MonthOut:
    """For the center itself and those above; an associate reads of its own organization.
    Raises NotFoundError, RoleNotAllowedError."""
    center = await _center(center_id)
    residencies = Residency.filter(center_id=center.id).select_related("organization").order_by("id")
    if actor.is_associate:
        _require_organization(actor)
        residencies = residencies.filter(organization_id=actor.organization_id)
    elif actor.role not in _READ_ALL and actor.center_id != center.id:
        raise RoleNotAllowedError("只能查看本中心的到岗情况。")
    found = await residencies
    if actor.is_associate and not found:
        raise NotFoundError
    first = query.first_day(deps.clock)
    last = min(planned_days.end_of_month(first), clock.today(deps.clock))
    signed = await _signed(center, first, planned_days.end_of_month(first))
    items = [_month_of(deps, each, signed[each.organization_id], first, last) for each in found]
    total = RateOut.of(sum(item.planned for item in items), sum(item.attended for item in items))
    return MonthOut(month=f"{first:%Y-%m}", items=items, **dict(total))


async def _who(actor: StaffActor, center: Center, fields: AttendanceIn) -> tuple[UUID, AttendanceProof]:
    if actor.is_associate:
        return await _by_poster(actor, center, fields), AttendanceProof.POSTER
    if actor.center_id != center.id or actor.role not in _AT_THE_WINDOW:
        raise RoleNotAllowedError("到岗由本中心窗口或主任登记。")
    if fields.record is not None and actor.role is not Role.DIRECTOR:
        raise RoleNotAllowedError("补记由中心主任办理。")
    if fields.organization_id is None:
        raise InvalidFieldsError.at("organization_id", "请选择入驻的组织。")
    return fields.organization_id, AttendanceProof.RECORD if fields.record else AttendanceProof.WINDOW


async def _by_poster(actor: StaffActor, center: Center, fields: AttendanceIn) -> UUID:
    organization_id = _require_organization(actor)
    if fields.record is not None or fields.organization_id not in (None, organization_id):
        raise RoleNotAllowedError("只能为本组织当场签到。")
    if fields.poster_code is None or not await posters.hangs_in(center, fields.poster_code):
        raise InvalidFieldsError.at("poster_code", "请扫描本中心现在挂出的海报码。")
    return organization_id


def _require_organization(actor: StaffActor) -> UUID:
    """Experts come in person and keep no desk. Raises NotFoundError."""
    if actor.role is not Role.ORGANIZATION or actor.organization_id is None:
        raise NotFoundError
    return actor.organization_id


async def _require_resident(actor: StaffActor, center: Center, organization_id: UUID) -> None:
    desks = Residency.filter(center_id=center.id, organization_id=organization_id, organization__deactivated_at=None)
    if not await desks.exists():
        if actor.is_associate:
            raise NotFoundError
        raise InvalidFieldsError.at("organization_id", "这个组织没有入驻本中心，请重新选择。")


def _new(
    actor: StaffActor, center: Center, organization_id: UUID, proof: AttendanceProof, at: datetime
) -> DeskAttendance:
    return DeskAttendance(
        id=uuid7(),
        organization_id=organization_id,
        center_id=center.id,
        day=clock.local(at).date(),
        proof=proof,
        arrived_at=at,
        recorded_by_id=actor.id,
    )


async def _arrive(row: DeskAttendance) -> AttendanceOut:
    """The unique key decides who was first."""
    await DeskAttendance.bulk_create([row], ignore_conflicts=True)
    stored = await _of_day(row.center_id, row.organization_id, row.day)
    if stored is None or stored.id != row.id:
        raise AlreadySignedError("这一天已经登记过到岗，不用再登记。")
    return _out(stored)


async def _leave(center: Center, organization_id: UUID, now: datetime) -> AttendanceOut:
    day = clock.local(now).date()
    if await _of_day(center.id, organization_id, day) is None:
        raise NotSignedInError
    signed = DeskAttendance.filter(center_id=center.id, organization_id=organization_id, day=day, left_at=None)
    if not await signed.update(left_at=now):
        raise AlreadySignedError("今天已经签退过了。")
    stored = await _of_day(center.id, organization_id, day)
    assert stored is not None, "it was there a moment ago and nothing deletes it"
    return _out(stored)


async def _of_day(center_id: UUID, organization_id: UUID, day: date) -> DeskAttendance | None:
    rows = DeskAttendance.filter(center_id=center_id, organization_id=organization_id, day=day)
    return await rows.select_related("organization", "recorded_by").first()


async def _center(center_id: UUID) -> Center:
    found = await Center.get_or_none(id=center_id, deactivated_at=None)
    if found is None:
        raise NotFoundError
    return found


async def _signed(center: Center, first: date, last: date) -> dict[UUID, list[DeskAttendance]]:
    rows = DeskAttendance.filter(center_id=center.id, day__gte=first, day__lte=last)
    signed = defaultdict[UUID, list[DeskAttendance]](list)
    for row in await rows.select_related("organization", "recorded_by").order_by("day"):
        signed[row.organization_id].append(row)
    return signed


def _month_of(
    deps: Deps, residency: Residency, rows: list[DeskAttendance], first: date, last: date
) -> OrganizationMonthOut:
    planned = planned_days.of(residency, first, last, deps.calendar)
    there = {row.day for row in rows}
    return OrganizationMonthOut(
        organization_id=str(residency.organization_id),
        organization=residency.organization.name,
        residency=residency.kind,
        weekdays=residency.weekdays,
        missed=sorted(planned - there),
        unplanned=sorted(there - planned),
        days=[_out(row) for row in rows],
        **dict(RateOut.of(len(planned), len(planned & there))),
    )


def _out(row: DeskAttendance) -> AttendanceOut:
    return AttendanceOut(
        organization_id=str(row.organization_id),
        organization=row.organization.name,
        day=row.day,
        proof=row.proof,
        arrived_at=row.arrived_at,
        left_at=row.left_at,
        recorded_by=row.recorded_by.name,
    )
