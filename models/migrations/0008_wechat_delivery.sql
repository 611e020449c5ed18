-- From 0008_wechat_delivery.py, sha256 375bc716c2b49cac7694e2d16aedd2088ab2d35820d674814dae1ffc6fccf46b; `hejie makemigrations` writes it anew.
--
-- Create model SubscriptionAnswer
--
CREATE TABLE "subscription_answer" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "template_id" VARCHAR(64) NOT NULL,
    "answer" VARCHAR(32) NOT NULL,
    "answered_at" TIMESTAMPTZ NOT NULL,
    "switched_off_at" TIMESTAMPTZ,
    "resident_id" UUID NOT NULL REFERENCES "resident" ("id") ON DELETE RESTRICT,
    CONSTRAINT "uid_subscriptio_residen_bf093f" UNIQUE ("resident_id", "template_id")
);
COMMENT ON TABLE "subscription_answer" IS 'What a resident last answered when asked for a template; one row each.';
--
-- Alter field delivery on Notice
--
COMMENT ON COLUMN "notice"."delivery" IS 'PENDING: pending\nBEGUN: begun\nINBOX_ONLY: inbox_only\nDELIVERED: delivered\nREFUSED: refused\nNO_CONSENT: no_consent\nFAILED: failed\nUNKNOWN: unknown\nMERGED: merged\nSTALE: stale';
--
-- Add field channel to Notice
--
ALTER TABLE "notice" ADD COLUMN "channel" VARCHAR(32) NOT NULL DEFAULT 'wechat';
--
-- Add field message_id to Notice
--
ALTER TABLE "notice" ADD COLUMN "message_id" VARCHAR(64);
--
-- Add field sms_params to Notice
--
ALTER TABLE "notice" ADD COLUMN "sms_params" JSONB NOT NULL DEFAULT '[]'::jsonb;
--
-- Add field valid_until to Notice
--
ALTER TABLE "notice" ADD COLUMN "valid_until" TIMESTAMPTZ;
--
-- Add field created_at to WechatCallback
--
ALTER TABLE "wechat_callback" ADD COLUMN "created_at" TIMESTAMPTZ;
--
-- Add field items to WechatCallback
--
ALTER TABLE "wechat_callback" ADD COLUMN "items" JSONB NOT NULL DEFAULT '[]'::jsonb;
--
-- Add field kind to WechatCallback
--
ALTER TABLE "wechat_callback" ADD COLUMN "kind" VARCHAR(32) NOT NULL DEFAULT 'unknown';
--
-- Add field openid to WechatCallback
--
ALTER TABLE "wechat_callback" ADD COLUMN "openid" VARCHAR(128) NOT NULL DEFAULT '';
--
-- Run SQL
--
CREATE INDEX wechat_callback_waiting ON wechat_callback (openid) WHERE handled_at IS NULL;
