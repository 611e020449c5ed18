from enum import StrEnum
from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from models.accounts import Resident, Staff
from models.base import ENUM_LENGTH, Row
from models.centers import Center, Organization


class Status(StrEnum):
    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    IN_MEDIATION = "in_mediation"
    AGREED = "agreed"
    NOT_AGREED = "not_agreed"
    FULFILLED = "fulfilled"
    CLOSED = "closed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    TRANSFERRED = "transferred"


class Source(StrEnum):
    """The six doors by which a quarrel reaches a center."""

    MINI_PROGRAM = "mini_program"
    WINDOW = "window"
    PHONE = "phone"
    GRID = "grid"
    REFERRAL = "referral"
    PROACTIVE = "proactive"
    HISTORIC = "historic"
    """No door: an earlier case out of a file. No clock runs for it and nobody is told."""


class Side(StrEnum):
    APPLICANT = "applicant"
    RESPONDENT = "respondent"


class PartyKind(StrEnum):
    PERSON = "person"
    ORGANIZATION = "organization"


class Audience(StrEnum):
    """Who may read an event. Staff read all of their case."""

    PARTIES = "parties"
    APPLICANT = "applicant"
    READER = "reader"
    """One resident alone: the event's `reader_id`."""
    STAFF = "staff"


class Safety(StrEnum):
    """Whether somebody may be in danger."""

    NONE = "none"
    RED = "red"
    CLEARED = "cleared"


class ActorKind(StrEnum):
    RESIDENT = "resident"
    STAFF = "staff"
    SYSTEM = "system"
    PARTNER = "partner"
    """Another system: 协同平台."""


class Dispute(Row):
    number = fields.CharField(max_length=32, unique=True)
    """Public and unguessable."""
    case_number = fields.CharField(max_length=64, null=True, db_index=True)
    """Official, without gaps per center and year; given at acceptance."""
    source = fields.CharEnumField(Source, max_length=ENUM_LENGTH)
    resident_id: UUID | None
    resident: fields.ForeignKeyNullableRelation[Resident] = fields.ForeignKeyField(
        "models.Resident", null=True, on_delete=fields.RESTRICT
    )
    """Who filed it from a phone."""
    recorder_id: UUID | None
    recorder: fields.ForeignKeyNullableRelation[Staff] = fields.ForeignKeyField(
        "models.Staff", null=True, on_delete=fields.RESTRICT, related_name="recorded_disputes"
    )
    center_id: UUID
    center: fields.ForeignKeyRelation[Center] = fields.ForeignKeyField("models.Center", on_delete=fields.RESTRICT)
    status = fields.CharEnumField(Status, max_length=ENUM_LENGTH)
    version = fields.IntField(default=1)
    category = fields.CharField(max_length=64)
    description_sealed = fields.BinaryField(null=True)
    claim_sealed = fields.BinaryField(null=True)
    voice_file_id = fields.UUIDField(null=True)
    occurred_on = fields.DateField(null=True)
    amount_fen = fields.BigIntField(null=True)
    agreed_fen = fields.BigIntField(null=True)
    """What the terms of its agreement come to; null = none, or none with an amount."""
    preferred_mode = fields.CharField(max_length=ENUM_LENGTH)
    location_sealed = fields.BinaryField(null=True)
    """Exact point as given, address, division: JSON."""
    contact_location_sealed = fields.BinaryField(null=True)
    place_lon = fields.FloatField(null=True)
    place_lat = fields.FloatField(null=True)
    """WGS-84 rounded to about 1 km: all that statistics may know."""
    route: fields.Field[dict[str, object]] = fields.JSONField(default=dict)
    mediator_id: UUID | None
    mediator: fields.ForeignKeyNullableRelation[Staff] = fields.ForeignKeyField(
        "models.Staff", null=True, on_delete=fields.RESTRICT, related_name="mediated_disputes"
    )
    organization_id: UUID | None
    organization: fields.ForeignKeyNullableRelation[Organization] = fields.ForeignKeyField(
        "models.Organization", null=True, on_delete=fields.RESTRICT
    )
    track = fields.CharField(max_length=ENUM_LENGTH, null=True)
    mode = fields.CharField(max_length=ENUM_LENGTH, null=True)
    transfer_to_id: UUID | None
    transfer_to: fields.ForeignKeyNullableRelation[Center] = fields.ForeignKeyField(
        "models.Center", null=True, on_delete=fields.RESTRICT, related_name="incoming_disputes"
    )
    status_before_transfer: Status | None = fields.CharEnumField(  # type: ignore[assignment]
        Status, max_length=ENUM_LENGTH, null=True
    )
    conflict = fields.CharField(max_length=ENUM_LENGTH, null=True)
    """`Conflict`: what its mediator has declared; null = nothing yet."""
    recusal_pending = fields.BooleanField(default=False, db_default=False)
    failed_contacts = fields.SmallIntField(default=0, db_default=0)
    """In a row."""
    next_try_on = fields.DateField(null=True)
    """When whoever was contacted last is to be tried again, in Asia/Shanghai."""
    bounces = fields.SmallIntField(default=0, db_default=0)
    """How many centers have declined it since somebody received it last."""
    must_decide = fields.BooleanField(default=False, db_default=False)
    """It was lifted to the center that it is offered to, which cannot decline."""
    safety = fields.CharEnumField(Safety, max_length=ENUM_LENGTH, default=Safety.NONE)
    outcome = fields.IntField(default=0)
    """Counts the outcomes reached: each may be rated once by each party."""
    due_at = fields.DatetimeField(null=True)
    """When the running step must be done; null when no clock runs."""
    yellow_at = fields.DatetimeField(null=True)
    """From when its light is yellow; red from `due_at` on."""
    clock: fields.Field[dict[str, Any] | None] = fields.JSONField(null=True)
    """What `due_at` is counted from: `backend.disputes.deadlines.Running`."""
    resumes_at = fields.DatetimeField(null=True)
    """When a paused clock goes on by itself."""
    escalated_due_at = fields.DatetimeField(null=True)
    """The `due_at` whose passing has been reported to those above: each once."""
    merged_into_id: UUID | None
    merged_into: fields.ForeignKeyNullableRelation["Dispute"] = fields.ForeignKeyField(
        "models.Dispute", null=True, on_delete=fields.RESTRICT, related_name="merged"
    )
    """The case that goes on in its place; never one that was itself merged."""
    retention = fields.CharField(max_length=ENUM_LENGTH, null=True)
    """Class of its file, set when it is closed; a case that was split off has its parent's from the beginning."""
    retained_until = fields.DateField(null=True)
    """The last day on which its file must be kept; null = not closed yet, or for ever."""
    history_length = fields.IntField(default=0, db_default=0)
    history_head = fields.BinaryField(null=True)
    """How many events are in its chain, and the link of the last one: `backend.disputes.chain`."""
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()

    class Meta:
        table = "dispute"
        indexes = (
            ("resident_id", "id"),
            ("created_at", "id"),
            ("status", "created_at", "id"),
            ("category", "created_at", "id"),
            ("center_id", "created_at", "id"),
            ("center_id", "status", "created_at", "id"),
            ("center_id", "category", "created_at", "id"),
            ("mediator_id", "created_at", "id"),
            ("mediator_id", "status", "id"),
        )
        # What is due, offered or dangerous is little beside all that is past: partial indexes, in the migrations.


class Party(Row):
    dispute_id: UUID
    dispute: fields.ForeignKeyRelation[Dispute] = fields.ForeignKeyField(
        "models.Dispute", on_delete=fields.RESTRICT, related_name="parties"
    )
    side = fields.CharEnumField(Side, max_length=ENUM_LENGTH)
    kind = fields.CharEnumField(PartyKind, max_length=ENUM_LENGTH)
    ordinal = fields.SmallIntField()
    resident_id: UUID | None
    resident: fields.ForeignKeyNullableRelation[Resident] = fields.ForeignKeyField(
        "models.Resident", null=True, on_delete=fields.RESTRICT, related_name="parties"
    )
    """Set once the person has joined by WeChat."""
    name_sealed = fields.BinaryField()
    name_hash = fields.CharField(max_length=64, db_index=True)
    phone_sealed = fields.BinaryField(null=True)
    phone_hash = fields.CharField(max_length=64, null=True, db_index=True)
    id_number_sealed = fields.BinaryField(null=True)
    id_number_hash = fields.CharField(max_length=64, null=True, db_index=True)
    credit_code_sealed = fields.BinaryField(null=True)
    is_minor = fields.BooleanField(default=False)
    left_at = fields.DatetimeField(null=True)
    """Since when this party no longer takes part: mediation is voluntary."""
    removed_at = fields.DatetimeField(null=True)
    """Written down by mistake; nobody's phone is bound to it any more."""

    class Meta:
        table = "party"
        indexes = (("resident_id", "dispute_id"), ("dispute_id", "ordinal"))


class Event(Row):
    """Append-only. The timeline of each audience is a filter over this one table."""

    dispute_id: UUID
    dispute: fields.ForeignKeyRelation[Dispute] = fields.ForeignKeyField(
        "models.Dispute", on_delete=fields.RESTRICT, related_name="events"
    )
    kind = fields.CharField(max_length=48)
    audience = fields.CharEnumField(Audience, max_length=ENUM_LENGTH)
    at = fields.DatetimeField()
    status = fields.CharField(max_length=ENUM_LENGTH, default="", db_default="")
    """The state of the case after it."""
    flow = fields.CharField(max_length=32, default="", db_default="")
    """Version and effective date of the case flow under which it happened."""
    clock: fields.Field[dict[str, Any] | None] = fields.JSONField(null=True)
    """What it did to the clock, as a `backend.disputes.deadlines.Step`."""
    actor_kind = fields.CharEnumField(ActorKind, max_length=ENUM_LENGTH)
    actor_id = fields.UUIDField(null=True)
    actor_role = fields.CharField(max_length=ENUM_LENGTH, default="")
    reader_id = fields.UUIDField(null=True)
    data: fields.Field[dict[str, object]] = fields.JSONField(default=dict)
    """Nothing personal: states, ids, dates, amounts."""
    detail_sealed = fields.BinaryField(null=True)
    """What people wrote: JSON."""
    detail_digest = fields.BinaryField(null=True)
    ordinal = fields.IntField(default=0, db_default=0)
    """Place in the chain of its case, from 1; 0 = from before there were chains."""
    link = fields.BinaryField(null=True)

    class Meta:
        table = "event"
        indexes = (("dispute_id", "id"),)


class CaseCounter(Model):
    """How many official numbers a center has given in a year, in one series."""

    id = fields.BigIntField(primary_key=True)
    center_id: UUID
    center: fields.ForeignKeyRelation[Center] = fields.ForeignKeyField("models.Center", on_delete=fields.RESTRICT)
    year = fields.IntField()
    series = fields.CharField(max_length=8, default="调", db_default="调")
    given = fields.IntField()

    class Meta:
        table = "case_counter"
        unique_together = (("center", "year", "series"),)


class Urge(Row):
    """催办: at most one per dispute and working day, which the unique key enforces."""

    dispute_id: UUID
    dispute: fields.ForeignKeyRelation[Dispute] = fields.ForeignKeyField("models.Dispute", on_delete=fields.RESTRICT)
    counted_on = fields.DateField()
    """A day off counts towards the next working day."""
    created_at = fields.DatetimeField()
    resident_id = fields.UUIDField(null=True)
    """Who urged, and reads the answer; null = from before there were answers."""
    answered_at = fields.DatetimeField(null=True)
    answered_by_id = fields.UUIDField(null=True)
    escalated_at = fields.DatetimeField(null=True)

    class Meta:
        table = "urge"
        unique_together = (("dispute", "counted_on"),)
        # Those that wait for an answer: a partial index, in the migrations.
