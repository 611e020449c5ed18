-- From 0031_receipts_and_court_days.py, sha256 fcc9420e7c696743c85e0f7b226d73e2597409bcb83c9b04c176c1723e2e88f2; `hejie makemigrations` writes it anew.
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
