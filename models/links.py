"""Which cases belong together."""

from enum import StrEnum
from uuid import UUID

from tortoise import fields

from models.accounts import Staff
from models.base import ENUM_LENGTH, Row
from models.disputes import Dispute


class LinkKind(StrEnum):
    RELATED = "related"
    DUPLICATE = "duplicate"
    REPEAT = "repeat"
    """The same people have fallen out again."""
    MERGED = "merged"
    """`dispute` goes on in `other`."""
    SPLIT = "split"
    """`dispute` was taken out of `other`."""


class CaseLink(Row):
    dispute_id: UUID
    dispute: fields.ForeignKeyRelation[Dispute] = fields.ForeignKeyField(
        "models.Dispute", on_delete=fields.RESTRICT, related_name="links"
    )
    other_id: UUID
    other: fields.ForeignKeyRelation[Dispute] = fields.ForeignKeyField(
        "models.Dispute", on_delete=fields.RESTRICT, related_name="links_to_it"
    )
    kind = fields.CharEnumField(LinkKind, max_length=ENUM_LENGTH)
    made_by_id: UUID
    made_by: fields.ForeignKeyRelation[Staff] = fields.ForeignKeyField("models.Staff", on_delete=fields.RESTRICT)
    made_at = fields.DatetimeField()
    ended_at = fields.DatetimeField(null=True)

    class Meta:
        table = "case_link"
        indexes = (("dispute_id", "id"), ("other_id", "id"))


class DismissedDuplicate(Row):
    """Somebody has looked: these two are not one quarrel. Why stands in both histories."""

    dispute_id: UUID
    dispute: fields.ForeignKeyRelation[Dispute] = fields.ForeignKeyField(
        "models.Dispute", on_delete=fields.RESTRICT, related_name="dismissed_duplicates"
    )
    other_id: UUID
    other: fields.ForeignKeyRelation[Dispute] = fields.ForeignKeyField(
        "models.Dispute", on_delete=fields.RESTRICT, related_name="dismissed_duplicates_of_it"
    )
    """The one with the greater id."""
    dismissed_by_id: UUID
    dismissed_by: fields.ForeignKeyRelation[Staff] = fields.ForeignKeyField("models.Staff", on_delete=fields.RESTRICT)
    dismissed_at = fields.DatetimeField()

    class Meta:
        table = "dismissed_duplicate"
        unique_together = (("dispute", "other"),)
