-- From 0016_calendar_feeds.py, sha256 f9bc94d59402db67da05a8c1cc53260f5a4aa831991e887426ab98039c25a392; `hejie makemigrations` writes it anew.
--
-- Create model CalendarFeed
--
CREATE TABLE "calendar_feed" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "token_hash" VARCHAR(64) NOT NULL UNIQUE,
    "created_at" TIMESTAMPTZ NOT NULL,
    "revoked_at" TIMESTAMPTZ,
    "staff_id" UUID NOT NULL REFERENCES "staff" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_calendar_fe_staff_i_f23618" ON "calendar_feed" ("staff_id");
COMMENT ON TABLE "calendar_feed" IS 'A secret address under which a calendar reads a mediator''s appointments; only its hash is kept.';
--
-- Run SQL
--
CREATE UNIQUE INDEX calendar_feed_one_live ON calendar_feed (staff_id) WHERE revoked_at IS NULL;
