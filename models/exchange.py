"""Other systems that cases come from and go to (协同平台): who they are, what they may know, what they were told."""

from enum import StrEnum
from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from models.base import ENUM_LENGTH, Row
from models.disputes import Dispute, Event


class CodeKind(StrEnum):
    """What a partner has codes of its own for."""

    CATEGORY = "category"
    STATUS = "status"
    OUTCOME = "outcome"
    DIVISION = "division"
    ORGANIZATION = "organization"
    METHOD = "method"
    """化解方式 of GB/T 31000: our tracks."""


class CodeWay(StrEnum):
    BOTH = "both"
    OUT = "out"
    IN = "in"


class CodeSide(StrEnum):
    """Whose code it is."""

    OURS = "ours"
    THEIRS = "theirs"


class OutgoingState(StrEnum):
    """`dead`: given up; the case stands still at it until somebody has it sent again or skipped."""

    PENDING = "pending"
    DELIVERED = "delivered"
    DEAD = "dead"
    SKIPPED = "skipped"


class Partner(Row):
    """Whoever changes what it is told (outgoing events, lanes, the cursor) locks its row first."""

    code = fields.CharField(max_length=32, unique=True)
    name = fields.CharField(max_length=64)
    url = fields.CharField(max_length=255, default="", db_default="")
    """Where events go; set by command only."""
    directions: fields.Field[list[str]] = fields.JSONField(default=list)
    """`out`: it is told. `in`: it may bring cases."""
    categories: fields.Field[list[str]] = fields.JSONField(default=list)
    """Codes, top ones with all below them; empty = all."""
    areas: fields.Field[list[str]] = fields.JSONField(default=list)
    """Division codes of centers, each with all below it; empty = all."""
    may_know: fields.Field[dict[str, str]] = fields.JSONField(default=dict)
    """By field that it gets, the legal basis (PIPL 13, 23)."""
    only_own_cases = fields.BooleanField(default=False)
    """It is told of those cases only that it has referred."""
    limit_per_s = fields.IntField(default=50)
    """Each way; 0 = none."""
    since = fields.DatetimeField()
    """Events from then on are told; earlier ones only when they are replayed."""
    paused_at = fields.DatetimeField(null=True)
    cursor_xid = fields.BigIntField(default=0)
    cursor_event_id = fields.UUIDField(null=True)
    """The last event that was looked at, by (xid, id): see `backend.exchange.outbox`."""
    created_at = fields.DatetimeField()

    class Meta:
        table = "partner"


class PartnerKey(Row):
    """The two newest that have not ended are valid."""

    partner_id: UUID
    partner: fields.ForeignKeyRelation[Partner] = fields.ForeignKeyField(
        "models.Partner", on_delete=fields.RESTRICT, related_name="keys"
    )
    secret_sealed = fields.BinaryField()
    created_at = fields.DatetimeField()
    ended_at = fields.DatetimeField(null=True)

    class Meta:
        table = "partner_key"


class CodeMapping(Row):
    """`*` for both codes: the partner uses ours."""

    partner_id: UUID
    partner: fields.ForeignKeyRelation[Partner] = fields.ForeignKeyField("models.Partner", on_delete=fields.RESTRICT)
    kind = fields.CharEnumField(CodeKind, max_length=ENUM_LENGTH)
    ours = fields.CharField(max_length=64)
    theirs = fields.CharField(max_length=64)
    way = fields.CharEnumField(CodeWay, max_length=ENUM_LENGTH)

    class Meta:
        table = "code_mapping"
        # One answer each way: two partial unique indexes, in the migration.


class UnknownCode(Row):
    """Work list: a code without a mapping, met on the way out (ours) or in (theirs)."""

    partner_id: UUID
    partner: fields.ForeignKeyRelation[Partner] = fields.ForeignKeyField("models.Partner", on_delete=fields.RESTRICT)
    kind = fields.CharEnumField(CodeKind, max_length=ENUM_LENGTH)
    side = fields.CharEnumField(CodeSide, max_length=ENUM_LENGTH)
    code = fields.CharField(max_length=64)
    dispute_id = fields.UUIDField(null=True)
    """The case that it was met with last."""
    times = fields.IntField(default=1)
    first_at = fields.DatetimeField()
    last_at = fields.DatetimeField()
    settled_at = fields.DatetimeField(null=True)
    """When it was given a mapping."""

    class Meta:
        table = "unknown_code"
        unique_together = (("partner", "kind", "side", "code"),)


class PartnerCase(Row):
    """A case that a partner has brought, by its number there."""

    partner_id: UUID
    partner: fields.ForeignKeyRelation[Partner] = fields.ForeignKeyField("models.Partner", on_delete=fields.RESTRICT)
    their_number = fields.CharField(max_length=64)
    dispute_id: UUID
    dispute: fields.ForeignKeyRelation[Dispute] = fields.ForeignKeyField("models.Dispute", on_delete=fields.RESTRICT)
    body_hash = fields.CharField(max_length=64, default="", db_default="")
    """Of what it said, after parsing: a repetition says the same."""
    unmapped: fields.Field[list[dict[str, str]]] = fields.JSONField(default=list, db_default=[])
    """Kind and code of what had no mapping when it came."""
    created_at = fields.DatetimeField()

    class Meta:
        table = "partner_case"
        unique_together = (("partner", "their_number"),)
        indexes = (("dispute_id", "partner_id"),)


class ReconciliationWay(StrEnum):
    FETCHED = "fetched"
    FILE = "file"


class Reconciliation(Row):
    """对账: both sides' lists of cases compared, once."""

    partner_id: UUID
    partner: fields.ForeignKeyRelation[Partner] = fields.ForeignKeyField("models.Partner", on_delete=fields.RESTRICT)
    way = fields.CharEnumField(ReconciliationWay, max_length=ENUM_LENGTH)
    started_at = fields.DatetimeField()
    finished_at = fields.DatetimeField(null=True)
    problem = fields.CharField(max_length=200, default="", db_default="")
    """Why the partner's list could not be had; nothing was compared then."""
    ours = fields.IntField(default=0)
    theirs = fields.IntField(default=0)
    moving = fields.IntField(default=0)
    """Differences of cases that have moved since, or whose news are under way: compared another time."""
    by_kind: fields.Field[dict[str, int]] = fields.JSONField(default=dict)
    """Differences by `DifferenceKind`."""

    class Meta:
        table = "reconciliation"
        indexes = (("partner_id", "id"),)


class DifferenceKind(StrEnum):
    MISSING_HERE = "missing_here"
    MISSING_THERE = "missing_there"
    STATE = "state"


class Repair(StrEnum):
    RESEND = "resend"
    REASK = "reask"


class Difference(Row):
    """Work list: what a comparison has found and a later one has not found gone."""

    partner_id: UUID
    partner: fields.ForeignKeyRelation[Partner] = fields.ForeignKeyField("models.Partner", on_delete=fields.RESTRICT)
    reconciliation_id: UUID
    reconciliation: fields.ForeignKeyRelation[Reconciliation] = fields.ForeignKeyField(
        "models.Reconciliation", on_delete=fields.RESTRICT, related_name="differences"
    )
    """That found it last."""
    kind = fields.CharEnumField(DifferenceKind, max_length=ENUM_LENGTH)
    number = fields.CharField(max_length=64)
    """The partner's where it has brought the case, else ours."""
    dispute_id = fields.UUIDField(null=True)
    ours = fields.CharField(max_length=64, default="", db_default="")
    """State on our side, in the partner's code."""
    theirs = fields.CharField(max_length=64, default="", db_default="")
    first_at = fields.DatetimeField()
    repair: Repair | None = fields.CharEnumField(  # type: ignore[assignment]
        Repair, max_length=ENUM_LENGTH, null=True
    )
    repaired_at = fields.DatetimeField(null=True)
    """When its repair was ordered; whether it helped, the next comparison tells."""
    problem = fields.CharField(max_length=200, default="", db_default="")
    """Why the repair failed."""
    gone_at = fields.DatetimeField(null=True)

    class Meta:
        table = "difference"
        unique_together = (("partner", "kind", "number"),)
        # What is open is little beside all that is gone: a partial index, in the migration.


class ReceivedMessage(Row):
    """What was signed by a partner and has been taken, for as long as its timestamp is good: nothing counts twice."""

    partner_id: UUID
    partner: fields.ForeignKeyRelation[Partner] = fields.ForeignKeyField("models.Partner", on_delete=fields.RESTRICT)
    message_id = fields.CharField(max_length=64)
    received_at = fields.DatetimeField(db_index=True)

    class Meta:
        table = "received_message"
        unique_together = (("partner", "message_id"),)


class OutgoingEvent(Model):
    """One event for one partner. `id` is the partner's cursor: given in the order in which events were queued."""

    id = fields.BigIntField(primary_key=True)
    partner_id: UUID
    partner: fields.ForeignKeyRelation[Partner] = fields.ForeignKeyField("models.Partner", on_delete=fields.RESTRICT)
    dispute_id: UUID
    dispute: fields.ForeignKeyRelation[Dispute] = fields.ForeignKeyField("models.Dispute", on_delete=fields.RESTRICT)
    event_id: UUID
    event: fields.ForeignKeyRelation[Event] = fields.ForeignKeyField("models.Event", on_delete=fields.RESTRICT)
    ordinal = fields.IntField()
    """Of the event in its case: the order of delivery."""
    state = fields.CharEnumField(OutgoingState, max_length=ENUM_LENGTH, default=OutgoingState.PENDING)
    attempts = fields.IntField(default=0)
    problem = fields.CharField(max_length=200, default="")
    """What went wrong last."""
    queued_at = fields.DatetimeField()
    delivered_at = fields.DatetimeField(null=True)

    class Meta:
        table = "outgoing_event"
        unique_together = (("partner", "event"),)
        # What is pending or dead is little beside all that is delivered: partial indexes, in the migration.


class PartnerLane(Row):
    """The events of one case for one partner are delivered one after the other; other cases do not wait for them."""

    partner_id: UUID
    partner: fields.ForeignKeyRelation[Partner] = fields.ForeignKeyField("models.Partner", on_delete=fields.RESTRICT)
    dispute_id: UUID
    dispute: fields.ForeignKeyRelation[Dispute] = fields.ForeignKeyField("models.Dispute", on_delete=fields.RESTRICT)
    due_at = fields.DatetimeField(null=True)
    """When its first pending event may be tried; null = there is none, or one before it is dead."""
    attempts = fields.IntField(default=0)
    failing_since = fields.DatetimeField(null=True)
    left_at = fields.DatetimeField(null=True)
    """When the partner was told that it may know no more of the case."""

    class Meta:
        table = "partner_lane"
        unique_together = (("partner", "dispute"),)
