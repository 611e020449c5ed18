"""Finds the few notices whose push is still open among all that ever were."""

from tortoise import migrations
from tortoise.migrations import operations as ops

OPEN_NOTICES = "CREATE INDEX notice_open ON notice (created_at) WHERE delivery IN ('pending', 'begun');"


class Migration(migrations.Migration):
    dependencies = [("models", "0002_queue_and_guards")]

    operations = [ops.RunSQL(OPEN_NOTICES, "DROP INDEX notice_open;")]
