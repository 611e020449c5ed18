from uuid import UUID

from tortoise import fields

from models.accounts import Resident
from models.base import Row
from models.disputes import Dispute


class Rating(Row):
    """One per party and outcome. Staff see figures, never who."""

    dispute_id: UUID
    dispute: fields.ForeignKeyRelation[Dispute] = fields.ForeignKeyField("models.Dispute", on_delete=fields.RESTRICT)
    resident_id: UUID
    resident: fields.ForeignKeyRelation[Resident] = fields.ForeignKeyField("models.Resident", on_delete=fields.RESTRICT)
    party_id = fields.UUIDField(null=True)
    """For whom; null = no party of the case has this phone."""
    outcome = fields.IntField()
    resolved = fields.BooleanField()
    satisfaction = fields.SmallIntField()
    comment_sealed = fields.BinaryField(null=True)
    created_at = fields.DatetimeField()
    review: fields.BackwardOneToOneRelation["CaseReview"]  # type: ignore[name-defined]  # noqa: F821

    class Meta:
        table = "rating"
        unique_together = (("dispute", "resident", "outcome"), ("dispute", "party_id", "outcome"))
