"""What is examined, asked and explained in a mediation: evidence, experts' opinions, the law."""

from enum import StrEnum
from uuid import UUID

from tortoise import fields

from models.accounts import Staff
from models.base import ENUM_LENGTH, Row
from models.disputes import Dispute, Party
from models.files import StoredFile
from models.mediation import CaseMember


class CustodyAct(StrEnum):
    """What happened to an original."""

    RECEIVED = "received"
    MOVED = "moved"
    RETURNED = "returned"


class VerificationResult(StrEnum):
    CONSISTENT = "consistent"
    DOUBTFUL = "doubtful"
    NOT_VERIFIABLE = "not_verifiable"


class ExpertAnswer(StrEnum):
    """What an expert says to a question."""

    INVITED = "invited"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    CONFLICT = "conflict"
    """Related to a party or with an interest in the case: not admitted, and on record."""


class ConsultationStatus(StrEnum):
    ASKED = "asked"
    ANSWERED = "answered"
    """Every expert who took it on has given a final opinion."""


class EvidenceItem(Row):
    """One thing that shall prove something. The submitter's own until it is shown or exchanged."""

    dispute_id: UUID
    dispute: fields.ForeignKeyRelation[Dispute] = fields.ForeignKeyField(
        "models.Dispute", on_delete=fields.RESTRICT, related_name="evidence"
    )
    kind = fields.CharField(max_length=ENUM_LENGTH)
    """Of `evidence.toml`."""
    party_id: UUID | None
    party: fields.ForeignKeyNullableRelation[Party] = fields.ForeignKeyField(
        "models.Party", null=True, on_delete=fields.RESTRICT
    )
    """Who submitted it; neither party nor member: the center."""
    member_id: UUID | None
    member: fields.ForeignKeyNullableRelation[CaseMember] = fields.ForeignKeyField(
        "models.CaseMember", null=True, on_delete=fields.RESTRICT
    )
    actor_id = fields.UUIDField()
    title_sealed = fields.BinaryField()
    source_sealed = fields.BinaryField()
    proves_sealed = fields.BinaryField()
    description_sealed = fields.BinaryField(null=True)
    file_id: UUID | None
    file: fields.ForeignKeyNullableRelation[StoredFile] = fields.ForeignKeyField(
        "models.StoredFile", null=True, on_delete=fields.RESTRICT
    )
    submitted_at = fields.DatetimeField()
    exchanged_at = fields.DatetimeField(null=True)

    class Meta:
        table = "evidence_item"
        indexes = (("dispute_id", "id"),)


class CustodyEntry(Row):
    """Who received, moved or returned an original; never edited."""

    item_id: UUID
    item: fields.ForeignKeyRelation[EvidenceItem] = fields.ForeignKeyField(
        "models.EvidenceItem", on_delete=fields.RESTRICT, related_name="custody"
    )
    act = fields.CharEnumField(CustodyAct, max_length=ENUM_LENGTH)
    holder_sealed = fields.BinaryField()
    """Who has it now, or where it lies."""
    note_sealed = fields.BinaryField(null=True)
    staff_id: UUID
    staff: fields.ForeignKeyRelation[Staff] = fields.ForeignKeyField("models.Staff", on_delete=fields.RESTRICT)
    at = fields.DatetimeField()

    class Meta:
        table = "custody_entry"
        indexes = (("item_id", "id"),)


class Verification(Row):
    """How an item was examined and what came out; a later one does not replace an earlier one."""

    item_id: UUID
    item: fields.ForeignKeyRelation[EvidenceItem] = fields.ForeignKeyField(
        "models.EvidenceItem", on_delete=fields.RESTRICT, related_name="verifications"
    )
    method = fields.CharField(max_length=ENUM_LENGTH)
    result = fields.CharEnumField(VerificationResult, max_length=ENUM_LENGTH)
    original_compared = fields.BooleanField()
    note_sealed = fields.BinaryField(null=True)
    staff_id: UUID
    staff: fields.ForeignKeyRelation[Staff] = fields.ForeignKeyField("models.Staff", on_delete=fields.RESTRICT)
    at = fields.DatetimeField()

    class Meta:
        table = "verification"
        indexes = (("item_id", "id"),)


class Objection(Row):
    """What a party that did not submit it says against an item."""

    item_id: UUID
    item: fields.ForeignKeyRelation[EvidenceItem] = fields.ForeignKeyField(
        "models.EvidenceItem", on_delete=fields.RESTRICT, related_name="objections"
    )
    party_id: UUID
    party: fields.ForeignKeyRelation[Party] = fields.ForeignKeyField("models.Party", on_delete=fields.RESTRICT)
    grounds: fields.Field[list[str]] = fields.JSONField()
    """Of `evidence.toml`."""
    text_sealed = fields.BinaryField()
    at = fields.DatetimeField()

    class Meta:
        table = "objection"
        indexes = (("item_id", "id"),)


class Consultation(Row):
    dispute_id: UUID
    dispute: fields.ForeignKeyRelation[Dispute] = fields.ForeignKeyField(
        "models.Dispute", on_delete=fields.RESTRICT, related_name="consultations"
    )
    question_sealed = fields.BinaryField()
    asked_by_id: UUID
    asked_by: fields.ForeignKeyRelation[Staff] = fields.ForeignKeyField("models.Staff", on_delete=fields.RESTRICT)
    asked_at = fields.DatetimeField()
    yellow_at = fields.DatetimeField()
    due_at = fields.DatetimeField()
    status = fields.CharEnumField(ConsultationStatus, max_length=ENUM_LENGTH)
    answered_at = fields.DatetimeField(null=True)

    class Meta:
        table = "consultation"
        indexes = (("dispute_id", "id"),)


class ConsultedExpert(Row):
    consultation_id: UUID
    consultation: fields.ForeignKeyRelation[Consultation] = fields.ForeignKeyField(
        "models.Consultation", on_delete=fields.RESTRICT, related_name="experts"
    )
    member_id: UUID
    member: fields.ForeignKeyRelation[CaseMember] = fields.ForeignKeyField(
        "models.CaseMember", on_delete=fields.RESTRICT
    )
    answer = fields.CharEnumField(ExpertAnswer, max_length=ENUM_LENGTH)
    answered_at = fields.DatetimeField(null=True)
    reason_sealed = fields.BinaryField(null=True)
    opinions: fields.ReverseRelation["Opinion"]

    class Meta:
        table = "consulted_expert"
        unique_together = (("consultation", "member"),)
        indexes = (("member_id",),)


class ConsultationMaterial(Row):
    """Evidence that the experts of one question read, once they have accepted."""

    consultation_id: UUID
    consultation: fields.ForeignKeyRelation[Consultation] = fields.ForeignKeyField(
        "models.Consultation", on_delete=fields.RESTRICT, related_name="materials"
    )
    item_id: UUID
    item: fields.ForeignKeyRelation[EvidenceItem] = fields.ForeignKeyField(
        "models.EvidenceItem", on_delete=fields.RESTRICT
    )

    class Meta:
        table = "consultation_material"
        unique_together = (("consultation", "item"),)


class Opinion(Row):
    """One version of what an expert wrote; the final one is fixed by its hash."""

    expert_id: UUID
    expert: fields.ForeignKeyRelation[ConsultedExpert] = fields.ForeignKeyField(
        "models.ConsultedExpert", on_delete=fields.RESTRICT, related_name="opinions"
    )
    version = fields.SmallIntField()
    text_sealed = fields.BinaryField()
    is_final = fields.BooleanField()
    sha256 = fields.CharField(max_length=64)
    """Of the text in UTF-8."""
    at = fields.DatetimeField()

    class Meta:
        table = "opinion"
        unique_together = (("expert", "version"),)


class Explanation(Row):
    """The law, made clear to parties: a statement and what it rests on."""

    dispute_id: UUID
    dispute: fields.ForeignKeyRelation[Dispute] = fields.ForeignKeyField(
        "models.Dispute", on_delete=fields.RESTRICT, related_name="explanations"
    )
    statement_sealed = fields.BinaryField()
    statutes: fields.Field[list[str]] = fields.JSONField()
    """Codes of `statutes.toml`."""
    as_of = fields.DateField()
    """The day on which they were in force: that of what happened."""
    staff_id: UUID
    staff: fields.ForeignKeyRelation[Staff] = fields.ForeignKeyField("models.Staff", on_delete=fields.RESTRICT)
    at = fields.DatetimeField()

    class Meta:
        table = "explanation"
        indexes = (("dispute_id", "id"),)


class ExplanationReceipt(Row):
    explanation_id: UUID
    explanation: fields.ForeignKeyRelation[Explanation] = fields.ForeignKeyField(
        "models.Explanation", on_delete=fields.RESTRICT, related_name="receipts"
    )
    party_id: UUID
    party: fields.ForeignKeyRelation[Party] = fields.ForeignKeyField("models.Party", on_delete=fields.RESTRICT)
    sent_at = fields.DatetimeField()
    read_at = fields.DatetimeField(null=True)
    question_sealed = fields.BinaryField(null=True)
    asked_at = fields.DatetimeField(null=True)
    reply_sealed = fields.BinaryField(null=True)
    replied_at = fields.DatetimeField(null=True)

    class Meta:
        table = "explanation_receipt"
        unique_together = (("explanation", "party"),)
