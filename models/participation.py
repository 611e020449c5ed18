from uuid import UUID

from tortoise import fields

from models.base import ENUM_LENGTH, Row
from models.disputes import Dispute, Party
from models.notices import Delivery


class Invitation(Row):
    """Asks a party to answer. Who holds its token learns that a request exists; only who is identified joins."""

    dispute_id: UUID
    dispute: fields.ForeignKeyRelation[Dispute] = fields.ForeignKeyField("models.Dispute", on_delete=fields.RESTRICT)
    party_id: UUID
    party: fields.ForeignKeyRelation[Party] = fields.ForeignKeyField("models.Party", on_delete=fields.RESTRICT)
    token_hash = fields.CharField(max_length=64, unique=True)
    issuer_id = fields.UUIDField()
    created_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    failures = fields.SmallIntField(default=0)
    """Right token, wrong identity."""
    opened_at = fields.DatetimeField(null=True)
    joined_at = fields.DatetimeField(null=True)
    revoked_at = fields.DatetimeField(null=True)
    token_sealed = fields.BinaryField(null=True)
    """For its text message, until that has its outcome; then nobody can read the token again."""
    texting = fields.CharEnumField(Delivery, max_length=ENUM_LENGTH, null=True)
    """Where its text message stands; null: none goes out."""
    texted_at = fields.DatetimeField(null=True)
    """When the text message had its outcome."""

    class Meta:
        table = "invitation"
        indexes = (("dispute_id", "id"),)


class RightsAcknowledgement(Row):
    """A party has been told its rights and duties in this wording (人民调解法 23, 24)."""

    dispute_id: UUID
    dispute: fields.ForeignKeyRelation[Dispute] = fields.ForeignKeyField("models.Dispute", on_delete=fields.RESTRICT)
    party_id: UUID
    party: fields.ForeignKeyRelation[Party] = fields.ForeignKeyField("models.Party", on_delete=fields.RESTRICT)
    version = fields.CharField(max_length=16)
    way = fields.CharField(max_length=ENUM_LENGTH)
    """`phone` by the party itself; `window` or `session` as staff recorded it."""
    actor_id = fields.UUIDField()
    at = fields.DatetimeField()

    class Meta:
        table = "rights_acknowledgement"
        unique_together = (("party", "version"),)
        indexes = (("dispute_id", "id"),)
