"""When somebody is to be tried again stands in the case, for the morning list. What waits for a try is little beside all
that is past."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("models", "0030_invitations_by_text"), ("models", "0030_shared_proposals")]

    initial = False

    operations = [
        ops.AddField(model_name="Dispute", name="next_try_on", field=fields.DateField(null=True)),
        ops.RunSQL(
            "CREATE INDEX dispute_to_try ON dispute (next_try_on, id) WHERE next_try_on IS NOT NULL",
            "DROP INDEX dispute_to_try",
        ),
    ]
