"""Appointments as they are read, and as files."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from backend.appointments import availability
from backend.appointments.availability import SlotTime
from backend.appointments.ics import TITLE, Entry
from backend.appointments.schemas import AppointmentOut, CenterAppointmentOut, ParticipantOut, PlaceOut, SlotOut
from backend.core.clock import local
from backend.core.deps import WorkingDays
from backend.core.wording import when_text
from models import Appointment, AppointmentKind, AppointmentStatus, Center, Participant, Purpose

_DAY_MAY_MOVE = "放假安排公布后日期可能调整，如有变动我们会通知您。"
_STILL_TO_COME = (AppointmentStatus.BOOKED, AppointmentStatus.PROPOSED)
PURPOSES = {Purpose.MEDIATION: "调解", Purpose.REGISTRATION: "窗口登记"}
_VIDEO = "视频调解（请在小程序内进入）"


def slot_out(slot: SlotTime, center: Center, remaining: int, calendar: WorkingDays) -> SlotOut:
    return SlotOut(
        id=availability.slot_id(str(center.id), slot.kind, slot.starts_at, slot.purpose),
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        when_text=when_text(slot.starts_at),
        purpose=slot.purpose,
        kind=slot.kind,
        remaining=remaining,
        note=_note(calendar, slot.starts_at),
    )


def status_at(appointment: Appointment, now: datetime) -> AppointmentStatus:
    """What time has ended is over, whether or not somebody has written it down yet."""
    if appointment.status is AppointmentStatus.PROPOSED and appointment.respond_by and appointment.respond_by <= now:
        return AppointmentStatus.EXPIRED
    return appointment.status


def appointment_out(
    appointment: Appointment, calendar: WorkingDays, now: datetime, mine: Participant | None = None
) -> AppointmentOut:
    """Center, mediator and room must have been read with it; `mine` is the reader's part in a mediation."""
    status = status_at(appointment, now)
    return AppointmentOut(
        id=str(appointment.id),
        dispute_id=str(appointment.dispute_id),
        status=status,
        starts_at=appointment.starts_at,
        ends_at=appointment.ends_at,
        starts_ts=int(appointment.starts_at.timestamp()),
        ends_ts=int(appointment.ends_at.timestamp()),
        when_text=when_text(appointment.starts_at),
        purpose=appointment.purpose,
        kind=appointment.kind,
        center=place_out(appointment.center),
        room=appointment.room.name if appointment.room else None,
        mediator=appointment.mediator.name if appointment.mediator else None,
        respond_by=appointment.respond_by,
        my_answer=mine.answer if mine else None,
        checkin_code=mine.checkin_code if mine else appointment.checkin_code,
        checked_in_at=mine.checked_in_at if mine else appointment.checked_in_at,
        title=TITLE,
        note=_note(calendar, appointment.starts_at) if status in _STILL_TO_COME else None,
    )


def center_appointment_out(
    appointment: Appointment, visitor: str, names: Mapping[UUID, str], asked: Sequence[Participant], now: datetime
) -> CenterAppointmentOut:
    """Center, dispute, mediator and room must have been read with it."""
    return CenterAppointmentOut(
        id=str(appointment.id),
        dispute_id=str(appointment.dispute_id),
        number=appointment.dispute.number,
        case_number=appointment.dispute.case_number,
        visitor=visitor or None,
        status=status_at(appointment, now),
        starts_at=appointment.starts_at,
        ends_at=appointment.ends_at,
        when_text=when_text(appointment.starts_at),
        purpose=appointment.purpose,
        kind=appointment.kind,
        center=place_out(appointment.center),
        room=appointment.room.name if appointment.room else None,
        mediator=appointment.mediator.name if appointment.mediator else None,
        respond_by=appointment.respond_by,
        checked_in_at=appointment.checked_in_at,
        participants=[_participant_out(each, names) for each in asked],
    )


def _participant_out(asked: Participant, names: Mapping[UUID, str]) -> ParticipantOut:
    return ParticipantOut(
        party_id=str(asked.party_id),
        name=names[asked.party_id],
        is_required=asked.is_required,
        answer=asked.answer,
        answered_at=asked.answered_at,
        recorded_by_staff=asked.recorded_by is not None,
        checked_in_at=asked.checked_in_at,
    )


def calendar_entry(appointment: Appointment, now: datetime, *, title: str = TITLE, place: str = "") -> Entry:
    """The center must have been read with it."""
    return Entry(
        appointment_id=str(appointment.id),
        sequence=appointment.sequence,
        starts_at=appointment.starts_at,
        ends_at=appointment.ends_at,
        place=place or place_text(appointment.kind, appointment.center),
        status=status_at(appointment, now),
        stamp=appointment.updated_at,
        organizer=appointment.center.name,
        title=title,
    )


def place_text(kind: AppointmentKind, center: Center) -> str:
    if kind is AppointmentKind.VIDEO:
        return _VIDEO
    return f"{center.name}（{center.address}）" if center.address else center.name


def place_out(center: Center) -> PlaceOut:
    return PlaceOut(id=str(center.id), name=center.name, address=center.address, phone=center.phone)


def _note(calendar: WorkingDays, starts_at: datetime) -> str | None:
    return _DAY_MAY_MOVE if calendar.year_status(local(starts_at).year) == "estimated" else None
