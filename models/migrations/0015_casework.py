"""Information requests, recusals, choices of mediators, hand-over notes; number series; what mediators know."""

import functools
from json import dumps, loads

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.fields.db_defaults import SqlDefault
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import UniqueConstraint
from uuid_utils.compat import uuid7


class Migration(migrations.Migration):
    dependencies = [("models", "0014_reminders_and_affected_appointments")]

    initial = False

    operations = [
        ops.CreateModel(
            name="HandoverNote",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "dispute",
                    fields.ForeignKeyField(
                        "models.Dispute",
                        source_field="dispute_id",
                        db_constraint=True,
                        to_field="id",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "from_mediator",
                    fields.ForeignKeyField(
                        "models.Staff",
                        source_field="from_mediator_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="left_notes",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "to_mediator",
                    fields.ForeignKeyField(
                        "models.Staff",
                        source_field="to_mediator_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="received_notes",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("center_id", fields.UUIDField()),
                ("text_sealed", fields.BinaryField()),
                ("written_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "handover_note",
                "app": "models",
                "indexes": [Index(fields=["dispute_id", "id"])],
                "pk_attr": "id",
                "table_description": "From one mediator to the next; nobody else but their director reads it.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="InformationRequest",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "dispute",
                    fields.ForeignKeyField(
                        "models.Dispute",
                        source_field="dispute_id",
                        db_constraint=True,
                        to_field="id",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "asked_by",
                    fields.ForeignKeyField(
                        "models.Staff",
                        source_field="asked_by_id",
                        db_constraint=True,
                        to_field="id",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("asked_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("due_on", fields.DateField()),
                ("answered_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "information_request",
                "app": "models",
                "indexes": [Index(fields=["dispute_id", "id"])],
                "pk_attr": "id",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="InformationItem",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "request",
                    fields.ForeignKeyField(
                        "models.InformationRequest",
                        source_field="request_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="items",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("ordinal", fields.SmallIntField()),
                ("text_sealed", fields.BinaryField()),
                ("answered_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                (
                    "answered_by",
                    fields.ForeignKeyField(
                        "models.Resident",
                        source_field="answered_by_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("answer_sealed", fields.BinaryField(null=True)),
                (
                    "file_ids",
                    fields.JSONField(
                        default=list, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads
                    ),
                ),
            ],
            options={
                "table": "information_item",
                "app": "models",
                "unique_together": (("request", "ordinal"),),
                "pk_attr": "id",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="MediatorChoice",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "dispute",
                    fields.ForeignKeyField(
                        "models.Dispute",
                        source_field="dispute_id",
                        db_constraint=True,
                        to_field="id",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "party",
                    fields.OneToOneField(
                        "models.Party",
                        source_field="party_id",
                        db_constraint=True,
                        to_field="id",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "mediator",
                    fields.ForeignKeyField(
                        "models.Staff",
                        source_field="mediator_id",
                        db_constraint=True,
                        to_field="id",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("chosen_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "mediator_choice",
                "app": "models",
                "indexes": [Index(fields=["dispute_id", "id"])],
                "pk_attr": "id",
                "table_description": "Whom a party would like; the latest counts.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Recusal",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "dispute",
                    fields.ForeignKeyField(
                        "models.Dispute",
                        source_field="dispute_id",
                        db_constraint=True,
                        to_field="id",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "mediator",
                    fields.ForeignKeyField(
                        "models.Staff",
                        source_field="mediator_id",
                        db_constraint=True,
                        to_field="id",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("asked_by_kind", fields.CharField(max_length=32)),
                ("asked_by_id", fields.UUIDField()),
                ("asked_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("reason_sealed", fields.BinaryField()),
                ("decided_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                (
                    "decided_by",
                    fields.ForeignKeyField(
                        "models.Staff",
                        source_field="decided_by_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="decided_recusals",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("upheld", fields.BooleanField(null=True)),
            ],
            options={
                "table": "recusal",
                "app": "models",
                "indexes": [Index(fields=["dispute_id", "id"])],
                "pk_attr": "id",
                "table_description": "回避: asked for by a party, or by the mediator who has declared a conflict; open until it is decided.",
            },
            bases=["Row"],
        ),
        ops.RemoveConstraint(
            model_name="CaseCounter",
            name=None,
            fields=["center", "year"],
        ),
        ops.AlterModelOptions(
            name="CaseCounter",
            options={
                "table": "case_counter",
                "app": "models",
                "unique_together": (("center", "year", "series"),),
                "pk_attr": "id",
                "table_description": "How many official numbers a center has given in a year, in one series.",
            },
        ),
        ops.AddField(
            model_name="CaseCounter",
            name="series",
            field=fields.CharField(default="调", db_default="调", max_length=8),
        ),
        ops.AddConstraint(
            model_name="CaseCounter",
            constraint=UniqueConstraint(fields=("center", "year", "series"), name=None),
        ),
        ops.AddField(
            model_name="Dispute",
            name="conflict",
            field=fields.CharField(null=True, max_length=32),
        ),
        ops.AddField(
            model_name="Dispute",
            name="failed_contacts",
            field=fields.SmallIntField(default=0, db_default=0),
        ),
        ops.AddField(
            model_name="Dispute",
            name="recusal_pending",
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name="Organization",
            name="seal_name",
            field=fields.CharField(default="", db_default="", max_length=128),
        ),
        ops.AddField(
            model_name="Staff",
            name="division_code",
            field=fields.CharField(null=True, max_length=12),
        ),
        ops.AddField(
            model_name="Staff",
            name="id_number_hash",
            field=fields.CharField(null=True, max_length=64),
        ),
        ops.AddField(
            model_name="Staff",
            name="languages",
            field=fields.JSONField(
                default=list,
                db_default=SqlDefault("'[]'::jsonb"),
                encoder=functools.partial(dumps, separators=(",", ":")),
                decoder=loads,
            ),
        ),
        ops.AddField(
            model_name="Staff",
            name="phone_hash",
            field=fields.CharField(null=True, max_length=64),
        ),
        ops.AddField(
            model_name="Staff",
            name="specialities",
            field=fields.JSONField(
                default=list,
                db_default=SqlDefault("'[]'::jsonb"),
                encoder=functools.partial(dumps, separators=(",", ":")),
                decoder=loads,
            ),
        ),
        ops.AddIndex(model_name="Dispute", index=Index(fields=["center_id", "id"])),
    ]
