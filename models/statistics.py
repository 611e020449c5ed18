"""What figures are made of, kept beside the record and always to be had from it anew; and what was carried out."""

from enum import StrEnum
from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from models.accounts import Staff
from models.base import ENUM_LENGTH, Row
from models.files import StoredFile


class StatisticFact(Model):
    """One thing that counts, on the day on which it happened and with the center that had the case then."""

    id = fields.BigIntField(primary_key=True)
    dispute_id = fields.UUIDField(db_index=True)
    kind = fields.CharField(max_length=ENUM_LENGTH)
    """`backend.statistics.facts`."""
    day = fields.DateField()
    center_id = fields.UUIDField()
    category = fields.CharField(max_length=64)
    mode = fields.CharField(max_length=ENUM_LENGTH)
    """Empty before a mediation has begun."""
    source = fields.CharField(max_length=ENUM_LENGTH)
    fen = fields.BigIntField(default=0)
    next_on = fields.DateField(null=True)
    """Of an outcome: when the same case came to its next one. A period that has both counts the later one alone."""

    class Meta:
        table = "statistic_fact"
        indexes = (("kind", "day", "id"), ("center_id", "kind", "day", "id"))
        # Outcomes that have a later one: a partial index, in the migrations.


class StatisticMonth(Model):
    """The city's facts of a month, summed: in all (`dim` empty), by mode, category, source and center."""

    id = fields.BigIntField(primary_key=True)
    month = fields.DateField()
    """Its first day."""
    kind = fields.CharField(max_length=ENUM_LENGTH)
    dim = fields.CharField(max_length=ENUM_LENGTH)
    code = fields.CharField(max_length=64)
    cases = fields.BigIntField()
    fen = fields.BigIntField()

    class Meta:
        table = "statistic_month"
        unique_together = (("month", "kind", "dim", "code"),)


class StatisticDue(Model):
    """Cases in whose history something was written since they were counted. A trigger on `event` writes it in the same
    transaction: whatever commits late is found late, never lost."""

    id = fields.BigIntField(primary_key=True)
    dispute_id = fields.UUIDField()
    at = fields.DatetimeField()

    class Meta:
        table = "statistic_due"


class RepeatQuarrel(Model):
    """That the same two had quarreled before, as it was seen when the case was first counted."""

    dispute_id = fields.UUIDField(primary_key=True)
    earlier_id = fields.UUIDField()

    class Meta:
        table = "repeat_quarrel"


class ExportState(StrEnum):
    RUNNING = "running"
    READY = "ready"
    FAILED = "failed"
    CANCELED = "canceled"
    EXPIRED = "expired"


class Export(Row):
    """A table carried out of the system. The row stays when the file is gone: it is the log."""

    requester_id: UUID
    requester: fields.ForeignKeyRelation[Staff] = fields.ForeignKeyField("models.Staff", on_delete=fields.RESTRICT)
    kind = fields.CharField(max_length=ENUM_LENGTH)
    format = fields.CharField(max_length=8)
    selection: fields.Field[dict[str, Any]] = fields.JSONField()
    columns: fields.Field[list[str]] = fields.JSONField()
    state = fields.CharEnumField(ExportState, max_length=ENUM_LENGTH)
    reason = fields.CharField(max_length=ENUM_LENGTH, default="", db_default="")
    """Why it failed: a code."""
    total_rows = fields.IntField()
    """When it was asked for."""
    done_rows = fields.IntField(default=0, db_default=0)
    is_read = fields.BooleanField(default=False, db_default=False)
    """All rows are in its parts."""
    last_id = fields.UUIDField(null=True)
    """The last case written: where it goes on after whatever has happened to the worker."""
    size = fields.BigIntField(default=0, db_default=0)
    sha256 = fields.CharField(max_length=64, default="", db_default="")
    requested_at = fields.DatetimeField()
    finished_at = fields.DatetimeField(null=True)
    expires_at = fields.DatetimeField(null=True)
    downloads = fields.IntField(default=0, db_default=0)
    last_download_at = fields.DatetimeField(null=True)

    class Meta:
        table = "export"
        indexes = (("requester_id", "id"), ("state", "expires_at"))


class ExportPart(Row):
    """So many rows of it, sealed in the store."""

    export_id: UUID
    export: fields.ForeignKeyRelation[Export] = fields.ForeignKeyField(
        "models.Export", on_delete=fields.RESTRICT, related_name="parts"
    )
    ordinal = fields.IntField()
    file_id: UUID
    file: fields.OneToOneRelation[StoredFile] = fields.OneToOneField("models.StoredFile", on_delete=fields.RESTRICT)

    class Meta:
        table = "export_part"
        unique_together = (("export", "ordinal"),)
