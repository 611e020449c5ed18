from enum import StrEnum
from uuid import UUID

from tortoise import fields

from models.accounts import Staff
from models.base import ENUM_LENGTH, Row
from models.centers import Center
from models.disputes import Dispute


class AppointmentKind(StrEnum):
    ONSITE = "onsite"
    VIDEO = "video"


class AppointmentStatus(StrEnum):
    BOOKED = "booked"
    CANCELLED = "cancelled"
    CHECKED_IN = "checked_in"
    COMPLETED = "completed"
    NO_SHOW = "no_show"


class SlotCount(Row):
    """How many places of a slot are taken. The row comes into being with the first booking; places are
    taken by a conditional update, so that the database is the judge."""

    center_id: UUID
    center: fields.ForeignKeyRelation[Center] = fields.ForeignKeyField("models.Center", on_delete=fields.RESTRICT)
    kind = fields.CharEnumField(AppointmentKind, max_length=ENUM_LENGTH)
    starts_at = fields.DatetimeField()
    taken = fields.IntField()

    class Meta:
        table = "slot_count"
        unique_together = (("center", "kind", "starts_at"),)


class Appointment(Row):
    dispute_id: UUID
    dispute: fields.ForeignKeyRelation[Dispute] = fields.ForeignKeyField(
        "models.Dispute", on_delete=fields.RESTRICT, related_name="appointments"
    )
    resident_id = fields.UUIDField(null=True)
    """For whom it was booked."""
    center_id: UUID
    center: fields.ForeignKeyRelation[Center] = fields.ForeignKeyField("models.Center", on_delete=fields.RESTRICT)
    kind = fields.CharEnumField(AppointmentKind, max_length=ENUM_LENGTH)
    status = fields.CharEnumField(AppointmentStatus, max_length=ENUM_LENGTH)
    starts_at = fields.DatetimeField()
    ends_at = fields.DatetimeField()
    sequence = fields.IntField(default=0)
    """Counts the changes of time, as calendar files want it."""
    checkin_code = fields.CharField(max_length=16)
    checked_in_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()

    class Meta:
        table = "appointment"
        indexes = (("resident_id", "id"), ("center_id", "starts_at", "id"))


class AffectedAppointment(Row):
    """A booking whose day a later notice of days off has taken away. Its resident was told, then people decide."""

    appointment_id: UUID
    appointment: fields.ForeignKeyRelation[Appointment] = fields.ForeignKeyField(
        "models.Appointment", on_delete=fields.RESTRICT, related_name="findings"
    )
    sequence = fields.IntField()
    """Of the appointment then: moved or cancelled, it has another one."""
    found_at = fields.DatetimeField()
    kept_at = fields.DatetimeField(null=True)
    kept_by_id: UUID | None
    kept_by: fields.ForeignKeyNullableRelation[Staff] = fields.ForeignKeyField(
        "models.Staff", null=True, on_delete=fields.RESTRICT
    )
    """Null: the day is a working day again."""

    class Meta:
        table = "affected_appointment"
        unique_together = (("appointment", "sequence"),)


class Reminder(Row):
    """What has been reminded of: once for each rule and each time that the appointment had."""

    appointment_id: UUID
    appointment: fields.ForeignKeyRelation[Appointment] = fields.ForeignKeyField(
        "models.Appointment", on_delete=fields.RESTRICT, related_name="reminders"
    )
    sequence = fields.IntField()
    rule = fields.CharField(max_length=32)
    sent_at = fields.DatetimeField()

    class Meta:
        table = "reminder"
        unique_together = (("appointment", "sequence", "rule"),)
