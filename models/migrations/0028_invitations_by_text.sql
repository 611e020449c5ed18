-- From 0028_invitations_by_text.py, sha256 94eb4080367b72636601185b0aa227ae829a449a28b6da46b51f381d2f147a4d; `hejie makemigrations` writes it anew.
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
