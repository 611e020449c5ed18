-- From 0033_links_and_looks.py, sha256 d842b8ab73adeb897bc337a4db886677b518b281878ef0a590c976af9875eb46; `hejie makemigrations` writes it anew.
--
-- Create model CaseLink
--
CREATE TABLE "case_link" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "kind" VARCHAR(32) NOT NULL,
    "made_at" TIMESTAMPTZ NOT NULL,
    "ended_at" TIMESTAMPTZ,
    "dispute_id" UUID NOT NULL REFERENCES "dispute" ("id") ON DELETE RESTRICT,
    "made_by_id" UUID NOT NULL REFERENCES "staff" ("id") ON DELETE RESTRICT,
    "other_id" UUID NOT NULL REFERENCES "dispute" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_case_link_dispute_54a09b" ON "case_link" ("dispute_id", "id");
CREATE INDEX "idx_case_link_other_i_fc7985" ON "case_link" ("other_id", "id");
COMMENT ON COLUMN "case_link"."kind" IS 'RELATED: related\nDUPLICATE: duplicate\nREPEAT: repeat\nMERGED: merged\nSPLIT: split';
--
-- Create model DismissedDuplicate
--
CREATE TABLE "dismissed_duplicate" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "dismissed_at" TIMESTAMPTZ NOT NULL,
    "dismissed_by_id" UUID NOT NULL REFERENCES "staff" ("id") ON DELETE RESTRICT,
    "dispute_id" UUID NOT NULL REFERENCES "dispute" ("id") ON DELETE RESTRICT,
    "other_id" UUID NOT NULL REFERENCES "dispute" ("id") ON DELETE RESTRICT,
    CONSTRAINT "uid_dismissed_d_dispute_7eb10e" UNIQUE ("dispute_id", "other_id")
);
COMMENT ON TABLE "dismissed_duplicate" IS 'Somebody has looked: these two are not one quarrel. Why stands in both histories.';
--
-- Create model Look
--
CREATE TABLE "look" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "kind" VARCHAR(32) NOT NULL,
    "subject_id" UUID NOT NULL,
    "actor_id" UUID NOT NULL,
    "actor_role" VARCHAR(32) NOT NULL,
    "hour" TIMESTAMPTZ NOT NULL,
    "at" TIMESTAMPTZ NOT NULL,
    "digest" BYTEA NOT NULL,
    "dispute_id" UUID NOT NULL REFERENCES "dispute" ("id") ON DELETE RESTRICT,
    CONSTRAINT "uid_look_dispute_d8f0a5" UNIQUE ("dispute_id", "actor_id", "kind", "subject_id", "hour")
);
CREATE INDEX "idx_look_dispute_4abacc" ON "look" ("dispute_id", "id");
CREATE INDEX "idx_look_at_c97ef4" ON "look" ("at");
COMMENT ON COLUMN "look"."kind" IS 'CASE: case\nTIMELINE: timeline\nHISTORY: history\nFILE: file\nPAPER: paper';
COMMENT ON TABLE "look" IS 'Who looked at what of a case: append-only, once per hour, and no lock on the case. Each row proves itself, that';
--
-- Add field merged_into to Dispute
--
ALTER TABLE "dispute" ADD COLUMN "merged_into_id" UUID REFERENCES "dispute" ("id") ON DELETE RESTRICT;
--
-- Add field retained_until to Dispute
--
ALTER TABLE "dispute" ADD COLUMN "retained_until" DATE;
--
-- Add field retention to Dispute
--
ALTER TABLE "dispute" ADD COLUMN "retention" VARCHAR(32);
--
-- Add field looks to HistoryRoot
--
ALTER TABLE "history_root" ADD COLUMN "looks" INT NOT NULL DEFAULT 0;
--
-- Add field looks_digest to HistoryRoot
--
ALTER TABLE "history_root" ADD COLUMN "looks_digest" BYTEA;
--
-- Run SQL
--
CREATE INDEX dispute_merged_into ON dispute (merged_into_id) WHERE merged_into_id IS NOT NULL;
