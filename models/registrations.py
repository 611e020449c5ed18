from uuid import UUID

from tortoise import fields

from models.accounts import Resident, Staff
from models.base import ENUM_LENGTH, Row
from models.disputes import Dispute, Party


class Registration(Row):
    """How a case came in by a door other than the mini-program, and on what legal basis it was written down."""

    dispute_id: UUID
    dispute: fields.OneToOneRelation[Dispute] = fields.OneToOneField(
        "models.Dispute", on_delete=fields.RESTRICT, related_name="registration"
    )
    basis = fields.CharField(max_length=48)
    """A legal basis of `registration.toml`."""
    brought_by_sealed = fields.BinaryField(null=True)
    """Who brought it: JSON of name, phone, organization."""
    referred_by = fields.CharField(max_length=48, null=True)
    """A referring body of `registration.toml`."""
    referrer_name = fields.CharField(max_length=128, null=True)
    referral_number = fields.CharField(max_length=64, null=True)
    referred_on = fields.DateField(null=True)
    external_number = fields.CharField(max_length=64, null=True, unique=True)
    """Of an imported case, in the system that it comes from."""
    created_at = fields.DatetimeField()

    class Meta:
        table = "registration"


class ClaimCode(Row):
    """Printed on a receipt: with a second fact, it lets the person registered bind the case to WeChat, once."""

    dispute_id: UUID
    dispute: fields.ForeignKeyRelation[Dispute] = fields.ForeignKeyField("models.Dispute", on_delete=fields.RESTRICT)
    party_id: UUID
    party: fields.ForeignKeyRelation[Party] = fields.ForeignKeyField("models.Party", on_delete=fields.RESTRICT)
    code_hash = fields.CharField(max_length=64, unique=True)
    issuer_id = fields.UUIDField()
    """Staff, or the resident who acts for the party."""
    created_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    failures = fields.SmallIntField(default=0)
    """Right code, wrong second fact."""
    used_at = fields.DatetimeField(null=True)
    used_by_id = fields.UUIDField(null=True)
    revoked_at = fields.DatetimeField(null=True)

    class Meta:
        table = "claim_code"
        indexes = (("dispute_id", "id"),)


class Representation(Row):
    """Somebody acts for a party, with a consent or an authority that can be ended; never edited otherwise."""

    dispute_id: UUID
    dispute: fields.ForeignKeyRelation[Dispute] = fields.ForeignKeyField(
        "models.Dispute", on_delete=fields.RESTRICT, related_name="representations"
    )
    party_id: UUID
    party: fields.ForeignKeyRelation[Party] = fields.ForeignKeyField(
        "models.Party", on_delete=fields.RESTRICT, related_name="representations"
    )
    kind = fields.CharField(max_length=ENUM_LENGTH)
    """Of `representation.toml`, as `scope`."""
    scope = fields.CharField(max_length=ENUM_LENGTH)
    name_sealed = fields.BinaryField()
    name_hash = fields.CharField(max_length=64)
    phone_sealed = fields.BinaryField(null=True)
    phone_hash = fields.CharField(max_length=64, null=True)
    basis_sealed = fields.BinaryField()
    """How the party agreed, or what gives the authority."""
    document_sealed = fields.BinaryField(null=True)
    """The paper that proves it: title and number."""
    given_on = fields.DateField()
    resident_id: UUID | None
    resident: fields.ForeignKeyNullableRelation[Resident] = fields.ForeignKeyField(
        "models.Resident", null=True, on_delete=fields.RESTRICT, related_name="representations"
    )
    """Who acts by phone."""
    recorder_id: UUID | None
    recorder: fields.ForeignKeyNullableRelation[Staff] = fields.ForeignKeyField(
        "models.Staff", null=True, on_delete=fields.RESTRICT, related_name="recorded_representations"
    )
    created_at = fields.DatetimeField()
    ended_at = fields.DatetimeField(null=True)
    ended_reason_sealed = fields.BinaryField(null=True)

    class Meta:
        table = "representation"
        indexes = (("dispute_id", "id"),)
