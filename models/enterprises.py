"""Enterprise service: who is on a park station's roster, and what was done for them."""

from enum import StrEnum
from uuid import UUID

from tortoise import fields

from models.accounts import Staff
from models.base import ENUM_LENGTH, Row
from models.centers import Organization


class EnterpriseSize(StrEnum):
    LARGE = "large"
    MEDIUM = "medium"
    SMALL = "small"
    MICRO = "micro"


class Enterprise(Row):
    credit_code = fields.CharField(max_length=18, unique=True)
    """Unified social credit code, GB 32100: public, as the name is."""
    name = fields.CharField(max_length=128)
    size = fields.CharEnumField(EnterpriseSize, max_length=ENUM_LENGTH)
    station_id: UUID
    station: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "models.Organization", on_delete=fields.RESTRICT
    )
    """On whose roster it is."""
    division_code = fields.CharField(max_length=12, db_index=True)
    workers = fields.IntField(null=True)
    is_key = fields.BooleanField(default=False)
    address = fields.CharField(max_length=255, default="")
    contact_name_sealed = fields.BinaryField(null=True)
    contact_phone_sealed = fields.BinaryField(null=True)
    left_at = fields.DatetimeField(null=True)
    """Since when it is on no roster; what was done for it stays counted."""
    created_at = fields.DatetimeField()

    class Meta:
        table = "enterprise"
        indexes = (("station_id", "id"),)


class EnterpriseVisit(Row):
    enterprise_id: UUID
    enterprise: fields.ForeignKeyRelation[Enterprise] = fields.ForeignKeyField(
        "models.Enterprise", on_delete=fields.RESTRICT
    )
    on = fields.DateField()
    summary_sealed = fields.BinaryField()
    by_id: UUID
    by: fields.ForeignKeyRelation[Staff] = fields.ForeignKeyField("models.Staff", on_delete=fields.RESTRICT)

    class Meta:
        table = "enterprise_visit"
        indexes = (("enterprise_id", "on"),)


class LawTalk(Row):
    station_id: UUID
    station: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "models.Organization", on_delete=fields.RESTRICT
    )
    on = fields.DateField()
    topic = fields.CharField(max_length=128)
    participants = fields.IntField()
    by_id: UUID
    by: fields.ForeignKeyRelation[Staff] = fields.ForeignKeyField("models.Staff", on_delete=fields.RESTRICT)

    class Meta:
        table = "law_talk"
        indexes = (("station_id", "on"),)


class LawTalkGuest(Row):
    talk_id: UUID
    talk: fields.ForeignKeyRelation[LawTalk] = fields.ForeignKeyField(
        "models.LawTalk", on_delete=fields.RESTRICT, related_name="guests"
    )
    enterprise_id: UUID
    enterprise: fields.ForeignKeyRelation[Enterprise] = fields.ForeignKeyField(
        "models.Enterprise", on_delete=fields.RESTRICT
    )

    class Meta:
        table = "law_talk_guest"
        unique_together = (("talk", "enterprise"),)


class RiskScreening(Row):
    enterprise_id: UUID
    enterprise: fields.ForeignKeyRelation[Enterprise] = fields.ForeignKeyField(
        "models.Enterprise", on_delete=fields.RESTRICT
    )
    on = fields.DateField()
    by_id: UUID
    by: fields.ForeignKeyRelation[Staff] = fields.ForeignKeyField("models.Staff", on_delete=fields.RESTRICT)
    findings: fields.ReverseRelation["RiskFinding"]

    class Meta:
        table = "risk_screening"
        indexes = (("enterprise_id", "on"),)


class RiskFinding(Row):
    """Followed until it is done."""

    screening_id: UUID
    screening: fields.ForeignKeyRelation[RiskScreening] = fields.ForeignKeyField(
        "models.RiskScreening", on_delete=fields.RESTRICT, related_name="findings"
    )
    risk = fields.CharField(max_length=ENUM_LENGTH)
    """A code of `enterprises.toml`."""
    text_sealed = fields.BinaryField()
    advice_sealed = fields.BinaryField()
    follow_up_on = fields.DateField()
    done_on = fields.DateField(null=True)
    follow_ups: fields.ReverseRelation["FindingFollowUp"]

    class Meta:
        table = "risk_finding"
        indexes = (("screening_id", "id"), ("done_on", "follow_up_on"))


class FindingFollowUp(Row):
    finding_id: UUID
    finding: fields.ForeignKeyRelation[RiskFinding] = fields.ForeignKeyField(
        "models.RiskFinding", on_delete=fields.RESTRICT, related_name="follow_ups"
    )
    on = fields.DateField()
    text_sealed = fields.BinaryField()
    by_id: UUID
    by: fields.ForeignKeyRelation[Staff] = fields.ForeignKeyField("models.Staff", on_delete=fields.RESTRICT)

    class Meta:
        table = "finding_follow_up"
        indexes = (("finding_id", "id"),)


class LegalPlan(Row):
    """Made for one enterprise and one quarter."""

    enterprise_id: UUID
    enterprise: fields.ForeignKeyRelation[Enterprise] = fields.ForeignKeyField(
        "models.Enterprise", on_delete=fields.RESTRICT
    )
    quarter = fields.CharField(max_length=6)
    """`2026Q4`"""
    by_id: UUID
    by: fields.ForeignKeyRelation[Staff] = fields.ForeignKeyField("models.Staff", on_delete=fields.RESTRICT)
    created_at = fields.DatetimeField()
    items: fields.ReverseRelation["LegalPlanItem"]

    class Meta:
        table = "legal_plan"
        unique_together = (("enterprise", "quarter"),)


class LegalPlanItem(Row):
    plan_id: UUID
    plan: fields.ForeignKeyRelation[LegalPlan] = fields.ForeignKeyField(
        "models.LegalPlan", on_delete=fields.RESTRICT, related_name="items"
    )
    text_sealed = fields.BinaryField()
    due_on = fields.DateField()
    done_on = fields.DateField(null=True)
    outcome_sealed = fields.BinaryField(null=True)

    class Meta:
        table = "legal_plan_item"
        indexes = (("plan_id", "id"),)
