from tortoise import fields

from models.base import Row


class IdempotentRequest(Row):
    """Inserted first in the transaction of the write it guards: a failed write leaves no row."""

    scope = fields.CharField(max_length=64, unique=True)
    """SHA-256 over actor, method, path and the client's key."""
    body_hash = fields.CharField(max_length=64)
    status = fields.SmallIntField(null=True)
    answer_sealed = fields.BinaryField(null=True)
    created_at = fields.DatetimeField(db_index=True)

    class Meta:
        table = "idempotent_request"
