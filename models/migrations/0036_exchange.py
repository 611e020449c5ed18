"""Partners of the exchange: who they are, what they are told and bring."""

import functools
from json import dumps, loads

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from uuid_utils.compat import uuid7

from models.exchange import CodeKind, CodeSide, CodeWay, OutgoingState

EVENTS_AS_COMMITTED = "CREATE INDEX event_committed_all ON event (xid, id);"
"""For readers of all cases together, as 0002 has it for one."""
ONE_ANSWER_EACH_WAY = """
CREATE UNIQUE INDEX code_mapping_out ON code_mapping (partner_id, kind, ours) WHERE way IN ('both', 'out');
CREATE UNIQUE INDEX code_mapping_in ON code_mapping (partner_id, kind, theirs) WHERE way IN ('both', 'in');
"""
TO_BE_TOLD = """
CREATE INDEX outgoing_event_pending ON outgoing_event (partner_id, dispute_id, ordinal) WHERE state = 'pending';
CREATE INDEX outgoing_event_dead ON outgoing_event (partner_id, dispute_id, ordinal) WHERE state = 'dead';
CREATE INDEX outgoing_event_cursor ON outgoing_event (partner_id, id);
CREATE INDEX partner_lane_due ON partner_lane (partner_id, due_at) WHERE due_at IS NOT NULL;
"""


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
            name="Partner",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                ("code", fields.CharField(unique=True, max_length=32)),
                ("name", fields.CharField(max_length=64)),
                ("url", fields.CharField(default="", db_default="", max_length=255)),
                (
                    "directions",
                    fields.JSONField(
                        default=list, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads
                    ),
                ),
                (
                    "categories",
                    fields.JSONField(
                        default=list, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads
                    ),
                ),
                (
                    "areas",
                    fields.JSONField(
                        default=list, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads
                    ),
                ),
                (
                    "may_know",
                    fields.JSONField(
                        default=dict, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads
                    ),
                ),
                ("only_own_cases", fields.BooleanField(default=False)),
                ("limit_per_s", fields.IntField(default=50)),
                ("since", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("paused_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("cursor_xid", fields.BigIntField(default=0)),
                ("cursor_event_id", fields.UUIDField(null=True)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "partner",
                "app": "models",
                "pk_attr": "id",
                "table_description": "Whoever changes what it is told (outgoing events, lanes, the cursor) locks its row first.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="CodeMapping",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "partner",
                    fields.ForeignKeyField(
                        "models.Partner",
                        source_field="partner_id",
                        db_constraint=True,
                        to_field="id",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "kind",
                    fields.CharEnumField(
                        description="CATEGORY: category\nSTATUS: status\nOUTCOME: outcome\nDIVISION: division\nORGANIZATION: organization",
                        enum_type=CodeKind,
                        max_length=32,
                    ),
                ),
                ("ours", fields.CharField(max_length=64)),
                ("theirs", fields.CharField(max_length=64)),
                (
                    "way",
                    fields.CharEnumField(description="BOTH: both\nOUT: out\nIN: in", enum_type=CodeWay, max_length=32),
                ),
            ],
            options={
                "table": "code_mapping",
                "app": "models",
                "pk_attr": "id",
                "table_description": "`*` for both codes: the partner uses ours.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="OutgoingEvent",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "partner",
                    fields.ForeignKeyField(
                        "models.Partner",
                        source_field="partner_id",
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
                        db_constraint=True,
                        to_field="id",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "event",
                    fields.ForeignKeyField(
                        "models.Event",
                        source_field="event_id",
                        db_constraint=True,
                        to_field="id",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("ordinal", fields.IntField()),
                (
                    "state",
                    fields.CharEnumField(
                        default=OutgoingState.PENDING,
                        description="PENDING: pending\nDELIVERED: delivered\nDEAD: dead\nSKIPPED: skipped",
                        enum_type=OutgoingState,
                        max_length=32,
                    ),
                ),
                ("attempts", fields.IntField(default=0)),
                ("problem", fields.CharField(default="", max_length=200)),
                ("queued_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("delivered_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "outgoing_event",
                "app": "models",
                "unique_together": (("partner", "event"),),
                "pk_attr": "id",
                "table_description": "One event for one partner. `id` is the partner's cursor: given in the order in which events were queued.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="PartnerCase",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "partner",
                    fields.ForeignKeyField(
                        "models.Partner",
                        source_field="partner_id",
                        db_constraint=True,
                        to_field="id",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("their_number", fields.CharField(max_length=64)),
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
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "partner_case",
                "app": "models",
                "unique_together": (("partner", "their_number"),),
                "indexes": [Index(fields=["dispute_id", "partner_id"])],
                "pk_attr": "id",
                "table_description": "A case that a partner has brought, by its number there.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="PartnerKey",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "partner",
                    fields.ForeignKeyField(
                        "models.Partner",
                        source_field="partner_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="keys",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("secret_sealed", fields.BinaryField()),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("ended_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "partner_key",
                "app": "models",
                "pk_attr": "id",
                "table_description": "The two newest that have not ended are valid.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="PartnerLane",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "partner",
                    fields.ForeignKeyField(
                        "models.Partner",
                        source_field="partner_id",
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
                        db_constraint=True,
                        to_field="id",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("due_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("attempts", fields.IntField(default=0)),
                ("failing_since", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "partner_lane",
                "app": "models",
                "unique_together": (("partner", "dispute"),),
                "pk_attr": "id",
                "table_description": "The events of one case for one partner are delivered one after the other; other cases do not wait for them.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="ReceivedMessage",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "partner",
                    fields.ForeignKeyField(
                        "models.Partner",
                        source_field="partner_id",
                        db_constraint=True,
                        to_field="id",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("message_id", fields.CharField(max_length=64)),
                ("received_at", fields.DatetimeField(db_index=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "received_message",
                "app": "models",
                "unique_together": (("partner", "message_id"),),
                "pk_attr": "id",
                "table_description": "What was signed by a partner and has been taken, for as long as its timestamp is good: nothing counts twice.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="UnknownCode",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "partner",
                    fields.ForeignKeyField(
                        "models.Partner",
                        source_field="partner_id",
                        db_constraint=True,
                        to_field="id",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "kind",
                    fields.CharEnumField(
                        description="CATEGORY: category\nSTATUS: status\nOUTCOME: outcome\nDIVISION: division\nORGANIZATION: organization",
                        enum_type=CodeKind,
                        max_length=32,
                    ),
                ),
                (
                    "side",
                    fields.CharEnumField(description="OURS: ours\nTHEIRS: theirs", enum_type=CodeSide, max_length=32),
                ),
                ("code", fields.CharField(max_length=64)),
                ("dispute_id", fields.UUIDField(null=True)),
                ("times", fields.IntField(default=1)),
                ("first_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("last_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("settled_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "unknown_code",
                "app": "models",
                "unique_together": (("partner", "kind", "side", "code"),),
                "pk_attr": "id",
                "table_description": "Work list: a code without a mapping, met on the way out (ours) or in (theirs).",
            },
            bases=["Row"],
        ),
        ops.RunSQL(EVENTS_AS_COMMITTED, "DROP INDEX event_committed_all;"),
        ops.RunSQL(ONE_ANSWER_EACH_WAY, "DROP INDEX code_mapping_out; DROP INDEX code_mapping_in;"),
        ops.RunSQL(
            TO_BE_TOLD,
            "DROP INDEX outgoing_event_pending; DROP INDEX outgoing_event_dead; DROP INDEX outgoing_event_cursor; "
            "DROP INDEX partner_lane_due;",
        ),
    ]
