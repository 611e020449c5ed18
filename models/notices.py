from enum import StrEnum
from uuid import UUID

from tortoise import fields

from models.accounts import Resident
from models.base import ENUM_LENGTH, Row


class Delivery(StrEnum):
    """Where a notice's push stands. The last six are outcomes: exactly one is ever recorded."""

    PENDING = "pending"
    BEGUN = "begun"
    INBOX_ONLY = "inbox_only"
    DELIVERED = "delivered"
    REFUSED = "refused"
    NO_CONSENT = "no_consent"
    FAILED = "failed"
    UNKNOWN = "unknown"


class GrantSource(StrEnum):
    PAGE = "page"
    EVENT = "event"


class Notice(Row):
    """The in-app inbox. A push is the same words on the phone's screen; the row is there either way."""

    resident_id: UUID
    resident: fields.ForeignKeyRelation[Resident] = fields.ForeignKeyField("models.Resident", on_delete=fields.RESTRICT)
    dispute_id = fields.UUIDField(null=True)
    kind = fields.CharField(max_length=48)
    title = fields.CharField(max_length=64)
    text_sealed = fields.BinaryField()
    page = fields.CharField(max_length=255)
    push_data: fields.Field[dict[str, str]] = fields.JSONField(default=dict)
    """Template fields, formatted; words fit for a lock screen."""
    template_id = fields.CharField(max_length=64, null=True)
    created_at = fields.DatetimeField()
    read_at = fields.DatetimeField(null=True)
    send_after = fields.DatetimeField(null=True)
    delivery = fields.CharEnumField(Delivery, max_length=ENUM_LENGTH)
    begun_at = fields.DatetimeField(null=True)
    finished_at = fields.DatetimeField(null=True)
    errcode = fields.IntField(null=True)

    class Meta:
        table = "notice"
        indexes = (("resident_id", "id"),)


class SubscriptionGrant(Row):
    """One acceptance = one message. Rows are claimed, given back, spent or revoked; never edited otherwise."""

    resident_id: UUID
    resident: fields.ForeignKeyRelation[Resident] = fields.ForeignKeyField("models.Resident", on_delete=fields.RESTRICT)
    template_id = fields.CharField(max_length=64)
    source = fields.CharEnumField(GrantSource, max_length=ENUM_LENGTH)
    scene = fields.CharField(max_length=48, default="")
    granted_at = fields.DatetimeField()
    paired_at = fields.DatetimeField(null=True)
    """When the other report of the same tap (page or event) came in."""
    claimed_by = fields.UUIDField(null=True, db_index=True)
    """The notice that holds it."""
    spent_at = fields.DatetimeField(null=True)
    revoked_at = fields.DatetimeField(null=True)

    class Meta:
        table = "subscription_grant"
        indexes = (("resident_id", "template_id", "granted_at"),)


class WechatCallback(Row):
    """Events that WeChat pushed, kept until handled and then to know a repetition."""

    dedupe_key = fields.CharField(max_length=191, unique=True)
    event = fields.CharField(max_length=64)
    payload: fields.Field[dict[str, object]] = fields.JSONField()
    received_at = fields.DatetimeField()
    handled_at = fields.DatetimeField(null=True)

    class Meta:
        table = "wechat_callback"


class SceneCode(Row):
    """A short random token in a mini-program code or a shared link; it gives no access by itself."""

    code = fields.CharField(max_length=32, unique=True)
    page = fields.CharField(max_length=128)
    params: fields.Field[dict[str, str]] = fields.JSONField(default=dict)
    created_at = fields.DatetimeField()
    revoked_at = fields.DatetimeField(null=True)

    class Meta:
        table = "scene_code"
