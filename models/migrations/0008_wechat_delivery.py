"""What a push may become, by which way it went, what residents answered, and events that wait to take effect."""

import functools
from json import dumps, loads

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.fields.db_defaults import SqlDefault
from tortoise.migrations import operations as ops
from uuid_utils.compat import uuid7

from models.notices import Channel, Delivery

# Events of one person take effect in order, and only those that wait are looked for.
WAITING = "CREATE INDEX wechat_callback_waiting ON wechat_callback (openid) WHERE handled_at IS NULL;"


class Migration(migrations.Migration):
    dependencies = [("models", "0007_phone_codes")]

    initial = False

    operations = [
        ops.CreateModel(
            name="SubscriptionAnswer",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "resident",
                    fields.ForeignKeyField(
                        "models.Resident",
                        source_field="resident_id",
                        db_constraint=True,
                        to_field="id",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("template_id", fields.CharField(max_length=64)),
                ("answer", fields.CharField(max_length=32)),
                ("answered_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("switched_off_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "subscription_answer",
                "app": "models",
                "unique_together": (("resident", "template_id"),),
                "pk_attr": "id",
                "table_description": "What a resident last answered when asked for a template; one row each.",
            },
            bases=["Row"],
        ),
        ops.AlterField(
            model_name="Notice",
            name="delivery",
            field=fields.CharEnumField(
                description="PENDING: pending\nBEGUN: begun\nINBOX_ONLY: inbox_only\nDELIVERED: delivered\nREFUSED: refused\nNO_CONSENT: no_consent\nFAILED: failed\nUNKNOWN: unknown\nMERGED: merged\nSTALE: stale",
                enum_type=Delivery,
                max_length=32,
            ),
        ),
        ops.AddField(
            model_name="Notice",
            name="channel",
            field=fields.CharEnumField(
                default=Channel.WECHAT,
                description="WECHAT: wechat\nSMS: sms",
                db_default=SqlDefault("'wechat'"),
                enum_type=Channel,
                max_length=32,
            ),
        ),
        ops.AddField(
            model_name="Notice",
            name="message_id",
            field=fields.CharField(null=True, db_index=True, max_length=64),
        ),
        ops.AddField(
            model_name="Notice",
            name="sms_params",
            field=fields.JSONField(
                default=list,
                db_default=SqlDefault("'[]'::jsonb"),
                encoder=functools.partial(dumps, separators=(",", ":")),
                decoder=loads,
            ),
        ),
        ops.AddField(
            model_name="Notice",
            name="valid_until",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="WechatCallback",
            name="created_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="WechatCallback",
            name="items",
            field=fields.JSONField(
                default=list,
                db_default=SqlDefault("'[]'::jsonb"),
                encoder=functools.partial(dumps, separators=(",", ":")),
                decoder=loads,
            ),
        ),
        ops.AddField(
            model_name="WechatCallback",
            name="kind",
            field=fields.CharField(db_default="unknown", max_length=32),
        ),
        ops.AddField(
            model_name="WechatCallback",
            name="openid",
            field=fields.CharField(db_default="", max_length=128),
        ),
        ops.RunSQL(WAITING, "DROP INDEX wechat_callback_waiting;"),
    ]
