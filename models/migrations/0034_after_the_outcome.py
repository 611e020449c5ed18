"""Follow-up visits, reviews and complaints; urges are answered, a rating knows for which party it was given."""

import functools
from json import dumps, loads

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import UniqueConstraint
from uuid_utils.compat import uuid7

from models.aftercare import FollowUpStatus, ReviewCause, ReviewStatus
from models.complaints import ComplaintAbout, ComplaintFinding, ComplaintStatus
from models.disputes import ActorKind

WHAT_WAITS = """
CREATE INDEX follow_up_planned ON follow_up (due_on, id) WHERE status = 'planned';
CREATE INDEX case_review_open ON case_review (due_at) WHERE status = 'open';
CREATE INDEX complaint_open ON complaint (due_at) WHERE status IN ('submitted', 'taken_up');
CREATE UNIQUE INDEX complaint_once ON complaint (resident_id, about, center_id, COALESCE(dispute_id, center_id))
 WHERE status IN ('submitted', 'taken_up');
CREATE INDEX urge_waiting ON urge (id) WHERE answered_at IS NULL AND resident_id IS NOT NULL;
"""
NO_LONGER = "DROP INDEX follow_up_planned, case_review_open, complaint_open, complaint_once, urge_waiting;"


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
            name="CaseReview",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "dispute",
                    fields.ForeignKeyField(
                        "models.Dispute",
                        source_field="dispute_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="reviews",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("outcome", fields.IntField()),
                (
                    "cause",
                    fields.CharEnumField(
                        description="RATING: rating\nFOLLOW_UP: follow_up", enum_type=ReviewCause, max_length=32
                    ),
                ),
                (
                    "rating",
                    fields.OneToOneField(
                        "models.Rating",
                        source_field="rating_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="review",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("opened_by_id", fields.UUIDField(null=True)),
                ("request_sealed", fields.BinaryField(null=True)),
                (
                    "status",
                    fields.CharEnumField(
                        description="OPEN: open\nREOPENED: reopened\nANSWERED: answered",
                        enum_type=ReviewStatus,
                        max_length=32,
                    ),
                ),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("due_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("escalated_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("decided_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                (
                    "decided_by",
                    fields.ForeignKeyField(
                        "models.Staff",
                        source_field="decided_by_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("answer_sealed", fields.BinaryField(null=True)),
            ],
            options={
                "table": "case_review",
                "app": "models",
                "indexes": [Index(fields=["dispute_id", "id"]), Index(fields=["status", "id"])],
                "pk_attr": "id",
                "table_description": "复核: somebody outside the case decides whether it is taken up again, or answers.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Complaint",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                ("number", fields.CharField(unique=True, max_length=32)),
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
                (
                    "about",
                    fields.CharEnumField(
                        description="MEDIATOR: mediator\nDIRECTOR: director\nCENTER: center",
                        enum_type=ComplaintAbout,
                        max_length=32,
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
                        related_name="complaints",
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
                        related_name="complaints",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "subject",
                    fields.ForeignKeyField(
                        "models.Staff",
                        source_field="subject_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="complaints_about",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "handled_at",
                    fields.ForeignKeyField(
                        "models.Center",
                        source_field="handled_at_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="complaints_handled",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "handler",
                    fields.ForeignKeyField(
                        "models.Staff",
                        source_field="handler_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="complaints_handled",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "status",
                    fields.CharEnumField(
                        description="SUBMITTED: submitted\nTAKEN_UP: taken_up\nDECIDED: decided\nWITHDRAWN: withdrawn",
                        enum_type=ComplaintStatus,
                        max_length=32,
                    ),
                ),
                ("hides_name", fields.BooleanField()),
                ("text_sealed", fields.BinaryField(null=True)),
                ("wish_sealed", fields.BinaryField(null=True)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("due_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("escalated_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("ended_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                (
                    "finding",
                    fields.CharEnumField(
                        null=True,
                        description="UPHELD: upheld\nPARTLY_UPHELD: partly_upheld\nNOT_UPHELD: not_upheld",
                        enum_type=ComplaintFinding,
                        max_length=32,
                    ),
                ),
                ("measures", fields.JSONField(encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads)),
                ("answer_sealed", fields.BinaryField(null=True)),
            ],
            options={
                "table": "complaint",
                "app": "models",
                "indexes": [
                    Index(fields=["resident_id", "id"]),
                    Index(fields=["dispute_id", "id"]),
                    Index(fields=["handled_at_id", "status", "id"]),
                ],
                "pk_attr": "id",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="ComplaintStep",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "complaint",
                    fields.ForeignKeyField(
                        "models.Complaint",
                        source_field="complaint_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="steps",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("kind", fields.CharField(max_length=32)),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                (
                    "actor_kind",
                    fields.CharEnumField(
                        description="RESIDENT: resident\nSTAFF: staff\nSYSTEM: system\nPARTNER: partner",
                        enum_type=ActorKind,
                        max_length=32,
                    ),
                ),
                ("actor_id", fields.UUIDField(null=True)),
                ("reason_sealed", fields.BinaryField(null=True)),
            ],
            options={
                "table": "complaint_step",
                "app": "models",
                "indexes": [Index(fields=["complaint_id", "id"])],
                "pk_attr": "id",
                "table_description": "Append-only: what was done about it, when, by whom.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="FollowUp",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "dispute",
                    fields.ForeignKeyField(
                        "models.Dispute",
                        source_field="dispute_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="follow_ups",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("outcome", fields.IntField()),
                ("after", fields.CharField(max_length=48)),
                ("days", fields.SmallIntField()),
                ("due_on", fields.DateField()),
                (
                    "status",
                    fields.CharEnumField(
                        description="PLANNED: planned\nDONE: done\nCANCELLED: cancelled",
                        enum_type=FollowUpStatus,
                        max_length=32,
                    ),
                ),
                ("tries", fields.SmallIntField(default=0)),
                ("told_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("reported_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("ended_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "follow_up",
                "app": "models",
                "unique_together": (("dispute", "outcome", "after", "days"),),
                "indexes": [Index(fields=["status", "due_on", "id"])],
                "pk_attr": "id",
                "table_description": "回访: planned with an outcome, once for each of its days.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="FollowUpRecord",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "follow_up",
                    fields.ForeignKeyField(
                        "models.FollowUp",
                        source_field="follow_up_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="records",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "by",
                    fields.ForeignKeyField(
                        "models.Staff",
                        source_field="by_id",
                        db_constraint=True,
                        to_field="id",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("channel", fields.CharField(max_length=32)),
                ("result", fields.CharField(max_length=32)),
                ("next_step", fields.CharField(null=True, max_length=32)),
                (
                    "spoke_with",
                    fields.JSONField(encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads),
                ),
                ("note_sealed", fields.BinaryField(null=True)),
            ],
            options={
                "table": "follow_up_record",
                "app": "models",
                "indexes": [Index(fields=["follow_up_id", "id"])],
                "pk_attr": "id",
                "table_description": "Append-only: one call or visit, whoever was reached.",
            },
            bases=["Row"],
        ),
        ops.AddField(
            model_name="Rating",
            name="party_id",
            field=fields.UUIDField(null=True),
        ),
        ops.AddConstraint(
            model_name="Rating",
            constraint=UniqueConstraint(fields=("dispute", "party_id", "outcome"), name=None),
        ),
        ops.AddField(
            model_name="Urge",
            name="answered_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="Urge",
            name="answered_by_id",
            field=fields.UUIDField(null=True),
        ),
        ops.AddField(
            model_name="Urge",
            name="escalated_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="Urge",
            name="resident_id",
            field=fields.UUIDField(null=True),
        ),
        ops.RunSQL(WHAT_WAITS, NO_LONGER),
    ]
