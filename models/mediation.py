"""Who takes part in a mediation beside its parties, and what each has been shown."""

from enum import StrEnum
from uuid import UUID

from tortoise import fields

from models.accounts import Resident, Staff
from models.base import ENUM_LENGTH, Row
from models.centers import Organization
from models.disputes import Dispute


class MemberKind(StrEnum):
    ASSISTING = "assisting"
    """An organization that helps the one in the lead."""
    EXPERT = "expert"
    FOLLOWER = "follower"
    """Concerned, but no party: an owner of the compound."""
    INVITED = "invited"
    """Somebody the parties agreed to have with them (人民调解法 20)."""


class MemberStatus(StrEnum):
    INVITED = "invited"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    ENDED = "ended"


class CaseMember(Row):
    """One of `organization`, `staff`, `resident` is set, or only a name for who has no account."""

    dispute_id: UUID
    dispute: fields.ForeignKeyRelation[Dispute] = fields.ForeignKeyField(
        "models.Dispute", on_delete=fields.RESTRICT, related_name="members"
    )
    kind = fields.CharEnumField(MemberKind, max_length=ENUM_LENGTH)
    status = fields.CharEnumField(MemberStatus, max_length=ENUM_LENGTH)
    organization_id: UUID | None
    organization: fields.ForeignKeyNullableRelation[Organization] = fields.ForeignKeyField(
        "models.Organization", null=True, on_delete=fields.RESTRICT, related_name="memberships"
    )
    staff_id: UUID | None
    staff: fields.ForeignKeyNullableRelation[Staff] = fields.ForeignKeyField(
        "models.Staff", null=True, on_delete=fields.RESTRICT, related_name="memberships"
    )
    resident_id: UUID | None
    resident: fields.ForeignKeyNullableRelation[Resident] = fields.ForeignKeyField(
        "models.Resident", null=True, on_delete=fields.RESTRICT, related_name="memberships"
    )
    name_sealed = fields.BinaryField(null=True)
    part = fields.CharField(max_length=ENUM_LENGTH, default="")
    """What this one does in the case, in words of the catalog."""
    asked_sealed = fields.BinaryField(null=True)
    """What is asked of them; enough to decide, and no word of who quarrels."""
    invited_by_id = fields.UUIDField()
    invited_at = fields.DatetimeField()
    answered_at = fields.DatetimeField(null=True)
    ended_at = fields.DatetimeField(null=True)
    reason_sealed = fields.BinaryField(null=True)
    """Of declining or ending."""

    class Meta:
        table = "case_member"
        indexes = (("dispute_id", "id"), ("organization_id", "dispute_id"), ("staff_id", "dispute_id"),
                   ("resident_id", "dispute_id"))  # fmt: skip


class ShareWith(StrEnum):
    PARTY = "party"
    MEMBER = "member"
    FOLLOWERS = "followers"


class Share(Row):
    """One item of the case shown to somebody who does not see it by the table of `mediation.toml`; never edited."""

    dispute_id: UUID
    dispute: fields.ForeignKeyRelation[Dispute] = fields.ForeignKeyField(
        "models.Dispute", on_delete=fields.RESTRICT, related_name="shares"
    )
    resource = fields.CharField(max_length=ENUM_LENGTH)
    item_id = fields.UUIDField()
    to_kind = fields.CharEnumField(ShareWith, max_length=ENUM_LENGTH)
    to_id = fields.UUIDField()
    """Of the party or the member; of all followers, the dispute."""
    shared_by_kind = fields.CharField(max_length=ENUM_LENGTH)
    shared_by_id = fields.UUIDField()
    at = fields.DatetimeField()

    class Meta:
        table = "share"
        unique_together = (("item_id", "to_kind", "to_id"),)
        indexes = (("dispute_id", "resource"),)
