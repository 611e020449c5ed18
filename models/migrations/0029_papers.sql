-- From 0029_papers.py, sha256 cfa10614e081ffa63e33c1b4495b347f2bd465a5379f82c9896607005c099c55; `hejie makemigrations` writes it anew.
--
-- Create model Paper
--
CREATE TABLE "paper" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "code" VARCHAR(32) NOT NULL,
    "subject_id" UUID NOT NULL,
    "is_draft" BOOL NOT NULL,
    "state" VARCHAR(32) NOT NULL,
    "title" VARCHAR(64) NOT NULL,
    "content_hash" VARCHAR(64) NOT NULL,
    "data_sealed" BYTEA NOT NULL,
    "basis_id" UUID,
    "template_version" INT NOT NULL,
    "template_hash" VARCHAR(64) NOT NULL,
    "check_code_sealed" BYTEA,
    "check_code_hash" VARCHAR(64)  UNIQUE,
    "pages" SMALLINT,
    "missing_sealed" BYTEA,
    "requested_at" TIMESTAMPTZ NOT NULL,
    "made_at" TIMESTAMPTZ,
    "superseded_at" TIMESTAMPTZ,
    "dispute_id" UUID NOT NULL REFERENCES "dispute" ("id") ON DELETE RESTRICT,
    "docx_id" UUID REFERENCES "stored_file" ("id") ON DELETE RESTRICT,
    "pdf_id" UUID REFERENCES "stored_file" ("id") ON DELETE RESTRICT,
    "requested_by_id" UUID NOT NULL REFERENCES "staff" ("id") ON DELETE RESTRICT,
    CONSTRAINT "uid_paper_dispute_cca4c0" UNIQUE ("dispute_id", "code", "subject_id", "is_draft", "content_hash", "template_hash")
);
CREATE INDEX "idx_paper_dispute_f612eb" ON "paper" ("dispute_id", "id");
CREATE INDEX "idx_paper_state_df7d1e" ON "paper" ("state", "requested_at");
COMMENT ON COLUMN "paper"."state" IS 'MAKING: making\nREADY: ready\nFAILED: failed';
COMMENT ON TABLE "paper" IS 'One paper as it was made: what it says is fixed when it is asked for, its bytes once the worker has drawn';
--
-- Create model PaperTemplate
--
CREATE TABLE "paper_template" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "code" VARCHAR(32) NOT NULL,
    "version" INT NOT NULL,
    "text" TEXT NOT NULL,
    "effective_on" DATE NOT NULL,
    "note" VARCHAR(128) NOT NULL,
    "added_at" TIMESTAMPTZ NOT NULL,
    "withdrawn_at" TIMESTAMPTZ,
    "added_by_id" UUID NOT NULL REFERENCES "staff" ("id") ON DELETE RESTRICT,
    CONSTRAINT "uid_paper_templ_code_1a3a79" UNIQUE ("code", "version")
);
COMMENT ON TABLE "paper_template" IS 'One version of one template; added and withdrawn, never changed. Version 0 is the catalog''s.';
