-- From 0012_participation_and_safety.py, sha256 bf07b56efa395da59cefe2b7757f3836e76c6f810728e517012d540033444629; `hejie makemigrations` writes it anew.
--
-- Create model Invitation
--
CREATE TABLE "invitation" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "token_hash" VARCHAR(64) NOT NULL UNIQUE,
    "issuer_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ NOT NULL,
    "expires_at" TIMESTAMPTZ NOT NULL,
    "failures" SMALLINT NOT NULL,
    "opened_at" TIMESTAMPTZ,
    "joined_at" TIMESTAMPTZ,
    "revoked_at" TIMESTAMPTZ,
    "dispute_id" UUID NOT NULL REFERENCES "dispute" ("id") ON DELETE RESTRICT,
    "party_id" UUID NOT NULL REFERENCES "party" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_invitation_dispute_8e264f" ON "invitation" ("dispute_id", "id");
COMMENT ON TABLE "invitation" IS 'Asks a party to answer. Who holds its token learns that a request exists; only who is identified joins.';
--
-- Create model RedCard
--
CREATE TABLE "red_card" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "signals" JSONB NOT NULL,
    "raised_by" VARCHAR(32) NOT NULL,
    "actor_id" UUID,
    "reason_sealed" BYTEA NOT NULL,
    "raised_at" TIMESTAMPTZ NOT NULL,
    "reported_at" TIMESTAMPTZ,
    "cleared_at" TIMESTAMPTZ,
    "cleared_by_id" UUID,
    "cleared_reason_sealed" BYTEA,
    "is_unfounded" BOOL NOT NULL,
    "dispute_id" UUID NOT NULL REFERENCES "dispute" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_red_card_dispute_8161cb" ON "red_card" ("dispute_id", "id");
CREATE INDEX "idx_red_card_cleared_e82616" ON "red_card" ("cleared_at", "id");
COMMENT ON COLUMN "red_card"."raised_by" IS 'RESIDENT: resident\nSTAFF: staff\nSYSTEM: system';
COMMENT ON TABLE "red_card" IS 'Somebody may be in danger. Stays open until a director clears it with a reason.';
--
-- Create model RightsAcknowledgement
--
CREATE TABLE "rights_acknowledgement" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "version" VARCHAR(16) NOT NULL,
    "way" VARCHAR(32) NOT NULL,
    "actor_id" UUID NOT NULL,
    "at" TIMESTAMPTZ NOT NULL,
    "dispute_id" UUID NOT NULL REFERENCES "dispute" ("id") ON DELETE RESTRICT,
    "party_id" UUID NOT NULL REFERENCES "party" ("id") ON DELETE RESTRICT,
    CONSTRAINT "uid_rights_ackn_party_i_6b6f96" UNIQUE ("party_id", "version")
);
CREATE INDEX "idx_rights_ackn_dispute_2b13fc" ON "rights_acknowledgement" ("dispute_id", "id");
COMMENT ON TABLE "rights_acknowledgement" IS 'A party has been told its rights and duties in this wording (人民调解法 23, 24).';
--
-- Add field safety to Dispute
--
ALTER TABLE "dispute" ADD COLUMN "safety" VARCHAR(32) NOT NULL;
