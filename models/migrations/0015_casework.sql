-- From 0015_casework.py, sha256 9fc7fc6ce2924008db04249c0e6c7f0fb7c30f6132c1a66ba98d2ca596ded948; `hejie makemigrations` writes it anew.
--
-- Create model HandoverNote
--
CREATE TABLE "handover_note" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "center_id" UUID NOT NULL,
    "text_sealed" BYTEA NOT NULL,
    "written_at" TIMESTAMPTZ NOT NULL,
    "dispute_id" UUID NOT NULL REFERENCES "dispute" ("id") ON DELETE RESTRICT,
    "from_mediator_id" UUID NOT NULL REFERENCES "staff" ("id") ON DELETE RESTRICT,
    "to_mediator_id" UUID NOT NULL REFERENCES "staff" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_handover_no_dispute_487c76" ON "handover_note" ("dispute_id", "id");
COMMENT ON TABLE "handover_note" IS 'From one mediator to the next; nobody else but their director reads it.';
--
-- Create model InformationRequest
--
CREATE TABLE "information_request" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "asked_at" TIMESTAMPTZ NOT NULL,
    "due_on" DATE NOT NULL,
    "answered_at" TIMESTAMPTZ,
    "asked_by_id" UUID NOT NULL REFERENCES "staff" ("id") ON DELETE RESTRICT,
    "dispute_id" UUID NOT NULL REFERENCES "dispute" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_information_dispute_eb844f" ON "information_request" ("dispute_id", "id");
--
-- Create model InformationItem
--
CREATE TABLE "information_item" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "ordinal" SMALLINT NOT NULL,
    "text_sealed" BYTEA NOT NULL,
    "answered_at" TIMESTAMPTZ,
    "answer_sealed" BYTEA,
    "file_ids" JSONB NOT NULL,
    "answered_by_id" UUID REFERENCES "resident" ("id") ON DELETE RESTRICT,
    "request_id" UUID NOT NULL REFERENCES "information_request" ("id") ON DELETE RESTRICT,
    CONSTRAINT "uid_information_request_62526b" UNIQUE ("request_id", "ordinal")
);
--
-- Create model MediatorChoice
--
CREATE TABLE "mediator_choice" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "chosen_at" TIMESTAMPTZ NOT NULL,
    "dispute_id" UUID NOT NULL REFERENCES "dispute" ("id") ON DELETE RESTRICT,
    "mediator_id" UUID NOT NULL REFERENCES "staff" ("id") ON DELETE RESTRICT,
    "party_id" UUID NOT NULL UNIQUE REFERENCES "party" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_mediator_ch_dispute_011bc5" ON "mediator_choice" ("dispute_id", "id");
COMMENT ON TABLE "mediator_choice" IS 'Whom a party would like; the latest counts.';
--
-- Create model Recusal
--
CREATE TABLE "recusal" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "asked_by_kind" VARCHAR(32) NOT NULL,
    "asked_by_id" UUID NOT NULL,
    "asked_at" TIMESTAMPTZ NOT NULL,
    "reason_sealed" BYTEA NOT NULL,
    "decided_at" TIMESTAMPTZ,
    "upheld" BOOL,
    "decided_by_id" UUID REFERENCES "staff" ("id") ON DELETE RESTRICT,
    "dispute_id" UUID NOT NULL REFERENCES "dispute" ("id") ON DELETE RESTRICT,
    "mediator_id" UUID NOT NULL REFERENCES "staff" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_recusal_dispute_ddea0f" ON "recusal" ("dispute_id", "id");
COMMENT ON TABLE "recusal" IS '回避: asked for by a party, or by the mediator who has declared a conflict; open until it is decided.';
--
-- Remove constraint from CaseCounter
--
ALTER TABLE "case_counter" DROP CONSTRAINT "uid_case_counte_center__143069";
--
-- Alter options for CaseCounter
--
-- (no-op)
--
-- Add field series to CaseCounter
--
ALTER TABLE "case_counter" ADD COLUMN "series" VARCHAR(8) NOT NULL DEFAULT '调';
--
-- Add constraint to CaseCounter
--
ALTER TABLE "case_counter" ADD CONSTRAINT "uid_case_counte_center__927371" UNIQUE ("center_id", "year", "series");
--
-- Add field conflict to Dispute
--
ALTER TABLE "dispute" ADD COLUMN "conflict" VARCHAR(32);
--
-- Add field failed_contacts to Dispute
--
ALTER TABLE "dispute" ADD COLUMN "failed_contacts" SMALLINT NOT NULL DEFAULT 0;
--
-- Add field recusal_pending to Dispute
--
ALTER TABLE "dispute" ADD COLUMN "recusal_pending" BOOL NOT NULL DEFAULT FALSE;
--
-- Add field seal_name to Organization
--
ALTER TABLE "organization" ADD COLUMN "seal_name" VARCHAR(128) NOT NULL DEFAULT '';
--
-- Add field division_code to Staff
--
ALTER TABLE "staff" ADD COLUMN "division_code" VARCHAR(12);
--
-- Add field id_number_hash to Staff
--
ALTER TABLE "staff" ADD COLUMN "id_number_hash" VARCHAR(64);
--
-- Add field languages to Staff
--
ALTER TABLE "staff" ADD COLUMN "languages" JSONB NOT NULL DEFAULT '[]'::jsonb;
--
-- Add field phone_hash to Staff
--
ALTER TABLE "staff" ADD COLUMN "phone_hash" VARCHAR(64);
--
-- Add field specialities to Staff
--
ALTER TABLE "staff" ADD COLUMN "specialities" JSONB NOT NULL DEFAULT '[]'::jsonb;
--
-- Add index to Dispute
--
CREATE INDEX "idx_dispute_center__455615" ON "dispute" ("center_id", "id");
