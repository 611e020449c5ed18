-- From 0029_invitations_by_text.py, sha256 2337bd1e307dc93cedb7f6c824325b23190aa2289b467ae140513199c7df6f72; `hejie makemigrations` writes it anew.
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
