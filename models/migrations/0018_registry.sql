-- From 0018_registry.py, sha256 87550e2a04709a79ffda84ae139d92d8323d0f0814d48a9115c6b78f8b5e4034; `hejie makemigrations` writes it anew.
--
-- Create model DeskAttendance
--
CREATE TABLE "desk_attendance" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "day" DATE NOT NULL,
    "proof" VARCHAR(32) NOT NULL,
    "arrived_at" TIMESTAMPTZ NOT NULL,
    "left_at" TIMESTAMPTZ,
    "center_id" UUID NOT NULL REFERENCES "center" ("id") ON DELETE RESTRICT,
    "organization_id" UUID NOT NULL REFERENCES "organization" ("id") ON DELETE RESTRICT,
    "recorded_by_id" UUID NOT NULL REFERENCES "staff" ("id") ON DELETE RESTRICT,
    CONSTRAINT "uid_desk_attend_organiz_b69648" UNIQUE ("organization_id", "center_id", "day")
);
CREATE INDEX "idx_desk_attend_center__1a02bd" ON "desk_attendance" ("center_id", "day");
COMMENT ON COLUMN "desk_attendance"."proof" IS 'WINDOW: window\nPOSTER: poster\nRECORD: record';
COMMENT ON TABLE "desk_attendance" IS 'One organization was at its desk in one center on one day.';
--
-- Create model LegalReferral
--
CREATE TABLE "legal_referral" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "name_sealed" BYTEA NOT NULL,
    "phone_sealed" BYTEA,
    "reason_sealed" BYTEA NOT NULL,
    "status" VARCHAR(32) NOT NULL,
    "sent_at" TIMESTAMPTZ NOT NULL,
    "answered_at" TIMESTAMPTZ,
    "decline_reason_sealed" BYTEA,
    "result" VARCHAR(32) NOT NULL DEFAULT '',
    "result_on" DATE,
    "slip_sealed" BYTEA,
    "returned_at" TIMESTAMPTZ,
    "center_id" UUID NOT NULL REFERENCES "center" ("id") ON DELETE RESTRICT,
    "dispute_id" UUID REFERENCES "dispute" ("id") ON DELETE RESTRICT,
    "organization_id" UUID NOT NULL REFERENCES "organization" ("id") ON DELETE RESTRICT,
    "party_id" UUID REFERENCES "party" ("id") ON DELETE RESTRICT,
    "sent_by_id" UUID NOT NULL REFERENCES "staff" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_legal_refer_organiz_785d05" ON "legal_referral" ("organization_id", "id");
CREATE INDEX "idx_legal_refer_center__9a3c46" ON "legal_referral" ("center_id", "id");
CREATE INDEX "idx_legal_refer_dispute_7a2685" ON "legal_referral" ("dispute_id", "id");
COMMENT ON COLUMN "legal_referral"."status" IS 'SENT: sent\nACCEPTED: accepted\nDECLINED: declined\nRETURNED: returned';
COMMENT ON TABLE "legal_referral" IS 'A resident is sent to a legal service that sits in the center; what became of it comes back on a slip.';
--
-- Add field address to Organization
--
ALTER TABLE "organization" ADD COLUMN "address" VARCHAR(255) NOT NULL DEFAULT '';
--
-- Add field code to Organization
--
ALTER TABLE "organization" ADD COLUMN "code" VARCHAR(32)  UNIQUE;
--
-- Add field division_code to Organization
--
ALTER TABLE "organization" ADD COLUMN "division_code" VARCHAR(12);
--
-- Add field expertise to Organization
--
ALTER TABLE "organization" ADD COLUMN "expertise" JSONB NOT NULL DEFAULT '[]'::jsonb;
--
-- Add field level to Organization
--
ALTER TABLE "organization" ADD COLUMN "level" VARCHAR(32);
--
-- Add field licence_expires_on to Organization
--
ALTER TABLE "organization" ADD COLUMN "licence_expires_on" DATE;
--
-- Add field licence_number to Organization
--
ALTER TABLE "organization" ADD COLUMN "licence_number" VARCHAR(64) NOT NULL DEFAULT '';
--
-- Add field phone to Organization
--
ALTER TABLE "organization" ADD COLUMN "phone" VARCHAR(32) NOT NULL DEFAULT '';
--
-- Add field kind to Residency
--
ALTER TABLE "residency" ADD COLUMN "kind" VARCHAR(32) NOT NULL DEFAULT 'rotating';
--
-- Add field certificate_expires_on to Staff
--
ALTER TABLE "staff" ADD COLUMN "certificate_expires_on" DATE;
--
-- Add field certificate_sealed to Staff
--
ALTER TABLE "staff" ADD COLUMN "certificate_sealed" BYTEA;
--
-- Add field expertise to Staff
--
ALTER TABLE "staff" ADD COLUMN "expertise" JSONB NOT NULL DEFAULT '[]'::jsonb;
--
-- Add field must_change_password to Staff
--
ALTER TABLE "staff" ADD COLUMN "must_change_password" BOOL NOT NULL DEFAULT FALSE;
