"""Exemplary cases: anonymized, read by a second person, then found by mediators and, once released, by residents."""

from enum import StrEnum
from typing import Any
from uuid import UUID

from tortoise import fields

from models.base import ENUM_LENGTH, Row
from models.disputes import Dispute


class LibraryStatus(StrEnum):
    PROPOSED = "proposed"
    RETURNED = "returned"
    APPROVED = "approved"
    RELEASED = "released"
    WITHDRAWN = "withdrawn"


class LibraryCase(Row):
    """In clear only from its approval on: until then nobody but its proposer has looked for what identifies people."""

    dispute_id: UUID
    dispute: fields.ForeignKeyRelation[Dispute] = fields.ForeignKeyField(
        "models.Dispute", on_delete=fields.RESTRICT, related_name="library_cases"
    )
    category = fields.CharField(max_length=64)
    """A top category."""
    status = fields.CharEnumField(LibraryStatus, max_length=ENUM_LENGTH)
    draft_sealed = fields.BinaryField()
    """JSON: title, background, handling, outcome."""
    published: fields.Field[dict[str, Any] | None] = fields.JSONField(null=True)
    """The same, from the approval on."""
    words: str | None = fields.TextField(null=True)
    """All of it in one, to be searched."""
    proposer_id = fields.UUIDField()
    proposed_at = fields.DatetimeField()
    reviewer_id = fields.UUIDField(null=True)
    reviewed_at = fields.DatetimeField(null=True)
    review_reason_sealed = fields.BinaryField(null=True)
    released_at = fields.DatetimeField(null=True)
    withdrawn_at = fields.DatetimeField(null=True)
    withdrawal_reason_sealed = fields.BinaryField(null=True)

    class Meta:
        table = "library_case"
        indexes = (("status", "category", "id"), ("dispute_id", "id"))
