"""Who came and who did not. A phone shows a signed code that is renewed while it is looked at; staff scan it, or type
the six digits below it, or the resident scans the center's poster."""

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from tortoise.queryset import QuerySet

from backend.accounts.actors import Actor, ResidentActor, StaffActor
from backend.appointments import access, codes, diaries, misses, participants, telling
from backend.appointments.errors import AlreadyCheckedInError, AppointmentNotLiveError, NotYetError
from backend.core.clock import iso
from backend.core.deps import Deps
from backend.core.errors import InvalidFieldsError, NotFoundError
from backend.core.wording import when_text
from models import (
    Appointment,
    AppointmentKind,
    AppointmentStatus,
    Audience,
    Dispute,
    Miss,
    Participant,
    Purpose,
    SceneCode,
)

_USE = "check-in"
_WRONG_CODE = "签到码不对，请核对来访人手机上的六位数字。"
_OLD_CODE = "签到码不对或已过期，请让来访人重新打开预约页面再扫。"
_OTHER_CENTER = "这不是您预约的中心的签到码，请核对地点，或请窗口工作人员帮您签到。"
_CAME = (AppointmentStatus.CHECKED_IN, AppointmentStatus.COMPLETED)
_MAY_CHANGE = (AppointmentStatus.BOOKED, AppointmentStatus.CHECKED_IN, AppointmentStatus.NO_SHOW)


class CheckInCode(NamedTuple):
    code: str
    expires_at: datetime


async def show_code(deps: Deps, actor: ResidentActor, appointment: Appointment) -> CheckInCode:
    """Raises NotYetError, AppointmentNotLiveError; NotFoundError for who has no part in a mediation."""
    _check_time(deps, appointment)
    party_id = appointment.party_id
    if appointment.purpose is Purpose.MEDIATION:
        mine = await _of(actor, appointment).first()
        if mine is None:
            raise NotFoundError
        party_id = mine.party_id
    until = deps.clock.now() + timedelta(seconds=deps.catalog.booking.check_in_code_seconds)
    return CheckInCode(codes.signed(deps.keyring, _USE, (str(appointment.id), str(party_id)), until), until)


async def check_in_scanned(deps: Deps, actor: StaffActor, code: str) -> Appointment:
    """By the signed code alone. Raises InvalidFieldsError at `code`, and what `check_in` raises."""
    read = codes.read(deps.keyring, _USE, code, deps.clock.now())
    if read is None:
        raise InvalidFieldsError.at("code", _OLD_CODE)
    dispute, appointment = await access.locked_for_staff(deps, actor, UUID(read[0]))
    participant = None
    if appointment.purpose is Purpose.MEDIATION:
        participant = await Participant.get_or_none(appointment_id=appointment.id, party_id=UUID(read[1]))
    return await _arrive(deps, dispute, actor, appointment, participant)


async def check_in(deps: Deps, actor: StaffActor, appointment_id: UUID, code: str) -> Appointment:
    """By the six digits. Raises NotFoundError, RoleNotAllowedError, InvalidFieldsError at `code`,
    AlreadyCheckedInError, AppointmentNotLiveError."""
    dispute, appointment = await access.locked_for_staff(deps, actor, appointment_id)
    if appointment.purpose is Purpose.MEDIATION:
        everybody = await Participant.filter(appointment_id=appointment.id)
        participant = next((each for each in everybody if _same(code, each.checkin_code)), None)
        is_right = participant is not None
    else:
        participant, is_right = None, _same(code, appointment.checkin_code)
    if not is_right:
        raise InvalidFieldsError.at("code", _WRONG_CODE)
    return await _arrive(deps, dispute, actor, appointment, participant)


async def check_in_oneself(deps: Deps, actor: ResidentActor, appointment_id: UUID, scene: str) -> Appointment:
    """By the code on the center's poster, around the time booked. Raises NotFoundError, InvalidFieldsError at `scene`,
    NotYetError, AlreadyCheckedInError, AppointmentNotLiveError."""
    dispute, appointment = await access.locked_for_resident(deps, actor, appointment_id)
    poster = await SceneCode.get_or_none(code=scene, revoked_at=None)
    is_here = poster is not None and poster.params.get("center_id") == str(appointment.center_id)
    if not is_here or appointment.kind is not AppointmentKind.ONSITE:
        raise InvalidFieldsError.at("scene", _OTHER_CENTER)
    _check_time(deps, appointment)
    participant = await _of(actor, appointment).first()
    return await _arrive(deps, dispute, actor, appointment, participant)


async def note_no_show(
    deps: Deps, actor: StaffActor, appointment_id: UUID, party_ids: Collection[UUID] | None, excuse: str | None
) -> Appointment:
    """Of those named, or of all who have not checked in; with an excuse it counts against nobody. Raises
    NotFoundError, RoleNotAllowedError, NotYetError, AppointmentNotLiveError, InvalidFieldsError at `party_ids`."""
    dispute, appointment = await access.locked_for_staff(deps, actor, appointment_id)
    _check_begun(deps, appointment)
    absent = await _absent(appointment)
    if party_ids is not None and not absent.issuperset(party_ids):
        raise InvalidFieldsError.at("party_ids", "有人不在这次预约里，或者已经签到，请重新选择。")
    named = absent if party_ids is None else set(party_ids)
    if not excuse:
        noted = await Miss.filter(appointment_id=appointment.id).values_list("party_id", flat=True)
        await misses.note_no_shows(deps, appointment, sorted(named - set(noted)))
    if appointment.status is AppointmentStatus.BOOKED:
        await _set_status(deps, appointment, AppointmentStatus.NO_SHOW)
        await diaries.leave(appointment)
    detail = {"excuse": excuse}
    await telling.record(deps, dispute, actor, appointment, "no_show", audience=Audience.STAFF, detail=detail)
    return appointment


async def excuse(deps: Deps, actor: StaffActor, appointment_id: UUID, reason: str) -> Appointment:
    """What was missed counts no longer. Raises NotFoundError, RoleNotAllowedError."""
    dispute, appointment = await access.locked_for_staff(deps, actor, appointment_id)
    if await misses.excuse(deps, appointment):
        detail = {"reason": reason}
        await telling.record(deps, dispute, actor, appointment, "excused", audience=Audience.STAFF, detail=detail)
    return appointment


async def complete(deps: Deps, actor: StaffActor, appointment_id: UUID) -> Appointment:
    """It took place. Raises NotFoundError, RoleNotAllowedError, NotYetError, AppointmentNotLiveError."""
    dispute, appointment = await access.locked_for_staff(deps, actor, appointment_id)
    _check_begun(deps, appointment)
    await _set_status(deps, appointment, AppointmentStatus.COMPLETED)
    await telling.record(deps, dispute, actor, appointment, "visit_completed", audience=Audience.STAFF)
    return appointment


async def _arrive(
    deps: Deps, dispute: Dispute, actor: Actor, appointment: Appointment, participant: Participant | None
) -> Appointment:
    now = deps.clock.now()
    is_first = appointment.status is AppointmentStatus.BOOKED
    has_come = appointment.status in _CAME if participant is None else participant.checked_in_at is not None
    if has_come:
        raise AlreadyCheckedInError
    if not is_first and appointment.status is not AppointmentStatus.CHECKED_IN:
        raise AppointmentNotLiveError
    if participant is not None:
        participant.checked_in_at = now
        await participant.save(update_fields=["checked_in_at"])
    if is_first:
        appointment.checked_in_at = now
        await _set_status(deps, appointment, AppointmentStatus.CHECKED_IN)
    audience = None if participant is None else Audience.STAFF
    await telling.record(deps, dispute, actor, appointment, "checked_in", audience=audience)
    return appointment


async def _absent(appointment: Appointment) -> set[UUID]:
    if appointment.purpose is Purpose.MEDIATION:
        missing = Participant.filter(appointment_id=appointment.id, checked_in_at=None)
        return {row.party_id for row in await missing}
    return {appointment.party_id} if appointment.party_id and appointment.checked_in_at is None else set()


async def _set_status(deps: Deps, appointment: Appointment, status: AppointmentStatus) -> None:
    appointment.status, appointment.updated_at = status, deps.clock.now()
    await appointment.save(update_fields=["status", "checked_in_at", "updated_at"])


def _of(actor: ResidentActor, appointment: Appointment) -> QuerySet[Participant]:
    return Participant.filter(participants.answered_by(actor.id), appointment_id=appointment.id).distinct()


def _check_begun(deps: Deps, appointment: Appointment) -> None:
    if appointment.status not in _MAY_CHANGE:
        raise AppointmentNotLiveError
    if deps.clock.now() < appointment.starts_at:
        raise NotYetError("还没到预约时间，到时间后再登记。", opens_at=iso(appointment.starts_at))


def _check_time(deps: Deps, appointment: Appointment) -> None:
    if appointment.status not in (AppointmentStatus.BOOKED, AppointmentStatus.CHECKED_IN):
        raise AppointmentNotLiveError
    opens_at = appointment.starts_at - deps.catalog.booking.check_in_from
    if deps.clock.now() < opens_at:
        raise NotYetError(f"{when_text(opens_at)}起可以签到，请到时再来。", opens_at=iso(opens_at))
    if deps.clock.now() >= appointment.ends_at:
        raise AppointmentNotLiveError


def _same(one: str, other: str) -> bool:
    return secrets.compare_digest(one.encode(), other.encode())
