import functools
from json import dumps, loads

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from uuid_utils.compat import uuid7

from models.disputes import ActorKind, Safety


class Migration(migrations.Migration):
    dependencies = [("models", "0011_diaries_and_proposals")]

    initial = False

    operations = [
        ops.CreateModel(
            name="Invitation",
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
                ("token_hash", fields.CharField(unique=True, max_length=64)),
                ("issuer_id", fields.UUIDField()),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("expires_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("failures", fields.SmallIntField(default=0)),
                ("opened_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("joined_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("revoked_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "invitation",
                "app": "models",
                "indexes": [Index(fields=["dispute_id", "id"])],
                "pk_attr": "id",
                "table_description": "Asks a party to answer. Who holds its token learns that a request exists; only who is identified joins.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="RedCard",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "dispute",
                    fields.ForeignKeyField(
                        "models.Dispute",
                        source_field="dispute_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="red_cards",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("signals", fields.JSONField(encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads)),
                (
                    "raised_by",
                    fields.CharEnumField(
                        description="RESIDENT: resident\nSTAFF: staff\nSYSTEM: system",
                        enum_type=ActorKind,
                        max_length=32,
                    ),
                ),
                ("actor_id", fields.UUIDField(null=True)),
                ("reason_sealed", fields.BinaryField()),
                ("raised_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("reported_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("cleared_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("cleared_by_id", fields.UUIDField(null=True)),
                ("cleared_reason_sealed", fields.BinaryField(null=True)),
                ("is_unfounded", fields.BooleanField(default=False)),
            ],
            options={
                "table": "red_card",
                "app": "models",
                "indexes": [Index(fields=["dispute_id", "id"]), Index(fields=["cleared_at", "id"])],
                "pk_attr": "id",
                "table_description": "Somebody may be in danger. Stays open until a director clears it with a reason.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="RightsAcknowledgement",
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
                ("version", fields.CharField(max_length=16)),
                ("way", fields.CharField(max_length=32)),
                ("actor_id", fields.UUIDField()),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "rights_acknowledgement",
                "app": "models",
                "unique_together": (("party", "version"),),
                "indexes": [Index(fields=["dispute_id", "id"])],
                "pk_attr": "id",
                "table_description": "A party has been told its rights and duties in this wording (人民调解法 23, 24).",
            },
            bases=["Row"],
        ),
        ops.AddField(
            model_name="Dispute",
            name="safety",
            field=fields.CharEnumField(
                default=Safety.NONE,
                description="NONE: none\nRED: red\nCLEARED: cleared",
                enum_type=Safety,
                max_length=32,
            ),
        ),
    ]
