"""The video room of an appointment: who asked to come in, who they are, what they consented to."""

from enum import StrEnum
from uuid import UUID

from tortoise import fields

from models.appointments import Appointment
from models.base import ENUM_LENGTH, Row
from models.disputes import Dispute, Party
from models.mediation import CaseMember


class RoomStatus(StrEnum):
    PLANNED = "planned"
    OPEN = "open"
    ENDED = "ended"


class GuestStatus(StrEnum):
    WAITING = "waiting"
    ADMITTED = "admitted"
    TURNED_AWAY = "turned_away"
    LEFT = "left"


class IdentityCheck(StrEnum):
    """By what somebody at the door of a room is known to be who they say."""

    PHONE = "phone"
    """The number that WeChat has verified is the party's."""
    ID_NUMBER = "id_number"
    ACCOUNT = "account"
    """An expert or an organization, logged in."""
    STAFF = "staff"
    """Staff compared a document with the face."""


class RoomConsentKind(StrEnum):
    ONLINE = "online"
    RECORDING = "recording"


class Room(Row):
    """There is none before somebody does something in it: until then an appointment by video has a planned room."""

    appointment_id: UUID
    appointment: fields.OneToOneRelation[Appointment] = fields.OneToOneField(
        "models.Appointment", on_delete=fields.RESTRICT, related_name="video"
    )
    dispute_id: UUID
    dispute: fields.ForeignKeyRelation[Dispute] = fields.ForeignKeyField("models.Dispute", on_delete=fields.RESTRICT)
    status = fields.CharEnumField(RoomStatus, max_length=ENUM_LENGTH)
    link_sealed = fields.BinaryField(null=True)
    """JSON: what the center entered for whom has no room of ours, a link or a phone bridge."""
    opened_at = fields.DatetimeField(null=True)
    recording_since = fields.DatetimeField(null=True)
    """Null = nothing is recorded."""
    ended_at = fields.DatetimeField(null=True)
    failed_at = fields.DatetimeField(null=True)
    failure_sealed = fields.BinaryField(null=True)
    venue_sealed = fields.BinaryField(null=True)
    """Where they go on after a failure, in words."""
    fallback_id = fields.UUIDField(null=True)
    """The appointment at the center that was proposed instead."""

    class Meta:
        table = "room"
        indexes = (("dispute_id", "id"),)


class RoomGuest(Row):
    """One who comes by phone or account; who hosts the room is no guest of it."""

    room_id: UUID
    room: fields.ForeignKeyRelation[Room] = fields.ForeignKeyField(
        "models.Room", on_delete=fields.RESTRICT, related_name="guests"
    )
    actor_id = fields.UUIDField()
    """A resident or a staff member."""
    party_id: UUID | None
    party: fields.ForeignKeyNullableRelation[Party] = fields.ForeignKeyField(
        "models.Party", null=True, on_delete=fields.RESTRICT
    )
    """Whose side they are on; a representative is there for the party."""
    member_id: UUID | None
    member: fields.ForeignKeyNullableRelation[CaseMember] = fields.ForeignKeyField(
        "models.CaseMember", null=True, on_delete=fields.RESTRICT
    )
    status = fields.CharEnumField(GuestStatus, max_length=ENUM_LENGTH)
    asked_at = fields.DatetimeField()
    identity: IdentityCheck | None = fields.CharEnumField(  # type: ignore[assignment]
        IdentityCheck, max_length=ENUM_LENGTH, null=True
    )
    """Null = nobody has checked who this is."""
    identified_at = fields.DatetimeField(null=True)
    identified_by_id = fields.UUIDField(null=True)
    decided_at = fields.DatetimeField(null=True)
    decided_by_id = fields.UUIDField(null=True)
    """Who let them in, or turned them away."""
    reason_sealed = fields.BinaryField(null=True)
    left_at = fields.DatetimeField(null=True)

    class Meta:
        table = "room_guest"
        unique_together = (("room", "actor_id"),)


class RoomConsent(Row):
    """Append-only but for the withdrawal: what a guest agreed to, in which wording."""

    guest_id: UUID
    guest: fields.ForeignKeyRelation[RoomGuest] = fields.ForeignKeyField(
        "models.RoomGuest", on_delete=fields.RESTRICT, related_name="consents"
    )
    kind = fields.CharEnumField(RoomConsentKind, max_length=ENUM_LENGTH)
    version = fields.CharField(max_length=16)
    given_at = fields.DatetimeField()
    withdrawn_at = fields.DatetimeField(null=True)

    class Meta:
        table = "room_consent"
        indexes = (("guest_id", "kind"),)
