-- From 0010_working_time_clock.py, sha256 debaa4d4883ce66303d56a6768bc13ddc3d19b08726fb607a1aa3323883849e9; `hejie makemigrations` writes it anew.
--
-- Create model StaffNotice
--
CREATE TABLE "staff_notice" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "dispute_id" UUID,
    "kind" VARCHAR(48) NOT NULL,
    "title" VARCHAR(64) NOT NULL,
    "text" VARCHAR(255) NOT NULL,
    "created_at" TIMESTAMPTZ NOT NULL,
    "read_at" TIMESTAMPTZ,
    "staff_id" UUID NOT NULL REFERENCES "staff" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_staff_notic_staff_i_0e13ee" ON "staff_notice" ("staff_id", "id");
COMMENT ON TABLE "staff_notice" IS 'The inbox of a staff member. It names a case by its number, never a person.';
--
-- Add field bounces to Dispute
--
ALTER TABLE "dispute" ADD COLUMN "bounces" SMALLINT NOT NULL DEFAULT 0;
--
-- Add field clock to Dispute
--
ALTER TABLE "dispute" ADD COLUMN "clock" JSONB;
--
-- Add field escalated_due_at to Dispute
--
ALTER TABLE "dispute" ADD COLUMN "escalated_due_at" TIMESTAMPTZ;
--
-- Add field must_decide to Dispute
--
ALTER TABLE "dispute" ADD COLUMN "must_decide" BOOL NOT NULL DEFAULT FALSE;
--
-- Add field resumes_at to Dispute
--
ALTER TABLE "dispute" ADD COLUMN "resumes_at" TIMESTAMPTZ;
--
-- Add field clock to Event
--
ALTER TABLE "event" ADD COLUMN "clock" JSONB;
--
-- Add field flow to Event
--
ALTER TABLE "event" ADD COLUMN "flow" VARCHAR(32) NOT NULL DEFAULT '';
--
-- Add field status to Event
--
ALTER TABLE "event" ADD COLUMN "status" VARCHAR(32) NOT NULL DEFAULT '';
--
-- Run SQL
--
CREATE INDEX dispute_overdue ON dispute (due_at) WHERE escalated_due_at IS NULL OR escalated_due_at < due_at;
CREATE INDEX dispute_resumes ON dispute (resumes_at) WHERE resumes_at IS NOT NULL;
CREATE INDEX dispute_by_light ON dispute (due_at, id);
CREATE INDEX dispute_target_by_light ON dispute (transfer_to_id, due_at, id);
CREATE INDEX event_settled ON event (xid, id);
ALTER TABLE staff_notice ADD xid bigint NOT NULL DEFAULT pg_current_xact_id()::text::bigint;
CREATE INDEX staff_notice_committed ON staff_notice (staff_id, xid, id);
