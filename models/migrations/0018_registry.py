from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.fields.db_defaults import SqlDefault
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from uuid_utils.compat import uuid7

from models.centers import CenterLevel, ResidencyKind
from models.registry import AttendanceProof, LegalReferralStatus


class Migration(migrations.Migration):
    dependencies = [("models", "0017_mediation_members")]

    initial = False

    operations = [
        ops.CreateModel(
            name="DeskAttendance",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "organization",
                    fields.ForeignKeyField(
                        "models.Organization",
                        source_field="organization_id",
                        db_constraint=True,
                        to_field="id",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "center",
                    fields.ForeignKeyField(
                        "models.Center",
                        source_field="center_id",
                        db_constraint=True,
                        to_field="id",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("day", fields.DateField()),
                (
                    "proof",
                    fields.CharEnumField(
                        description="WINDOW: window\nPOSTER: poster\nRECORD: record",
                        enum_type=AttendanceProof,
                        max_length=32,
                    ),
                ),
                ("arrived_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("left_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                (
                    "recorded_by",
                    fields.ForeignKeyField(
                        "models.Staff",
                        source_field="recorded_by_id",
                        db_constraint=True,
                        to_field="id",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
            ],
            options={
                "table": "desk_attendance",
                "app": "models",
                "unique_together": (("organization", "center", "day"),),
                "indexes": [Index(fields=["center_id", "day"])],
                "pk_attr": "id",
                "table_description": "One organization was at its desk in one center on one day.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="LegalReferral",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "center",
                    fields.ForeignKeyField(
                        "models.Center",
                        source_field="center_id",
                        db_constraint=True,
                        to_field="id",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "organization",
                    fields.ForeignKeyField(
                        "models.Organization",
                        source_field="organization_id",
                        db_constraint=True,
                        to_field="id",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "dispute",
                    fields.ForeignKeyField(
                        "models.Dispute",
                        source_field="dispute_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="legal_referrals",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "party",
                    fields.ForeignKeyField(
                        "models.Party",
                        source_field="party_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="legal_referrals",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("name_sealed", fields.BinaryField()),
                ("phone_sealed", fields.BinaryField(null=True)),
                ("reason_sealed", fields.BinaryField()),
                (
                    "status",
                    fields.CharEnumField(
                        description="SENT: sent\nACCEPTED: accepted\nDECLINED: declined\nRETURNED: returned",
                        enum_type=LegalReferralStatus,
                        max_length=32,
                    ),
                ),
                (
                    "sent_by",
                    fields.ForeignKeyField(
                        "models.Staff",
                        source_field="sent_by_id",
                        db_constraint=True,
                        to_field="id",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("sent_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("answered_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("decline_reason_sealed", fields.BinaryField(null=True)),
                ("result", fields.CharField(default="", db_default="", max_length=32)),
                ("result_on", fields.DateField(null=True)),
                ("slip_sealed", fields.BinaryField(null=True)),
                ("returned_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "legal_referral",
                "app": "models",
                "indexes": [
                    Index(fields=["organization_id", "id"]),
                    Index(fields=["center_id", "id"]),
                    Index(fields=["dispute_id", "id"]),
                ],
                "pk_attr": "id",
                "table_description": "A resident is sent to a legal service that sits in the center; what became of it comes back on a slip.",
            },
            bases=["Row"],
        ),
        ops.AddField(
            model_name="Organization",
            name="address",
            field=fields.CharField(default="", db_default="", max_length=255),
        ),
        ops.AddField(
            model_name="Organization",
            name="code",
            field=fields.CharField(null=True, unique=True, max_length=32),
        ),
        ops.AddField(
            model_name="Organization",
            name="division_code",
            field=fields.CharField(null=True, max_length=12),
        ),
        ops.AddField(
            model_name="Organization",
            name="expertise",
            field=fields.JSONField(default=list, db_default=SqlDefault("'[]'::jsonb")),
        ),
        ops.AddField(
            model_name="Organization",
            name="level",
            field=fields.CharEnumField(
                null=True,
                description="CITY: city\nCOUNTY: county\nTOWNSHIP: township\nVILLAGE: village",
                enum_type=CenterLevel,
                max_length=32,
            ),
        ),
        ops.AddField(
            model_name="Organization",
            name="licence_expires_on",
            field=fields.DateField(null=True),
        ),
        ops.AddField(
            model_name="Organization",
            name="licence_number",
            field=fields.CharField(default="", db_default="", max_length=64),
        ),
        ops.AddField(
            model_name="Organization",
            name="phone",
            field=fields.CharField(default="", db_default="", max_length=32),
        ),
        ops.AddField(
            model_name="Residency",
            name="kind",
            field=fields.CharEnumField(
                default=ResidencyKind.ROTATING,
                description="PERMANENT: permanent\nROTATING: rotating\nON_CALL: on_call",
                db_default="rotating",
                enum_type=ResidencyKind,
                max_length=32,
            ),
        ),
        ops.AddField(
            model_name="Staff",
            name="certificate_expires_on",
            field=fields.DateField(null=True),
        ),
        ops.AddField(
            model_name="Staff",
            name="certificate_sealed",
            field=fields.BinaryField(null=True),
        ),
        ops.AddField(
            model_name="Staff",
            name="expertise",
            field=fields.JSONField(default=list, db_default=SqlDefault("'[]'::jsonb")),
        ),
        ops.AddField(
            model_name="Staff",
            name="must_change_password",
            field=fields.BooleanField(default=False, db_default=False),
        ),
    ]
