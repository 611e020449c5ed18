"""When a partner was told that a case is no longer one of those that it may know."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [
        ("models", "0031_next_try"),
        ("models", "0031_receipts_and_court_days"),
        ("models", "0032_what_is_owed"),
        ("models", "0033_links_and_looks"),
        ("models", "0034_after_the_outcome"),
        ("models", "0035_statistics_and_exports"),
        ("models", "0037_reconciliation"),
    ]

    initial = False

    operations = [
        ops.AddField(
            model_name="PartnerLane",
            name="left_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
    ]
