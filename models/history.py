"""What proves the history of all cases from outside of the database."""

from tortoise import fields

from models.base import Row


class HistoryRoot(Row):
    """Of one day in Asia/Shanghai: what all links of its events come to. Never edited."""

    day = fields.DateField(unique=True)
    events = fields.IntField()
    digest = fields.BinaryField()
    """SHA-256 of the day's links, by case and place."""
    root = fields.BinaryField()
    """SHA-256 of the root of the day before, this day and its digest."""
    made_at = fields.DatetimeField()
    sent_at = fields.DatetimeField(null=True)
    """When it had reached the place outside."""

    class Meta:
        table = "history_root"
