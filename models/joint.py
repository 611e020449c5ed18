"""Joint mediation: who agreed to whom, the committee of several bodies, what each assisting organization is to do."""

from enum import StrEnum
from uuid import UUID

from tortoise import fields

from models.base import ENUM_LENGTH, Row
from models.centers import Center, Organization
from models.disputes import Dispute, Party
from models.mediation import CaseMember


class SeatRole(StrEnum):
    CHAIR = "chair"
    MEMBER = "member"


class TaskStatus(StrEnum):
    GIVEN = "given"
    ACCEPTED = "accepted"
    DONE = "done"


class InvitedConsent(Row):
    """Whether one party wants an invited person there (人民调解法 20)."""

    member_id: UUID
    member: fields.ForeignKeyRelation[CaseMember] = fields.ForeignKeyField(
        "models.CaseMember", on_delete=fields.RESTRICT, related_name="consents"
    )
    party_id: UUID
    party: fields.ForeignKeyRelation[Party] = fields.ForeignKeyField(
        "models.Party", on_delete=fields.RESTRICT, related_name="invited_consents"
    )
    agreed = fields.BooleanField()
    recorded_by_kind = fields.CharField(max_length=ENUM_LENGTH)
    """`resident` by the own phone, `staff` as staff were told."""
    recorded_by_id = fields.UUIDField()
    at = fields.DatetimeField()

    class Meta:
        table = "invited_consent"
        unique_together = (("member", "party"),)


class MemberInvitation(Row):
    """A secret by which a resident joins one case: once as the invited person named, or any number as followers."""

    dispute_id: UUID
    dispute: fields.ForeignKeyRelation[Dispute] = fields.ForeignKeyField(
        "models.Dispute", on_delete=fields.RESTRICT, related_name="member_invitations"
    )
    member_id: UUID | None
    member: fields.ForeignKeyNullableRelation[CaseMember] = fields.ForeignKeyField(
        "models.CaseMember", null=True, on_delete=fields.RESTRICT, related_name="tokens"
    )
    """None = for followers."""
    token_hash = fields.CharField(max_length=64, unique=True)
    issuer_id = fields.UUIDField()
    created_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    failures = fields.SmallIntField(default=0)
    used_at = fields.DatetimeField(null=True)
    revoked_at = fields.DatetimeField(null=True)

    class Meta:
        table = "member_invitation"
        indexes = (("dispute_id", "id"),)


class Committee(Row):
    """联合调解委员会: of several bodies, standing or for one case; it mediates in its own name."""

    organization_id: UUID
    organization: fields.OneToOneRelation[Organization] = fields.OneToOneField(
        "models.Organization", on_delete=fields.RESTRICT, related_name="committee"
    )
    center_id: UUID
    center: fields.ForeignKeyRelation[Center] = fields.ForeignKeyField("models.Center", on_delete=fields.RESTRICT)
    dispute_id: UUID | None
    dispute: fields.ForeignKeyNullableRelation[Dispute] = fields.ForeignKeyField(
        "models.Dispute", null=True, on_delete=fields.RESTRICT, related_name="committees"
    )
    """None = a standing one."""
    lead_id: UUID
    lead: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "models.Organization", on_delete=fields.RESTRICT, related_name="led_committees"
    )
    formed_at = fields.DatetimeField()
    seats: fields.ReverseRelation["CommitteeSeat"]

    class Meta:
        table = "committee"
        indexes = (("center_id", "id"), ("dispute_id", "id"))


class CommitteeSeat(Row):
    committee_id: UUID
    committee: fields.ForeignKeyRelation[Committee] = fields.ForeignKeyField(
        "models.Committee", on_delete=fields.RESTRICT, related_name="seats"
    )
    organization_id: UUID
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "models.Organization", on_delete=fields.RESTRICT, related_name="committee_seats"
    )
    name_sealed = fields.BinaryField()
    role = fields.CharEnumField(SeatRole, max_length=ENUM_LENGTH)
    ordinal = fields.SmallIntField()
    since = fields.DatetimeField()
    until = fields.DatetimeField(null=True)
    """Since when it is somebody's no more; who sat there stays on record."""

    class Meta:
        table = "committee_seat"
        unique_together = (("committee", "ordinal"),)


class MemberTask(Row):
    """What an assisting organization is to do; the other ones learn nothing of it."""

    dispute_id: UUID
    dispute: fields.ForeignKeyRelation[Dispute] = fields.ForeignKeyField(
        "models.Dispute", on_delete=fields.RESTRICT, related_name="member_tasks"
    )
    member_id: UUID
    member: fields.ForeignKeyRelation[CaseMember] = fields.ForeignKeyField(
        "models.CaseMember", on_delete=fields.RESTRICT, related_name="tasks"
    )
    title_sealed = fields.BinaryField()
    purpose_sealed = fields.BinaryField()
    status = fields.CharEnumField(TaskStatus, max_length=ENUM_LENGTH)
    given_by_id = fields.UUIDField()
    given_at = fields.DatetimeField()
    due_on = fields.DateField()
    accepted_at = fields.DatetimeField(null=True)
    done_at = fields.DatetimeField(null=True)
    reports: fields.ReverseRelation["TaskReport"]

    class Meta:
        table = "member_task"
        indexes = (("dispute_id", "id"), ("member_id", "id"))


class TaskReport(Row):
    task_id: UUID
    task: fields.ForeignKeyRelation[MemberTask] = fields.ForeignKeyField(
        "models.MemberTask", on_delete=fields.RESTRICT, related_name="reports"
    )
    text_sealed = fields.BinaryField()
    actor_id = fields.UUIDField()
    at = fields.DatetimeField()

    class Meta:
        table = "task_report"
        indexes = (("task_id", "id"),)
