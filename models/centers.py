from enum import StrEnum
from uuid import UUID

from tortoise import fields
from tortoise.fields import SqlDefault
from tortoise.models import Model

from models.base import ENUM_LENGTH, Row


class CenterLevel(StrEnum):
    CITY = "city"
    COUNTY = "county"
    TOWNSHIP = "township"
    VILLAGE = "village"


class OrganizationKind(StrEnum):
    PEOPLES_COMMITTEE = "peoples_committee"
    SPECIALISED_COMMITTEE = "specialised_committee"
    JOINT_COMMITTEE = "joint_committee"
    JUSTICE_OFFICE = "justice_office"
    COMMERCIAL_INSTITUTION = "commercial_institution"
    PROFESSIONAL_ORGANIZATION = "professional_organization"
    LEGAL_AID = "legal_aid"
    NOTARY = "notary"
    JUDICIAL_APPRAISAL = "judicial_appraisal"
    LAW_FIRM = "law_firm"
    INDUSTRIAL_STATION = "industrial_station"
    PUBLIC_BODY = "public_body"
    """A street's or community's committee, a department: assists, never mediates in its own name."""


class ResidencyKind(StrEnum):
    PERMANENT = "permanent"
    ROTATING = "rotating"
    ON_CALL = "on_call"


class Division(Model):
    """NBS code. Nine-digit codes of other sources are never joined with it: they disagree."""

    code = fields.CharField(max_length=12, primary_key=True)
    name = fields.CharField(max_length=64)
    level = fields.CharField(max_length=ENUM_LENGTH)
    parent_code = fields.CharField(max_length=12, null=True, db_index=True)
    lon_gcj02 = fields.FloatField(null=True)
    lat_gcj02 = fields.FloatField(null=True)

    class Meta:
        table = "division"


class Center(Row):
    """A governance center hosts mediation; the body that mediates is an `Organization`.

    `lon`, `lat` are as given, in `crs`; ranking converts them to WGS-84.
    """

    code = fields.CharField(max_length=32, unique=True)
    name = fields.CharField(max_length=64)
    short_name = fields.CharField(max_length=32)
    """As it stands in case numbers: 宜都陆城."""
    level = fields.CharEnumField(CenterLevel, max_length=ENUM_LENGTH)
    division_code = fields.CharField(max_length=12, db_index=True)
    address = fields.CharField(max_length=255, default="")
    phone = fields.CharField(max_length=32, default="")
    lon = fields.FloatField(null=True)
    lat = fields.FloatField(null=True)
    crs = fields.CharField(max_length=8, default="gcj02")
    placeholder = fields.BooleanField(default=True)
    categories: fields.Field[list[str]] = fields.JSONField(default=list)
    opening: fields.Field[dict[str, object] | None] = fields.JSONField(null=True)
    """Own opening rules in the shape of the catalog's; null = the catalog's default."""
    deactivated_at = fields.DatetimeField(null=True)
    successor_id: UUID | None
    successor: fields.ForeignKeyNullableRelation["Center"] = fields.ForeignKeyField(
        "models.Center", null=True, on_delete=fields.RESTRICT, related_name="predecessors"
    )
    """Who takes over for a center that was closed. Its open cases stay until somebody transfers them."""
    updated_at = fields.DatetimeField()

    class Meta:
        table = "center"


class Organization(Row):
    """A lawfully established body whose seal an agreement bears (人民调解法 7, 8, 34)."""

    kind = fields.CharEnumField(OrganizationKind, max_length=ENUM_LENGTH)
    code: str | None = fields.CharField(max_length=32, null=True, unique=True)  # type: ignore[assignment]
    """By which a file knows it again."""
    name = fields.CharField(max_length=128)
    registration_number = fields.CharField(max_length=64, default="")
    licence_number = fields.CharField(max_length=64, default="", db_default="")
    licence_expires_on = fields.DateField(null=True)
    """The last day on which it is good."""
    seal_name = fields.CharField(max_length=128, default="", db_default="")
    """As it stands on its seal; empty = its name."""
    center_id: UUID | None
    center: fields.ForeignKeyNullableRelation[Center] = fields.ForeignKeyField(
        "models.Center", null=True, on_delete=fields.RESTRICT
    )
    is_own_committee = fields.BooleanField(default=False)
    categories: fields.Field[list[str]] = fields.JSONField(default=list, db_default=SqlDefault("'[]'::jsonb"))
    """What it is there for: a center where it is resident serves these too. Empty = nothing in particular."""
    expertise: fields.Field[list[str]] = fields.JSONField(default=list, db_default=SqlDefault("'[]'::jsonb"))
    """What it knows: codes of `registry.toml`."""
    level = fields.CharEnumField(CenterLevel, max_length=ENUM_LENGTH, null=True)
    division_code: str | None = fields.CharField(max_length=12, null=True)  # type: ignore[assignment]
    """Where it sits. Its county's staff see what it records of enterprises."""
    address = fields.CharField(max_length=255, default="", db_default="")
    phone = fields.CharField(max_length=32, default="", db_default="")
    deactivated_at = fields.DatetimeField(null=True)

    class Meta:
        table = "organization"


class Residency(Row):
    """An organization keeps a desk in a center on certain days."""

    organization_id: UUID
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "models.Organization", on_delete=fields.RESTRICT
    )
    center_id: UUID
    center: fields.ForeignKeyRelation[Center] = fields.ForeignKeyField("models.Center", on_delete=fields.RESTRICT)
    kind = fields.CharEnumField(
        ResidencyKind, max_length=ENUM_LENGTH, default=ResidencyKind.ROTATING, db_default=ResidencyKind.ROTATING.value
    )
    weekdays: fields.Field[list[str]] = fields.JSONField()
    """As in opening rules: `monday` to `sunday`, in the order of the week. None for who comes only when called."""
    since = fields.DateField(null=True)
    """From when on it is expected; null = from ever."""

    class Meta:
        table = "residency"
        unique_together = (("organization", "center"),)


class CenterRevision(Model):
    """One row, counted up by triggers whenever what routing reads of centers is written.

    Writers hold it until they commit, so that who reads a number has seen all that was counted.
    """

    id = fields.IntField(primary_key=True, generated=False)
    revision = fields.BigIntField()

    class Meta:
        table = "center_revision"
