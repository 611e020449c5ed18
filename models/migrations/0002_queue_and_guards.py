"""The job queue's own tables, and the guards that models cannot express."""

from pathlib import Path

from tortoise import migrations
from tortoise.migrations import operations as ops

QUEUE = (Path(__file__).parent / "pgqueuer.sql").read_text(encoding="utf-8")
DROP_QUEUE = """
DROP TABLE pgqueuer, pgqueuer_log, pgqueuer_schedules, pgqueuer_statistics;
DROP TYPE pgqueuer_status;
"""

ONE_LIVE_APPOINTMENT = """
CREATE UNIQUE INDEX appointment_one_live ON appointment (dispute_id) WHERE status = 'booked';
"""
PLACES_NEVER_NEGATIVE = "ALTER TABLE slot_count ADD CONSTRAINT slot_count_taken CHECK (taken >= 0);"

COMMITTED_IN = """
ALTER TABLE {table} ADD xid bigint NOT NULL DEFAULT pg_current_xact_id()::text::bigint;
CREATE INDEX {table}_committed ON {table} ({owner}, xid, id);
"""
"""The writing transaction's id, filled in by the database. Readers that follow a cursor stop below the oldest one
still open, so that a transaction that commits late is never skipped. No model knows the column: for one with a
default of the database's, Tortoise builds the INSERT anew at every row."""


class Migration(migrations.Migration):
    dependencies = [("models", "0001_initial")]

    operations = [
        ops.RunSQL(QUEUE, DROP_QUEUE),
        ops.RunSQL(ONE_LIVE_APPOINTMENT, "DROP INDEX appointment_one_live;"),
        ops.RunSQL(PLACES_NEVER_NEGATIVE, "ALTER TABLE slot_count DROP CONSTRAINT slot_count_taken;"),
        ops.RunSQL(COMMITTED_IN.format(table="event", owner="dispute_id"), "ALTER TABLE event DROP xid;"),
        ops.RunSQL(COMMITTED_IN.format(table="notice", owner="resident_id"), "ALTER TABLE notice DROP xid;"),
    ]
