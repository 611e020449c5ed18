from enum import StrEnum
from uuid import UUID

from tortoise import fields

from models.accounts import Resident, Staff
from models.base import ENUM_LENGTH, Row


class CheckSubject(StrEnum):
    """What was written or uploaded; `subject_id` is the row of that table, of a supplement the event."""

    DISPUTE = "dispute"
    SUPPLEMENT = "supplement"
    RATING = "rating"
    FILE = "file"
    MESSAGE = "message"
    """In the joint channel: of a separate talk nobody but the mediator reads."""


class CheckStatus(StrEnum):
    """`review`, `risky` and `unknown` wait for a person, who makes them `released` or `withheld`."""

    WAITING = "waiting"
    ASKED = "asked"
    PASSED = "passed"
    SKIPPED = "skipped"
    REVIEW = "review"
    RISKY = "risky"
    UNKNOWN = "unknown"
    RELEASED = "released"
    WITHHELD = "withheld"


class ContentCheck(Row):
    """One for each thing that somebody brought in. It never decides whether the thing is kept, only who sees it."""

    subject = fields.CharEnumField(CheckSubject, max_length=ENUM_LENGTH)
    subject_id = fields.UUIDField(unique=True)
    resident_id: UUID | None
    resident: fields.ForeignKeyNullableRelation[Resident] = fields.ForeignKeyField(
        "models.Resident", null=True, on_delete=fields.RESTRICT
    )
    """Null: staff brought it in, and WeChat knows nobody to ask about."""
    dispute_id = fields.UUIDField(null=True, db_index=True)
    """Null for files: they know their case themselves, once they have one."""
    status = fields.CharEnumField(CheckStatus, max_length=ENUM_LENGTH)
    label = fields.IntField(null=True)
    """WeChat's word for what it saw; 100 is nothing."""
    trace_id = fields.CharField(max_length=64, null=True, unique=True)
    asks = fields.SmallIntField(default=0)
    created_at = fields.DatetimeField()
    asked_at = fields.DatetimeField(null=True)
    finished_at = fields.DatetimeField(null=True)
    decided_by_id: UUID | None
    decided_by: fields.ForeignKeyNullableRelation[Staff] = fields.ForeignKeyField(
        "models.Staff", null=True, on_delete=fields.RESTRICT
    )
    decided_at = fields.DatetimeField(null=True)

    class Meta:
        table = "content_check"
        indexes = (("status", "created_at"),)
