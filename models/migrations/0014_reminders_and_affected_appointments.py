"""Reminders are sent once; bookings on days that a later notice has taken off are found once."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops
from uuid_utils.compat import uuid7


class Migration(migrations.Migration):
    dependencies = [("models", "0013_content_checks")]

    initial = False

    operations = [
        ops.CreateModel(
            name="AffectedAppointment",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "appointment",
                    fields.ForeignKeyField(
                        "models.Appointment",
                        source_field="appointment_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="findings",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("sequence", fields.IntField()),
                ("found_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("kept_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                (
                    "kept_by",
                    fields.ForeignKeyField(
                        "models.Staff",
                        source_field="kept_by_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
            ],
            options={
                "table": "affected_appointment",
                "app": "models",
                "unique_together": (("appointment", "sequence"),),
                "pk_attr": "id",
                "table_description": "A booking whose day a later notice of days off has taken away. Its resident was told, then people decide.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Reminder",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "appointment",
                    fields.ForeignKeyField(
                        "models.Appointment",
                        source_field="appointment_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="reminders",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("sequence", fields.IntField()),
                ("rule", fields.CharField(max_length=32)),
                ("sent_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "reminder",
                "app": "models",
                "unique_together": (("appointment", "sequence", "rule"),),
                "pk_attr": "id",
                "table_description": "What has been reminded of: once for each rule and each time that the appointment had.",
            },
            bases=["Row"],
        ),
    ]
