from enum import StrEnum
from uuid import UUID

from tortoise import fields
from tortoise.fields import SqlDefault

from models.accounts import Resident
from models.base import ENUM_LENGTH, Row


class Delivery(StrEnum):
    """Where a notice's push stands. All but the first two are outcomes: exactly one is ever recorded.

    `merged`: another message of the same case speaks for it. `stale`: overtaken, out of date or read already.
    """

    PENDING = "pending"
    BEGUN = "begun"
    INBOX_ONLY = "inbox_only"
    DELIVERED = "delivered"
    REFUSED = "refused"
    NO_CONSENT = "no_consent"
    FAILED = "failed"
    UNKNOWN = "unknown"
    MERGED = "merged"
    STALE = "stale"


class Channel(StrEnum):
    """By which way a push goes or went."""

    WECHAT = "wechat"
    SMS = "sms"


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
    valid_until = fields.DatetimeField(null=True)
    """After that the push would be wrong: a time that has passed."""
    delivery = fields.CharEnumField(Delivery, max_length=ENUM_LENGTH)
    channel = fields.CharEnumField(
        Channel, max_length=ENUM_LENGTH, default=Channel.WECHAT, db_default=SqlDefault("'wechat'")
    )
    sms_params: fields.Field[list[str]] = fields.JSONField(default=list, db_default=SqlDefault("'[]'::jsonb"))
    """Words fit for a lock screen, for the text message that goes where the push could not."""
    message_id = fields.CharField(max_length=64, null=True, db_index=True)
    """WeChat's number of the push, or the carrier's of the text message."""
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


class SubscriptionAnswer(Row):
    """What a resident last answered when asked for a template; one row each."""

    resident_id: UUID
    resident: fields.ForeignKeyRelation[Resident] = fields.ForeignKeyField("models.Resident", on_delete=fields.RESTRICT)
    template_id = fields.CharField(max_length=64)
    answer = fields.CharField(max_length=ENUM_LENGTH)
    answered_at = fields.DatetimeField()
    switched_off_at = fields.DatetimeField(null=True)
    """When all acceptances were taken back in WeChat's settings: none from before it counts, however late it comes."""

    class Meta:
        table = "subscription_answer"
        unique_together = (("resident", "template_id"),)


class WechatCallback(Row):
    """Events that WeChat pushed, kept until handled and then to know a repetition."""

    dedupe_key = fields.CharField(max_length=191, unique=True)
    event = fields.CharField(max_length=64)
    kind = fields.CharField(max_length=ENUM_LENGTH, db_default="unknown")
    """Our word for the event; `unknown` ones have no effect."""
    openid = fields.CharField(max_length=128, db_default="")
    """Of the resident it is about."""
    items: fields.Field[list[dict[str, object]]] = fields.JSONField(default=list, db_default=SqlDefault("'[]'::jsonb"))
    """What a subscription event says of each template, in our spelling."""
    payload: fields.Field[dict[str, object]] = fields.JSONField()
    created_at = fields.DatetimeField(null=True)
    """By WeChat's clock, in whole seconds."""
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
