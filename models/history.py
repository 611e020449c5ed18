"""What proves the history of all cases from outside of the database."""

from enum import StrEnum
from uuid import UUID

from tortoise import fields

from models.base import ENUM_LENGTH, Row
from models.disputes import Dispute


class HistoryRoot(Row):
    """Of one day in Asia/Shanghai: what all links of its events come to. Never edited."""

    day = fields.DateField(unique=True)
    events = fields.IntField()
    digest = fields.BinaryField()
    """SHA-256 of the day's links, by case and place."""
    looks = fields.IntField(default=0, db_default=0)
    looks_digest = fields.BinaryField(null=True)
    """Of the day's looks, by their ids; null = from before looks were kept."""
    root = fields.BinaryField()
    """SHA-256 of the root of the day before, this day and its digests."""
    made_at = fields.DatetimeField()
    sent_at = fields.DatetimeField(null=True)
    """When it had reached the place outside."""

    class Meta:
        table = "history_root"


class LookKind(StrEnum):
    CASE = "case"
    """The page of the case, with names and words."""
    TIMELINE = "timeline"
    HISTORY = "history"
    FILE = "file"
    PAPER = "paper"


class Look(Row):
    """Who looked at what of a case: append-only, once per hour, and no lock on the case. Each row proves itself, that
    none is gone proves the root of its day."""

    dispute_id: UUID
    dispute: fields.ForeignKeyRelation[Dispute] = fields.ForeignKeyField(
        "models.Dispute", on_delete=fields.RESTRICT, related_name="looks"
    )
    kind = fields.CharEnumField(LookKind, max_length=ENUM_LENGTH)
    subject_id = fields.UUIDField()
    """The file, the paper; else the case itself."""
    actor_id = fields.UUIDField()
    actor_role = fields.CharField(max_length=ENUM_LENGTH)
    hour = fields.DatetimeField()
    at = fields.DatetimeField()
    """The first time in that hour."""
    digest = fields.BinaryField()

    class Meta:
        table = "look"
        unique_together = (("dispute", "actor_id", "kind", "subject_id", "hour"),)
        indexes = (("dispute_id", "id"), ("at",))
