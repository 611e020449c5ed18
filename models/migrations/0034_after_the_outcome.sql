-- From 0034_after_the_outcome.py, sha256 c258e593fea34a7cb6f8f0c1ea65298840d6ed1489a225770b4de1623a394c68; `hejie makemigrations` writes it anew.
--
-- Create model CaseReview
--
CREATE TABLE "case_review" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "outcome" INT NOT NULL,
    "cause" VARCHAR(32) NOT NULL,
    "opened_by_id" UUID,
    "request_sealed" BYTEA,
    "status" VARCHAR(32) NOT NULL,
    "created_at" TIMESTAMPTZ NOT NULL,
    "due_at" TIMESTAMPTZ NOT NULL,
    "escalated_at" TIMESTAMPTZ,
    "decided_at" TIMESTAMPTZ,
    "answer_sealed" BYTEA,
    "decided_by_id" UUID REFERENCES "staff" ("id") ON DELETE RESTRICT,
    "dispute_id" UUID NOT NULL REFERENCES "dispute" ("id") ON DELETE RESTRICT,
    "rating_id" UUID  UNIQUE REFERENCES "rating" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_case_review_dispute_fbc8a3" ON "case_review" ("dispute_id", "id");
CREATE INDEX "idx_case_review_status_535c5b" ON "case_review" ("status", "id");
COMMENT ON COLUMN "case_review"."cause" IS 'RATING: rating\nFOLLOW_UP: follow_up';
COMMENT ON COLUMN "case_review"."status" IS 'OPEN: open\nREOPENED: reopened\nANSWERED: answered';
COMMENT ON TABLE "case_review" IS '复核: somebody outside the case decides whether it is taken up again, or answers.';
--
-- Create model Complaint
--
CREATE TABLE "complaint" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "number" VARCHAR(32) NOT NULL UNIQUE,
    "about" VARCHAR(32) NOT NULL,
    "status" VARCHAR(32) NOT NULL,
    "hides_name" BOOL NOT NULL,
    "text_sealed" BYTEA,
    "wish_sealed" BYTEA,
    "created_at" TIMESTAMPTZ NOT NULL,
    "due_at" TIMESTAMPTZ NOT NULL,
    "escalated_at" TIMESTAMPTZ,
    "ended_at" TIMESTAMPTZ,
    "finding" VARCHAR(32),
    "measures" JSONB NOT NULL,
    "answer_sealed" BYTEA,
    "center_id" UUID NOT NULL REFERENCES "center" ("id") ON DELETE RESTRICT,
    "dispute_id" UUID REFERENCES "dispute" ("id") ON DELETE RESTRICT,
    "handled_at_id" UUID REFERENCES "center" ("id") ON DELETE RESTRICT,
    "handler_id" UUID REFERENCES "staff" ("id") ON DELETE RESTRICT,
    "resident_id" UUID NOT NULL REFERENCES "resident" ("id") ON DELETE RESTRICT,
    "subject_id" UUID REFERENCES "staff" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_complaint_residen_ca207a" ON "complaint" ("resident_id", "id");
CREATE INDEX "idx_complaint_dispute_b04ca0" ON "complaint" ("dispute_id", "id");
CREATE INDEX "idx_complaint_handled_7ed4fe" ON "complaint" ("handled_at_id", "status", "id");
COMMENT ON COLUMN "complaint"."about" IS 'MEDIATOR: mediator\nDIRECTOR: director\nCENTER: center';
COMMENT ON COLUMN "complaint"."status" IS 'SUBMITTED: submitted\nTAKEN_UP: taken_up\nDECIDED: decided\nWITHDRAWN: withdrawn';
COMMENT ON COLUMN "complaint"."finding" IS 'UPHELD: upheld\nPARTLY_UPHELD: partly_upheld\nNOT_UPHELD: not_upheld';
--
-- Create model ComplaintStep
--
CREATE TABLE "complaint_step" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "kind" VARCHAR(32) NOT NULL,
    "at" TIMESTAMPTZ NOT NULL,
    "actor_kind" VARCHAR(32) NOT NULL,
    "actor_id" UUID,
    "reason_sealed" BYTEA,
    "complaint_id" UUID NOT NULL REFERENCES "complaint" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_complaint_s_complai_9a97ea" ON "complaint_step" ("complaint_id", "id");
COMMENT ON COLUMN "complaint_step"."actor_kind" IS 'RESIDENT: resident\nSTAFF: staff\nSYSTEM: system\nPARTNER: partner';
COMMENT ON TABLE "complaint_step" IS 'Append-only: what was done about it, when, by whom.';
--
-- Create model FollowUp
--
CREATE TABLE "follow_up" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "outcome" INT NOT NULL,
    "after" VARCHAR(48) NOT NULL,
    "days" SMALLINT NOT NULL,
    "due_on" DATE NOT NULL,
    "status" VARCHAR(32) NOT NULL,
    "tries" SMALLINT NOT NULL,
    "told_at" TIMESTAMPTZ,
    "reported_at" TIMESTAMPTZ,
    "created_at" TIMESTAMPTZ NOT NULL,
    "ended_at" TIMESTAMPTZ,
    "dispute_id" UUID NOT NULL REFERENCES "dispute" ("id") ON DELETE RESTRICT,
    CONSTRAINT "uid_follow_up_dispute_78ae80" UNIQUE ("dispute_id", "outcome", "after", "days")
);
CREATE INDEX "idx_follow_up_status_1acfea" ON "follow_up" ("status", "due_on", "id");
COMMENT ON COLUMN "follow_up"."status" IS 'PLANNED: planned\nDONE: done\nCANCELLED: cancelled';
COMMENT ON TABLE "follow_up" IS '回访: planned with an outcome, once for each of its days.';
--
-- Create model FollowUpRecord
--
CREATE TABLE "follow_up_record" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "at" TIMESTAMPTZ NOT NULL,
    "channel" VARCHAR(32) NOT NULL,
    "result" VARCHAR(32) NOT NULL,
    "next_step" VARCHAR(32),
    "spoke_with" JSONB NOT NULL,
    "note_sealed" BYTEA,
    "by_id" UUID NOT NULL REFERENCES "staff" ("id") ON DELETE RESTRICT,
    "follow_up_id" UUID NOT NULL REFERENCES "follow_up" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_follow_up_r_follow__619bb7" ON "follow_up_record" ("follow_up_id", "id");
COMMENT ON TABLE "follow_up_record" IS 'Append-only: one call or visit, whoever was reached.';
--
-- Add field party_id to Rating
--
ALTER TABLE "rating" ADD COLUMN "party_id" UUID;
--
-- Add constraint to Rating
--
ALTER TABLE "rating" ADD CONSTRAINT "uid_rating_dispute_64285e" UNIQUE ("dispute_id", "party_id", "outcome");
--
-- Add field answered_at to Urge
--
ALTER TABLE "urge" ADD COLUMN "answered_at" TIMESTAMPTZ;
--
-- Add field answered_by_id to Urge
--
ALTER TABLE "urge" ADD COLUMN "answered_by_id" UUID;
--
-- Add field escalated_at to Urge
--
ALTER TABLE "urge" ADD COLUMN "escalated_at" TIMESTAMPTZ;
--
-- Add field resident_id to Urge
--
ALTER TABLE "urge" ADD COLUMN "resident_id" UUID;
--
-- Run SQL
--
CREATE INDEX follow_up_planned ON follow_up (due_on, id) WHERE status = 'planned';
CREATE INDEX case_review_open ON case_review (due_at) WHERE status = 'open';
CREATE INDEX complaint_open ON complaint (due_at) WHERE status IN ('submitted', 'taken_up');
CREATE UNIQUE INDEX complaint_once ON complaint (resident_id, about, center_id, COALESCE(dispute_id, center_id))
 WHERE status IN ('submitted', 'taken_up');
CREATE INDEX urge_waiting ON urge (id) WHERE answered_at IS NULL AND resident_id IS NOT NULL;
