"""What waits for somebody is little beside all that is open: the morning list of a city finds it at once. Two indexes
that no plan follows any more go: each is written with every filing."""

from tortoise import migrations
from tortoise.migrations import operations as ops

WAITING = """
DROP INDEX dispute_overdue, dispute_resumes;
CREATE INDEX dispute_waiting_by_light ON dispute (due_at, id)
 WHERE resumes_at IS NOT NULL OR status = 'transferred' OR recusal_pending;
"""
AS_BEFORE = """
DROP INDEX dispute_waiting_by_light;
CREATE INDEX dispute_overdue ON dispute (due_at) WHERE escalated_due_at IS NULL OR escalated_due_at < due_at;
CREATE INDEX dispute_resumes ON dispute (resumes_at) WHERE resumes_at IS NOT NULL;
"""


class Migration(migrations.Migration):
    dependencies = [("models", "0028_commitments")]

    initial = False

    operations = [ops.RunSQL(WAITING, AS_BEFORE)]
