-- From 0009_doors_and_representation.py, sha256 6215141ce6e9ce35a52ebab8311430bea51bfe22a4c5b0ff8bf8b699dc40f574; `hejie makemigrations` writes it anew.
--
-- Create model ClaimCode
--
CREATE TABLE "claim_code" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "code_hash" VARCHAR(64) NOT NULL UNIQUE,
    "issuer_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ NOT NULL,
    "expires_at" TIMESTAMPTZ NOT NULL,
    "failures" SMALLINT NOT NULL,
    "used_at" TIMESTAMPTZ,
    "used_by_id" UUID,
    "revoked_at" TIMESTAMPTZ,
    "dispute_id" UUID NOT NULL REFERENCES "dispute" ("id") ON DELETE RESTRICT,
    "party_id" UUID NOT NULL REFERENCES "party" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_claim_code_dispute_d29e9b" ON "claim_code" ("dispute_id", "id");
COMMENT ON TABLE "claim_code" IS 'Printed on a receipt: with a second fact, it lets the person registered bind the case to WeChat, once.';
--
-- Create model Registration
--
CREATE TABLE "registration" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "basis" VARCHAR(48) NOT NULL,
    "brought_by_sealed" BYTEA,
    "referred_by" VARCHAR(48),
    "referrer_name" VARCHAR(128),
    "referral_number" VARCHAR(64),
    "referred_on" DATE,
    "external_number" VARCHAR(64)  UNIQUE,
    "created_at" TIMESTAMPTZ NOT NULL,
    "dispute_id" UUID NOT NULL UNIQUE REFERENCES "dispute" ("id") ON DELETE RESTRICT
);
COMMENT ON TABLE "registration" IS 'How a case came in by a door other than the mini-program, and on what legal basis it was written down.';
--
-- Create model Representation
--
CREATE TABLE "representation" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "kind" VARCHAR(32) NOT NULL,
    "scope" VARCHAR(32) NOT NULL,
    "name_sealed" BYTEA NOT NULL,
    "name_hash" VARCHAR(64) NOT NULL,
    "phone_sealed" BYTEA,
    "phone_hash" VARCHAR(64),
    "basis_sealed" BYTEA NOT NULL,
    "document_sealed" BYTEA,
    "given_on" DATE NOT NULL,
    "created_at" TIMESTAMPTZ NOT NULL,
    "ended_at" TIMESTAMPTZ,
    "ended_reason_sealed" BYTEA,
    "dispute_id" UUID NOT NULL REFERENCES "dispute" ("id") ON DELETE RESTRICT,
    "party_id" UUID NOT NULL REFERENCES "party" ("id") ON DELETE RESTRICT,
    "recorder_id" UUID REFERENCES "staff" ("id") ON DELETE RESTRICT,
    "resident_id" UUID REFERENCES "resident" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_representat_dispute_c56f53" ON "representation" ("dispute_id", "id");
COMMENT ON TABLE "representation" IS 'Somebody acts for a party, with a consent or an authority that can be ended; never edited otherwise.';
--
-- Alter field source on Dispute
--
COMMENT ON COLUMN "dispute"."source" IS 'MINI_PROGRAM: mini_program\nWINDOW: window\nPHONE: phone\nGRID: grid\nREFERRAL: referral\nPROACTIVE: proactive\nHISTORIC: historic';
--
-- Alter field audience on Event
--
COMMENT ON COLUMN "event"."audience" IS 'PARTIES: parties\nAPPLICANT: applicant\nREADER: reader\nSTAFF: staff';
--
-- Add field reader_id to Event
--
ALTER TABLE "event" ADD COLUMN "reader_id" UUID;
--
-- Add field is_minor to Party
--
ALTER TABLE "party" ADD COLUMN "is_minor" BOOL NOT NULL;
--
-- Add field left_at to Party
--
ALTER TABLE "party" ADD COLUMN "left_at" TIMESTAMPTZ;
--
-- Add field removed_at to Party
--
ALTER TABLE "party" ADD COLUMN "removed_at" TIMESTAMPTZ;
--
-- Alter field owner on StoredFile
--
ALTER TABLE "stored_file" ALTER COLUMN "owner_id" DROP NOT NULL;
