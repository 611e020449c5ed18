"""投诉: about a person or a center, outside every case. Who is complained about never reads of it."""

from enum import StrEnum
from uuid import UUID

from tortoise import fields

from models.accounts import Resident, Staff
from models.base import ENUM_LENGTH, Row
from models.centers import Center
from models.disputes import ActorKind, Dispute


class ComplaintAbout(StrEnum):
    MEDIATOR = "mediator"
    DIRECTOR = "director"
    CENTER = "center"


class ComplaintStatus(StrEnum):
    SUBMITTED = "submitted"
    TAKEN_UP = "taken_up"
    DECIDED = "decided"
    WITHDRAWN = "withdrawn"


class ComplaintFinding(StrEnum):
    UPHELD = "upheld"
    PARTLY_UPHELD = "partly_upheld"
    NOT_UPHELD = "not_upheld"


class Complaint(Row):
    number = fields.CharField(max_length=32, unique=True)
    resident_id: UUID
    resident: fields.ForeignKeyRelation[Resident] = fields.ForeignKeyField("models.Resident", on_delete=fields.RESTRICT)
    about = fields.CharEnumField(ComplaintAbout, max_length=ENUM_LENGTH)
    dispute_id: UUID | None
    dispute: fields.ForeignKeyNullableRelation[Dispute] = fields.ForeignKeyField(
        "models.Dispute", null=True, on_delete=fields.RESTRICT, related_name="complaints"
    )
    center_id: UUID
    center: fields.ForeignKeyRelation[Center] = fields.ForeignKeyField(
        "models.Center", on_delete=fields.RESTRICT, related_name="complaints"
    )
    subject_id: UUID | None
    subject: fields.ForeignKeyNullableRelation[Staff] = fields.ForeignKeyField(
        "models.Staff", null=True, on_delete=fields.RESTRICT, related_name="complaints_about"
    )
    """The mediator complained about; null = the director, or the center as such."""
    handled_at_id: UUID | None
    handled_at: fields.ForeignKeyNullableRelation[Center] = fields.ForeignKeyField(
        "models.Center", null=True, on_delete=fields.RESTRICT, related_name="complaints_handled"
    )
    """Whose director handles it; null = the city's supervisors."""
    handler_id: UUID | None
    handler: fields.ForeignKeyNullableRelation[Staff] = fields.ForeignKeyField(
        "models.Staff", null=True, on_delete=fields.RESTRICT, related_name="complaints_handled"
    )
    status = fields.CharEnumField(ComplaintStatus, max_length=ENUM_LENGTH)
    hides_name = fields.BooleanField()
    text_sealed = fields.BinaryField(null=True)
    wish_sealed = fields.BinaryField(null=True)
    created_at = fields.DatetimeField()
    due_at = fields.DatetimeField()
    escalated_at = fields.DatetimeField(null=True)
    ended_at = fields.DatetimeField(null=True)
    finding: ComplaintFinding | None = fields.CharEnumField(  # type: ignore[assignment]
        ComplaintFinding, max_length=ENUM_LENGTH, null=True
    )
    measures: fields.Field[list[str]] = fields.JSONField()
    """Codes of `complaints.toml`."""
    answer_sealed = fields.BinaryField(null=True)
    steps: fields.ReverseRelation["ComplaintStep"]

    class Meta:
        table = "complaint"
        indexes = (("resident_id", "id"), ("dispute_id", "id"), ("handled_at_id", "status", "id"))
        # One of a resident about the same is open at a time; those open by their term: in the migrations.


class ComplaintStep(Row):
    """Append-only: what was done about it, when, by whom."""

    complaint_id: UUID
    complaint: fields.ForeignKeyRelation[Complaint] = fields.ForeignKeyField(
        "models.Complaint", on_delete=fields.RESTRICT, related_name="steps"
    )
    kind = fields.CharField(max_length=ENUM_LENGTH)
    at = fields.DatetimeField()
    actor_kind = fields.CharEnumField(ActorKind, max_length=ENUM_LENGTH)
    actor_id = fields.UUIDField(null=True)
    reason_sealed = fields.BinaryField(null=True)

    class Meta:
        table = "complaint_step"
        indexes = (("complaint_id", "id"),)
