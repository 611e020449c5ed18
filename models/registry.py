"""That organizations really sit in the centers, and whom they were sent."""

from enum import StrEnum
from uuid import UUID

from tortoise import fields

from models.accounts import Staff
from models.base import ENUM_LENGTH, Row
from models.centers import Center, Organization
from models.disputes import Dispute, Party


class AttendanceProof(StrEnum):
    """How it is known that an organization was at its desk."""

    WINDOW = "window"
    """The center's clerk saw them come."""
    POSTER = "poster"
    """They scanned the code on the center's own poster."""
    RECORD = "record"
    """The director wrote it down afterwards."""


class DeskAttendance(Row):
    """One organization was at its desk in one center on one day."""

    organization_id: UUID
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "models.Organization", on_delete=fields.RESTRICT
    )
    center_id: UUID
    center: fields.ForeignKeyRelation[Center] = fields.ForeignKeyField("models.Center", on_delete=fields.RESTRICT)
    day = fields.DateField()
    proof = fields.CharEnumField(AttendanceProof, max_length=ENUM_LENGTH)
    arrived_at = fields.DatetimeField()
    left_at = fields.DatetimeField(null=True)
    recorded_by_id: UUID
    recorded_by: fields.ForeignKeyRelation[Staff] = fields.ForeignKeyField("models.Staff", on_delete=fields.RESTRICT)

    class Meta:
        table = "desk_attendance"
        unique_together = (("organization", "center", "day"),)
        indexes = (("center_id", "day"),)


class LegalReferralStatus(StrEnum):
    SENT = "sent"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    RETURNED = "returned"


class LegalReferral(Row):
    """A resident is sent to a legal service that sits in the center; what became of it comes back on a slip."""

    center_id: UUID
    center: fields.ForeignKeyRelation[Center] = fields.ForeignKeyField("models.Center", on_delete=fields.RESTRICT)
    organization_id: UUID
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "models.Organization", on_delete=fields.RESTRICT
    )
    dispute_id: UUID | None
    dispute: fields.ForeignKeyNullableRelation[Dispute] = fields.ForeignKeyField(
        "models.Dispute", null=True, on_delete=fields.RESTRICT, related_name="legal_referrals"
    )
    """Null = somebody at the window, without a case."""
    party_id: UUID | None
    party: fields.ForeignKeyNullableRelation[Party] = fields.ForeignKeyField(
        "models.Party", null=True, on_delete=fields.RESTRICT, related_name="legal_referrals"
    )
    name_sealed = fields.BinaryField()
    phone_sealed = fields.BinaryField(null=True)
    """As they were when it was sent: all that the service gets to know of the case."""
    reason_sealed = fields.BinaryField()
    status = fields.CharEnumField(LegalReferralStatus, max_length=ENUM_LENGTH)
    sent_by_id: UUID
    sent_by: fields.ForeignKeyRelation[Staff] = fields.ForeignKeyField("models.Staff", on_delete=fields.RESTRICT)
    sent_at = fields.DatetimeField()
    answered_at = fields.DatetimeField(null=True)
    decline_reason_sealed = fields.BinaryField(null=True)
    result = fields.CharField(max_length=ENUM_LENGTH, default="", db_default="")
    """A code of `registry.toml`; empty until the slip is back."""
    result_on = fields.DateField(null=True)
    slip_sealed = fields.BinaryField(null=True)
    returned_at = fields.DatetimeField(null=True)

    class Meta:
        table = "legal_referral"
        indexes = (("organization_id", "id"), ("center_id", "id"), ("dispute_id", "id"))
