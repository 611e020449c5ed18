-- From 0036_exchange.py, sha256 7c1acf4f274788e016fab27c53010374934d5bbb301631efa302a907c648098a; `hejie makemigrations` writes it anew.
--
-- Create model Partner
--
CREATE TABLE "partner" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "code" VARCHAR(32) NOT NULL UNIQUE,
    "name" VARCHAR(64) NOT NULL,
    "url" VARCHAR(255) NOT NULL DEFAULT '',
    "directions" JSONB NOT NULL,
    "categories" JSONB NOT NULL,
    "areas" JSONB NOT NULL,
    "may_know" JSONB NOT NULL,
    "only_own_cases" BOOL NOT NULL,
    "limit_per_s" INT NOT NULL,
    "since" TIMESTAMPTZ NOT NULL,
    "paused_at" TIMESTAMPTZ,
    "cursor_xid" BIGINT NOT NULL,
    "cursor_event_id" UUID,
    "created_at" TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE "partner" IS 'Whoever changes what it is told (outgoing events, lanes, the cursor) locks its row first.';
--
-- Create model CodeMapping
--
CREATE TABLE "code_mapping" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "kind" VARCHAR(32) NOT NULL,
    "ours" VARCHAR(64) NOT NULL,
    "theirs" VARCHAR(64) NOT NULL,
    "way" VARCHAR(32) NOT NULL,
    "partner_id" UUID NOT NULL REFERENCES "partner" ("id") ON DELETE RESTRICT
);
COMMENT ON COLUMN "code_mapping"."kind" IS 'CATEGORY: category\nSTATUS: status\nOUTCOME: outcome\nDIVISION: division\nORGANIZATION: organization';
COMMENT ON COLUMN "code_mapping"."way" IS 'BOTH: both\nOUT: out\nIN: in';
COMMENT ON TABLE "code_mapping" IS '`*` for both codes: the partner uses ours.';
--
-- Create model OutgoingEvent
--
CREATE TABLE "outgoing_event" (
    "id" BIGSERIAL NOT NULL PRIMARY KEY,
    "ordinal" INT NOT NULL,
    "state" VARCHAR(32) NOT NULL,
    "attempts" INT NOT NULL,
    "problem" VARCHAR(200) NOT NULL,
    "queued_at" TIMESTAMPTZ NOT NULL,
    "delivered_at" TIMESTAMPTZ,
    "dispute_id" UUID NOT NULL REFERENCES "dispute" ("id") ON DELETE RESTRICT,
    "event_id" UUID NOT NULL REFERENCES "event" ("id") ON DELETE RESTRICT,
    "partner_id" UUID NOT NULL REFERENCES "partner" ("id") ON DELETE RESTRICT,
    CONSTRAINT "uid_outgoing_ev_partner_bfe1d6" UNIQUE ("partner_id", "event_id")
);
COMMENT ON COLUMN "outgoing_event"."state" IS 'PENDING: pending\nDELIVERED: delivered\nDEAD: dead\nSKIPPED: skipped';
COMMENT ON TABLE "outgoing_event" IS 'One event for one partner. `id` is the partner''s cursor: given in the order in which events were queued.';
--
-- Create model PartnerCase
--
CREATE TABLE "partner_case" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "their_number" VARCHAR(64) NOT NULL,
    "created_at" TIMESTAMPTZ NOT NULL,
    "dispute_id" UUID NOT NULL REFERENCES "dispute" ("id") ON DELETE RESTRICT,
    "partner_id" UUID NOT NULL REFERENCES "partner" ("id") ON DELETE RESTRICT,
    CONSTRAINT "uid_partner_cas_partner_adf8fb" UNIQUE ("partner_id", "their_number")
);
CREATE INDEX "idx_partner_cas_dispute_935e98" ON "partner_case" ("dispute_id", "partner_id");
COMMENT ON TABLE "partner_case" IS 'A case that a partner has brought, by its number there.';
--
-- Create model PartnerKey
--
CREATE TABLE "partner_key" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "secret_sealed" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ NOT NULL,
    "ended_at" TIMESTAMPTZ,
    "partner_id" UUID NOT NULL REFERENCES "partner" ("id") ON DELETE RESTRICT
);
COMMENT ON TABLE "partner_key" IS 'The two newest that have not ended are valid.';
--
-- Create model PartnerLane
--
CREATE TABLE "partner_lane" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "due_at" TIMESTAMPTZ,
    "attempts" INT NOT NULL,
    "failing_since" TIMESTAMPTZ,
    "dispute_id" UUID NOT NULL REFERENCES "dispute" ("id") ON DELETE RESTRICT,
    "partner_id" UUID NOT NULL REFERENCES "partner" ("id") ON DELETE RESTRICT,
    CONSTRAINT "uid_partner_lan_partner_d073b9" UNIQUE ("partner_id", "dispute_id")
);
COMMENT ON TABLE "partner_lane" IS 'The events of one case for one partner are delivered one after the other; other cases do not wait for them.';
--
-- Create model ReceivedMessage
--
CREATE TABLE "received_message" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "message_id" VARCHAR(64) NOT NULL,
    "received_at" TIMESTAMPTZ NOT NULL,
    "partner_id" UUID NOT NULL REFERENCES "partner" ("id") ON DELETE RESTRICT,
    CONSTRAINT "uid_received_me_partner_f3204c" UNIQUE ("partner_id", "message_id")
);
CREATE INDEX "idx_received_me_receive_a92e34" ON "received_message" ("received_at");
COMMENT ON TABLE "received_message" IS 'What was signed by a partner and has been taken, for as long as its timestamp is good: nothing counts twice.';
--
-- Create model UnknownCode
--
CREATE TABLE "unknown_code" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "kind" VARCHAR(32) NOT NULL,
    "side" VARCHAR(32) NOT NULL,
    "code" VARCHAR(64) NOT NULL,
    "dispute_id" UUID,
    "times" INT NOT NULL,
    "first_at" TIMESTAMPTZ NOT NULL,
    "last_at" TIMESTAMPTZ NOT NULL,
    "settled_at" TIMESTAMPTZ,
    "partner_id" UUID NOT NULL REFERENCES "partner" ("id") ON DELETE RESTRICT,
    CONSTRAINT "uid_unknown_cod_partner_85e1e0" UNIQUE ("partner_id", "kind", "side", "code")
);
COMMENT ON COLUMN "unknown_code"."kind" IS 'CATEGORY: category\nSTATUS: status\nOUTCOME: outcome\nDIVISION: division\nORGANIZATION: organization';
COMMENT ON COLUMN "unknown_code"."side" IS 'OURS: ours\nTHEIRS: theirs';
COMMENT ON TABLE "unknown_code" IS 'Work list: a code without a mapping, met on the way out (ours) or in (theirs).';
--
-- Run SQL
--
CREATE INDEX event_committed_all ON event (xid, id);
--
-- Run SQL
--
CREATE UNIQUE INDEX code_mapping_out ON code_mapping (partner_id, kind, ours) WHERE way IN ('both', 'out');
CREATE UNIQUE INDEX code_mapping_in ON code_mapping (partner_id, kind, theirs) WHERE way IN ('both', 'in');
--
-- Run SQL
--
CREATE INDEX outgoing_event_pending ON outgoing_event (partner_id, dispute_id, ordinal) WHERE state = 'pending';
CREATE INDEX outgoing_event_dead ON outgoing_event (partner_id, dispute_id, ordinal) WHERE state = 'dead';
CREATE INDEX outgoing_event_cursor ON outgoing_event (partner_id, id);
CREATE INDEX partner_lane_due ON partner_lane (partner_id, due_at) WHERE due_at IS NOT NULL;
