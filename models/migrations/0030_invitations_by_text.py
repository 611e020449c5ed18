"""The link of an invitation goes to the party's phone: its token, sealed until then, and what became of it."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from models.notices import Delivery


class Migration(migrations.Migration):
    dependencies = [("models", "0029_case_library"), ("models", "0029_the_morning_list")]

    initial = False

    operations = [
        ops.AddField(model_name="Invitation", name="token_sealed", field=fields.BinaryField(null=True)),
        ops.AddField(
            model_name="Invitation",
            name="texting",
            field=fields.CharEnumField(
                null=True,
                description="PENDING: pending\nBEGUN: begun\nINBOX_ONLY: inbox_only\nDELIVERED: delivered\nREFUSED: refused\nNO_CONSENT: no_consent\nFAILED: failed\nUNKNOWN: unknown\nMERGED: merged\nSTALE: stale",
                enum_type=Delivery,
                max_length=32,
            ),
        ),
        ops.AddField(
            model_name="Invitation",
            name="texted_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
    ]
