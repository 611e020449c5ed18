"""A task force (专班) and its household roll: who owes what, who was visited, what was settled."""

from uuid import UUID

from tortoise import fields

from models.accounts import Resident
from models.base import ENUM_LENGTH, Row
from models.disputes import Dispute


class TaskForce(Row):
    dispute_id: UUID
    dispute: fields.OneToOneRelation[Dispute] = fields.OneToOneField(
        "models.Dispute", on_delete=fields.RESTRICT, related_name="task_force"
    )
    name = fields.CharField(max_length=128)
    purpose_sealed = fields.BinaryField()
    formed_by_id = fields.UUIDField()
    formed_at = fields.DatetimeField()

    class Meta:
        table = "task_force"


class Household(Row):
    dispute_id: UUID
    dispute: fields.ForeignKeyRelation[Dispute] = fields.ForeignKeyField(
        "models.Dispute", on_delete=fields.RESTRICT, related_name="households"
    )
    label_sealed = fields.BinaryField()
    """Building, unit, room: 3栋1单元502."""
    label_hash = fields.CharField(max_length=64)
    """Of one spelling of it; the same room of another case has another."""
    contact_sealed = fields.BinaryField(null=True)
    phone_sealed = fields.BinaryField(null=True)
    phone_hash = fields.CharField(max_length=64, null=True)
    resident_id: UUID | None
    resident: fields.ForeignKeyNullableRelation[Resident] = fields.ForeignKeyField(
        "models.Resident", null=True, on_delete=fields.RESTRICT, related_name="households"
    )
    """The owner, once the phone verified in WeChat is the one on the roll."""
    area_m2 = fields.DecimalField(max_digits=10, decimal_places=2, null=True)
    owed_fen = fields.BigIntField(default=0)
    settled_fen = fields.BigIntField(default=0)
    """Never above what is owed: a constraint of the table."""
    may_vote = fields.BooleanField(default=True)

    class Meta:
        table = "household"
        unique_together = (("dispute", "label_hash"),)
        indexes = (("phone_hash",), ("resident_id", "dispute_id"))


class Visit(Row):
    """A visit or another contact."""

    dispute_id = fields.UUIDField()
    household_id: UUID
    household: fields.ForeignKeyRelation[Household] = fields.ForeignKeyField(
        "models.Household", on_delete=fields.RESTRICT, related_name="visits"
    )
    at = fields.DatetimeField()
    channel = fields.CharField(max_length=ENUM_LENGTH)
    outcome = fields.CharField(max_length=ENUM_LENGTH)
    note_sealed = fields.BinaryField(null=True)
    actor_id = fields.UUIDField()
    actor_name = fields.CharField(max_length=64)
    recorded_at = fields.DatetimeField()

    class Meta:
        table = "household_visit"
        indexes = (("household_id", "id"), ("dispute_id", "id"))


class Payment(Row):
    dispute_id = fields.UUIDField()
    household_id: UUID
    household: fields.ForeignKeyRelation[Household] = fields.ForeignKeyField(
        "models.Household", on_delete=fields.RESTRICT, related_name="payments"
    )
    amount_fen = fields.BigIntField()
    paid_on = fields.DateField()
    actor_id = fields.UUIDField()
    recorded_at = fields.DatetimeField()

    class Meta:
        table = "household_payment"
        indexes = (("household_id", "id"), ("dispute_id", "id"))
