from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from models.talks import MeetingStatus


class Migration(migrations.Migration):
    dependencies = [("models", "0029_case_library")]

    initial = False

    operations = [
        ops.AlterField(
            model_name="Meeting",
            name="status",
            field=fields.CharEnumField(
                description="PLANNED: planned\nRUNNING: running\nADJOURNED: adjourned\nENDED: ended\nCANCELLED: cancelled",
                enum_type=MeetingStatus,
                max_length=32,
            ),
        ),
        ops.AddField(
            model_name="Proposal",
            name="consent_sealed",
            field=fields.BinaryField(null=True),
        ),
    ]
