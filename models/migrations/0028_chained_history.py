from tortoise import fields, migrations
from tortoise.migrations import operations as ops
from uuid_utils.compat import uuid7


class Migration(migrations.Migration):
    dependencies = [("models", "0027_agreements")]

    initial = False

    operations = [
        ops.CreateModel(
            name="HistoryRoot",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                ("day", fields.DateField(unique=True)),
                ("events", fields.IntField()),
                ("digest", fields.BinaryField()),
                ("root", fields.BinaryField()),
                ("made_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("sent_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "history_root",
                "app": "models",
                "pk_attr": "id",
                "table_description": "Of one day in Asia/Shanghai: what all links of its events come to. Never edited.",
            },
            bases=["Row"],
        ),
        ops.AddField(
            model_name="Dispute",
            name="history_head",
            field=fields.BinaryField(null=True),
        ),
        ops.AddField(
            model_name="Dispute",
            name="history_length",
            field=fields.IntField(default=0, db_default=0),
        ),
        ops.AddField(
            model_name="Event",
            name="detail_digest",
            field=fields.BinaryField(null=True),
        ),
        ops.AddField(
            model_name="Event",
            name="link",
            field=fields.BinaryField(null=True),
        ),
        ops.AddField(
            model_name="Event",
            name="ordinal",
            field=fields.IntField(default=0, db_default=0),
        ),
    ]
