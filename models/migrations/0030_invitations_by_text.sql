-- From 0030_invitations_by_text.py, sha256 bccc062fc2bff5bc0d09a06325e3efcb6f7135bf89d530a7649d489905924327; `hejie makemigrations` writes it anew.
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
