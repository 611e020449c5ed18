from tortoise import migrations
from tortoise.migrations import operations as ops

COUNTED = """CREATE INDEX event_counted ON event (kind, at)
    WHERE kind IN ('mediation_started', 'agreed', 'not_agreed', 'imported')"""
"""What figures of a period are counted from: a few of each case's many events."""
NO_LONGER = "DROP INDEX event_counted"


class Migration(migrations.Migration):
    dependencies = [("models", "0020_cloud_mediation"), ("models", "0019_the_orders_of_the_queue")]

    initial = False

    operations = [ops.RunSQL(COUNTED, NO_LONGER)]
