-- From 0030_shared_proposals.py, sha256 6269e91df24f2b1841d7d5d20a0d1d54a19f1dc380bd1b32a67281485cf8decc; `hejie makemigrations` writes it anew.
--
-- Alter field status on Meeting
--
COMMENT ON COLUMN "meeting"."status" IS 'PLANNED: planned\nRUNNING: running\nADJOURNED: adjourned\nENDED: ended\nCANCELLED: cancelled';
--
-- Add field consent_sealed to Proposal
--
ALTER TABLE "proposal" ADD COLUMN "consent_sealed" BYTEA;
