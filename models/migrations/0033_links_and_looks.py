from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from uuid_utils.compat import uuid7

from models.history import LookKind
from models.links import LinkKind

INDEX = """
CREATE INDEX dispute_merged_into ON dispute (merged_into_id) WHERE merged_into_id IS NOT NULL;
"""
AS_BEFORE = "DROP INDEX dispute_merged_into"


class Migration(migrations.Migration):
    dependencies = [
        ("models", "0029_papers"),
        ("models", "0029_seats_and_labels"),
        ("models", "0030_invitations_by_text"),
        ("models", "0030_shared_proposals"),
    ]

    initial = False

    operations = [
        ops.CreateModel(
            name="CaseLink",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "dispute",
                    fields.ForeignKeyField(
                        "models.Dispute",
                        source_field="dispute_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="links",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "other",
                    fields.ForeignKeyField(
                        "models.Dispute",
                        source_field="other_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="links_to_it",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "kind",
                    fields.CharEnumField(
                        description="RELATED: related\nDUPLICATE: duplicate\nREPEAT: repeat\nMERGED: merged\nSPLIT: split",
                        enum_type=LinkKind,
                        max_length=32,
                    ),
                ),
                (
                    "made_by",
                    fields.ForeignKeyField(
                        "models.Staff",
                        source_field="made_by_id",
                        db_constraint=True,
                        to_field="id",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("made_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("ended_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "case_link",
                "app": "models",
                "indexes": [Index(fields=["dispute_id", "id"]), Index(fields=["other_id", "id"])],
                "pk_attr": "id",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="DismissedDuplicate",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "dispute",
                    fields.ForeignKeyField(
                        "models.Dispute",
                        source_field="dispute_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="dismissed_duplicates",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "other",
                    fields.ForeignKeyField(
                        "models.Dispute",
                        source_field="other_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="dismissed_duplicates_of_it",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "dismissed_by",
                    fields.ForeignKeyField(
                        "models.Staff",
                        source_field="dismissed_by_id",
                        db_constraint=True,
                        to_field="id",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("dismissed_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "dismissed_duplicate",
                "app": "models",
                "unique_together": (("dispute", "other"),),
                "pk_attr": "id",
                "table_description": "Somebody has looked: these two are not one quarrel. Why stands in both histories.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Look",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "dispute",
                    fields.ForeignKeyField(
                        "models.Dispute",
                        source_field="dispute_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="looks",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "kind",
                    fields.CharEnumField(
                        description="CASE: case\nTIMELINE: timeline\nHISTORY: history\nFILE: file\nPAPER: paper",
                        enum_type=LookKind,
                        max_length=32,
                    ),
                ),
                ("subject_id", fields.UUIDField()),
                ("actor_id", fields.UUIDField()),
                ("actor_role", fields.CharField(max_length=32)),
                ("hour", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("digest", fields.BinaryField()),
            ],
            options={
                "table": "look",
                "app": "models",
                "unique_together": (("dispute", "actor_id", "kind", "subject_id", "hour"),),
                "indexes": [Index(fields=["dispute_id", "id"]), Index(fields=["at"])],
                "pk_attr": "id",
                "table_description": "Who looked at what of a case: append-only, once per hour, and no lock on the case. Each row proves itself, that",
            },
            bases=["Row"],
        ),
        ops.AddField(
            model_name="Dispute",
            name="merged_into",
            field=fields.ForeignKeyField(
                "models.Dispute",
                source_field="merged_into_id",
                null=True,
                db_constraint=True,
                to_field="id",
                related_name="merged",
                on_delete=OnDelete.RESTRICT,
            ),
        ),
        ops.AddField(
            model_name="Dispute",
            name="retained_until",
            field=fields.DateField(null=True),
        ),
        ops.AddField(
            model_name="Dispute",
            name="retention",
            field=fields.CharField(null=True, max_length=32),
        ),
        ops.AddField(
            model_name="HistoryRoot",
            name="looks",
            field=fields.IntField(default=0, db_default=0),
        ),
        ops.AddField(
            model_name="HistoryRoot",
            name="looks_digest",
            field=fields.BinaryField(null=True),
        ),
        ops.RunSQL(INDEX, AS_BEFORE),
    ]
