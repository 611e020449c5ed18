import functools
from json import dumps, loads

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from uuid_utils.compat import uuid7

from models.agreements import AgreementForm, AgreementStatus, ConfirmationStatus, ParcelWay, SignerRole, SignMethod


class Migration(migrations.Migration):
    dependencies = [("models", "0026_joint_mediation")]

    initial = False

    operations = [
        ops.CreateModel(
            name="Agreement",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "dispute",
                    fields.ForeignKeyField(
                        "models.Dispute",
                        source_field="dispute_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="agreements",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("ordinal", fields.SmallIntField()),
                (
                    "form",
                    fields.CharEnumField(
                        description="WRITTEN: written\nORAL: oral", enum_type=AgreementForm, max_length=32
                    ),
                ),
                (
                    "status",
                    fields.CharEnumField(
                        description="DRAFT: draft\nFINAL: final\nSIGNING: signing\nEFFECTIVE: effective\nSUPERSEDED: superseded\nVOID: void",
                        enum_type=AgreementStatus,
                        max_length=32,
                    ),
                ),
                ("version", fields.SmallIntField()),
                (
                    "remediates",
                    fields.ForeignKeyField(
                        "models.Agreement",
                        source_field="remediates_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="later",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("effective_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("created_by_id", fields.UUIDField()),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("updated_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "agreement",
                "app": "models",
                "unique_together": (("dispute", "ordinal"),),
                "indexes": [Index(fields=["dispute_id", "id"])],
                "pk_attr": "id",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="AgreementVersion",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "agreement",
                    fields.ForeignKeyField(
                        "models.Agreement",
                        source_field="agreement_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="versions",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("number", fields.SmallIntField()),
                ("content_sealed", fields.BinaryField()),
                ("content_hash", fields.CharField(db_index=True, max_length=64)),
                ("author_id", fields.UUIDField()),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("frozen_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "agreement_version",
                "app": "models",
                "unique_together": (("agreement", "number"),),
                "pk_attr": "id",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="AgreementComment",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "version",
                    fields.ForeignKeyField(
                        "models.AgreementVersion",
                        source_field="version_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="comments",
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
                ("text_sealed", fields.BinaryField()),
                ("given_by_kind", fields.CharField(max_length=32)),
                ("given_by_id", fields.UUIDField()),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "agreement_comment",
                "app": "models",
                "indexes": [Index(fields=["version_id", "id"])],
                "pk_attr": "id",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Confirmation",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "dispute",
                    fields.ForeignKeyField(
                        "models.Dispute",
                        source_field="dispute_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="confirmations",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "agreement",
                    fields.OneToOneField(
                        "models.Agreement",
                        source_field="agreement_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="confirmation",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "status",
                    fields.CharEnumField(
                        description="OPEN: open\nEXCLUDED: excluded\nAPPLIED: applied\nCONFIRMED: confirmed\nREFUSED: refused\nMISSED: missed",
                        enum_type=ConfirmationStatus,
                        max_length=32,
                    ),
                ),
                ("last_day", fields.DateField()),
                ("counted", fields.JSONField(encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads)),
                ("exclusion", fields.CharField(null=True, max_length=32)),
                ("court", fields.CharField(null=True, max_length=64)),
                ("court_level", fields.CharField(null=True, max_length=32)),
                ("court_ground", fields.CharField(null=True, max_length=32)),
                ("applied_on", fields.DateField(null=True)),
                ("applied_by", fields.CharField(null=True, max_length=32)),
                ("decided_on", fields.DateField(null=True)),
                ("refusal", fields.CharField(null=True, max_length=32)),
                ("ruling_sealed", fields.BinaryField(null=True)),
                ("note_sealed", fields.BinaryField(null=True)),
                ("updated_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "confirmation",
                "app": "models",
                "indexes": [Index(fields=["dispute_id", "id"]), Index(fields=["status", "last_day"])],
                "pk_attr": "id",
                "table_description": "司法确认: one for each clock that has run; another begins only where a court has refused the one before.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="ConfirmationConsent",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "confirmation",
                    fields.ForeignKeyField(
                        "models.Confirmation",
                        source_field="confirmation_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="consents",
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
                ("agreed", fields.BooleanField()),
                ("way", fields.CharField(max_length=32)),
                ("actor_id", fields.UUIDField()),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "confirmation_consent",
                "app": "models",
                "unique_together": (("confirmation", "party"),),
                "pk_attr": "id",
                "table_description": "Whether one party wants to apply; the court hears both or nobody.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="ConfirmationNotice",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "confirmation",
                    fields.ForeignKeyField(
                        "models.Confirmation",
                        source_field="confirmation_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="notices",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("days_before", fields.SmallIntField()),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "confirmation_notice",
                "app": "models",
                "unique_together": (("confirmation", "days_before"),),
                "pk_attr": "id",
                "table_description": "That the parties were told so many days before the end, each once.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Parcel",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "version",
                    fields.ForeignKeyField(
                        "models.AgreementVersion",
                        source_field="version_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="parcels",
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
                (
                    "way",
                    fields.CharEnumField(
                        description="TO_SIGN: to_sign\nSENT_BACK: sent_back\nCOPY: copy",
                        enum_type=ParcelWay,
                        max_length=32,
                    ),
                ),
                ("carrier", fields.CharField(max_length=32)),
                ("tracking_sealed", fields.BinaryField()),
                ("tracking_hash", fields.CharField(max_length=64)),
                ("sent_on", fields.DateField()),
                ("delivered_on", fields.DateField(null=True)),
                ("recorded_by_id", fields.UUIDField()),
                ("recorded_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "parcel",
                "app": "models",
                "unique_together": (("carrier", "tracking_hash"),),
                "indexes": [Index(fields=["version_id", "party_id"])],
                "pk_attr": "id",
                "table_description": "One copy by post.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Signature",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "version",
                    fields.ForeignKeyField(
                        "models.AgreementVersion",
                        source_field="version_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="signatures",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("slot", fields.CharField(max_length=48)),
                (
                    "role",
                    fields.CharEnumField(
                        description="PARTY: party\nGUARDIAN: guardian\nREPRESENTATIVE: representative\nMEDIATOR: mediator\nSEAL: seal",
                        enum_type=SignerRole,
                        max_length=32,
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
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
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
                (
                    "method",
                    fields.CharEnumField(
                        description="SCREEN: screen\nPAPER: paper\nFINGERPRINT: fingerprint\nPOST: post",
                        enum_type=SignMethod,
                        max_length=32,
                    ),
                ),
                ("signed_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("evidence_sealed", fields.BinaryField()),
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
                ("recorded_by_kind", fields.CharField(max_length=32)),
                ("recorded_by_id", fields.UUIDField()),
                ("recorded_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("voided_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "signature",
                "app": "models",
                "unique_together": (("version", "slot"),),
                "pk_attr": "id",
                "table_description": "Of one version; a change of the text leaves it in the history, void.",
            },
            bases=["Row"],
        ),
    ]
