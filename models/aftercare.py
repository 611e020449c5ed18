"""What follows an outcome: visits that ask whether it holds, and second looks by somebody outside the case."""

from enum import StrEnum
from uuid import UUID

from tortoise import fields

from models.accounts import Staff
from models.base import ENUM_LENGTH, Row
from models.disputes import Dispute
from models.ratings import Rating


class FollowUpStatus(StrEnum):
    PLANNED = "planned"
    DONE = "done"
    CANCELLED = "cancelled"


class ReviewCause(StrEnum):
    RATING = "rating"
    FOLLOW_UP = "follow_up"


class ReviewStatus(StrEnum):
    OPEN = "open"
    REOPENED = "reopened"
    ANSWERED = "answered"


class FollowUp(Row):
    """回访: planned with an outcome, once for each of its days."""

    dispute_id: UUID
    dispute: fields.ForeignKeyRelation[Dispute] = fields.ForeignKeyField(
        "models.Dispute", on_delete=fields.RESTRICT, related_name="follow_ups"
    )
    outcome = fields.IntField()
    after = fields.CharField(max_length=48)
    """The event that planned it."""
    days = fields.SmallIntField()
    due_on = fields.DateField()
    """A working day; later when nobody was reached."""
    status = fields.CharEnumField(FollowUpStatus, max_length=ENUM_LENGTH)
    tries = fields.SmallIntField(default=0)
    """Without reaching anybody."""
    told_at = fields.DatetimeField(null=True)
    """When its mediator was told that it is due; null again when it was put off."""
    reported_at = fields.DatetimeField(null=True)
    """When the director was told that it is overdue."""
    created_at = fields.DatetimeField()
    ended_at = fields.DatetimeField(null=True)
    records: fields.ReverseRelation["FollowUpRecord"]

    class Meta:
        table = "follow_up"
        unique_together = (("dispute", "outcome", "after", "days"),)
        indexes = (("status", "due_on", "id"),)
        # Those that are to come, by their day: a partial index, in the migrations.


class FollowUpRecord(Row):
    """Append-only: one call or visit, whoever was reached."""

    follow_up_id: UUID
    follow_up: fields.ForeignKeyRelation[FollowUp] = fields.ForeignKeyField(
        "models.FollowUp", on_delete=fields.RESTRICT, related_name="records"
    )
    by_id: UUID
    by: fields.ForeignKeyRelation[Staff] = fields.ForeignKeyField("models.Staff", on_delete=fields.RESTRICT)
    at = fields.DatetimeField()
    channel = fields.CharField(max_length=ENUM_LENGTH)
    result = fields.CharField(max_length=ENUM_LENGTH)
    next_step = fields.CharField(max_length=ENUM_LENGTH, null=True)
    spoke_with: fields.Field[list[str]] = fields.JSONField()
    """Party ids."""
    note_sealed = fields.BinaryField(null=True)

    class Meta:
        table = "follow_up_record"
        indexes = (("follow_up_id", "id"),)


class CaseReview(Row):
    """复核: somebody outside the case decides whether it is taken up again, or answers."""

    dispute_id: UUID
    dispute: fields.ForeignKeyRelation[Dispute] = fields.ForeignKeyField(
        "models.Dispute", on_delete=fields.RESTRICT, related_name="reviews"
    )
    outcome = fields.IntField()
    cause = fields.CharEnumField(ReviewCause, max_length=ENUM_LENGTH)
    rating_id: UUID | None
    rating: fields.OneToOneNullableRelation[Rating] = fields.OneToOneField(
        "models.Rating", null=True, on_delete=fields.RESTRICT, related_name="review"
    )
    opened_by_id = fields.UUIDField(null=True)
    """The staff member who asked for it after a visit; they do not decide it. Of a rating: null."""
    request_sealed = fields.BinaryField(null=True)
    """What that staff member wrote."""
    status = fields.CharEnumField(ReviewStatus, max_length=ENUM_LENGTH)
    created_at = fields.DatetimeField()
    due_at = fields.DatetimeField()
    escalated_at = fields.DatetimeField(null=True)
    decided_at = fields.DatetimeField(null=True)
    decided_by_id: UUID | None
    decided_by: fields.ForeignKeyNullableRelation[Staff] = fields.ForeignKeyField(
        "models.Staff", null=True, on_delete=fields.RESTRICT
    )
    answer_sealed = fields.BinaryField(null=True)

    class Meta:
        table = "case_review"
        indexes = (("dispute_id", "id"), ("status", "id"))
        # Those that are open, by their term: a partial index, in the migrations.
