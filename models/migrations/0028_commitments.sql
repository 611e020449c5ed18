-- From 0028_commitments.py, sha256 ea851a7cc4bb2386f17c9628dd48891ab71392a093bd54bf87af6d5789a62d79; `hejie makemigrations` writes it anew.
--
-- Create model Commitment
--
CREATE TABLE "commitment" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "ordinal" SMALLINT NOT NULL,
    "kind" VARCHAR(32) NOT NULL,
    "debtor_id" UUID,
    "who_sealed" BYTEA NOT NULL,
    "creditor_id" UUID,
    "to_whom_sealed" BYTEA,
    "what_sealed" BYTEA NOT NULL,
    "amount_fen" BIGINT,
    "due_on" DATE NOT NULL,
    "created_at" TIMESTAMPTZ NOT NULL,
    "ended_as" VARCHAR(32),
    "ended_at" TIMESTAMPTZ,
    "end_reason_sealed" BYTEA,
    "agreement_id" UUID NOT NULL REFERENCES "agreement" ("id") ON DELETE RESTRICT,
    "dispute_id" UUID NOT NULL REFERENCES "dispute" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_commitment_dispute_99c3b9" ON "commitment" ("dispute_id", "id");
COMMENT ON COLUMN "commitment"."kind" IS 'PAYMENT: payment\nACT: act\nSTANDARD: standard';
COMMENT ON COLUMN "commitment"."ended_as" IS 'FULFILLED: fulfilled\nWAIVED: waived\nREPLACED: replaced';
COMMENT ON TABLE "commitment" IS 'One term of an agreement that has taken effect. How far it is kept is told by its reports.';
--
-- Create model FulfilmentReport
--
CREATE TABLE "fulfilment_report" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "amount_fen" BIGINT,
    "completes" BOOL NOT NULL,
    "is_met" BOOL,
    "done_on" DATE NOT NULL,
    "text_sealed" BYTEA,
    "file_ids" JSONB NOT NULL,
    "reporter_kind" VARCHAR(32) NOT NULL,
    "reporter_id" UUID NOT NULL,
    "reported_at" TIMESTAMPTZ NOT NULL,
    "commitment_id" UUID NOT NULL REFERENCES "commitment" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_fulfilment__commitm_6b527a" ON "fulfilment_report" ("commitment_id", "id");
COMMENT ON COLUMN "fulfilment_report"."reporter_kind" IS 'RESIDENT: resident\nSTAFF: staff\nSYSTEM: system';
COMMENT ON TABLE "fulfilment_report" IS 'Append-only: so much was paid, this was done, or the standard was looked at.';
--
-- Create model Indicator
--
CREATE TABLE "indicator" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "name_sealed" BYTEA NOT NULL,
    "unit" VARCHAR(32) NOT NULL,
    "baseline" DECIMAL(16,2) NOT NULL,
    "baseline_on" DATE NOT NULL,
    "target" DECIMAL(16,2),
    "created_by_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ NOT NULL,
    "dispute_id" UUID NOT NULL REFERENCES "dispute" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_indicator_dispute_6279a0" ON "indicator" ("dispute_id", "id");
COMMENT ON TABLE "indicator" IS 'A figure by which one sees that an agreement helped.';
--
-- Create model IndicatorReading
--
CREATE TABLE "indicator_reading" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "value" DECIMAL(16,2) NOT NULL,
    "read_on" DATE NOT NULL,
    "source_sealed" BYTEA NOT NULL,
    "recorded_by_id" UUID NOT NULL,
    "recorded_at" TIMESTAMPTZ NOT NULL,
    "voided_at" TIMESTAMPTZ,
    "indicator_id" UUID NOT NULL REFERENCES "indicator" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_indicator_r_indicat_0370a2" ON "indicator_reading" ("indicator_id", "read_on");
COMMENT ON TABLE "indicator_reading" IS 'Never edited: a wrong one is made void and read anew.';
--
-- Create model ReportAnswer
--
CREATE TABLE "report_answer" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "kind" VARCHAR(32) NOT NULL,
    "reason_sealed" BYTEA,
    "by_kind" VARCHAR(32) NOT NULL,
    "by_id" UUID NOT NULL,
    "at" TIMESTAMPTZ NOT NULL,
    "report_id" UUID NOT NULL REFERENCES "fulfilment_report" ("id") ON DELETE RESTRICT,
    CONSTRAINT "uid_report_answ_report__0b452b" UNIQUE ("report_id", "by_kind")
);
COMMENT ON COLUMN "report_answer"."kind" IS 'CONFIRMED: confirmed\nDISPUTED: disputed';
COMMENT ON COLUMN "report_answer"."by_kind" IS 'RESIDENT: resident\nSTAFF: staff\nSYSTEM: system';
COMMENT ON TABLE "report_answer" IS 'Append-only: one by the other side, one by staff, whose word counts.';
--
-- Create model UrgingNote
--
CREATE TABLE "urging_note" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "rule" VARCHAR(32) NOT NULL,
    "due_on" DATE NOT NULL,
    "by_id" UUID,
    "at" TIMESTAMPTZ NOT NULL,
    "commitment_id" UUID NOT NULL REFERENCES "commitment" ("id") ON DELETE RESTRICT,
    CONSTRAINT "uid_urging_note_commitm_bb0499" UNIQUE ("commitment_id", "rule", "due_on")
);
COMMENT ON TABLE "urging_note" IS 'One that was told of a due date, or after it: by rule and by the date that the commitment had then.';
--
-- Run SQL
--
CREATE INDEX commitment_open ON commitment (due_on) WHERE ended_as IS NULL;
