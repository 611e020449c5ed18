from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from uuid_utils.compat import uuid7

from models.disputes import Audience, Source


class Migration(migrations.Migration):
    dependencies = [("models", "0008_wechat_delivery")]

    initial = False

    operations = [
        ops.CreateModel(
            name="ClaimCode",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "dispute",
                    fields.ForeignKeyField(
                        "models.Dispute",
                        source_field="dispute_id",
                        db_constraint=True,
                        to_field="id",
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
                ("code_hash", fields.CharField(unique=True, max_length=64)),
                ("issuer_id", fields.UUIDField()),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("expires_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("failures", fields.SmallIntField(default=0)),
                ("used_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("used_by_id", fields.UUIDField(null=True)),
                ("revoked_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "claim_code",
                "app": "models",
                "indexes": [Index(fields=["dispute_id", "id"])],
                "pk_attr": "id",
                "table_description": "Printed on a receipt: with a second fact, it lets the person registered bind the case to WeChat, once.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Registration",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "dispute",
                    fields.OneToOneField(
                        "models.Dispute",
                        source_field="dispute_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="registration",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("basis", fields.CharField(max_length=48)),
                ("brought_by_sealed", fields.BinaryField(null=True)),
                ("referred_by", fields.CharField(null=True, max_length=48)),
                ("referrer_name", fields.CharField(null=True, max_length=128)),
                ("referral_number", fields.CharField(null=True, max_length=64)),
                ("referred_on", fields.DateField(null=True)),
                ("external_number", fields.CharField(null=True, unique=True, max_length=64)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "registration",
                "app": "models",
                "pk_attr": "id",
                "table_description": "How a case came in by a door other than the mini-program, and on what legal basis it was written down.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Representation",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "dispute",
                    fields.ForeignKeyField(
                        "models.Dispute",
                        source_field="dispute_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="representations",
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
                        related_name="representations",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("kind", fields.CharField(max_length=32)),
                ("scope", fields.CharField(max_length=32)),
                ("name_sealed", fields.BinaryField()),
                ("name_hash", fields.CharField(max_length=64)),
                ("phone_sealed", fields.BinaryField(null=True)),
                ("phone_hash", fields.CharField(null=True, max_length=64)),
                ("basis_sealed", fields.BinaryField()),
                ("document_sealed", fields.BinaryField(null=True)),
                ("given_on", fields.DateField()),
                (
                    "resident",
                    fields.ForeignKeyField(
                        "models.Resident",
                        source_field="resident_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="representations",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "recorder",
                    fields.ForeignKeyField(
                        "models.Staff",
                        source_field="recorder_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="recorded_representations",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("ended_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("ended_reason_sealed", fields.BinaryField(null=True)),
            ],
            options={
                "table": "representation",
                "app": "models",
                "indexes": [Index(fields=["dispute_id", "id"])],
                "pk_attr": "id",
                "table_description": "Somebody acts for a party, with a consent or an authority that can be ended; never edited otherwise.",
            },
            bases=["Row"],
        ),
        ops.AlterField(
            model_name="Dispute",
            name="source",
            field=fields.CharEnumField(
                description="MINI_PROGRAM: mini_program\nWINDOW: window\nPHONE: phone\nGRID: grid\nREFERRAL: referral\nPROACTIVE: proactive\nHISTORIC: historic",
                enum_type=Source,
                max_length=32,
            ),
        ),
        ops.AlterField(
            model_name="Event",
            name="audience",
            field=fields.CharEnumField(
                description="PARTIES: parties\nAPPLICANT: applicant\nREADER: reader\nSTAFF: staff",
                enum_type=Audience,
                max_length=32,
            ),
        ),
        ops.AddField(
            model_name="Event",
            name="reader_id",
            field=fields.UUIDField(null=True),
        ),
        ops.AddField(
            model_name="Party",
            name="is_minor",
            field=fields.BooleanField(default=False),
        ),
        ops.AddField(
            model_name="Party",
            name="left_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="Party",
            name="removed_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AlterField(
            model_name="StoredFile",
            name="owner",
            field=fields.ForeignKeyField(
                "models.Resident",
                source_field="owner_id",
                null=True,
                db_constraint=True,
                to_field="id",
                on_delete=OnDelete.RESTRICT,
            ),
        ),
    ]
