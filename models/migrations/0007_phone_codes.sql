-- From 0007_phone_codes.py, sha256 8600bc8a571d633698f7d52ef021e24c2d6900c7963a6b1ab3875e25ea110381; `hejie makemigrations` writes it anew.
--
-- Create model PhoneCode
--
CREATE TABLE "phone_code" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "phone_hash" VARCHAR(64) NOT NULL,
    "code_hash" VARCHAR(64) NOT NULL,
    "tries" SMALLINT NOT NULL,
    "created_at" TIMESTAMPTZ NOT NULL,
    "used_at" TIMESTAMPTZ,
    "resident_id" UUID NOT NULL REFERENCES "resident" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_phone_code_residen_c39768" ON "phone_code" ("resident_id", "created_at");
CREATE INDEX "idx_phone_code_phone_h_ba8120" ON "phone_code" ("phone_hash", "created_at");
COMMENT ON TABLE "phone_code" IS 'Sent by text message to a number that somebody claims to have.';
