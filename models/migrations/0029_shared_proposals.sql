-- From 0029_shared_proposals.py, sha256 d75b6f79a6addf4252c17776d562de64bd63c5d50eac5ffdafd2fbce59134b81; `hejie makemigrations` writes it anew.
--
-- Alter field status on Meeting
--
COMMENT ON COLUMN "meeting"."status" IS 'PLANNED: planned\nRUNNING: running\nADJOURNED: adjourned\nENDED: ended\nCANCELLED: cancelled';
--
-- Add field consent_sealed to Proposal
--
ALTER TABLE "proposal" ADD COLUMN "consent_sealed" BYTEA;
