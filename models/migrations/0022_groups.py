"""Representatives of a side of many and what its members say; cases without a clock are found."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from uuid_utils.compat import uuid7


class Migration(migrations.Migration):
    dependencies = [("models", "0021_events_that_count")]

    initial = False

    operations = [
        ops.CreateModel(
            name="GroupRepresentative",
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
                ("scope", fields.CharField(max_length=32)),
                ("basis_sealed", fields.BinaryField()),
                ("document_sealed", fields.BinaryField()),
                ("elected_on", fields.DateField()),
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
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("ended_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "group_representative",
                "app": "models",
                "indexes": [Index(fields=["dispute_id", "id"])],
                "pk_attr": "id",
                "table_description": "推选的代表人: one of the side itself, until another election.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="MemberConsent",
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
                ("outcome", fields.IntField()),
                ("agreed", fields.BooleanField()),
                ("way", fields.CharField(max_length=32)),
                ("given_on", fields.DateField()),
                ("actor_id", fields.UUIDField()),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "member_consent",
                "app": "models",
                "unique_together": (("party", "outcome"),),
                "indexes": [Index(fields=["dispute_id", "id"])],
                "pk_attr": "id",
                "table_description": "What one member has said: to those elected (`outcome` 0), or to an outcome that they reached.",
            },
            bases=["Row"],
        ),
        ops.RunSQL(
            "CREATE INDEX dispute_without_clock ON dispute (id) WHERE clock IS NULL "
            "AND status IN ('submitted', 'accepted', 'in_mediation', 'transferred');",
            "DROP INDEX dispute_without_clock;",
        ),
    ]
