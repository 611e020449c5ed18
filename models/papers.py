"""The papers of a case, and the templates that officials have written for them."""

from enum import StrEnum
from uuid import UUID

from tortoise import fields

from models.accounts import Staff
from models.base import ENUM_LENGTH, Row
from models.disputes import Dispute
from models.files import StoredFile


class PaperState(StrEnum):
    MAKING = "making"
    READY = "ready"
    FAILED = "failed"


class PaperTemplate(Row):
    """One version of one template; added and withdrawn, never changed. Version 0 is the catalog's."""

    code = fields.CharField(max_length=ENUM_LENGTH)
    version = fields.IntField()
    text = fields.TextField()
    effective_on = fields.DateField()
    note = fields.CharField(max_length=128, default="")
    added_by_id: UUID
    added_by: fields.ForeignKeyRelation[Staff] = fields.ForeignKeyField("models.Staff", on_delete=fields.RESTRICT)
    added_at = fields.DatetimeField()
    withdrawn_at = fields.DatetimeField(null=True)

    class Meta:
        table = "paper_template"
        unique_together = (("code", "version"),)


class Paper(Row):
    """One paper as it was made: what it says is fixed when it is asked for, its bytes once the worker has drawn
    them."""

    dispute_id: UUID
    dispute: fields.ForeignKeyRelation[Dispute] = fields.ForeignKeyField(
        "models.Dispute", on_delete=fields.RESTRICT, related_name="papers"
    )
    code = fields.CharField(max_length=ENUM_LENGTH)
    subject_id = fields.UUIDField()
    """Of what it is one: the case itself, a party, a meeting."""
    is_draft = fields.BooleanField()
    state = fields.CharEnumField(PaperState, max_length=ENUM_LENGTH)
    title = fields.CharField(max_length=64)
    content_hash = fields.CharField(max_length=64)
    """SHA-256 of what it says."""
    data_sealed = fields.BinaryField()
    """That itself: JSON."""
    basis_id = fields.UUIDField(null=True)
    """The version of an agreement that it says; once that no longer holds, the paper is not genuine any more."""
    template_version = fields.IntField()
    template_hash = fields.CharField(max_length=64)
    check_code_sealed = fields.BinaryField(null=True)
    check_code_hash = fields.CharField(max_length=64, null=True, unique=True)
    """Of the code on a final paper by which anybody may check it; drafts have none."""
    pdf_id: UUID | None
    pdf: fields.ForeignKeyNullableRelation[StoredFile] = fields.ForeignKeyField(
        "models.StoredFile", null=True, on_delete=fields.RESTRICT, related_name="papers_as_pdf"
    )
    docx_id: UUID | None
    docx: fields.ForeignKeyNullableRelation[StoredFile] = fields.ForeignKeyField(
        "models.StoredFile", null=True, on_delete=fields.RESTRICT, related_name="papers_as_docx"
    )
    pages = fields.SmallIntField(null=True)
    missing_sealed = fields.BinaryField(null=True)
    """Characters that the fonts lack, where there are any: part of a name as a rule."""
    requested_by_id: UUID
    requested_by: fields.ForeignKeyRelation[Staff] = fields.ForeignKeyField("models.Staff", on_delete=fields.RESTRICT)
    requested_at = fields.DatetimeField()
    made_at = fields.DatetimeField(null=True)
    superseded_at = fields.DatetimeField(null=True)
    """When another one of the same kind took its place, because the case says something else now."""

    class Meta:
        table = "paper"
        unique_together = (("dispute", "code", "subject_id", "is_draft", "content_hash", "template_hash"),)
        indexes = (("dispute_id", "id"), ("state", "requested_at"))
