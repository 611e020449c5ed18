"""Who promised what to whom until when, what has been done of it, and by which figures one sees that it helped."""

from enum import StrEnum
from uuid import UUID

from tortoise import fields

from models.agreements import Agreement
from models.base import ENUM_LENGTH, Row
from models.disputes import ActorKind, Dispute


class CommitmentKind(StrEnum):
    PAYMENT = "payment"
    ACT = "act"
    STANDARD = "standard"


class CommitmentEnd(StrEnum):
    FULFILLED = "fulfilled"
    WAIVED = "waived"
    REPLACED = "replaced"


class ReportAnswerKind(StrEnum):
    CONFIRMED = "confirmed"
    DISPUTED = "disputed"


class Commitment(Row):
    """One term of an agreement that has taken effect. How far it is kept is told by its reports."""

    dispute_id: UUID
    dispute: fields.ForeignKeyRelation[Dispute] = fields.ForeignKeyField(
        "models.Dispute", on_delete=fields.RESTRICT, related_name="commitments"
    )
    agreement_id: UUID
    agreement: fields.ForeignKeyRelation[Agreement] = fields.ForeignKeyField(
        "models.Agreement", on_delete=fields.RESTRICT, related_name="commitments"
    )
    ordinal = fields.SmallIntField()
    kind = fields.CharEnumField(CommitmentKind, max_length=ENUM_LENGTH)
    debtor_id = fields.UUIDField(null=True)
    """The party; null where the agreement names somebody else."""
    who_sealed = fields.BinaryField()
    creditor_id = fields.UUIDField(null=True)
    to_whom_sealed = fields.BinaryField(null=True)
    what_sealed = fields.BinaryField()
    amount_fen = fields.BigIntField(null=True)
    due_on = fields.DateField()
    """As agreed; when that is a day off, it falls due on the next working day."""
    created_at = fields.DatetimeField()
    ended_as: CommitmentEnd | None = fields.CharEnumField(  # type: ignore[assignment]
        CommitmentEnd, max_length=ENUM_LENGTH, null=True
    )
    ended_at = fields.DatetimeField(null=True)
    end_reason_sealed = fields.BinaryField(null=True)
    reports: fields.ReverseRelation["FulfilmentReport"]
    notes: fields.ReverseRelation["UrgingNote"]

    class Meta:
        table = "commitment"
        indexes = (("dispute_id", "id"),)
        # Those that are open, by due date: a partial index, in the migrations.


class FulfilmentReport(Row):
    """Append-only: so much was paid, this was done, or the standard was looked at."""

    commitment_id: UUID
    commitment: fields.ForeignKeyRelation[Commitment] = fields.ForeignKeyField(
        "models.Commitment", on_delete=fields.RESTRICT, related_name="reports"
    )
    amount_fen = fields.BigIntField(null=True)
    """Of a payment."""
    completes = fields.BooleanField()
    """Nothing of it is left to do after this."""
    is_met = fields.BooleanField(null=True)
    """Of a check whether a standard is kept."""
    done_on = fields.DateField()
    text_sealed = fields.BinaryField(null=True)
    file_ids: fields.Field[list[str]] = fields.JSONField()
    reporter_kind = fields.CharEnumField(ActorKind, max_length=ENUM_LENGTH)
    reporter_id = fields.UUIDField()
    reported_at = fields.DatetimeField()
    answers: fields.ReverseRelation["ReportAnswer"]

    class Meta:
        table = "fulfilment_report"
        indexes = (("commitment_id", "id"),)


class ReportAnswer(Row):
    """Append-only: one by the other side, one by staff, whose word counts."""

    report_id: UUID
    report: fields.ForeignKeyRelation[FulfilmentReport] = fields.ForeignKeyField(
        "models.FulfilmentReport", on_delete=fields.RESTRICT, related_name="answers"
    )
    kind = fields.CharEnumField(ReportAnswerKind, max_length=ENUM_LENGTH)
    reason_sealed = fields.BinaryField(null=True)
    by_kind = fields.CharEnumField(ActorKind, max_length=ENUM_LENGTH)
    by_id = fields.UUIDField()
    at = fields.DatetimeField()

    class Meta:
        table = "report_answer"
        unique_together = (("report", "by_kind"),)


class UrgingNote(Row):
    """One that was told of a due date, or after it: by rule and by the date that the commitment had then."""

    commitment_id: UUID
    commitment: fields.ForeignKeyRelation[Commitment] = fields.ForeignKeyField(
        "models.Commitment", on_delete=fields.RESTRICT, related_name="notes"
    )
    rule = fields.CharField(max_length=ENUM_LENGTH)
    due_on = fields.DateField()
    by_id = fields.UUIDField(null=True)
    """Null: the calendar."""
    at = fields.DatetimeField()

    class Meta:
        table = "urging_note"
        unique_together = (("commitment", "rule", "due_on"),)


class Indicator(Row):
    """A figure by which one sees that an agreement helped."""

    dispute_id: UUID
    dispute: fields.ForeignKeyRelation[Dispute] = fields.ForeignKeyField(
        "models.Dispute", on_delete=fields.RESTRICT, related_name="indicators"
    )
    name_sealed = fields.BinaryField()
    unit = fields.CharField(max_length=ENUM_LENGTH)
    """A code of `commitments.toml`."""
    baseline = fields.DecimalField(max_digits=16, decimal_places=2)
    baseline_on = fields.DateField()
    target = fields.DecimalField(max_digits=16, decimal_places=2, null=True)
    created_by_id = fields.UUIDField()
    created_at = fields.DatetimeField()
    readings: fields.ReverseRelation["IndicatorReading"]

    class Meta:
        table = "indicator"
        indexes = (("dispute_id", "id"),)


class IndicatorReading(Row):
    """Never edited: a wrong one is made void and read anew."""

    indicator_id: UUID
    indicator: fields.ForeignKeyRelation[Indicator] = fields.ForeignKeyField(
        "models.Indicator", on_delete=fields.RESTRICT, related_name="readings"
    )
    value = fields.DecimalField(max_digits=16, decimal_places=2)
    read_on = fields.DateField()
    source_sealed = fields.BinaryField()
    recorded_by_id = fields.UUIDField()
    recorded_at = fields.DatetimeField()
    voided_at = fields.DatetimeField(null=True)

    class Meta:
        table = "indicator_reading"
        indexes = (("indicator_id", "read_on"),)
