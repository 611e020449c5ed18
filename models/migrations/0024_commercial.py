"""Commercial mediation: published prices, their acceptance, promises of silence, panels, money that came back."""

import functools
from json import dumps, loads

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from uuid_utils.compat import uuid7

from models.commercial import Preference


class Migration(migrations.Migration):
    dependencies = [("models", "0023_talks")]

    initial = False

    operations = [
        ops.CreateModel(
            name="FeeSchedule",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "organization",
                    fields.ForeignKeyField(
                        "models.Organization",
                        source_field="organization_id",
                        db_constraint=True,
                        to_field="id",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("version", fields.IntField()),
                ("effective_from", fields.DateField()),
                ("lines", fields.JSONField(encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads)),
                ("published_by_id", fields.UUIDField()),
                ("published_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "fee_schedule",
                "app": "models",
                "unique_together": (("organization", "version"),),
                "pk_attr": "id",
                "table_description": "Published by a commercial institution; never edited, replaced by the next version.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="CommercialCase",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "dispute",
                    fields.OneToOneField(
                        "models.Dispute",
                        source_field="dispute_id",
                        db_constraint=True,
                        to_field="id",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "organization",
                    fields.ForeignKeyField(
                        "models.Organization",
                        source_field="organization_id",
                        db_constraint=True,
                        to_field="id",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "schedule",
                    fields.ForeignKeyField(
                        "models.FeeSchedule",
                        source_field="schedule_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("named_by_id", fields.UUIDField()),
                ("named_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "commercial_case",
                "app": "models",
                "pk_attr": "id",
                "table_description": "Which institution shall mediate at which price: shown to the parties before anything starts.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="FeeAcceptance",
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
                    fields.ForeignKeyField(
                        "models.Party",
                        source_field="party_id",
                        db_constraint=True,
                        to_field="id",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "schedule",
                    fields.ForeignKeyField(
                        "models.FeeSchedule",
                        source_field="schedule_id",
                        db_constraint=True,
                        to_field="id",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("way", fields.CharField(max_length=32)),
                ("actor_id", fields.UUIDField()),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "fee_acceptance",
                "app": "models",
                "unique_together": (("party", "schedule"),),
                "indexes": [Index(fields=["dispute_id", "id"])],
                "pk_attr": "id",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Panel",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "dispute",
                    fields.OneToOneField(
                        "models.Dispute",
                        source_field="dispute_id",
                        db_constraint=True,
                        to_field="id",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("seats", fields.SmallIntField()),
                ("choose_by", fields.DateField()),
                ("opened_by_id", fields.UUIDField()),
                ("opened_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("formed_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "panel",
                "app": "models",
                "pk_attr": "id",
                "table_description": "Experts for one case, chosen by both sides.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="PanelCandidate",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "panel",
                    fields.ForeignKeyField(
                        "models.Panel",
                        source_field="panel_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="candidates",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "expert",
                    fields.ForeignKeyField(
                        "models.Staff",
                        source_field="expert_id",
                        db_constraint=True,
                        to_field="id",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("field", fields.CharField(max_length=32)),
                ("appointed_reason_sealed", fields.BinaryField(null=True)),
            ],
            options={
                "table": "panel_candidate",
                "app": "models",
                "unique_together": (("panel", "expert"),),
                "pk_attr": "id",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="PanelChoice",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "candidate",
                    fields.ForeignKeyField(
                        "models.PanelCandidate",
                        source_field="candidate_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="choices",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "party",
                    fields.ForeignKeyField(
                        "models.Party",
                        source_field="party_id",
                        db_constraint=True,
                        to_field="id",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "preference",
                    fields.CharEnumField(
                        description="CHOSEN: chosen\nSTRUCK: struck", enum_type=Preference, max_length=32
                    ),
                ),
                ("rank", fields.SmallIntField()),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "panel_choice",
                "app": "models",
                "unique_together": (("candidate", "party"),),
                "pk_attr": "id",
                "table_description": "What one party says of one candidate; the latest answer replaces all of the party's earlier ones.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Recovery",
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
                ("amount_fen", fields.BigIntField()),
                ("received_on", fields.DateField()),
                ("note_sealed", fields.BinaryField(null=True)),
                (
                    "recorder",
                    fields.ForeignKeyField(
                        "models.Staff",
                        source_field="recorder_id",
                        db_constraint=True,
                        to_field="id",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("recorded_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("voided_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "recovery",
                "app": "models",
                "indexes": [Index(fields=["dispute_id", "id"])],
                "pk_attr": "id",
                "table_description": "Money that came back after an agreement.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Undertaking",
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
                ("by_kind", fields.CharField(max_length=32)),
                ("by_id", fields.UUIDField()),
                ("version", fields.CharField(max_length=16)),
                ("way", fields.CharField(max_length=32)),
                ("actor_id", fields.UUIDField()),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "undertaking",
                "app": "models",
                "unique_together": (("dispute", "by_id", "version"),),
                "pk_attr": "id",
                "table_description": "Somebody has promised silence about the case, in one wording.",
            },
            bases=["Row"],
        ),
        ops.AddField(
            model_name="Dispute",
            name="agreed_fen",
            field=fields.BigIntField(null=True),
        ),
    ]
