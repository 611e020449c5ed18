"""What a center keeps for booking: windows and rooms, hours of its mediators, blocked periods. Its director and the
administrator write it; appointments already made stand, and are named where they are in the way."""

from datetime import datetime
from uuid import UUID

from tortoise.expressions import Q

from backend.accounts.actors import StaffActor
from backend.appointments import diaries
from backend.appointments.diaries import Subject
from backend.appointments.lapsing import LIVE
from backend.appointments.schemas import BlockIn, FacilityIn
from backend.core.deps import Deps
from backend.core.errors import InvalidFieldsError, NotFoundError, RoleNotAllowedError
from backend.core.opening import Hours
from models import (
    Appointment,
    BlockedPeriod,
    Center,
    DiaryKind,
    Facility,
    FacilityKind,
    MediatorHours,
    Role,
    Staff,
)
from models.base import uuid7

_NAME_TAKEN = "本中心已有同名的窗口或调解室，请换一个名称。"
_NO_SUBJECT = "没有这个窗口、调解室或调解员，请从本中心的里面选择。"


async def add_facility(deps: Deps, actor: StaffActor, center_id: UUID, draft: FacilityIn) -> Facility:
    """Raises NotFoundError, RoleNotAllowedError, InvalidFieldsError at `name`."""
    center = await locked_center(actor, center_id)
    await _check_name(center.id, draft.kind, draft.name)
    facility = Facility(
        id=uuid7(),
        center=center,
        kind=draft.kind,
        name=draft.name,
        hours=_stored(draft.hours),
        created_at=deps.clock.now(),
    )
    await facility.save(force_create=True)
    return facility


async def change_facility(actor: StaffActor, facility_id: UUID, name: str, hours: Hours | None) -> Facility:
    """Raises NotFoundError, RoleNotAllowedError, InvalidFieldsError at `name`."""
    facility = await _facility(actor, facility_id)
    if name != facility.name:
        await _check_name(facility.center_id, facility.kind, name)
    facility.name, facility.hours = name, _stored(hours)
    await facility.save(update_fields=["name", "hours"])
    return facility


async def close_facility(deps: Deps, actor: StaffActor, facility_id: UUID) -> Facility:
    """Nothing new is booked there; once more changes nothing. Raises NotFoundError, RoleNotAllowedError."""
    facility = await _facility(actor, facility_id)
    facility.closed_at = facility.closed_at or deps.clock.now()
    await facility.save(update_fields=["closed_at"])
    return facility


async def set_mediator_hours(actor: StaffActor, mediator_id: UUID, hours: Hours | None) -> Staff:
    """None = the center's. Raises NotFoundError, RoleNotAllowedError."""
    staff = await mediator(mediator_id)
    require_keeper(actor, staff.center_id)
    if hours is None:
        await MediatorHours.filter(mediator_id=staff.id).delete()
    else:
        await MediatorHours.update_or_create({"hours": hours.model_dump(mode="json")}, mediator_id=staff.id)
    return staff


async def block(
    deps: Deps, actor: StaffActor, center_id: UUID, draft: BlockIn
) -> tuple[BlockedPeriod, list[Appointment]]:
    """With the appointments that are in the way. Raises NotFoundError, RoleNotAllowedError, InvalidFieldsError at
    `subject_id`."""
    center = await locked_center(actor, center_id)
    subject = await _subject(center, draft.kind, draft.subject_id)
    period = await block_locked(
        deps, actor, center.id, subject, draft.starts_at, ends_at=draft.ends_at, reason=draft.reason
    )
    return period, await in_the_way(deps, center.id, subject, draft.starts_at, draft.ends_at)


async def block_locked(
    deps: Deps,
    actor: StaffActor,
    center_id: UUID,
    subject: Subject,
    starts_at: datetime,
    *,
    ends_at: datetime,
    reason: str,
) -> BlockedPeriod:
    """The center is locked: a booking under way has ended, and the next one finds the period."""
    locked = await diaries.lock(center_id, [subject])
    period = BlockedPeriod(
        id=uuid7(),
        diary_id=locked[subject],
        center_id=center_id,
        starts_at=starts_at,
        ends_at=ends_at,
        reason=reason,
        created_by=actor.id,
        created_at=deps.clock.now(),
    )
    await period.save(force_create=True)
    return period


async def unblock(actor: StaffActor, period_id: UUID) -> None:
    """Raises NotFoundError, RoleNotAllowedError."""
    period = await BlockedPeriod.get_or_none(id=period_id)
    if period is None:
        raise NotFoundError
    require_keeper(actor, period.center_id)
    await period.delete()


async def in_the_way(
    deps: Deps, center_id: UUID, subject: Subject, starts_at: datetime, ends_at: datetime
) -> list[Appointment]:
    """Still to come, in order of time. A window's are only counted together, so all of the center's are named."""
    of_subject = {
        DiaryKind.MEDIATOR: Q(mediator_id=subject.id),
        DiaryKind.ROOM: Q(room_id=subject.id),
    }.get(subject.kind, Q(center_id=center_id))
    rows = Appointment.filter(of_subject, status__in=LIVE, starts_at__lt=ends_at, ends_at__gt=starts_at)
    return (
        await rows.filter(ends_at__gt=deps.clock.now())
        .select_related("center", "dispute", "mediator", "room")
        .order_by("starts_at")
    )


async def locked_center(actor: StaffActor, center_id: UUID) -> Center:
    """Until the commit nothing is booked at it. Raises NotFoundError, RoleNotAllowedError."""
    require_keeper(actor, center_id)
    center = await Center.get_or_none(id=center_id)
    if center is None:
        raise NotFoundError
    await diaries.close_center(center_id)
    return center


async def mediator(mediator_id: UUID) -> Staff:
    """Raises NotFoundError."""
    found = await Staff.get_or_none(id=mediator_id, role=Role.MEDIATOR)
    if found is None:
        raise NotFoundError
    return found


def require_keeper(actor: StaffActor, center_id: UUID | None) -> None:
    """Raises RoleNotAllowedError; NotFoundError where the center is another one."""
    if actor.role is Role.ADMIN:
        return
    if center_id != actor.center_id:
        raise NotFoundError
    if actor.role is not Role.DIRECTOR:
        raise RoleNotAllowedError("只有中心主任和系统管理员可以修改排班和场地。")


async def _subject(center: Center, kind: DiaryKind, subject_id: UUID | None) -> Subject:
    if kind is DiaryKind.CENTER:
        return Subject(kind, str(center.id))
    if kind is DiaryKind.MEDIATOR:
        is_known = await Staff.filter(id=subject_id, role=Role.MEDIATOR, center_id=center.id).exists()
    else:
        is_known = await Facility.filter(id=subject_id, kind=FacilityKind(kind.value), center_id=center.id).exists()
    if not is_known:
        raise InvalidFieldsError.at("subject_id", _NO_SUBJECT)
    return Subject(kind, str(subject_id))


async def _facility(actor: StaffActor, facility_id: UUID) -> Facility:
    facility = await Facility.get_or_none(id=facility_id)
    if facility is None:
        raise NotFoundError
    require_keeper(actor, facility.center_id)
    return facility


async def _check_name(center_id: UUID, kind: FacilityKind, name: str) -> None:
    if await Facility.filter(center_id=center_id, kind=kind, name=name).exists():
        raise InvalidFieldsError.at("name", _NAME_TAKEN)


def _stored(hours: Hours | None) -> dict[str, object] | None:
    return None if hours is None else hours.model_dump(mode="json")
