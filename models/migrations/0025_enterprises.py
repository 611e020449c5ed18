from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from uuid_utils.compat import uuid7

from models.enterprises import EnterpriseSize


class Migration(migrations.Migration):
    dependencies = [("models", "0024_commercial")]

    initial = False

    operations = [
        ops.CreateModel(
            name="Enterprise",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                ("credit_code", fields.CharField(unique=True, max_length=18)),
                ("name", fields.CharField(max_length=128)),
                (
                    "size",
                    fields.CharEnumField(
                        description="LARGE: large\nMEDIUM: medium\nSMALL: small\nMICRO: micro",
                        enum_type=EnterpriseSize,
                        max_length=32,
                    ),
                ),
                (
                    "station",
                    fields.ForeignKeyField(
                        "models.Organization",
                        source_field="station_id",
                        db_constraint=True,
                        to_field="id",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("division_code", fields.CharField(db_index=True, max_length=12)),
                ("workers", fields.IntField(null=True)),
                ("is_key", fields.BooleanField(default=False)),
                ("address", fields.CharField(default="", max_length=255)),
                ("contact_name_sealed", fields.BinaryField(null=True)),
                ("contact_phone_sealed", fields.BinaryField(null=True)),
                ("left_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "enterprise",
                "app": "models",
                "indexes": [Index(fields=["station_id", "id"])],
                "pk_attr": "id",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="EnterpriseVisit",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "enterprise",
                    fields.ForeignKeyField(
                        "models.Enterprise",
                        source_field="enterprise_id",
                        db_constraint=True,
                        to_field="id",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("on", fields.DateField()),
                ("summary_sealed", fields.BinaryField()),
                (
                    "by",
                    fields.ForeignKeyField(
                        "models.Staff",
                        source_field="by_id",
                        db_constraint=True,
                        to_field="id",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
            ],
            options={
                "table": "enterprise_visit",
                "app": "models",
                "indexes": [Index(fields=["enterprise_id", "on"])],
                "pk_attr": "id",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="LawTalk",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "station",
                    fields.ForeignKeyField(
                        "models.Organization",
                        source_field="station_id",
                        db_constraint=True,
                        to_field="id",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("on", fields.DateField()),
                ("topic", fields.CharField(max_length=128)),
                ("participants", fields.IntField()),
                (
                    "by",
                    fields.ForeignKeyField(
                        "models.Staff",
                        source_field="by_id",
                        db_constraint=True,
                        to_field="id",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
            ],
            options={
                "table": "law_talk",
                "app": "models",
                "indexes": [Index(fields=["station_id", "on"])],
                "pk_attr": "id",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="LawTalkGuest",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "talk",
                    fields.ForeignKeyField(
                        "models.LawTalk",
                        source_field="talk_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="guests",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "enterprise",
                    fields.ForeignKeyField(
                        "models.Enterprise",
                        source_field="enterprise_id",
                        db_constraint=True,
                        to_field="id",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
            ],
            options={
                "table": "law_talk_guest",
                "app": "models",
                "unique_together": (("talk", "enterprise"),),
                "pk_attr": "id",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="LegalPlan",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "enterprise",
                    fields.ForeignKeyField(
                        "models.Enterprise",
                        source_field="enterprise_id",
                        db_constraint=True,
                        to_field="id",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("quarter", fields.CharField(max_length=6)),
                (
                    "by",
                    fields.ForeignKeyField(
                        "models.Staff",
                        source_field="by_id",
                        db_constraint=True,
                        to_field="id",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "legal_plan",
                "app": "models",
                "unique_together": (("enterprise", "quarter"),),
                "pk_attr": "id",
                "table_description": "Made for one enterprise and one quarter.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="LegalPlanItem",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "plan",
                    fields.ForeignKeyField(
                        "models.LegalPlan",
                        source_field="plan_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="items",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("text_sealed", fields.BinaryField()),
                ("due_on", fields.DateField()),
                ("done_on", fields.DateField(null=True)),
                ("outcome_sealed", fields.BinaryField(null=True)),
            ],
            options={
                "table": "legal_plan_item",
                "app": "models",
                "indexes": [Index(fields=["plan_id", "id"])],
                "pk_attr": "id",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="RiskScreening",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "enterprise",
                    fields.ForeignKeyField(
                        "models.Enterprise",
                        source_field="enterprise_id",
                        db_constraint=True,
                        to_field="id",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("on", fields.DateField()),
                (
                    "by",
                    fields.ForeignKeyField(
                        "models.Staff",
                        source_field="by_id",
                        db_constraint=True,
                        to_field="id",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
            ],
            options={
                "table": "risk_screening",
                "app": "models",
                "indexes": [Index(fields=["enterprise_id", "on"])],
                "pk_attr": "id",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="RiskFinding",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "screening",
                    fields.ForeignKeyField(
                        "models.RiskScreening",
                        source_field="screening_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="findings",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("risk", fields.CharField(max_length=32)),
                ("text_sealed", fields.BinaryField()),
                ("advice_sealed", fields.BinaryField()),
                ("follow_up_on", fields.DateField()),
                ("done_on", fields.DateField(null=True)),
            ],
            options={
                "table": "risk_finding",
                "app": "models",
                "indexes": [Index(fields=["screening_id", "id"]), Index(fields=["done_on", "follow_up_on"])],
                "pk_attr": "id",
                "table_description": "Followed until it is done.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="FindingFollowUp",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "finding",
                    fields.ForeignKeyField(
                        "models.RiskFinding",
                        source_field="finding_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="follow_ups",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("on", fields.DateField()),
                ("text_sealed", fields.BinaryField()),
                (
                    "by",
                    fields.ForeignKeyField(
                        "models.Staff",
                        source_field="by_id",
                        db_constraint=True,
                        to_field="id",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
            ],
            options={
                "table": "finding_follow_up",
                "app": "models",
                "indexes": [Index(fields=["finding_id", "id"])],
                "pk_attr": "id",
            },
            bases=["Row"],
        ),
    ]
