from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from uuid_utils.compat import uuid7

from models.content import CheckSubject
from models.talks import (
    Attendance,
    MeetingRole,
    MeetingStatus,
    MinutesAnswerKind,
    ProposalAnswerKind,
    ProposalStatus,
    Venue,
)

ONE_ACCEPTED = """
-- Both sides may accept different proposals at once; only one of them comes into being.
CREATE UNIQUE INDEX proposal_one_accepted ON proposal (dispute_id) WHERE status = 'accepted' AND NOT in_caucus;
"""


class Migration(migrations.Migration):
    dependencies = [("models", "0022_groups")]

    initial = False

    operations = [
        ops.CreateModel(
            name="Meeting",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "dispute",
                    fields.ForeignKeyField(
                        "models.Dispute",
                        source_field="dispute_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="meetings",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("kind", fields.CharField(max_length=32)),
                (
                    "caucus_party",
                    fields.ForeignKeyField(
                        "models.Party",
                        source_field="caucus_party_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="caucuses",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "venue",
                    fields.CharEnumField(
                        description="ONSITE: onsite\nVIDEO: video\nPHONE: phone", enum_type=Venue, max_length=32
                    ),
                ),
                (
                    "status",
                    fields.CharEnumField(
                        description="PLANNED: planned\nRUNNING: running\nADJOURNED: adjourned\nENDED: ended",
                        enum_type=MeetingStatus,
                        max_length=32,
                    ),
                ),
                ("planned_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("appointment_id", fields.UUIDField(null=True)),
                ("agenda_sealed", fields.BinaryField()),
                ("mediator_id", fields.UUIDField()),
                ("handed_over_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("begun_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("ended_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("reason_sealed", fields.BinaryField(null=True)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "meeting",
                "app": "models",
                "indexes": [Index(fields=["dispute_id", "id"])],
                "pk_attr": "id",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="MeetingParticipant",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "meeting",
                    fields.ForeignKeyField(
                        "models.Meeting",
                        source_field="meeting_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="participants",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "role",
                    fields.CharEnumField(
                        description="PARTY: party\nMEMBER: member\nMEDIATOR: mediator\nSTAFF: staff\nOTHER: other",
                        enum_type=MeetingRole,
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
                        related_name="meeting_participations",
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
                        related_name="meeting_participations",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("staff_id", fields.UUIDField(null=True)),
                ("name_sealed", fields.BinaryField(null=True)),
                (
                    "attendance",
                    fields.CharEnumField(
                        description="EXPECTED: expected\nPRESENT: present\nLATE: late\nABSENT: absent\nLEFT_EARLY: left_early",
                        enum_type=Attendance,
                        max_length=32,
                    ),
                ),
                ("reason_sealed", fields.BinaryField(null=True)),
                ("arrived_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("left_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "meeting_participant",
                "app": "models",
                "indexes": [
                    Index(fields=["meeting_id", "id"]),
                    Index(fields=["party_id"]),
                    Index(fields=["member_id"]),
                ],
                "pk_attr": "id",
                "table_description": "One of `party`, `member`, `staff_id` is set, or only a name.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Minutes",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "meeting",
                    fields.ForeignKeyField(
                        "models.Meeting",
                        source_field="meeting_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="minutes",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("version", fields.SmallIntField()),
                ("text_sealed", fields.BinaryField()),
                ("facts_sealed", fields.BinaryField()),
                ("concessions_sealed", fields.BinaryField()),
                ("written_by_id", fields.UUIDField()),
                ("written_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "minutes",
                "app": "models",
                "unique_together": (("meeting", "version"),),
                "pk_attr": "id",
                "table_description": "One version; never edited. Answers are to a version, so that a new one has none.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="MinutesAnswer",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "minutes",
                    fields.ForeignKeyField(
                        "models.Minutes",
                        source_field="minutes_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="answers",
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
                        related_name="minutes_answers",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "answer",
                    fields.CharEnumField(
                        description="CONFIRMED: confirmed\nCOMMENTED: commented\nREFUSED: refused",
                        enum_type=MinutesAnswerKind,
                        max_length=32,
                    ),
                ),
                ("comment_sealed", fields.BinaryField(null=True)),
                ("given_by_kind", fields.CharField(max_length=32)),
                ("given_by_id", fields.UUIDField()),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "minutes_answer",
                "app": "models",
                "unique_together": (("minutes", "party"),),
                "pk_attr": "id",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Proposal",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "dispute",
                    fields.ForeignKeyField(
                        "models.Dispute",
                        source_field="dispute_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="proposals",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "counter_to",
                    fields.ForeignKeyField(
                        "models.Proposal",
                        source_field="counter_to_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="counters",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "made_by_party",
                    fields.ForeignKeyField(
                        "models.Party",
                        source_field="made_by_party_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="proposals",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("made_by_id", fields.UUIDField()),
                ("in_caucus", fields.BooleanField()),
                ("mediator_id", fields.UUIDField(null=True)),
                ("handed_over_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("summary_sealed", fields.BinaryField()),
                ("terms_sealed", fields.BinaryField()),
                (
                    "status",
                    fields.CharEnumField(
                        description="OPEN: open\nACCEPTED: accepted\nREFUSED: refused\nWITHDRAWN: withdrawn",
                        enum_type=ProposalStatus,
                        max_length=32,
                    ),
                ),
                ("expires_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("made_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("closed_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "proposal",
                "app": "models",
                "indexes": [Index(fields=["dispute_id", "id"])],
                "pk_attr": "id",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="ProposalAnswer",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "proposal",
                    fields.ForeignKeyField(
                        "models.Proposal",
                        source_field="proposal_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="answers",
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
                        related_name="proposal_answers",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "answer",
                    fields.CharEnumField(
                        description="PENDING: pending\nACCEPTED: accepted\nREFUSED: refused",
                        enum_type=ProposalAnswerKind,
                        max_length=32,
                    ),
                ),
                ("comment_sealed", fields.BinaryField(null=True)),
                ("answered_by_kind", fields.CharField(null=True, max_length=32)),
                ("answered_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "proposal_answer",
                "app": "models",
                "unique_together": (("proposal", "party"),),
                "indexes": [Index(fields=["party_id"])],
                "pk_attr": "id",
                "table_description": "One for each party that it was addressed to.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="TalkChannel",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "dispute",
                    fields.ForeignKeyField(
                        "models.Dispute",
                        source_field="dispute_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="channels",
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
                        related_name="channels",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("last_seq", fields.BigIntField()),
            ],
            options={
                "table": "talk_channel",
                "app": "models",
                "indexes": [Index(fields=["dispute_id", "id"])],
                "pk_attr": "id",
                "table_description": "Its id follows from the case and the party. Who writes locks it: its messages are numbered without gaps.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="TalkMessage",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "channel",
                    fields.ForeignKeyField(
                        "models.TalkChannel",
                        source_field="channel_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="messages",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("seq", fields.BigIntField()),
                (
                    "dispute",
                    fields.ForeignKeyField(
                        "models.Dispute",
                        source_field="dispute_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="messages",
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
                        related_name="talk_messages",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("author_kind", fields.CharField(max_length=32)),
                ("author_id", fields.UUIDField()),
                (
                    "said_by",
                    fields.ForeignKeyField(
                        "models.Party",
                        source_field="said_by_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="sayings",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("author_name", fields.CharField(max_length=64)),
                ("text_sealed", fields.BinaryField()),
                ("is_concession", fields.BooleanField()),
                ("consent_sealed", fields.BinaryField(null=True)),
                ("mediator_id", fields.UUIDField(null=True)),
                ("handed_over_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("ref", fields.CharField(null=True, max_length=64)),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "talk_message",
                "app": "models",
                "unique_together": (("channel", "seq"), ("author_id", "ref")),
                "indexes": [Index(fields=["dispute_id", "id"])],
                "pk_attr": "id",
                "table_description": "Of the joint channel a message; of a party's own one an item of the separate talk, also what was only said.",
            },
            bases=["Row"],
        ),
        ops.AlterField(
            model_name="ContentCheck",
            name="subject",
            field=fields.CharEnumField(
                description="DISPUTE: dispute\nSUPPLEMENT: supplement\nRATING: rating\nFILE: file\nMESSAGE: message",
                enum_type=CheckSubject,
                max_length=32,
            ),
        ),
        ops.RunSQL(ONE_ACCEPTED, "DROP INDEX proposal_one_accepted;"),
    ]
