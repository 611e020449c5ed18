from enum import StrEnum
from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from models.accounts import Staff
from models.base import ENUM_LENGTH, Row
from models.centers import Center
from models.disputes import Dispute, Party


class AppointmentKind(StrEnum):
    ONSITE = "onsite"
    VIDEO = "video"


class Purpose(StrEnum):
    """What a time is for."""

    REGISTRATION = "registration"
    MEDIATION = "mediation"


class AppointmentStatus(StrEnum):
    PROPOSED = "proposed"
    BOOKED = "booked"
    CANCELLED = "cancelled"
    DECLINED = "declined"
    EXPIRED = "expired"
    CHECKED_IN = "checked_in"
    COMPLETED = "completed"
    NO_SHOW = "no_show"


class Answer(StrEnum):
    """What a party says to a proposed time."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    ANOTHER_TIME = "another_time"


class MissKind(StrEnum):
    NO_SHOW = "no_show"
    LATE_CANCELLATION = "late_cancellation"


class FacilityKind(StrEnum):
    WINDOW = "window"
    ROOM = "room"


class DiaryKind(StrEnum):
    """What can be in one place only, and what a blocked period may be about."""

    CENTER = "center"
    WINDOW = "window"
    ROOM = "room"
    MEDIATOR = "mediator"
    RESIDENT = "resident"
    IDENTITY = "identity"


class WaitStatus(StrEnum):
    WAITING = "waiting"
    OFFERED = "offered"
    TAKEN = "taken"
    LAPSED = "lapsed"
    LEFT = "left"


class SlotCount(Row):
    """How many places of a slot at the window are taken, by appointments and by offers to those who wait. The row
    comes into being with the first booking; places are taken by a conditional update, so that the database is the
    judge."""

    center_id: UUID
    center: fields.ForeignKeyRelation[Center] = fields.ForeignKeyField("models.Center", on_delete=fields.RESTRICT)
    kind = fields.CharEnumField(AppointmentKind, max_length=ENUM_LENGTH)
    starts_at = fields.DatetimeField()
    taken = fields.IntField()

    class Meta:
        table = "slot_count"
        unique_together = (("center", "kind", "starts_at"),)


class Facility(Row):
    """A window or a mediation room of a center."""

    center_id: UUID
    center: fields.ForeignKeyRelation[Center] = fields.ForeignKeyField("models.Center", on_delete=fields.RESTRICT)
    kind = fields.CharEnumField(FacilityKind, max_length=ENUM_LENGTH)
    name = fields.CharField(max_length=64)
    hours: fields.Field[dict[str, object] | None] = fields.JSONField(null=True)
    """Null = the center's."""
    closed_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField()

    class Meta:
        table = "facility"
        unique_together = (("center", "kind", "name"),)


class MediatorHours(Row):
    """A mediator without a row has the center's hours."""

    mediator_id: UUID
    mediator: fields.OneToOneRelation[Staff] = fields.OneToOneField("models.Staff", on_delete=fields.RESTRICT)
    hours: fields.Field[dict[str, object]] = fields.JSONField()

    class Meta:
        table = "mediator_hours"


class Diary(Model):
    """One for everything that can be in one place only. `subject` is an id, or a keyed hash of an identity number."""

    id = fields.IntField(primary_key=True)
    kind = fields.CharEnumField(DiaryKind, max_length=ENUM_LENGTH)
    subject = fields.CharField(max_length=64)

    class Meta:
        table = "diary"
        unique_together = (("subject", "kind"),)


class Appointment(Row):
    dispute_id: UUID
    dispute: fields.ForeignKeyRelation[Dispute] = fields.ForeignKeyField(
        "models.Dispute", on_delete=fields.RESTRICT, related_name="appointments"
    )
    purpose = fields.CharEnumField(Purpose, max_length=ENUM_LENGTH)
    resident_id = fields.UUIDField(null=True)
    """For whom a time at the window was booked; who asked for a mediation. Null when staff did so for one without an
    account."""
    party_id: UUID | None
    party: fields.ForeignKeyNullableRelation[Party] = fields.ForeignKeyField(
        "models.Party", null=True, on_delete=fields.RESTRICT
    )
    """The same person in the case. A mediation is for all `participant` rows."""
    center_id: UUID
    center: fields.ForeignKeyRelation[Center] = fields.ForeignKeyField("models.Center", on_delete=fields.RESTRICT)
    mediator_id: UUID | None
    mediator: fields.ForeignKeyNullableRelation[Staff] = fields.ForeignKeyField(
        "models.Staff", null=True, on_delete=fields.RESTRICT
    )
    room_id: UUID | None
    room: fields.ForeignKeyNullableRelation[Facility] = fields.ForeignKeyField(
        "models.Facility", null=True, on_delete=fields.RESTRICT
    )
    kind = fields.CharEnumField(AppointmentKind, max_length=ENUM_LENGTH)
    status = fields.CharEnumField(AppointmentStatus, max_length=ENUM_LENGTH)
    starts_at = fields.DatetimeField()
    ends_at = fields.DatetimeField()
    buffer_minutes = fields.IntField(default=0)
    """Mediator and room stay free for so long after it."""
    respond_by = fields.DatetimeField(null=True)
    """Of a proposed time: when it lapses."""
    sequence = fields.IntField(default=0)
    """Counts the changes of time, as calendar files want it."""
    checkin_code = fields.CharField(max_length=16)
    checked_in_at = fields.DatetimeField(null=True)
    video_room = fields.CharField(max_length=32, null=True)
    """A reference, random; who holds it has no right by it."""
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()

    class Meta:
        table = "appointment"
        indexes = (
            ("dispute_id", "id"),
            ("resident_id", "id"),
            ("center_id", "starts_at", "id"),
            ("mediator_id", "starts_at"),
        )


class Participant(Row):
    """A party of the case in a mediation time: what they answered, and whether they came."""

    appointment_id: UUID
    appointment: fields.ForeignKeyRelation[Appointment] = fields.ForeignKeyField(
        "models.Appointment", on_delete=fields.RESTRICT, related_name="participants"
    )
    party_id: UUID
    party: fields.ForeignKeyRelation[Party] = fields.ForeignKeyField("models.Party", on_delete=fields.RESTRICT)
    is_required = fields.BooleanField()
    answer = fields.CharEnumField(Answer, max_length=ENUM_LENGTH)
    answered_at = fields.DatetimeField(null=True)
    recorded_by = fields.UUIDField(null=True)
    """The staff member who wrote the answer down."""
    checkin_code = fields.CharField(max_length=16)
    checked_in_at = fields.DatetimeField(null=True)

    class Meta:
        table = "participant"
        unique_together = (("appointment", "party"),)
        indexes = (("party_id",),)


class Miss(Row):
    """A party who did not come, or cancelled too late. Too many of them limit how far ahead one may book."""

    appointment_id: UUID
    appointment: fields.ForeignKeyRelation[Appointment] = fields.ForeignKeyField(
        "models.Appointment", on_delete=fields.RESTRICT
    )
    party_id: UUID
    party: fields.ForeignKeyRelation[Party] = fields.ForeignKeyField("models.Party", on_delete=fields.RESTRICT)
    kind = fields.CharEnumField(MissKind, max_length=ENUM_LENGTH)
    missed_at = fields.DatetimeField()
    excused_at = fields.DatetimeField(null=True)
    """An excused one counts no longer."""

    class Meta:
        table = "miss"
        unique_together = (("appointment", "party"),)
        indexes = (("party_id",),)


class DiaryEntry(Row):
    """Nobody can be in two places: the database refuses two entries of one diary that overlap. Entries exist only
    for what is proposed, booked or took place."""

    diary_id: int
    diary: fields.ForeignKeyRelation[Diary] = fields.ForeignKeyField("models.Diary", on_delete=fields.RESTRICT)
    appointment_id: UUID
    appointment: fields.ForeignKeyRelation[Appointment] = fields.ForeignKeyField(
        "models.Appointment", on_delete=fields.RESTRICT
    )
    starts_at = fields.DatetimeField()
    ends_at = fields.DatetimeField(db_index=True)
    """With the buffer, for a mediator and a room."""
    held_until = fields.DatetimeField(null=True)
    """Of a proposed time; null = firm."""

    class Meta:
        table = "diary_entry"
        indexes = (("appointment_id",),)


class BlockedPeriod(Row):
    """No new appointments in it: leave, a course, a burst pipe. What was booked before stays until it is moved."""

    diary_id: int
    diary: fields.ForeignKeyRelation[Diary] = fields.ForeignKeyField("models.Diary", on_delete=fields.RESTRICT)
    center_id: UUID
    center: fields.ForeignKeyRelation[Center] = fields.ForeignKeyField("models.Center", on_delete=fields.RESTRICT)
    starts_at = fields.DatetimeField()
    ends_at = fields.DatetimeField()
    reason = fields.CharField(max_length=128, default="")
    created_by = fields.UUIDField()
    created_at = fields.DatetimeField()

    class Meta:
        table = "blocked_period"
        indexes = (("diary_id", "ends_at"), ("center_id", "ends_at"))


class WaitEntry(Row):
    """Somebody waits for a place at the window. An offer holds a place of the slot until `offered_until`."""

    dispute_id: UUID
    dispute: fields.ForeignKeyRelation[Dispute] = fields.ForeignKeyField("models.Dispute", on_delete=fields.RESTRICT)
    resident_id = fields.UUIDField(db_index=True)
    center_id: UUID
    center: fields.ForeignKeyRelation[Center] = fields.ForeignKeyField("models.Center", on_delete=fields.RESTRICT)
    kind = fields.CharEnumField(AppointmentKind, max_length=ENUM_LENGTH)
    first_day = fields.DateField()
    last_day = fields.DateField()
    status = fields.CharEnumField(WaitStatus, max_length=ENUM_LENGTH)
    starts_at = fields.DatetimeField(null=True)
    """Of the slot offered."""
    offered_until = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField()

    class Meta:
        table = "wait_entry"
        indexes = (("center_id", "kind", "status", "id"),)


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


class CalendarFeed(Row):
    """A secret address under which a calendar reads a mediator's appointments; only its hash is kept."""

    staff_id: UUID
    staff: fields.ForeignKeyRelation[Staff] = fields.ForeignKeyField("models.Staff", on_delete=fields.RESTRICT)
    token_hash = fields.CharField(max_length=64, unique=True)
    created_at = fields.DatetimeField()
    revoked_at = fields.DatetimeField(null=True)

    class Meta:
        table = "calendar_feed"
        indexes = (("staff_id",),)
