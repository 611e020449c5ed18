-- From 0031_next_try.py, sha256 c01ce487cd85896321f7d2e611275fb32d4b3c919fae47dece3251095b2b7e30; `hejie makemigrations` writes it anew.
--
-- Add field next_try_on to Dispute
--
ALTER TABLE "dispute" ADD COLUMN "next_try_on" DATE;
--
-- Run SQL
--
CREATE INDEX dispute_to_try ON dispute (next_try_on, id) WHERE next_try_on IS NOT NULL;
