from enum import StrEnum
from uuid import UUID

from tortoise import fields

from models.accounts import Resident
from models.base import ENUM_LENGTH, Row


class FileKind(StrEnum):
    IMAGE = "image"
    AUDIO = "audio"
    VIDEO = "video"
    DOCUMENT = "document"


class FileStatus(StrEnum):
    CHECKING = "checking"
    AVAILABLE = "available"
    REJECTED = "rejected"


class StoredFile(Row):
    """The bytes lie sealed in the object store under `id`; `size` and `sha256` are of what was uploaded.

    A picture is shown without what the camera wrote in it; then the original is kept beside it, as evidence.
    """

    owner_id: UUID | None
    owner: fields.ForeignKeyNullableRelation[Resident] = fields.ForeignKeyField(
        "models.Resident", null=True, on_delete=fields.RESTRICT
    )
    """Nobody once the owner's right to act for a party was ended: the file stays with the case."""
    dispute_id = fields.UUIDField(null=True, db_index=True)
    kind = fields.CharEnumField(FileKind, max_length=ENUM_LENGTH)
    status = fields.CharEnumField(FileStatus, max_length=ENUM_LENGTH)
    content_type = fields.CharField(max_length=128)
    size = fields.BigIntField()
    sha256 = fields.CharField(max_length=64)
    name_sealed = fields.BinaryField(null=True)
    has_thumbnail = fields.BooleanField(default=False)
    has_original = fields.BooleanField(default=False)
    created_at = fields.DatetimeField()
    deleted_at = fields.DatetimeField(null=True)

    class Meta:
        table = "stored_file"
        indexes = (("owner_id", "id"),)
