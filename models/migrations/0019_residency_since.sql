-- From 0019_residency_since.py, sha256 9972ab882b030a465fd978cf91eadf89424eeb52b620e2dd66f37d0114e0e689; `hejie makemigrations` writes it anew.
--
-- Add field since to Residency
--
ALTER TABLE "residency" ADD COLUMN "since" DATE;
