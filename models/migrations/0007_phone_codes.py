from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from uuid_utils.compat import uuid7


class Migration(migrations.Migration):
    dependencies = [("models", "0006_calendar_years")]

    initial = False

    operations = [
        ops.CreateModel(
            name="PhoneCode",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "resident",
                    fields.ForeignKeyField(
                        "models.Resident",
                        source_field="resident_id",
                        db_constraint=True,
                        to_field="id",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("phone_hash", fields.CharField(max_length=64)),
                ("code_hash", fields.CharField(max_length=64)),
                ("tries", fields.SmallIntField(default=0)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("used_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "phone_code",
                "app": "models",
                "indexes": [Index(fields=["resident_id", "created_at"]), Index(fields=["phone_hash", "created_at"])],
                "pk_attr": "id",
                "table_description": "Sent by text message to a number that somebody claims to have.",
            },
            bases=["Row"],
        ),
    ]
