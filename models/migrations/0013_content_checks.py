from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from uuid_utils.compat import uuid7

from models.content import CheckStatus, CheckSubject

BY_TRACE = """
CREATE INDEX wechat_callback_trace ON wechat_callback ((payload ->> 'trace_id')) WHERE event = 'wxa_media_check';
"""


class Migration(migrations.Migration):
    dependencies = [("models", "0012_participation_and_safety")]

    initial = False

    operations = [
        ops.CreateModel(
            name="ContentCheck",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "subject",
                    fields.CharEnumField(
                        description="DISPUTE: dispute\nSUPPLEMENT: supplement\nRATING: rating\nFILE: file",
                        enum_type=CheckSubject,
                        max_length=32,
                    ),
                ),
                ("subject_id", fields.UUIDField(unique=True)),
                (
                    "resident",
                    fields.ForeignKeyField(
                        "models.Resident",
                        source_field="resident_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("dispute_id", fields.UUIDField(null=True, db_index=True)),
                (
                    "status",
                    fields.CharEnumField(
                        description="WAITING: waiting\nASKED: asked\nPASSED: passed\nSKIPPED: skipped\nREVIEW: review\nRISKY: risky\nUNKNOWN: unknown\nRELEASED: released\nWITHHELD: withheld",
                        enum_type=CheckStatus,
                        max_length=32,
                    ),
                ),
                ("label", fields.IntField(null=True)),
                ("trace_id", fields.CharField(null=True, unique=True, max_length=64)),
                ("asks", fields.SmallIntField(default=0)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("asked_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("finished_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                (
                    "decided_by",
                    fields.ForeignKeyField(
                        "models.Staff",
                        source_field="decided_by_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("decided_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "content_check",
                "app": "models",
                "indexes": [Index(fields=["status", "created_at"])],
                "pk_attr": "id",
                "table_description": "One for each thing that somebody brought in. It never decides whether the thing is kept, only who sees it.",
            },
            bases=["Row"],
        ),
        ops.RunSQL(BY_TRACE, "DROP INDEX wechat_callback_trace;"),
    ]
