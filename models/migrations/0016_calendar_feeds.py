"""Secret addresses under which calendars read mediators' appointments: one each."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from uuid_utils.compat import uuid7

ONE_LIVE = "CREATE UNIQUE INDEX calendar_feed_one_live ON calendar_feed (staff_id) WHERE revoked_at IS NULL"
NO_LONGER = "DROP INDEX calendar_feed_one_live"


class Migration(migrations.Migration):
    dependencies = [("models", "0015_casework")]

    initial = False

    operations = [
        ops.CreateModel(
            name="CalendarFeed",
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
                ("token_hash", fields.CharField(unique=True, max_length=64)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("revoked_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "calendar_feed",
                "app": "models",
                "indexes": [Index(fields=["staff_id"])],
                "pk_attr": "id",
                "table_description": "A secret address under which a calendar reads a mediator's appointments; only its hash is kept.",
            },
            bases=["Row"],
        ),
        ops.RunSQL(ONE_LIVE, NO_LONGER),
    ]
