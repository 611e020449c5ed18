import functools
from json import dumps, loads

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from uuid_utils.compat import uuid7

from models.cloud import ConsultationStatus, CustodyAct, ExpertAnswer, VerificationResult
from models.rooms import GuestStatus, IdentityCheck, RoomConsentKind, RoomStatus


class Migration(migrations.Migration):
    dependencies = [("models", "0019_residency_since")]

    initial = False

    operations = [
        ops.CreateModel(
            name="Consultation",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "dispute",
                    fields.ForeignKeyField(
                        "models.Dispute",
                        source_field="dispute_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="consultations",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("question_sealed", fields.BinaryField()),
                (
                    "asked_by",
                    fields.ForeignKeyField(
                        "models.Staff",
                        source_field="asked_by_id",
                        db_constraint=True,
                        to_field="id",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("asked_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("yellow_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("due_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                (
                    "status",
                    fields.CharEnumField(
                        description="ASKED: asked\nANSWERED: answered", enum_type=ConsultationStatus, max_length=32
                    ),
                ),
                ("answered_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "consultation",
                "app": "models",
                "indexes": [Index(fields=["dispute_id", "id"])],
                "pk_attr": "id",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="ConsultedExpert",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "consultation",
                    fields.ForeignKeyField(
                        "models.Consultation",
                        source_field="consultation_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="experts",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "member",
                    fields.ForeignKeyField(
                        "models.CaseMember",
                        source_field="member_id",
                        db_constraint=True,
                        to_field="id",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "answer",
                    fields.CharEnumField(
                        description="INVITED: invited\nACCEPTED: accepted\nDECLINED: declined\nCONFLICT: conflict",
                        enum_type=ExpertAnswer,
                        max_length=32,
                    ),
                ),
                ("answered_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("reason_sealed", fields.BinaryField(null=True)),
            ],
            options={
                "table": "consulted_expert",
                "app": "models",
                "unique_together": (("consultation", "member"),),
                "indexes": [Index(fields=["member_id"])],
                "pk_attr": "id",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="EvidenceItem",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "dispute",
                    fields.ForeignKeyField(
                        "models.Dispute",
                        source_field="dispute_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="evidence",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("kind", fields.CharField(max_length=32)),
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
                    "member",
                    fields.ForeignKeyField(
                        "models.CaseMember",
                        source_field="member_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("actor_id", fields.UUIDField()),
                ("title_sealed", fields.BinaryField()),
                ("source_sealed", fields.BinaryField()),
                ("proves_sealed", fields.BinaryField()),
                ("description_sealed", fields.BinaryField(null=True)),
                (
                    "file",
                    fields.ForeignKeyField(
                        "models.StoredFile",
                        source_field="file_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("submitted_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("exchanged_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "evidence_item",
                "app": "models",
                "indexes": [Index(fields=["dispute_id", "id"])],
                "pk_attr": "id",
                "table_description": "One thing that shall prove something. The submitter's own until it is shown or exchanged.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="ConsultationMaterial",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "consultation",
                    fields.ForeignKeyField(
                        "models.Consultation",
                        source_field="consultation_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="materials",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "item",
                    fields.ForeignKeyField(
                        "models.EvidenceItem",
                        source_field="item_id",
                        db_constraint=True,
                        to_field="id",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
            ],
            options={
                "table": "consultation_material",
                "app": "models",
                "unique_together": (("consultation", "item"),),
                "pk_attr": "id",
                "table_description": "Evidence that the experts of one question read, once they have accepted.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="CustodyEntry",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "item",
                    fields.ForeignKeyField(
                        "models.EvidenceItem",
                        source_field="item_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="custody",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "act",
                    fields.CharEnumField(
                        description="RECEIVED: received\nMOVED: moved\nRETURNED: returned",
                        enum_type=CustodyAct,
                        max_length=32,
                    ),
                ),
                ("holder_sealed", fields.BinaryField()),
                ("note_sealed", fields.BinaryField(null=True)),
                (
                    "staff",
                    fields.ForeignKeyField(
                        "models.Staff",
                        source_field="staff_id",
                        db_constraint=True,
                        to_field="id",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "custody_entry",
                "app": "models",
                "indexes": [Index(fields=["item_id", "id"])],
                "pk_attr": "id",
                "table_description": "Who received, moved or returned an original; never edited.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Explanation",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "dispute",
                    fields.ForeignKeyField(
                        "models.Dispute",
                        source_field="dispute_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="explanations",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("statement_sealed", fields.BinaryField()),
                ("statutes", fields.JSONField(encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads)),
                ("as_of", fields.DateField()),
                (
                    "staff",
                    fields.ForeignKeyField(
                        "models.Staff",
                        source_field="staff_id",
                        db_constraint=True,
                        to_field="id",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "explanation",
                "app": "models",
                "indexes": [Index(fields=["dispute_id", "id"])],
                "pk_attr": "id",
                "table_description": "The law, made clear to parties: a statement and what it rests on.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="ExplanationReceipt",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "explanation",
                    fields.ForeignKeyField(
                        "models.Explanation",
                        source_field="explanation_id",
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
                ("sent_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("read_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("question_sealed", fields.BinaryField(null=True)),
                ("asked_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("reply_sealed", fields.BinaryField(null=True)),
                ("replied_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "explanation_receipt",
                "app": "models",
                "unique_together": (("explanation", "party"),),
                "pk_attr": "id",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Objection",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "item",
                    fields.ForeignKeyField(
                        "models.EvidenceItem",
                        source_field="item_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="objections",
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
                ("grounds", fields.JSONField(encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads)),
                ("text_sealed", fields.BinaryField()),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "objection",
                "app": "models",
                "indexes": [Index(fields=["item_id", "id"])],
                "pk_attr": "id",
                "table_description": "What a party that did not submit it says against an item.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Opinion",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "expert",
                    fields.ForeignKeyField(
                        "models.ConsultedExpert",
                        source_field="expert_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="opinions",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("version", fields.SmallIntField()),
                ("text_sealed", fields.BinaryField()),
                ("is_final", fields.BooleanField()),
                ("sha256", fields.CharField(max_length=64)),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "opinion",
                "app": "models",
                "unique_together": (("expert", "version"),),
                "pk_attr": "id",
                "table_description": "One version of what an expert wrote; the final one is fixed by its hash.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Room",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "appointment",
                    fields.OneToOneField(
                        "models.Appointment",
                        source_field="appointment_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="video",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
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
                    "status",
                    fields.CharEnumField(
                        description="PLANNED: planned\nOPEN: open\nENDED: ended", enum_type=RoomStatus, max_length=32
                    ),
                ),
                ("link_sealed", fields.BinaryField(null=True)),
                ("opened_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("recording_since", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("ended_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("failed_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("failure_sealed", fields.BinaryField(null=True)),
                ("venue_sealed", fields.BinaryField(null=True)),
                ("fallback_id", fields.UUIDField(null=True)),
            ],
            options={
                "table": "room",
                "app": "models",
                "indexes": [Index(fields=["dispute_id", "id"])],
                "pk_attr": "id",
                "table_description": "There is none before somebody does something in it: until then an appointment by video has a planned room.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="RoomGuest",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "room",
                    fields.ForeignKeyField(
                        "models.Room",
                        source_field="room_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="guests",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("actor_id", fields.UUIDField()),
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
                    "member",
                    fields.ForeignKeyField(
                        "models.CaseMember",
                        source_field="member_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "status",
                    fields.CharEnumField(
                        description="WAITING: waiting\nADMITTED: admitted\nTURNED_AWAY: turned_away\nLEFT: left",
                        enum_type=GuestStatus,
                        max_length=32,
                    ),
                ),
                ("asked_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                (
                    "identity",
                    fields.CharEnumField(
                        null=True,
                        description="PHONE: phone\nID_NUMBER: id_number\nACCOUNT: account\nSTAFF: staff",
                        enum_type=IdentityCheck,
                        max_length=32,
                    ),
                ),
                ("identified_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("identified_by_id", fields.UUIDField(null=True)),
                ("decided_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("decided_by_id", fields.UUIDField(null=True)),
                ("reason_sealed", fields.BinaryField(null=True)),
                ("left_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "room_guest",
                "app": "models",
                "unique_together": (("room", "actor_id"),),
                "pk_attr": "id",
                "table_description": "One who comes by phone or account; who hosts the room is no guest of it.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="RoomConsent",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "guest",
                    fields.ForeignKeyField(
                        "models.RoomGuest",
                        source_field="guest_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="consents",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "kind",
                    fields.CharEnumField(
                        description="ONLINE: online\nRECORDING: recording", enum_type=RoomConsentKind, max_length=32
                    ),
                ),
                ("version", fields.CharField(max_length=16)),
                ("given_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("withdrawn_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "room_consent",
                "app": "models",
                "indexes": [Index(fields=["guest_id", "kind"])],
                "pk_attr": "id",
                "table_description": "Append-only but for the withdrawal: what a guest agreed to, in which wording.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Verification",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "item",
                    fields.ForeignKeyField(
                        "models.EvidenceItem",
                        source_field="item_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="verifications",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("method", fields.CharField(max_length=32)),
                (
                    "result",
                    fields.CharEnumField(
                        description="CONSISTENT: consistent\nDOUBTFUL: doubtful\nNOT_VERIFIABLE: not_verifiable",
                        enum_type=VerificationResult,
                        max_length=32,
                    ),
                ),
                ("original_compared", fields.BooleanField()),
                ("note_sealed", fields.BinaryField(null=True)),
                (
                    "staff",
                    fields.ForeignKeyField(
                        "models.Staff",
                        source_field="staff_id",
                        db_constraint=True,
                        to_field="id",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "verification",
                "app": "models",
                "indexes": [Index(fields=["item_id", "id"])],
                "pk_attr": "id",
                "table_description": "How an item was examined and what came out; a later one does not replace an earlier one.",
            },
            bases=["Row"],
        ),
    ]
