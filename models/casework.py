"""What casework keeps beside the record: what the parties were asked for, who may mediate, what is handed over."""

from enum import StrEnum
from uuid import UUID

from tortoise import fields

from models.accounts import Resident, Staff
from models.base import ENUM_LENGTH, Row
from models.disputes import Dispute, Party


class Conflict(StrEnum):
    """What the assigned mediator has said of relations and interests."""

    NONE = "none"
    DECLARED = "declared"


class InformationRequest(Row):
    dispute_id: UUID
    dispute: fields.ForeignKeyRelation[Dispute] = fields.ForeignKeyField("models.Dispute", on_delete=fields.RESTRICT)
    asked_by_id: UUID
    asked_by: fields.ForeignKeyRelation[Staff] = fields.ForeignKeyField("models.Staff", on_delete=fields.RESTRICT)
    asked_at = fields.DatetimeField()
    due_on = fields.DateField()
    answered_at = fields.DatetimeField(null=True)
    """When the last of its items was."""
    items: fields.ReverseRelation["InformationItem"]

    class Meta:
        table = "information_request"
        indexes = (("dispute_id", "id"),)


class InformationItem(Row):
    request_id: UUID
    request: fields.ForeignKeyRelation[InformationRequest] = fields.ForeignKeyField(
        "models.InformationRequest", on_delete=fields.RESTRICT, related_name="items"
    )
    ordinal = fields.SmallIntField()
    text_sealed = fields.BinaryField()
    answered_at = fields.DatetimeField(null=True)
    answered_by_id: UUID | None
    answered_by: fields.ForeignKeyNullableRelation[Resident] = fields.ForeignKeyField(
        "models.Resident", null=True, on_delete=fields.RESTRICT
    )
    answer_sealed = fields.BinaryField(null=True)
    file_ids: fields.Field[list[str]] = fields.JSONField(default=list)

    class Meta:
        table = "information_item"
        unique_together = (("request", "ordinal"),)


class Recusal(Row):
    """回避: asked for by a party, or by the mediator who has declared a conflict; open until it is decided."""

    dispute_id: UUID
    dispute: fields.ForeignKeyRelation[Dispute] = fields.ForeignKeyField("models.Dispute", on_delete=fields.RESTRICT)
    mediator_id: UUID
    mediator: fields.ForeignKeyRelation[Staff] = fields.ForeignKeyField("models.Staff", on_delete=fields.RESTRICT)
    asked_by_kind = fields.CharField(max_length=ENUM_LENGTH)
    asked_by_id = fields.UUIDField()
    asked_at = fields.DatetimeField()
    reason_sealed = fields.BinaryField()
    decided_at = fields.DatetimeField(null=True)
    decided_by_id: UUID | None
    decided_by: fields.ForeignKeyNullableRelation[Staff] = fields.ForeignKeyField(
        "models.Staff", null=True, on_delete=fields.RESTRICT, related_name="decided_recusals"
    )
    upheld = fields.BooleanField(null=True)

    class Meta:
        table = "recusal"
        indexes = (("dispute_id", "id"),)


class MediatorChoice(Row):
    """Whom a party would like; the latest counts."""

    dispute_id: UUID
    dispute: fields.ForeignKeyRelation[Dispute] = fields.ForeignKeyField("models.Dispute", on_delete=fields.RESTRICT)
    party_id: UUID
    party: fields.OneToOneRelation[Party] = fields.OneToOneField("models.Party", on_delete=fields.RESTRICT)
    mediator_id: UUID
    mediator: fields.ForeignKeyRelation[Staff] = fields.ForeignKeyField("models.Staff", on_delete=fields.RESTRICT)
    chosen_at = fields.DatetimeField()

    class Meta:
        table = "mediator_choice"
        indexes = (("dispute_id", "id"),)


class HandoverNote(Row):
    """From one mediator to the next; nobody else but their director reads it."""

    dispute_id: UUID
    dispute: fields.ForeignKeyRelation[Dispute] = fields.ForeignKeyField("models.Dispute", on_delete=fields.RESTRICT)
    from_mediator_id: UUID
    from_mediator: fields.ForeignKeyRelation[Staff] = fields.ForeignKeyField(
        "models.Staff", on_delete=fields.RESTRICT, related_name="left_notes"
    )
    to_mediator_id: UUID
    to_mediator: fields.ForeignKeyRelation[Staff] = fields.ForeignKeyField(
        "models.Staff", on_delete=fields.RESTRICT, related_name="received_notes"
    )
    center_id = fields.UUIDField()
    text_sealed = fields.BinaryField()
    written_at = fields.DatetimeField()

    class Meta:
        table = "handover_note"
        indexes = (("dispute_id", "id"),)
