"""Commitments with what was done of them, and indicators with their readings."""

import functools
from json import dumps, loads

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from uuid_utils.compat import uuid7

from models.commitments import CommitmentEnd, CommitmentKind, ReportAnswerKind
from models.disputes import ActorKind

OPEN_ONES = "CREATE INDEX commitment_open ON commitment (due_on) WHERE ended_as IS NULL;"


class Migration(migrations.Migration):
    dependencies = [("models", "0027_agreements")]

    initial = False

    operations = [
        ops.CreateModel(
            name="Commitment",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "dispute",
                    fields.ForeignKeyField(
                        "models.Dispute",
                        source_field="dispute_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="commitments",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "agreement",
                    fields.ForeignKeyField(
                        "models.Agreement",
                        source_field="agreement_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="commitments",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("ordinal", fields.SmallIntField()),
                (
                    "kind",
                    fields.CharEnumField(
                        description="PAYMENT: payment\nACT: act\nSTANDARD: standard",
                        enum_type=CommitmentKind,
                        max_length=32,
                    ),
                ),
                ("debtor_id", fields.UUIDField(null=True)),
                ("who_sealed", fields.BinaryField()),
                ("creditor_id", fields.UUIDField(null=True)),
                ("to_whom_sealed", fields.BinaryField(null=True)),
                ("what_sealed", fields.BinaryField()),
                ("amount_fen", fields.BigIntField(null=True)),
                ("due_on", fields.DateField()),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                (
                    "ended_as",
                    fields.CharEnumField(
                        null=True,
                        description="FULFILLED: fulfilled\nWAIVED: waived\nREPLACED: replaced",
                        enum_type=CommitmentEnd,
                        max_length=32,
                    ),
                ),
                ("ended_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("end_reason_sealed", fields.BinaryField(null=True)),
            ],
            options={
                "table": "commitment",
                "app": "models",
                "indexes": [Index(fields=["dispute_id", "id"])],
                "pk_attr": "id",
                "table_description": "One term of an agreement that has taken effect. How far it is kept is told by its reports.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="FulfilmentReport",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "commitment",
                    fields.ForeignKeyField(
                        "models.Commitment",
                        source_field="commitment_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="reports",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("amount_fen", fields.BigIntField(null=True)),
                ("completes", fields.BooleanField()),
                ("is_met", fields.BooleanField(null=True)),
                ("done_on", fields.DateField()),
                ("text_sealed", fields.BinaryField(null=True)),
                ("file_ids", fields.JSONField(encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads)),
                (
                    "reporter_kind",
                    fields.CharEnumField(
                        description="RESIDENT: resident\nSTAFF: staff\nSYSTEM: system",
                        enum_type=ActorKind,
                        max_length=32,
                    ),
                ),
                ("reporter_id", fields.UUIDField()),
                ("reported_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "fulfilment_report",
                "app": "models",
                "indexes": [Index(fields=["commitment_id", "id"])],
                "pk_attr": "id",
                "table_description": "Append-only: so much was paid, this was done, or the standard was looked at.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Indicator",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "dispute",
                    fields.ForeignKeyField(
                        "models.Dispute",
                        source_field="dispute_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="indicators",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("name_sealed", fields.BinaryField()),
                ("unit", fields.CharField(max_length=32)),
                ("baseline", fields.DecimalField(max_digits=16, decimal_places=2)),
                ("baseline_on", fields.DateField()),
                ("target", fields.DecimalField(null=True, max_digits=16, decimal_places=2)),
                ("created_by_id", fields.UUIDField()),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "indicator",
                "app": "models",
                "indexes": [Index(fields=["dispute_id", "id"])],
                "pk_attr": "id",
                "table_description": "A figure by which one sees that an agreement helped.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="IndicatorReading",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "indicator",
                    fields.ForeignKeyField(
                        "models.Indicator",
                        source_field="indicator_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="readings",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("value", fields.DecimalField(max_digits=16, decimal_places=2)),
                ("read_on", fields.DateField()),
                ("source_sealed", fields.BinaryField()),
                ("recorded_by_id", fields.UUIDField()),
                ("recorded_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("voided_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "indicator_reading",
                "app": "models",
                "indexes": [Index(fields=["indicator_id", "read_on"])],
                "pk_attr": "id",
                "table_description": "Never edited: a wrong one is made void and read anew.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="ReportAnswer",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "report",
                    fields.ForeignKeyField(
                        "models.FulfilmentReport",
                        source_field="report_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="answers",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "kind",
                    fields.CharEnumField(
                        description="CONFIRMED: confirmed\nDISPUTED: disputed",
                        enum_type=ReportAnswerKind,
                        max_length=32,
                    ),
                ),
                ("reason_sealed", fields.BinaryField(null=True)),
                (
                    "by_kind",
                    fields.CharEnumField(
                        description="RESIDENT: resident\nSTAFF: staff\nSYSTEM: system",
                        enum_type=ActorKind,
                        max_length=32,
                    ),
                ),
                ("by_id", fields.UUIDField()),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "report_answer",
                "app": "models",
                "unique_together": (("report", "by_kind"),),
                "pk_attr": "id",
                "table_description": "Append-only: one by the other side, one by staff, whose word counts.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="UrgingNote",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "commitment",
                    fields.ForeignKeyField(
                        "models.Commitment",
                        source_field="commitment_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="notes",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("rule", fields.CharField(max_length=32)),
                ("due_on", fields.DateField()),
                ("by_id", fields.UUIDField(null=True)),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "urging_note",
                "app": "models",
                "unique_together": (("commitment", "rule", "due_on"),),
                "pk_attr": "id",
                "table_description": "One that was told of a due date, or after it: by rule and by the date that the commitment had then.",
            },
            bases=["Row"],
        ),
        ops.RunSQL(OPEN_ONES, "DROP INDEX commitment_open;"),
    ]
