-- From 0028_chained_history.py, sha256 d30969773c5a27c480f89fc71da97285387eb9588f089672032c1bbe52365c54; `hejie makemigrations` writes it anew.
--
-- Create model HistoryRoot
--
CREATE TABLE "history_root" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "day" DATE NOT NULL UNIQUE,
    "events" INT NOT NULL,
    "digest" BYTEA NOT NULL,
    "root" BYTEA NOT NULL,
    "made_at" TIMESTAMPTZ NOT NULL,
    "sent_at" TIMESTAMPTZ
);
COMMENT ON TABLE "history_root" IS 'Of one day in Asia/Shanghai: what all links of its events come to. Never edited.';
--
-- Add field history_head to Dispute
--
ALTER TABLE "dispute" ADD COLUMN "history_head" BYTEA;
--
-- Add field history_length to Dispute
--
ALTER TABLE "dispute" ADD COLUMN "history_length" INT NOT NULL DEFAULT 0;
--
-- Add field detail_digest to Event
--
ALTER TABLE "event" ADD COLUMN "detail_digest" BYTEA;
--
-- Add field link to Event
--
ALTER TABLE "event" ADD COLUMN "link" BYTEA;
--
-- Add field ordinal to Event
--
ALTER TABLE "event" ADD COLUMN "ordinal" INT NOT NULL DEFAULT 0;
