"""Consultation meetings (共商会): agenda, votes of households, and the matters followed until they are solved."""

from enum import StrEnum
from typing import Any
from uuid import UUID

from tortoise import fields

from models.base import ENUM_LENGTH, Row
from models.disputes import Dispute
from models.roll import Household


class AssemblyStatus(StrEnum):
    PLANNED = "planned"
    HELD = "held"
    CANCELLED = "cancelled"


class Choice(StrEnum):
    YES = "yes"
    NO = "no"
    ABSTAIN = "abstain"


class MatterStatus(StrEnum):
    OPEN = "open"
    SOLVED = "solved"


class MatterOwner(StrEnum):
    CENTER = "center"
    MEMBER = "member"
    PARTY = "party"


class AssemblySeries(Row):
    """共商联议机制: every so many weeks."""

    dispute_id: UUID
    dispute: fields.ForeignKeyRelation[Dispute] = fields.ForeignKeyField(
        "models.Dispute", on_delete=fields.RESTRICT, related_name="assembly_series"
    )
    title = fields.CharField(max_length=128)
    every_weeks = fields.SmallIntField()
    first_at = fields.DatetimeField()
    created_by_id = fields.UUIDField()
    created_at = fields.DatetimeField()

    class Meta:
        table = "assembly_series"
        indexes = (("dispute_id", "id"),)


class Assembly(Row):
    dispute_id: UUID
    dispute: fields.ForeignKeyRelation[Dispute] = fields.ForeignKeyField(
        "models.Dispute", on_delete=fields.RESTRICT, related_name="assemblies"
    )
    series_id: UUID | None
    series: fields.ForeignKeyNullableRelation[AssemblySeries] = fields.ForeignKeyField(
        "models.AssemblySeries", null=True, on_delete=fields.RESTRICT, related_name="assemblies"
    )
    title = fields.CharField(max_length=128)
    starts_at = fields.DatetimeField()
    place = fields.CharField(max_length=128)
    status = fields.CharEnumField(AssemblyStatus, max_length=ENUM_LENGTH)
    agenda_sealed = fields.BinaryField()
    """JSON: the items in order."""
    minutes_sealed = fields.BinaryField(null=True)
    attendances: fields.ReverseRelation["AssemblyAttendance"]
    motions: fields.ReverseRelation["Motion"]

    class Meta:
        table = "assembly"
        indexes = (("dispute_id", "starts_at"),)


class AssemblyAttendance(Row):
    assembly_id: UUID
    assembly: fields.ForeignKeyRelation[Assembly] = fields.ForeignKeyField(
        "models.Assembly", on_delete=fields.RESTRICT, related_name="attendances"
    )
    household_id: UUID
    household: fields.ForeignKeyRelation[Household] = fields.ForeignKeyField(
        "models.Household", on_delete=fields.RESTRICT, related_name="attendances"
    )
    recorded_by_id = fields.UUIDField()
    at = fields.DatetimeField()

    class Meta:
        table = "assembly_attendance"
        unique_together = (("assembly", "household"),)


class Motion(Row):
    """Who may vote is fixed when it opens: a ballot of each household lies ready then."""

    dispute_id: UUID
    dispute: fields.ForeignKeyRelation[Dispute] = fields.ForeignKeyField(
        "models.Dispute", on_delete=fields.RESTRICT, related_name="motions"
    )
    assembly_id: UUID
    assembly: fields.ForeignKeyRelation[Assembly] = fields.ForeignKeyField(
        "models.Assembly", on_delete=fields.RESTRICT, related_name="motions"
    )
    text_sealed = fields.BinaryField()
    rule = fields.CharField(max_length=ENUM_LENGTH)
    terms: fields.Field[dict[str, Any]] = fields.JSONField()
    """The rule as it stood when the motion opened."""
    opened_by_id = fields.UUIDField()
    opened_at = fields.DatetimeField()
    closes_at = fields.DatetimeField()
    closed_at = fields.DatetimeField(null=True)
    result: fields.Field[dict[str, Any] | None] = fields.JSONField(null=True)
    """Written once, with `closed_at`."""

    class Meta:
        table = "motion"
        indexes = (("dispute_id", "id"), ("closed_at", "closes_at"))


class Ballot(Row):
    """One household's in one motion; empty until it is cast."""

    motion_id: UUID
    motion: fields.ForeignKeyRelation[Motion] = fields.ForeignKeyField(
        "models.Motion", on_delete=fields.RESTRICT, related_name="ballots"
    )
    household_id: UUID
    household: fields.ForeignKeyRelation[Household] = fields.ForeignKeyField(
        "models.Household", on_delete=fields.RESTRICT, related_name="ballots"
    )
    area_m2 = fields.DecimalField(max_digits=10, decimal_places=2, null=True)
    choice: Choice | None = fields.CharEnumField(Choice, max_length=ENUM_LENGTH, null=True)  # type: ignore[assignment]
    cast_by_kind = fields.CharField(max_length=ENUM_LENGTH, null=True)
    """`resident` by the own phone, `staff` from paper."""
    cast_by_id = fields.UUIDField(null=True)
    cast_at = fields.DatetimeField(null=True)

    class Meta:
        table = "ballot"
        unique_together = (("motion", "household"),)


class Matter(Row):
    """议定事项: what was decided, who sees to it, until when; followed until it is solved."""

    dispute_id: UUID
    dispute: fields.ForeignKeyRelation[Dispute] = fields.ForeignKeyField(
        "models.Dispute", on_delete=fields.RESTRICT, related_name="matters"
    )
    assembly_id: UUID | None
    assembly: fields.ForeignKeyNullableRelation[Assembly] = fields.ForeignKeyField(
        "models.Assembly", null=True, on_delete=fields.RESTRICT, related_name="matters"
    )
    motion_id: UUID | None
    motion: fields.ForeignKeyNullableRelation[Motion] = fields.ForeignKeyField(
        "models.Motion", null=True, on_delete=fields.RESTRICT, related_name="matters"
    )
    title_sealed = fields.BinaryField()
    owner_kind = fields.CharEnumField(MatterOwner, max_length=ENUM_LENGTH)
    owner_id = fields.UUIDField()
    """Of the center, the member or the party."""
    due_on = fields.DateField()
    status = fields.CharEnumField(MatterStatus, max_length=ENUM_LENGTH)
    created_at = fields.DatetimeField()
    solved_at = fields.DatetimeField(null=True)
    updates: fields.ReverseRelation["MatterUpdate"]

    class Meta:
        table = "matter"
        indexes = (("dispute_id", "id"),)


class MatterUpdate(Row):
    matter_id: UUID
    matter: fields.ForeignKeyRelation[Matter] = fields.ForeignKeyField(
        "models.Matter", on_delete=fields.RESTRICT, related_name="updates"
    )
    status = fields.CharEnumField(MatterStatus, max_length=ENUM_LENGTH)
    """After it; of the one that solves the matter the text is the proof."""
    text_sealed = fields.BinaryField()
    actor_id = fields.UUIDField()
    at = fields.DatetimeField()

    class Meta:
        table = "matter_update"
        indexes = (("matter_id", "id"),)
