"""What all tables share."""

from typing import Any

from tortoise import Model, fields
from tortoise.fields import SqlDefault
from uuid_utils.compat import uuid7

ENUM_LENGTH = 32
"""Fixed, so that a new member never changes a column."""


class Row(Model):
    """Ids are time-ordered UUIDs made here, before the insert: sealed columns are bound to them."""

    id = fields.UUIDField(primary_key=True, default=uuid7)

    class Meta:
        abstract = True


def committed_in() -> Any:
    """The writing transaction's id. Readers that follow a cursor stop below the oldest one still open,
    so that a transaction that commits late is never skipped."""
    return fields.BigIntField(db_default=SqlDefault("(pg_current_xact_id()::text::bigint)"))


__all__ = ["ENUM_LENGTH", "Row", "committed_in", "uuid7"]
