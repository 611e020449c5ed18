"""What only commercial mediation knows: a published price, a promise of silence, a panel, money that came back."""

from enum import StrEnum
from typing import Any
from uuid import UUID

from tortoise import fields

from models.accounts import Staff
from models.base import ENUM_LENGTH, Row
from models.centers import Organization
from models.disputes import Dispute, Party


class FeeSchedule(Row):
    """Published by a commercial institution; never edited, replaced by the next version."""

    organization_id: UUID
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "models.Organization", on_delete=fields.RESTRICT
    )
    version = fields.IntField()
    effective_from = fields.DateField()
    lines: fields.Field[list[dict[str, Any]]] = fields.JSONField()
    """As `backend.mediation.fees.FeeLine`."""
    published_by_id = fields.UUIDField()
    published_at = fields.DatetimeField()

    class Meta:
        table = "fee_schedule"
        unique_together = (("organization", "version"),)


class CommercialCase(Row):
    """Which institution shall mediate at which price: shown to the parties before anything starts."""

    dispute_id: UUID
    dispute: fields.OneToOneRelation[Dispute] = fields.OneToOneField("models.Dispute", on_delete=fields.RESTRICT)
    organization_id: UUID
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "models.Organization", on_delete=fields.RESTRICT
    )
    schedule_id: UUID | None
    schedule: fields.ForeignKeyNullableRelation[FeeSchedule] = fields.ForeignKeyField(
        "models.FeeSchedule", null=True, on_delete=fields.RESTRICT
    )
    """None = the institution charges nothing."""
    named_by_id = fields.UUIDField()
    named_at = fields.DatetimeField()

    class Meta:
        table = "commercial_case"


class FeeAcceptance(Row):
    dispute_id: UUID
    dispute: fields.ForeignKeyRelation[Dispute] = fields.ForeignKeyField("models.Dispute", on_delete=fields.RESTRICT)
    party_id: UUID
    party: fields.ForeignKeyRelation[Party] = fields.ForeignKeyField("models.Party", on_delete=fields.RESTRICT)
    schedule_id: UUID
    schedule: fields.ForeignKeyRelation[FeeSchedule] = fields.ForeignKeyField(
        "models.FeeSchedule", on_delete=fields.RESTRICT
    )
    way = fields.CharField(max_length=ENUM_LENGTH)
    """`phone` by the party itself; `window` as staff recorded it from paper."""
    actor_id = fields.UUIDField()
    at = fields.DatetimeField()

    class Meta:
        table = "fee_acceptance"
        unique_together = (("party", "schedule"),)
        indexes = (("dispute_id", "id"),)


class Undertaking(Row):
    """Somebody has promised silence about the case, in one wording."""

    dispute_id: UUID
    dispute: fields.ForeignKeyRelation[Dispute] = fields.ForeignKeyField("models.Dispute", on_delete=fields.RESTRICT)
    by_kind = fields.CharField(max_length=ENUM_LENGTH)
    """`party` or `staff`."""
    by_id = fields.UUIDField()
    version = fields.CharField(max_length=16)
    way = fields.CharField(max_length=ENUM_LENGTH)
    actor_id = fields.UUIDField()
    at = fields.DatetimeField()

    class Meta:
        table = "undertaking"
        unique_together = (("dispute", "by_id", "version"),)


class Recovery(Row):
    """Money that came back after an agreement."""

    dispute_id: UUID
    dispute: fields.ForeignKeyRelation[Dispute] = fields.ForeignKeyField("models.Dispute", on_delete=fields.RESTRICT)
    amount_fen = fields.BigIntField()
    received_on = fields.DateField()
    note_sealed = fields.BinaryField(null=True)
    recorder_id: UUID
    recorder: fields.ForeignKeyRelation[Staff] = fields.ForeignKeyField("models.Staff", on_delete=fields.RESTRICT)
    recorded_at = fields.DatetimeField()
    voided_at = fields.DatetimeField(null=True)
    """Written down by mistake; it counts no more."""

    class Meta:
        table = "recovery"
        indexes = (("dispute_id", "id"),)


class Panel(Row):
    """Experts for one case, chosen by both sides."""

    dispute_id: UUID
    dispute: fields.OneToOneRelation[Dispute] = fields.OneToOneField("models.Dispute", on_delete=fields.RESTRICT)
    seats = fields.SmallIntField()
    choose_by = fields.DateField()
    opened_by_id = fields.UUIDField()
    opened_at = fields.DatetimeField()
    formed_at = fields.DatetimeField(null=True)
    """From then on nobody chooses any more."""
    candidates: fields.ReverseRelation["PanelCandidate"]

    class Meta:
        table = "panel"


class PanelCandidate(Row):
    panel_id: UUID
    panel: fields.ForeignKeyRelation[Panel] = fields.ForeignKeyField(
        "models.Panel", on_delete=fields.RESTRICT, related_name="candidates"
    )
    expert_id: UUID
    expert: fields.ForeignKeyRelation[Staff] = fields.ForeignKeyField("models.Staff", on_delete=fields.RESTRICT)
    field = fields.CharField(max_length=ENUM_LENGTH)
    """Of `commercial.toml`: what this expert is asked for."""
    appointed_reason_sealed = fields.BinaryField(null=True)
    """Why the mediator gave a seat that the parties left open."""

    class Meta:
        table = "panel_candidate"
        unique_together = (("panel", "expert"),)


class Preference(StrEnum):
    CHOSEN = "chosen"
    STRUCK = "struck"


class PanelChoice(Row):
    """What one party says of one candidate; the latest answer replaces all of the party's earlier ones."""

    candidate_id: UUID
    candidate: fields.ForeignKeyRelation[PanelCandidate] = fields.ForeignKeyField(
        "models.PanelCandidate", on_delete=fields.RESTRICT, related_name="choices"
    )
    party_id: UUID
    party: fields.ForeignKeyRelation[Party] = fields.ForeignKeyField("models.Party", on_delete=fields.RESTRICT)
    preference = fields.CharEnumField(Preference, max_length=ENUM_LENGTH)
    rank = fields.SmallIntField()
    """0 = would like best."""
    at = fields.DatetimeField()

    class Meta:
        table = "panel_choice"
        unique_together = (("candidate", "party"),)
