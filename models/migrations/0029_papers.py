from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from uuid_utils.compat import uuid7

from models.papers import PaperState


class Migration(migrations.Migration):
    dependencies = [("models", "0028_commitments"), ("models", "0028_chained_history")]

    initial = False

    operations = [
        ops.CreateModel(
            name="Paper",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "dispute",
                    fields.ForeignKeyField(
                        "models.Dispute",
                        source_field="dispute_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="papers",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("code", fields.CharField(max_length=32)),
                ("subject_id", fields.UUIDField()),
                ("is_draft", fields.BooleanField()),
                (
                    "state",
                    fields.CharEnumField(
                        description="MAKING: making\nREADY: ready\nFAILED: failed", enum_type=PaperState, max_length=32
                    ),
                ),
                ("title", fields.CharField(max_length=64)),
                ("content_hash", fields.CharField(max_length=64)),
                ("data_sealed", fields.BinaryField()),
                ("basis_id", fields.UUIDField(null=True)),
                ("template_version", fields.IntField()),
                ("template_hash", fields.CharField(max_length=64)),
                ("check_code_sealed", fields.BinaryField(null=True)),
                ("check_code_hash", fields.CharField(null=True, unique=True, max_length=64)),
                (
                    "pdf",
                    fields.ForeignKeyField(
                        "models.StoredFile",
                        source_field="pdf_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="papers_as_pdf",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "docx",
                    fields.ForeignKeyField(
                        "models.StoredFile",
                        source_field="docx_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="papers_as_docx",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("pages", fields.SmallIntField(null=True)),
                ("missing_sealed", fields.BinaryField(null=True)),
                (
                    "requested_by",
                    fields.ForeignKeyField(
                        "models.Staff",
                        source_field="requested_by_id",
                        db_constraint=True,
                        to_field="id",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("requested_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("made_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("superseded_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "paper",
                "app": "models",
                "unique_together": (("dispute", "code", "subject_id", "is_draft", "content_hash", "template_hash"),),
                "indexes": [Index(fields=["dispute_id", "id"]), Index(fields=["state", "requested_at"])],
                "pk_attr": "id",
                "table_description": "One paper as it was made: what it says is fixed when it is asked for, its bytes once the worker has drawn",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="PaperTemplate",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                ("code", fields.CharField(max_length=32)),
                ("version", fields.IntField()),
                ("text", fields.TextField(unique=False)),
                ("effective_on", fields.DateField()),
                ("note", fields.CharField(default="", max_length=128)),
                (
                    "added_by",
                    fields.ForeignKeyField(
                        "models.Staff",
                        source_field="added_by_id",
                        db_constraint=True,
                        to_field="id",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("added_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("withdrawn_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "paper_template",
                "app": "models",
                "unique_together": (("code", "version"),),
                "pk_attr": "id",
                "table_description": "One version of one template; added and withdrawn, never changed. Version 0 is the catalog's.",
            },
            bases=["Row"],
        ),
    ]
