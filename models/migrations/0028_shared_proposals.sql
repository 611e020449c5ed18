-- From 0028_shared_proposals.py, sha256 d2beac90c1c755d4ec509913b8fdf759e67a49a04de477f0f32047d861d72622; `hejie makemigrations` writes it anew.
--
-- Alter field status on Meeting
--
COMMENT ON COLUMN "meeting"."status" IS 'PLANNED: planned\nRUNNING: running\nADJOURNED: adjourned\nENDED: ended\nCANCELLED: cancelled';
--
-- Add field consent_sealed to Proposal
--
ALTER TABLE "proposal" ADD COLUMN "consent_sealed" BYTEA;
