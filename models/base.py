"""What all tables share."""

from tortoise import Model, fields
from uuid_utils.compat import uuid7

ENUM_LENGTH = 32
"""Fixed, so that a new member never changes a column."""


class Row(Model):
    """Ids are time-ordered UUIDs made here, before the insert: sealed columns are bound to them."""

    id = fields.UUIDField(primary_key=True, default=uuid7)

    class Meta:
        abstract = True


__all__ = ["ENUM_LENGTH", "Row", "uuid7"]
