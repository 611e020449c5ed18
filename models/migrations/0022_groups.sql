-- From 0022_groups.py, sha256 ad339bc55cbc688ea965c67d629e40f8c7a82393391b71377ac7e60647231d3b; `hejie makemigrations` writes it anew.
--
-- Create model GroupRepresentative
--
CREATE TABLE "group_representative" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "scope" VARCHAR(32) NOT NULL,
    "basis_sealed" BYTEA NOT NULL,
    "document_sealed" BYTEA NOT NULL,
    "elected_on" DATE NOT NULL,
    "created_at" TIMESTAMPTZ NOT NULL,
    "ended_at" TIMESTAMPTZ,
    "dispute_id" UUID NOT NULL REFERENCES "dispute" ("id") ON DELETE RESTRICT,
    "party_id" UUID NOT NULL REFERENCES "party" ("id") ON DELETE RESTRICT,
    "recorder_id" UUID NOT NULL REFERENCES "staff" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_group_repre_dispute_de2bde" ON "group_representative" ("dispute_id", "id");
COMMENT ON TABLE "group_representative" IS '推选的代表人: one of the side itself, until another election.';
--
-- Create model MemberConsent
--
CREATE TABLE "member_consent" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "outcome" INT NOT NULL,
    "agreed" BOOL NOT NULL,
    "way" VARCHAR(32) NOT NULL,
    "given_on" DATE NOT NULL,
    "actor_id" UUID NOT NULL,
    "at" TIMESTAMPTZ NOT NULL,
    "dispute_id" UUID NOT NULL REFERENCES "dispute" ("id") ON DELETE RESTRICT,
    "party_id" UUID NOT NULL REFERENCES "party" ("id") ON DELETE RESTRICT,
    CONSTRAINT "uid_member_cons_party_i_b1c7e5" UNIQUE ("party_id", "outcome")
);
CREATE INDEX "idx_member_cons_dispute_007c20" ON "member_consent" ("dispute_id", "id");
COMMENT ON TABLE "member_consent" IS 'What one member has said: to those elected (`outcome` 0), or to an outcome that they reached.';
--
-- Run SQL
--
CREATE INDEX dispute_without_clock ON dispute (id) WHERE clock IS NULL AND status IN ('submitted', 'accepted', 'in_mediation', 'transferred');
