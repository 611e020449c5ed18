import functools
from json import dumps, loads

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from uuid_utils.compat import uuid7

from models.library import LibraryStatus


class Migration(migrations.Migration):
    dependencies = [("models", "0028_commitments")]

    initial = False

    operations = [
        ops.CreateModel(
            name="LibraryCase",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "dispute",
                    fields.ForeignKeyField(
                        "models.Dispute",
                        source_field="dispute_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="library_cases",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("category", fields.CharField(max_length=64)),
                (
                    "status",
                    fields.CharEnumField(
                        description="PROPOSED: proposed\nRETURNED: returned\nAPPROVED: approved\nRELEASED: released\nWITHDRAWN: withdrawn",
                        enum_type=LibraryStatus,
                        max_length=32,
                    ),
                ),
                ("draft_sealed", fields.BinaryField()),
                (
                    "published",
                    fields.JSONField(null=True, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads),
                ),
                ("words", fields.TextField(null=True, unique=False)),
                ("proposer_id", fields.UUIDField()),
                ("proposed_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("reviewer_id", fields.UUIDField(null=True)),
                ("reviewed_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("review_reason_sealed", fields.BinaryField(null=True)),
                ("released_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("withdrawn_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("withdrawal_reason_sealed", fields.BinaryField(null=True)),
            ],
            options={
                "table": "library_case",
                "app": "models",
                "indexes": [Index(fields=["status", "category", "id"]), Index(fields=["dispute_id", "id"])],
                "pk_attr": "id",
                "table_description": "In clear only from its approval on: until then nobody but its proposer has looked for what identifies people.",
            },
            bases=["Row"],
        ),
    ]
