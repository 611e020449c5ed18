from enum import StrEnum
from uuid import UUID

from tortoise import fields
from tortoise.fields import SqlDefault

from models.base import ENUM_LENGTH, Row


class Role(StrEnum):
    CLERK = "clerk"
    MEDIATOR = "mediator"
    DIRECTOR = "director"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"
    ORGANIZATION = "organization"
    """Acts for an organization outside the center, in the cases that it assists."""
    EXPERT = "expert"
    """Is asked for an opinion, or sits on a panel, in single cases."""


class ConsentKind(StrEnum):
    PRIVACY_NOTICE = "privacy_notice"
    ID_NUMBER = "id_number"
    PRECISE_LOCATION = "precise_location"


class Resident(Row):
    """Known by (app, openid): the same person has another openid in another mini-program."""

    app_id = fields.CharField(max_length=64)
    openid = fields.CharField(max_length=128)
    name_sealed = fields.BinaryField(null=True)
    phone_sealed = fields.BinaryField(null=True)
    phone_hash = fields.CharField(max_length=64, null=True, db_index=True)
    id_number_sealed = fields.BinaryField(null=True)
    id_number_hash = fields.CharField(max_length=64, null=True, db_index=True)
    created_at = fields.DatetimeField()
    last_login_at = fields.DatetimeField()
    closed_at = fields.DatetimeField(null=True)

    class Meta:
        table = "resident"
        unique_together = (("app_id", "openid"),)


class ResidentSession(Row):
    token_hash = fields.CharField(max_length=64, unique=True)
    resident_id: UUID
    resident: fields.ForeignKeyRelation[Resident] = fields.ForeignKeyField("models.Resident", on_delete=fields.RESTRICT)
    created_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    revoked_at = fields.DatetimeField(null=True)

    class Meta:
        table = "resident_session"


class PhoneCode(Row):
    """Sent by text message to a number that somebody claims to have."""

    resident_id: UUID
    resident: fields.ForeignKeyRelation[Resident] = fields.ForeignKeyField("models.Resident", on_delete=fields.RESTRICT)
    phone_hash = fields.CharField(max_length=64)
    code_hash = fields.CharField(max_length=64)
    tries = fields.SmallIntField(default=0)
    created_at = fields.DatetimeField()
    used_at = fields.DatetimeField(null=True)
    """When it was given back right, or replaced by a newer one."""

    class Meta:
        table = "phone_code"
        indexes = (("resident_id", "created_at"), ("phone_hash", "created_at"))


class PrivacyConsent(Row):
    """Append-only but for the withdrawal: what was agreed to, in which wording, when."""

    resident_id: UUID
    resident: fields.ForeignKeyRelation[Resident] = fields.ForeignKeyField("models.Resident", on_delete=fields.RESTRICT)
    kind = fields.CharEnumField(ConsentKind, max_length=ENUM_LENGTH)
    version = fields.CharField(max_length=16)
    given_at = fields.DatetimeField()
    withdrawn_at = fields.DatetimeField(null=True)

    class Meta:
        table = "privacy_consent"
        indexes = (("resident_id", "kind"),)


class Staff(Row):
    username = fields.CharField(max_length=64, unique=True)
    name = fields.CharField(max_length=32)
    password_hash = fields.CharField(max_length=255)
    otp_sealed = fields.BinaryField(null=True)
    role = fields.CharEnumField(Role, max_length=ENUM_LENGTH)
    center_id: UUID | None
    center: fields.ForeignKeyNullableRelation["Center"] = fields.ForeignKeyField(  # type: ignore[name-defined]  # noqa: F821
        "models.Center", null=True, on_delete=fields.RESTRICT
    )
    organization_id: UUID | None
    organization: fields.ForeignKeyNullableRelation["Organization"] = fields.ForeignKeyField(  # type: ignore[name-defined]  # noqa: F821
        "models.Organization", null=True, on_delete=fields.RESTRICT
    )
    """Whom an `organization` or `expert` account belongs to."""
    is_active = fields.BooleanField(default=True)
    specialities: fields.Field[list[str]] = fields.JSONField(default=list, db_default=SqlDefault("'[]'::jsonb"))
    """Category codes that a mediator knows best."""
    expertise: fields.Field[list[str]] = fields.JSONField(default=list, db_default=SqlDefault("'[]'::jsonb"))
    """What an expert or mediator knows: codes of `registry.toml`."""
    certificate_sealed = fields.BinaryField(null=True)
    """Number of the practising certificate."""
    certificate_expires_on = fields.DateField(null=True)
    languages: fields.Field[list[str]] = fields.JSONField(default=list, db_default=SqlDefault("'[]'::jsonb"))
    """Languages and dialects spoken, as the catalog names them."""
    division_code = fields.CharField(max_length=12, null=True)
    """Where a mediator is at home: the nearer one is proposed first."""
    phone_hash = fields.CharField(max_length=64, null=True)
    id_number_hash = fields.CharField(max_length=64, null=True)
    """Only to refuse who would mediate a case of their own."""
    must_change_password = fields.BooleanField(default=False, db_default=False)
    """Somebody else knows it: it was made by a reset."""
    created_at = fields.DatetimeField()

    class Meta:
        table = "staff"


class StaffSession(Row):
    token_hash = fields.CharField(max_length=64, unique=True)
    staff_id: UUID
    staff: fields.ForeignKeyRelation[Staff] = fields.ForeignKeyField("models.Staff", on_delete=fields.RESTRICT)
    created_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    revoked_at = fields.DatetimeField(null=True)

    class Meta:
        table = "staff_session"
