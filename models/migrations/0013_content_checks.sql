-- From 0013_content_checks.py, sha256 4e28aa15b42122f4904707dfd79575bed7d8dec1820b711a39071e5d3400a41f; `hejie makemigrations` writes it anew.
--
-- Create model ContentCheck
--
CREATE TABLE "content_check" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "subject" VARCHAR(32) NOT NULL,
    "subject_id" UUID NOT NULL UNIQUE,
    "dispute_id" UUID,
    "status" VARCHAR(32) NOT NULL,
    "label" INT,
    "trace_id" VARCHAR(64)  UNIQUE,
    "asks" SMALLINT NOT NULL,
    "created_at" TIMESTAMPTZ NOT NULL,
    "asked_at" TIMESTAMPTZ,
    "finished_at" TIMESTAMPTZ,
    "decided_at" TIMESTAMPTZ,
    "decided_by_id" UUID REFERENCES "staff" ("id") ON DELETE RESTRICT,
    "resident_id" UUID REFERENCES "resident" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_content_che_dispute_1e3999" ON "content_check" ("dispute_id");
CREATE INDEX "idx_content_che_status_478844" ON "content_check" ("status", "created_at");
COMMENT ON COLUMN "content_check"."subject" IS 'DISPUTE: dispute\nSUPPLEMENT: supplement\nRATING: rating\nFILE: file';
COMMENT ON COLUMN "content_check"."status" IS 'WAITING: waiting\nASKED: asked\nPASSED: passed\nSKIPPED: skipped\nREVIEW: review\nRISKY: risky\nUNKNOWN: unknown\nRELEASED: released\nWITHHELD: withheld';
COMMENT ON TABLE "content_check" IS 'One for each thing that somebody brought in. It never decides whether the thing is kept, only who sees it.';
--
-- Run SQL
--
CREATE INDEX wechat_callback_trace ON wechat_callback ((payload ->> 'trace_id')) WHERE event = 'wxa_media_check';
