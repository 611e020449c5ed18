"""A side of many speaks through those whom it has elected."""

from uuid import UUID

from tortoise import fields

from models.accounts import Staff
from models.base import ENUM_LENGTH, Row
from models.disputes import Dispute, Party


class GroupRepresentative(Row):
    """推选的代表人: one of the side itself, until another election."""

    dispute_id: UUID
    dispute: fields.ForeignKeyRelation[Dispute] = fields.ForeignKeyField("models.Dispute", on_delete=fields.RESTRICT)
    party_id: UUID
    party: fields.ForeignKeyRelation[Party] = fields.ForeignKeyField("models.Party", on_delete=fields.RESTRICT)
    scope = fields.CharField(max_length=ENUM_LENGTH)
    """Of `representation.toml`."""
    basis_sealed = fields.BinaryField()
    """How the members elected."""
    document_sealed = fields.BinaryField()
    """The paper that proves it: title and number."""
    elected_on = fields.DateField()
    recorder_id: UUID
    recorder: fields.ForeignKeyRelation[Staff] = fields.ForeignKeyField("models.Staff", on_delete=fields.RESTRICT)
    created_at = fields.DatetimeField()
    ended_at = fields.DatetimeField(null=True)

    class Meta:
        table = "group_representative"
        indexes = (("dispute_id", "id"),)


class MemberConsent(Row):
    """What one member has said: to those elected (`outcome` 0), or to an outcome that they reached."""

    dispute_id: UUID
    dispute: fields.ForeignKeyRelation[Dispute] = fields.ForeignKeyField("models.Dispute", on_delete=fields.RESTRICT)
    party_id: UUID
    party: fields.ForeignKeyRelation[Party] = fields.ForeignKeyField("models.Party", on_delete=fields.RESTRICT)
    outcome = fields.IntField()
    """As `Dispute.outcome` counts them."""
    agreed = fields.BooleanField()
    way = fields.CharField(max_length=ENUM_LENGTH)
    """`phone` by the member itself; else as staff recorded it."""
    given_on = fields.DateField()
    actor_id = fields.UUIDField()
    at = fields.DatetimeField()

    class Meta:
        table = "member_consent"
        unique_together = (("party", "outcome"),)
        indexes = (("dispute_id", "id"),)
