"""The working-time clock of a case, what each event did to it, and the inbox of staff."""

import functools
from json import dumps, loads

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from uuid_utils.compat import uuid7

INDEXES = """
CREATE INDEX dispute_overdue ON dispute (due_at) WHERE escalated_due_at IS NULL OR escalated_due_at < due_at;
CREATE INDEX dispute_resumes ON dispute (resumes_at) WHERE resumes_at IS NOT NULL;
CREATE INDEX dispute_by_light ON dispute (due_at, id);
CREATE INDEX dispute_target_by_light ON dispute (transfer_to_id, due_at, id);
CREATE INDEX event_settled ON event (xid, id);
ALTER TABLE staff_notice ADD xid bigint NOT NULL DEFAULT pg_current_xact_id()::text::bigint;
CREATE INDEX staff_notice_committed ON staff_notice (staff_id, xid, id);
"""
NO_INDEXES = """
DROP INDEX dispute_overdue, dispute_resumes, dispute_by_light, dispute_target_by_light;
DROP INDEX event_settled;
ALTER TABLE staff_notice DROP xid;
"""


class Migration(migrations.Migration):
    dependencies = [("models", "0009_doors_and_representation")]

    initial = False

    operations = [
        ops.CreateModel(
            name="StaffNotice",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "staff",
                    fields.ForeignKeyField(
                        "models.Staff",
                        source_field="staff_id",
                        db_constraint=True,
                        to_field="id",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("dispute_id", fields.UUIDField(null=True)),
                ("kind", fields.CharField(max_length=48)),
                ("title", fields.CharField(max_length=64)),
                ("text", fields.CharField(max_length=255)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("read_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "staff_notice",
                "app": "models",
                "indexes": [Index(fields=["staff_id", "id"])],
                "pk_attr": "id",
                "table_description": "The inbox of a staff member. It names a case by its number, never a person.",
            },
            bases=["Row"],
        ),
        ops.AddField(
            model_name="Dispute",
            name="bounces",
            field=fields.SmallIntField(default=0, db_default=0),
        ),
        ops.AddField(
            model_name="Dispute",
            name="clock",
            field=fields.JSONField(null=True, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads),
        ),
        ops.AddField(
            model_name="Dispute",
            name="escalated_due_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="Dispute",
            name="must_decide",
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name="Dispute",
            name="resumes_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="Event",
            name="clock",
            field=fields.JSONField(null=True, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads),
        ),
        ops.AddField(
            model_name="Event",
            name="flow",
            field=fields.CharField(default="", db_default="", max_length=32),
        ),
        ops.AddField(
            model_name="Event",
            name="status",
            field=fields.CharField(default="", db_default="", max_length=32),
        ),
        ops.RunSQL(INDEXES, NO_INDEXES),
    ]
