"""Appointments as they are read, and as files."""

from datetime import datetime

from backend.appointments import availability
from backend.appointments.availability import SlotTime
from backend.appointments.ics import TITLE, appointment_ics
from backend.appointments.schemas import AppointmentOut, CenterAppointmentOut, PlaceOut, SlotOut
from backend.core.clock import local
from backend.core.deps import WorkingDays
from backend.core.wording import when_text
from models import Appointment, AppointmentKind, AppointmentStatus, Center

_DAY_MAY_MOVE = "放假安排公布后日期可能调整，如有变动我们会通知您。"
_VIDEO = "视频调解（请在小程序内进入）"


def slot_out(slot: SlotTime, center: Center, taken: int, calendar: WorkingDays) -> SlotOut:
    return SlotOut(
        id=availability.slot_id(str(center.id), slot.kind, slot.starts_at),
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        when_text=when_text(slot.starts_at),
        kind=slot.kind,
        remaining=max(slot.capacity - taken, 0),
        note=_note(calendar, slot.starts_at),
    )


def appointment_out(appointment: Appointment, calendar: WorkingDays) -> AppointmentOut:
    """The center must have been read with it."""
    return AppointmentOut(
        id=str(appointment.id),
        dispute_id=str(appointment.dispute_id),
        status=appointment.status,
        starts_at=appointment.starts_at,
        ends_at=appointment.ends_at,
        starts_ts=int(appointment.starts_at.timestamp()),
        ends_ts=int(appointment.ends_at.timestamp()),
        when_text=when_text(appointment.starts_at),
        kind=appointment.kind,
        center=_place_out(appointment.center),
        checkin_code=appointment.checkin_code,
        checked_in_at=appointment.checked_in_at,
        title=TITLE,
        note=_note(calendar, appointment.starts_at) if appointment.status is AppointmentStatus.BOOKED else None,
    )


def center_appointment_out(appointment: Appointment, visitor: str | None) -> CenterAppointmentOut:
    """Center and dispute must have been read with it."""
    return CenterAppointmentOut(
        id=str(appointment.id),
        dispute_id=str(appointment.dispute_id),
        number=appointment.dispute.number,
        case_number=appointment.dispute.case_number,
        visitor=visitor,
        status=appointment.status,
        starts_at=appointment.starts_at,
        ends_at=appointment.ends_at,
        when_text=when_text(appointment.starts_at),
        kind=appointment.kind,
        center=_place_out(appointment.center),
        checked_in_at=appointment.checked_in_at,
    )


def calendar_file(appointment: Appointment) -> str:
    return appointment_ics(
        str(appointment.id),
        sequence=appointment.sequence,
        starts_at=appointment.starts_at,
        ends_at=appointment.ends_at,
        place=place_text(appointment.kind, appointment.center),
        cancelled=appointment.status is AppointmentStatus.CANCELLED,
        stamp=appointment.updated_at,
    )


def place_text(kind: AppointmentKind, center: Center) -> str:
    if kind is AppointmentKind.VIDEO:
        return _VIDEO
    return f"{center.name}（{center.address}）" if center.address else center.name


def _place_out(center: Center) -> PlaceOut:
    return PlaceOut(id=str(center.id), name=center.name, address=center.address, phone=center.phone)


def _note(calendar: WorkingDays, starts_at: datetime) -> str | None:
    return _DAY_MAY_MOVE if calendar.year_status(local(starts_at).year) == "estimated" else None
