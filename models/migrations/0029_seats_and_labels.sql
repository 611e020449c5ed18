-- From 0029_seats_and_labels.py, sha256 dc61a5996c54409834cfee4dd73fe3f72aeaa34dc467af184017615073c3c884; `hejie makemigrations` writes it anew.
--
-- Add field since to CommitteeSeat
--
ALTER TABLE "committee_seat" ADD COLUMN "since" TIMESTAMPTZ;
--
-- Run SQL
--
UPDATE committee_seat s SET since = c.formed_at FROM committee c WHERE c.id = s.committee_id;
--
-- Alter field since on CommitteeSeat
--
ALTER TABLE "committee_seat" ALTER COLUMN "since" SET NOT NULL;
--
-- Add field until to CommitteeSeat
--
ALTER TABLE "committee_seat" ADD COLUMN "until" TIMESTAMPTZ;
--
-- Run SQL
--
DO $$ BEGIN
    IF EXISTS (SELECT FROM household) THEN
        RAISE EXCEPTION 'the labels on this household roll are plain text, which only a running system can seal: '
                        'empty the table household with what refers to it, migrate, and bring the roll in again';
    END IF;
END $$;
--
-- Remove constraint from Household
--
ALTER TABLE "household" DROP CONSTRAINT "uid_household_dispute_942bee";
--
-- Remove field label from Household
--
ALTER TABLE "household" DROP COLUMN "label" CASCADE;
--
-- Rename field label_key to label_hash on Household
--
ALTER TABLE "household" RENAME COLUMN "label_key" TO "label_hash";
--
-- Add field label_sealed to Household
--
ALTER TABLE "household" ADD COLUMN "label_sealed" BYTEA NOT NULL;
--
-- Add constraint to Household
--
ALTER TABLE "household" ADD CONSTRAINT "uid_household_dispute_3d94b0" UNIQUE ("dispute_id", "label_hash");
