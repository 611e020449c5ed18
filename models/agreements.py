"""What was agreed: in versions, signed, effective, and what the court says to it."""

from enum import StrEnum
from typing import Any
from uuid import UUID

from tortoise import fields

from models.base import ENUM_LENGTH, Row
from models.disputes import Dispute, Party
from models.files import StoredFile
from models.registrations import Representation


class AgreementForm(StrEnum):
    WRITTEN = "written"
    ORAL = "oral"


class AgreementStatus(StrEnum):
    DRAFT = "draft"
    FINAL = "final"
    """Its text is fixed by its hash; nobody has signed yet."""
    SIGNING = "signing"
    EFFECTIVE = "effective"
    SUPERSEDED = "superseded"
    """Another one of the case has taken effect since."""
    VOID = "void"


class Agreement(Row):
    dispute_id: UUID
    dispute: fields.ForeignKeyRelation[Dispute] = fields.ForeignKeyField(
        "models.Dispute", on_delete=fields.RESTRICT, related_name="agreements"
    )
    ordinal = fields.SmallIntField()
    form = fields.CharEnumField(AgreementForm, max_length=ENUM_LENGTH)
    status = fields.CharEnumField(AgreementStatus, max_length=ENUM_LENGTH)
    version = fields.SmallIntField()
    """The number of its latest one."""
    remediates_id: UUID | None
    remediates: fields.ForeignKeyNullableRelation["Agreement"] = fields.ForeignKeyField(
        "models.Agreement", null=True, on_delete=fields.RESTRICT, related_name="later"
    )
    """The one in whose place it was reached."""
    effective_at = fields.DatetimeField(null=True)
    created_by_id = fields.UUIDField()
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()

    class Meta:
        table = "agreement"
        unique_together = (("dispute", "ordinal"),)
        indexes = (("dispute_id", "id"),)


class AgreementVersion(Row):
    agreement_id: UUID
    agreement: fields.ForeignKeyRelation[Agreement] = fields.ForeignKeyField(
        "models.Agreement", on_delete=fields.RESTRICT, related_name="versions"
    )
    number = fields.SmallIntField()
    content_sealed = fields.BinaryField()
    """JSON, whose canonical form `content_hash` (SHA-256) is of."""
    content_hash = fields.CharField(max_length=64, db_index=True)
    author_id = fields.UUIDField()
    at = fields.DatetimeField()
    frozen_at = fields.DatetimeField(null=True)
    """Since when nobody can change it any more."""

    class Meta:
        table = "agreement_version"
        unique_together = (("agreement", "number"),)


class AgreementComment(Row):
    version_id: UUID
    version: fields.ForeignKeyRelation[AgreementVersion] = fields.ForeignKeyField(
        "models.AgreementVersion", on_delete=fields.RESTRICT, related_name="comments"
    )
    party_id: UUID
    party: fields.ForeignKeyRelation[Party] = fields.ForeignKeyField("models.Party", on_delete=fields.RESTRICT)
    text_sealed = fields.BinaryField()
    given_by_kind = fields.CharField(max_length=ENUM_LENGTH)
    """`resident` from the phone; `staff` as it was said at the window."""
    given_by_id = fields.UUIDField()
    at = fields.DatetimeField()

    class Meta:
        table = "agreement_comment"
        indexes = (("version_id", "id"),)


class SignerRole(StrEnum):
    PARTY = "party"
    GUARDIAN = "guardian"
    REPRESENTATIVE = "representative"
    MEDIATOR = "mediator"
    SEAL = "seal"
    """Of the organization in whose name the mediation was held."""


class SignMethod(StrEnum):
    SCREEN = "screen"
    PAPER = "paper"
    FINGERPRINT = "fingerprint"
    POST = "post"


class Signature(Row):
    """Of one version; a change of the text leaves it in the history, void."""

    version_id: UUID
    version: fields.ForeignKeyRelation[AgreementVersion] = fields.ForeignKeyField(
        "models.AgreementVersion", on_delete=fields.RESTRICT, related_name="signatures"
    )
    slot = fields.CharField(max_length=48)
    """Whose place under the text it fills: `party:<id>`, `mediator` or `seal`."""
    role = fields.CharEnumField(SignerRole, max_length=ENUM_LENGTH)
    party_id: UUID | None
    party: fields.ForeignKeyNullableRelation[Party] = fields.ForeignKeyField(
        "models.Party", null=True, on_delete=fields.RESTRICT
    )
    representation_id: UUID | None
    representation: fields.ForeignKeyNullableRelation[Representation] = fields.ForeignKeyField(
        "models.Representation", null=True, on_delete=fields.RESTRICT
    )
    """By whom a party signed that did not sign itself."""
    method = fields.CharEnumField(SignMethod, max_length=ENUM_LENGTH)
    signed_at = fields.DatetimeField()
    """When the pen left the paper, not when somebody wrote it down here."""
    evidence_sealed = fields.BinaryField()
    """JSON: how the identity was checked, who watched, the hash signed, the scan's hash."""
    scan_id: UUID | None
    scan: fields.ForeignKeyNullableRelation[StoredFile] = fields.ForeignKeyField(
        "models.StoredFile", null=True, on_delete=fields.RESTRICT
    )
    recorded_by_kind = fields.CharField(max_length=ENUM_LENGTH)
    recorded_by_id = fields.UUIDField()
    recorded_at = fields.DatetimeField()
    voided_at = fields.DatetimeField(null=True)

    class Meta:
        table = "signature"
        unique_together = (("version", "slot"),)


class ParcelWay(StrEnum):
    TO_SIGN = "to_sign"
    SENT_BACK = "sent_back"
    COPY = "copy"
    """The party's own copy of what has taken effect."""


class Parcel(Row):
    """One copy by post."""

    version_id: UUID
    version: fields.ForeignKeyRelation[AgreementVersion] = fields.ForeignKeyField(
        "models.AgreementVersion", on_delete=fields.RESTRICT, related_name="parcels"
    )
    party_id: UUID
    party: fields.ForeignKeyRelation[Party] = fields.ForeignKeyField("models.Party", on_delete=fields.RESTRICT)
    way = fields.CharEnumField(ParcelWay, max_length=ENUM_LENGTH)
    carrier = fields.CharField(max_length=ENUM_LENGTH)
    """Of `agreements.toml`."""
    tracking_sealed = fields.BinaryField()
    tracking_hash = fields.CharField(max_length=64)
    sent_on = fields.DateField()
    delivered_on = fields.DateField(null=True)
    recorded_by_id = fields.UUIDField()
    recorded_at = fields.DatetimeField()

    class Meta:
        table = "parcel"
        unique_together = (("carrier", "tracking_hash"),)
        indexes = (("version_id", "party_id"),)


class CopyReceipt(Row):
    """One original, handed over at the center: whose it is, which one, who took it and when."""

    version_id: UUID
    version: fields.ForeignKeyRelation[AgreementVersion] = fields.ForeignKeyField(
        "models.AgreementVersion", on_delete=fields.RESTRICT, related_name="receipts"
    )
    party_id: UUID
    party: fields.ForeignKeyRelation[Party] = fields.ForeignKeyField("models.Party", on_delete=fields.RESTRICT)
    number = fields.SmallIntField()
    """Of the originals that were signed, the one that was handed over."""
    representation_id: UUID | None
    representation: fields.ForeignKeyNullableRelation[Representation] = fields.ForeignKeyField(
        "models.Representation", null=True, on_delete=fields.RESTRICT
    )
    """Who took it in the party's place."""
    received_at = fields.DatetimeField()
    identity_check = fields.CharField(max_length=ENUM_LENGTH)
    """Of `agreements.toml`."""
    scan_id: UUID | None
    scan: fields.ForeignKeyNullableRelation[StoredFile] = fields.ForeignKeyField(
        "models.StoredFile", null=True, on_delete=fields.RESTRICT
    )
    """The signed slip."""
    recorded_by_id = fields.UUIDField()
    recorded_at = fields.DatetimeField()

    class Meta:
        table = "copy_receipt"
        unique_together = (("version", "party"), ("version", "number"))


class ConfirmationStatus(StrEnum):
    OPEN = "open"
    EXCLUDED = "excluded"
    """The law keeps courts from confirming what it says."""
    APPLIED = "applied"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    MISSED = "missed"


class Confirmation(Row):
    """司法确认: one for each clock that has run; another begins only where a court has refused the one before."""

    dispute_id: UUID
    dispute: fields.ForeignKeyRelation[Dispute] = fields.ForeignKeyField(
        "models.Dispute", on_delete=fields.RESTRICT, related_name="confirmations"
    )
    agreement_id: UUID
    agreement: fields.OneToOneRelation[Agreement] = fields.OneToOneField(
        "models.Agreement", on_delete=fields.RESTRICT, related_name="confirmation"
    )
    """From whose effect the days are counted."""
    status = fields.CharEnumField(ConfirmationStatus, max_length=ENUM_LENGTH)
    last_day = fields.DateField()
    counted: fields.Field[dict[str, Any]] = fields.JSONField()
    """How it came to that: `backend.agreements.counting.Counted`."""
    exclusion = fields.CharField(max_length=ENUM_LENGTH, null=True)
    court = fields.CharField(max_length=64, null=True)
    court_level = fields.CharField(max_length=ENUM_LENGTH, null=True)
    court_ground = fields.CharField(max_length=ENUM_LENGTH, null=True)
    applied_on = fields.DateField(null=True)
    """Of what went by post, the day on the postmark."""
    applied_by = fields.CharField(max_length=ENUM_LENGTH, null=True)
    accepted_on = fields.DateField(null=True)
    """Since when the court's days for its decision run."""
    extended_days = fields.SmallIntField(null=True)
    """How many more the court's president has given it."""
    court_last_day = fields.DateField(null=True)
    """Of the step that is the court's now; null where nothing lies with it."""
    court_late_told_at = fields.DatetimeField(null=True)
    """When the mediator was told that this day has passed."""
    decided_on = fields.DateField(null=True)
    refusal = fields.CharField(max_length=ENUM_LENGTH, null=True)
    ruling_sealed = fields.BinaryField(null=True)
    """Number of the court's paper."""
    note_sealed = fields.BinaryField(null=True)
    updated_at = fields.DatetimeField()

    class Meta:
        table = "confirmation"
        indexes = (("dispute_id", "id"), ("status", "last_day"), ("status", "court_last_day"))


class ConfirmationConsent(Row):
    """Whether one party wants to apply; the court hears both or nobody."""

    confirmation_id: UUID
    confirmation: fields.ForeignKeyRelation[Confirmation] = fields.ForeignKeyField(
        "models.Confirmation", on_delete=fields.RESTRICT, related_name="consents"
    )
    party_id: UUID
    party: fields.ForeignKeyRelation[Party] = fields.ForeignKeyField("models.Party", on_delete=fields.RESTRICT)
    agreed = fields.BooleanField()
    way = fields.CharField(max_length=ENUM_LENGTH)
    """`phone` by the party itself; `window` as staff recorded it."""
    actor_id = fields.UUIDField()
    at = fields.DatetimeField()

    class Meta:
        table = "confirmation_consent"
        unique_together = (("confirmation", "party"),)


class ConfirmationNotice(Row):
    """That the parties were told so many days before the end, each once."""

    confirmation_id: UUID
    confirmation: fields.ForeignKeyRelation[Confirmation] = fields.ForeignKeyField(
        "models.Confirmation", on_delete=fields.RESTRICT, related_name="notices"
    )
    days_before = fields.SmallIntField()
    at = fields.DatetimeField()

    class Meta:
        table = "confirmation_notice"
        unique_together = (("confirmation", "days_before"),)
