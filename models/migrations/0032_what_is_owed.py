"""What is owed is listed by due date over many cases; what was paid is summed by the day on which it came; an agreement
counts from the moment that it binds."""

from tortoise import migrations
from tortoise.migrations import operations as ops

BY_DAY = """
DROP INDEX commitment_open, event_counted;
CREATE INDEX commitment_open ON commitment (due_on, id) WHERE ended_as IS NULL;
CREATE INDEX fulfilment_report_came ON fulfilment_report (done_on) WHERE amount_fen IS NOT NULL;
CREATE INDEX event_counted ON event (kind, at)
    WHERE kind IN ('mediation_started', 'agreed', 'agreement_effective', 'not_agreed', 'imported');
"""
AS_BEFORE = """
DROP INDEX commitment_open, fulfilment_report_came, event_counted;
CREATE INDEX commitment_open ON commitment (due_on) WHERE ended_as IS NULL;
CREATE INDEX event_counted ON event (kind, at)
    WHERE kind IN ('mediation_started', 'agreed', 'not_agreed', 'imported');
"""


class Migration(migrations.Migration):
    dependencies = [("models", "0030_invitations_by_text"), ("models", "0030_shared_proposals")]

    initial = False

    operations = [ops.RunSQL(BY_DAY, AS_BEFORE)]
