-- From 0024_commercial.py, sha256 f7fd60be2d0de3d31b4d38a80a1e028596820a1b9d78ca167e7523d523b60fd3; `hejie makemigrations` writes it anew.
--
-- Create model FeeSchedule
--
CREATE TABLE "fee_schedule" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "version" INT NOT NULL,
    "effective_from" DATE NOT NULL,
    "lines" JSONB NOT NULL,
    "published_by_id" UUID NOT NULL,
    "published_at" TIMESTAMPTZ NOT NULL,
    "organization_id" UUID NOT NULL REFERENCES "organization" ("id") ON DELETE RESTRICT,
    CONSTRAINT "uid_fee_schedul_organiz_e15f5c" UNIQUE ("organization_id", "version")
);
COMMENT ON TABLE "fee_schedule" IS 'Published by a commercial institution; never edited, replaced by the next version.';
--
-- Create model CommercialCase
--
CREATE TABLE "commercial_case" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "named_by_id" UUID NOT NULL,
    "named_at" TIMESTAMPTZ NOT NULL,
    "organization_id" UUID NOT NULL REFERENCES "organization" ("id") ON DELETE RESTRICT,
    "schedule_id" UUID REFERENCES "fee_schedule" ("id") ON DELETE RESTRICT,
    "dispute_id" UUID NOT NULL UNIQUE REFERENCES "dispute" ("id") ON DELETE RESTRICT
);
COMMENT ON TABLE "commercial_case" IS 'Which institution shall mediate at which price: shown to the parties before anything starts.';
--
-- Create model FeeAcceptance
--
CREATE TABLE "fee_acceptance" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "way" VARCHAR(32) NOT NULL,
    "actor_id" UUID NOT NULL,
    "at" TIMESTAMPTZ NOT NULL,
    "dispute_id" UUID NOT NULL REFERENCES "dispute" ("id") ON DELETE RESTRICT,
    "party_id" UUID NOT NULL REFERENCES "party" ("id") ON DELETE RESTRICT,
    "schedule_id" UUID NOT NULL REFERENCES "fee_schedule" ("id") ON DELETE RESTRICT,
    CONSTRAINT "uid_fee_accepta_party_i_a27db6" UNIQUE ("party_id", "schedule_id")
);
CREATE INDEX "idx_fee_accepta_dispute_afad32" ON "fee_acceptance" ("dispute_id", "id");
--
-- Create model Panel
--
CREATE TABLE "panel" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "seats" SMALLINT NOT NULL,
    "choose_by" DATE NOT NULL,
    "opened_by_id" UUID NOT NULL,
    "opened_at" TIMESTAMPTZ NOT NULL,
    "formed_at" TIMESTAMPTZ,
    "dispute_id" UUID NOT NULL UNIQUE REFERENCES "dispute" ("id") ON DELETE RESTRICT
);
COMMENT ON TABLE "panel" IS 'Experts for one case, chosen by both sides.';
--
-- Create model PanelCandidate
--
CREATE TABLE "panel_candidate" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "field" VARCHAR(32) NOT NULL,
    "appointed_reason_sealed" BYTEA,
    "expert_id" UUID NOT NULL REFERENCES "staff" ("id") ON DELETE RESTRICT,
    "panel_id" UUID NOT NULL REFERENCES "panel" ("id") ON DELETE RESTRICT,
    CONSTRAINT "uid_panel_candi_panel_i_b04cdb" UNIQUE ("panel_id", "expert_id")
);
--
-- Create model PanelChoice
--
CREATE TABLE "panel_choice" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "preference" VARCHAR(32) NOT NULL,
    "rank" SMALLINT NOT NULL,
    "at" TIMESTAMPTZ NOT NULL,
    "candidate_id" UUID NOT NULL REFERENCES "panel_candidate" ("id") ON DELETE RESTRICT,
    "party_id" UUID NOT NULL REFERENCES "party" ("id") ON DELETE RESTRICT,
    CONSTRAINT "uid_panel_choic_candida_b1b3b7" UNIQUE ("candidate_id", "party_id")
);
COMMENT ON COLUMN "panel_choice"."preference" IS 'CHOSEN: chosen\nSTRUCK: struck';
COMMENT ON TABLE "panel_choice" IS 'What one party says of one candidate; the latest answer replaces all of the party''s earlier ones.';
--
-- Create model Recovery
--
CREATE TABLE "recovery" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "amount_fen" BIGINT NOT NULL,
    "received_on" DATE NOT NULL,
    "note_sealed" BYTEA,
    "recorded_at" TIMESTAMPTZ NOT NULL,
    "voided_at" TIMESTAMPTZ,
    "dispute_id" UUID NOT NULL REFERENCES "dispute" ("id") ON DELETE RESTRICT,
    "recorder_id" UUID NOT NULL REFERENCES "staff" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_recovery_dispute_1f3b26" ON "recovery" ("dispute_id", "id");
COMMENT ON TABLE "recovery" IS 'Money that came back after an agreement.';
--
-- Create model Undertaking
--
CREATE TABLE "undertaking" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "by_kind" VARCHAR(32) NOT NULL,
    "by_id" UUID NOT NULL,
    "version" VARCHAR(16) NOT NULL,
    "way" VARCHAR(32) NOT NULL,
    "actor_id" UUID NOT NULL,
    "at" TIMESTAMPTZ NOT NULL,
    "dispute_id" UUID NOT NULL REFERENCES "dispute" ("id") ON DELETE RESTRICT,
    CONSTRAINT "uid_undertaking_dispute_670c21" UNIQUE ("dispute_id", "by_id", "version")
);
COMMENT ON TABLE "undertaking" IS 'Somebody has promised silence about the case, in one wording.';
--
-- Add field agreed_fen to Dispute
--
ALTER TABLE "dispute" ADD COLUMN "agreed_fen" BIGINT;
