from uuid import UUID

from tortoise import fields

from models.base import ENUM_LENGTH, Row
from models.disputes import ActorKind, Dispute


class RedCard(Row):
    """Somebody may be in danger. Stays open until a director clears it with a reason."""

    dispute_id: UUID
    dispute: fields.ForeignKeyRelation[Dispute] = fields.ForeignKeyField(
        "models.Dispute", on_delete=fields.RESTRICT, related_name="red_cards"
    )
    signals: fields.Field[list[str]] = fields.JSONField()
    """Of `safety.toml`."""
    raised_by = fields.CharEnumField(ActorKind, max_length=ENUM_LENGTH)
    """`system` = words in what was written."""
    actor_id = fields.UUIDField(null=True)
    reason_sealed = fields.BinaryField()
    raised_at = fields.DatetimeField()
    reported_at = fields.DatetimeField(null=True)
    """When the police, or whoever the law names, were told."""
    cleared_at = fields.DatetimeField(null=True)
    cleared_by_id = fields.UUIDField(null=True)
    cleared_reason_sealed = fields.BinaryField(null=True)
    is_unfounded = fields.BooleanField(default=False)

    class Meta:
        table = "red_card"
        indexes = (("dispute_id", "id"), ("cleared_at", "id"))
