"""Figures are kept beside the record: facts of cases, monthly sums of them, and which cases are to be counted anew, which
a trigger notes with every event. What is carried out of the system is kept as a log."""

import functools
from json import dumps, loads
from uuid import uuid4

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from uuid_utils.compat import uuid7

from models.statistics import ExportState

FOLLOW = """
CREATE FUNCTION note_what_is_to_be_counted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO statistic_due (dispute_id, at) SELECT dispute_id, min(at) FROM written GROUP BY dispute_id;
    RETURN NULL;
END $$;

CREATE TRIGGER event_counts AFTER INSERT ON event REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION note_what_is_to_be_counted();

CREATE INDEX statistic_fact_overtaken ON statistic_fact (next_on, day)
    INCLUDE (kind, mode, category, source, center_id, fen) WHERE next_on IS NOT NULL;

INSERT INTO statistic_due (dispute_id, at) SELECT id, created_at FROM dispute ORDER BY id;
"""
NO_LONGER = """
DROP INDEX statistic_fact_overtaken;
DROP TRIGGER event_counts ON event;
DROP FUNCTION note_what_is_to_be_counted();
"""


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
            name="Export",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "requester",
                    fields.ForeignKeyField(
                        "models.Staff",
                        source_field="requester_id",
                        db_constraint=True,
                        to_field="id",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("kind", fields.CharField(max_length=32)),
                ("format", fields.CharField(max_length=8)),
                ("selection", fields.JSONField(encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads)),
                ("columns", fields.JSONField(encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads)),
                (
                    "state",
                    fields.CharEnumField(
                        description="RUNNING: running\nREADY: ready\nFAILED: failed\nCANCELED: canceled\nEXPIRED: expired",
                        enum_type=ExportState,
                        max_length=32,
                    ),
                ),
                ("reason", fields.CharField(default="", db_default="", max_length=32)),
                ("total_rows", fields.IntField()),
                ("done_rows", fields.IntField(default=0, db_default=0)),
                ("is_read", fields.BooleanField(default=False, db_default=False)),
                ("last_id", fields.UUIDField(null=True)),
                ("size", fields.BigIntField(default=0, db_default=0)),
                ("sha256", fields.CharField(default="", db_default="", max_length=64)),
                ("requested_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("finished_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("expires_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("downloads", fields.IntField(default=0, db_default=0)),
                ("last_download_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "export",
                "app": "models",
                "indexes": [Index(fields=["requester_id", "id"]), Index(fields=["state", "expires_at"])],
                "pk_attr": "id",
                "table_description": "A table carried out of the system. The row stays when the file is gone: it is the log.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="ExportPart",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "export",
                    fields.ForeignKeyField(
                        "models.Export",
                        source_field="export_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="parts",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("ordinal", fields.IntField()),
                (
                    "file",
                    fields.OneToOneField(
                        "models.StoredFile",
                        source_field="file_id",
                        db_constraint=True,
                        to_field="id",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
            ],
            options={
                "table": "export_part",
                "app": "models",
                "unique_together": (("export", "ordinal"),),
                "pk_attr": "id",
                "table_description": "So many rows of it, sealed in the store.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="RepeatQuarrel",
            fields=[
                ("dispute_id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ("earlier_id", fields.UUIDField()),
            ],
            options={
                "table": "repeat_quarrel",
                "app": "models",
                "pk_attr": "dispute_id",
                "table_description": "That the same two had quarreled before, as it was seen when the case was first counted.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="StatisticDue",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("dispute_id", fields.UUIDField()),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "statistic_due",
                "app": "models",
                "pk_attr": "id",
                "table_description": "Cases in whose history something was written since they were counted. A trigger on `event` writes it in the same",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="StatisticFact",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("dispute_id", fields.UUIDField(db_index=True)),
                ("kind", fields.CharField(max_length=32)),
                ("day", fields.DateField()),
                ("center_id", fields.UUIDField()),
                ("category", fields.CharField(max_length=64)),
                ("mode", fields.CharField(max_length=32)),
                ("source", fields.CharField(max_length=32)),
                ("fen", fields.BigIntField(default=0)),
                ("next_on", fields.DateField(null=True)),
            ],
            options={
                "table": "statistic_fact",
                "app": "models",
                "indexes": [Index(fields=["kind", "day", "id"]), Index(fields=["center_id", "kind", "day", "id"])],
                "pk_attr": "id",
                "table_description": "One thing that counts, on the day on which it happened and with the center that had the case then.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="StatisticMonth",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("month", fields.DateField()),
                ("kind", fields.CharField(max_length=32)),
                ("dim", fields.CharField(max_length=32)),
                ("code", fields.CharField(max_length=64)),
                ("cases", fields.BigIntField()),
                ("fen", fields.BigIntField()),
            ],
            options={
                "table": "statistic_month",
                "app": "models",
                "unique_together": (("month", "kind", "dim", "code"),),
                "pk_attr": "id",
                "table_description": "The city's facts of a month, summed: in all (`dim` empty), by mode, category, source and center.",
            },
            bases=["Model"],
        ),
        ops.RunSQL(FOLLOW, NO_LONGER),
    ]
