-- From 0039_left_lanes.py, sha256 e9e6df9b69272bab2ea3bcfdf39723d1be2f68042da605e0f8c40d5dc8d958eb; `hejie makemigrations` writes it anew.
--
-- Add field left_at to PartnerLane
--
ALTER TABLE "partner_lane" ADD COLUMN "left_at" TIMESTAMPTZ;
