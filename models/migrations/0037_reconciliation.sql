-- From 0037_reconciliation.py, sha256 4cac9b5f0fae3517cea58f1d5ce3f063fb99d41afb85e9ce55b0bed50ee61a75; `hejie makemigrations` writes it anew.
--
-- Create model Reconciliation
--
CREATE TABLE "reconciliation" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "way" VARCHAR(32) NOT NULL,
    "started_at" TIMESTAMPTZ NOT NULL,
    "finished_at" TIMESTAMPTZ,
    "problem" VARCHAR(200) NOT NULL DEFAULT '',
    "ours" INT NOT NULL,
    "theirs" INT NOT NULL,
    "moving" INT NOT NULL,
    "by_kind" JSONB NOT NULL,
    "partner_id" UUID NOT NULL REFERENCES "partner" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_reconciliat_partner_538c57" ON "reconciliation" ("partner_id", "id");
COMMENT ON COLUMN "reconciliation"."way" IS 'FETCHED: fetched\nFILE: file';
COMMENT ON TABLE "reconciliation" IS '对账: both sides'' lists of cases compared, once.';
--
-- Create model Difference
--
CREATE TABLE "difference" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "kind" VARCHAR(32) NOT NULL,
    "number" VARCHAR(64) NOT NULL,
    "dispute_id" UUID,
    "ours" VARCHAR(64) NOT NULL DEFAULT '',
    "theirs" VARCHAR(64) NOT NULL DEFAULT '',
    "first_at" TIMESTAMPTZ NOT NULL,
    "repair" VARCHAR(32),
    "repaired_at" TIMESTAMPTZ,
    "problem" VARCHAR(200) NOT NULL DEFAULT '',
    "gone_at" TIMESTAMPTZ,
    "partner_id" UUID NOT NULL REFERENCES "partner" ("id") ON DELETE RESTRICT,
    "reconciliation_id" UUID NOT NULL REFERENCES "reconciliation" ("id") ON DELETE RESTRICT,
    CONSTRAINT "uid_difference_partner_04ea16" UNIQUE ("partner_id", "kind", "number")
);
COMMENT ON COLUMN "difference"."kind" IS 'MISSING_HERE: missing_here\nMISSING_THERE: missing_there\nSTATE: state';
COMMENT ON COLUMN "difference"."repair" IS 'RESEND: resend\nREASK: reask';
COMMENT ON TABLE "difference" IS 'Work list: what a comparison has found and a later one has not found gone.';
--
-- Alter field kind on CodeMapping
--
COMMENT ON COLUMN "code_mapping"."kind" IS 'CATEGORY: category\nSTATUS: status\nOUTCOME: outcome\nDIVISION: division\nORGANIZATION: organization\nMETHOD: method';
--
-- Alter field actor_kind on Event
--
COMMENT ON COLUMN "event"."actor_kind" IS 'RESIDENT: resident\nSTAFF: staff\nSYSTEM: system\nPARTNER: partner';
--
-- Alter field reporter_kind on FulfilmentReport
--
COMMENT ON COLUMN "fulfilment_report"."reporter_kind" IS 'RESIDENT: resident\nSTAFF: staff\nSYSTEM: system\nPARTNER: partner';
--
-- Add field body_hash to PartnerCase
--
ALTER TABLE "partner_case" ADD COLUMN "body_hash" VARCHAR(64) NOT NULL DEFAULT '';
--
-- Add field unmapped to PartnerCase
--
ALTER TABLE "partner_case" ADD COLUMN "unmapped" JSONB NOT NULL DEFAULT '[]';
--
-- Alter field raised_by on RedCard
--
COMMENT ON COLUMN "red_card"."raised_by" IS 'RESIDENT: resident\nSTAFF: staff\nSYSTEM: system\nPARTNER: partner';
--
-- Alter field by_kind on ReportAnswer
--
COMMENT ON COLUMN "report_answer"."by_kind" IS 'RESIDENT: resident\nSTAFF: staff\nSYSTEM: system\nPARTNER: partner';
--
-- Alter field kind on UnknownCode
--
COMMENT ON COLUMN "unknown_code"."kind" IS 'CATEGORY: category\nSTATUS: status\nOUTCOME: outcome\nDIVISION: division\nORGANIZATION: organization\nMETHOD: method';
--
-- Run SQL
--
CREATE INDEX difference_open ON difference (partner_id, id) WHERE gone_at IS NULL;
