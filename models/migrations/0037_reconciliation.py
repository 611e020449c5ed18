"""Both sides' lists of cases compared; what a partner's case said when it came."""

import functools
from json import dumps, loads

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from uuid_utils.compat import uuid7

from models.disputes import ActorKind
from models.exchange import CodeKind, DifferenceKind, ReconciliationWay, Repair

OPEN = "CREATE INDEX difference_open ON difference (partner_id, id) WHERE gone_at IS NULL;"


class Migration(migrations.Migration):
    dependencies = [("models", "0036_exchange")]

    initial = False

    operations = [
        ops.CreateModel(
            name="Reconciliation",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "partner",
                    fields.ForeignKeyField(
                        "models.Partner",
                        source_field="partner_id",
                        db_constraint=True,
                        to_field="id",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "way",
                    fields.CharEnumField(
                        description="FETCHED: fetched\nFILE: file", enum_type=ReconciliationWay, max_length=32
                    ),
                ),
                ("started_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("finished_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("problem", fields.CharField(default="", db_default="", max_length=200)),
                ("ours", fields.IntField(default=0)),
                ("theirs", fields.IntField(default=0)),
                ("moving", fields.IntField(default=0)),
                (
                    "by_kind",
                    fields.JSONField(
                        default=dict, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads
                    ),
                ),
            ],
            options={
                "table": "reconciliation",
                "app": "models",
                "indexes": [Index(fields=["partner_id", "id"])],
                "pk_attr": "id",
                "table_description": "对账: both sides' lists of cases compared, once.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Difference",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "partner",
                    fields.ForeignKeyField(
                        "models.Partner",
                        source_field="partner_id",
                        db_constraint=True,
                        to_field="id",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "reconciliation",
                    fields.ForeignKeyField(
                        "models.Reconciliation",
                        source_field="reconciliation_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="differences",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "kind",
                    fields.CharEnumField(
                        description="MISSING_HERE: missing_here\nMISSING_THERE: missing_there\nSTATE: state",
                        enum_type=DifferenceKind,
                        max_length=32,
                    ),
                ),
                ("number", fields.CharField(max_length=64)),
                ("dispute_id", fields.UUIDField(null=True)),
                ("ours", fields.CharField(default="", db_default="", max_length=64)),
                ("theirs", fields.CharField(default="", db_default="", max_length=64)),
                ("first_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                (
                    "repair",
                    fields.CharEnumField(
                        null=True, description="RESEND: resend\nREASK: reask", enum_type=Repair, max_length=32
                    ),
                ),
                ("repaired_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("problem", fields.CharField(default="", db_default="", max_length=200)),
                ("gone_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "difference",
                "app": "models",
                "unique_together": (("partner", "kind", "number"),),
                "pk_attr": "id",
                "table_description": "Work list: what a comparison has found and a later one has not found gone.",
            },
            bases=["Row"],
        ),
        ops.AlterField(
            model_name="CodeMapping",
            name="kind",
            field=fields.CharEnumField(
                description="CATEGORY: category\nSTATUS: status\nOUTCOME: outcome\nDIVISION: division\nORGANIZATION: organization\nMETHOD: method",
                enum_type=CodeKind,
                max_length=32,
            ),
        ),
        ops.AlterField(
            model_name="Event",
            name="actor_kind",
            field=fields.CharEnumField(
                description="RESIDENT: resident\nSTAFF: staff\nSYSTEM: system\nPARTNER: partner",
                enum_type=ActorKind,
                max_length=32,
            ),
        ),
        ops.AlterField(
            model_name="FulfilmentReport",
            name="reporter_kind",
            field=fields.CharEnumField(
                description="RESIDENT: resident\nSTAFF: staff\nSYSTEM: system\nPARTNER: partner",
                enum_type=ActorKind,
                max_length=32,
            ),
        ),
        ops.AddField(
            model_name="PartnerCase",
            name="body_hash",
            field=fields.CharField(default="", db_default="", max_length=64),
        ),
        ops.AddField(
            model_name="PartnerCase",
            name="unmapped",
            field=fields.JSONField(
                default=list, db_default=[], encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads
            ),
        ),
        ops.AlterField(
            model_name="RedCard",
            name="raised_by",
            field=fields.CharEnumField(
                description="RESIDENT: resident\nSTAFF: staff\nSYSTEM: system\nPARTNER: partner",
                enum_type=ActorKind,
                max_length=32,
            ),
        ),
        ops.AlterField(
            model_name="ReportAnswer",
            name="by_kind",
            field=fields.CharEnumField(
                description="RESIDENT: resident\nSTAFF: staff\nSYSTEM: system\nPARTNER: partner",
                enum_type=ActorKind,
                max_length=32,
            ),
        ),
        ops.AlterField(
            model_name="UnknownCode",
            name="kind",
            field=fields.CharEnumField(
                description="CATEGORY: category\nSTATUS: status\nOUTCOME: outcome\nDIVISION: division\nORGANIZATION: organization\nMETHOD: method",
                enum_type=CodeKind,
                max_length=32,
            ),
        ),
        ops.RunSQL(OPEN, "DROP INDEX difference_open;"),
    ]
