from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from uuid_utils.compat import uuid7


class Migration(migrations.Migration):
    dependencies = [
        ("models", "0029_papers"),
        ("models", "0029_seats_and_labels"),
        ("models", "0030_invitations_by_text"),
        ("models", "0030_shared_proposals"),
    ]

    initial = False

    operations = [
        ops.CreateModel(
            name="CopyReceipt",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "version",
                    fields.ForeignKeyField(
                        "models.AgreementVersion",
                        source_field="version_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="receipts",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "party",
                    fields.ForeignKeyField(
                        "models.Party",
                        source_field="party_id",
                        db_constraint=True,
                        to_field="id",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("number", fields.SmallIntField()),
                (
                    "representation",
                    fields.ForeignKeyField(
                        "models.Representation",
                        source_field="representation_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("received_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("identity_check", fields.CharField(max_length=32)),
                (
                    "scan",
                    fields.ForeignKeyField(
                        "models.StoredFile",
                        source_field="scan_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("recorded_by_id", fields.UUIDField()),
                ("recorded_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "copy_receipt",
                "app": "models",
                "unique_together": (("version", "party"), ("version", "number")),
                "pk_attr": "id",
                "table_description": "One original, handed over at the center: whose it is, which one, who took it and when.",
            },
            bases=["Row"],
        ),
        ops.AddField(
            model_name="Confirmation",
            name="accepted_on",
            field=fields.DateField(null=True),
        ),
        ops.AddField(
            model_name="Confirmation",
            name="court_last_day",
            field=fields.DateField(null=True),
        ),
        ops.AddField(
            model_name="Confirmation",
            name="court_late_told_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="Confirmation",
            name="extended_days",
            field=fields.SmallIntField(null=True),
        ),
        ops.AddIndex(
            model_name="Confirmation",
            index=Index(fields=["status", "court_last_day"]),
        ),
    ]
