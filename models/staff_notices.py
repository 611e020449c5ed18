from uuid import UUID

from tortoise import fields

from models.accounts import Staff
from models.base import Row


class StaffNotice(Row):
    """The inbox of a staff member. It names a case by its number, never a person."""

    staff_id: UUID
    staff: fields.ForeignKeyRelation[Staff] = fields.ForeignKeyField("models.Staff", on_delete=fields.RESTRICT)
    dispute_id = fields.UUIDField(null=True)
    kind = fields.CharField(max_length=48)
    title = fields.CharField(max_length=64)
    text = fields.CharField(max_length=255)
    created_at = fields.DatetimeField()
    read_at = fields.DatetimeField(null=True)

    class Meta:
        table = "staff_notice"
        indexes = (("staff_id", "id"),)
