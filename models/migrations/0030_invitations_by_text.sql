-- From 0030_invitations_by_text.py, sha256 993f00bf18a5ae52ded8e36b50d6eaa900eb7517e35dd6e27c5eb2861d3b6286; `hejie makemigrations` writes it anew.
--
-- Add field token_sealed to Invitation
--
ALTER TABLE "invitation" ADD COLUMN "token_sealed" BYTEA;
--
-- Add field texting to Invitation
--
ALTER TABLE "invitation" ADD COLUMN "texting" VARCHAR(32);
--
-- Add field texted_at to Invitation
--
ALTER TABLE "invitation" ADD COLUMN "texted_at" TIMESTAMPTZ;
