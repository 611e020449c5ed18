-- From 0029_case_library.py, sha256 6e8698bcc6c5c757d358f424e1ea5036128a11ca70364465815494d4aeab388a; `hejie makemigrations` writes it anew.
--
-- Create model LibraryCase
--
CREATE TABLE "library_case" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "category" VARCHAR(64) NOT NULL,
    "status" VARCHAR(32) NOT NULL,
    "draft_sealed" BYTEA NOT NULL,
    "published" JSONB,
    "words" TEXT,
    "proposer_id" UUID NOT NULL,
    "proposed_at" TIMESTAMPTZ NOT NULL,
    "reviewer_id" UUID,
    "reviewed_at" TIMESTAMPTZ,
    "review_reason_sealed" BYTEA,
    "released_at" TIMESTAMPTZ,
    "withdrawn_at" TIMESTAMPTZ,
    "withdrawal_reason_sealed" BYTEA,
    "dispute_id" UUID NOT NULL REFERENCES "dispute" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_library_cas_status_59a30b" ON "library_case" ("status", "category", "id");
CREATE INDEX "idx_library_cas_dispute_e80900" ON "library_case" ("dispute_id", "id");
COMMENT ON COLUMN "library_case"."status" IS 'PROPOSED: proposed\nRETURNED: returned\nAPPROVED: approved\nRELEASED: released\nWITHDRAWN: withdrawn';
COMMENT ON TABLE "library_case" IS 'In clear only from its approval on: until then nobody but its proposer has looked for what identifies people.';
