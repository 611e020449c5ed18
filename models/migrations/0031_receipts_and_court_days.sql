-- From 0031_receipts_and_court_days.py, sha256 67eea47235c437b45a5c46b90c0dc9578ef9be5cb1b8b089acf562979b24f60d; `hejie makemigrations` writes it anew.
--
-- Create model CopyReceipt
--
CREATE TABLE "copy_receipt" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "number" SMALLINT NOT NULL,
    "received_at" TIMESTAMPTZ NOT NULL,
    "identity_check" VARCHAR(32) NOT NULL,
    "recorded_by_id" UUID NOT NULL,
    "recorded_at" TIMESTAMPTZ NOT NULL,
    "party_id" UUID NOT NULL REFERENCES "party" ("id") ON DELETE RESTRICT,
    "representation_id" UUID REFERENCES "representation" ("id") ON DELETE RESTRICT,
    "scan_id" UUID REFERENCES "stored_file" ("id") ON DELETE RESTRICT,
    "version_id" UUID NOT NULL REFERENCES "agreement_version" ("id") ON DELETE RESTRICT,
    CONSTRAINT "uid_copy_receip_version_5f32ad" UNIQUE ("version_id", "party_id"),
    CONSTRAINT "uid_copy_receip_version_ba9d0d" UNIQUE ("version_id", "number")
);
COMMENT ON TABLE "copy_receipt" IS 'One original, handed over at the center: whose it is, which one, who took it and when.';
--
-- Add field accepted_on to Confirmation
--
ALTER TABLE "confirmation" ADD COLUMN "accepted_on" DATE;
--
-- Add field court_last_day to Confirmation
--
ALTER TABLE "confirmation" ADD COLUMN "court_last_day" DATE;
--
-- Add field court_late_told_at to Confirmation
--
ALTER TABLE "confirmation" ADD COLUMN "court_late_told_at" TIMESTAMPTZ;
--
-- Add field extended_days to Confirmation
--
ALTER TABLE "confirmation" ADD COLUMN "extended_days" SMALLINT;
--
-- Add index to Confirmation
--
CREATE INDEX "idx_confirmatio_status_6d58a3" ON "confirmation" ("status", "court_last_day");
