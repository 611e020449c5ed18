-- From 0026_joint_mediation.py, sha256 be4f8ff4fe97802669ada6cb969fb4a17c42e55976e0ba63406f629e6100031c; `hejie makemigrations` writes it anew.
--
-- Create model AssemblySeries
--
CREATE TABLE "assembly_series" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "title" VARCHAR(128) NOT NULL,
    "every_weeks" SMALLINT NOT NULL,
    "first_at" TIMESTAMPTZ NOT NULL,
    "created_by_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ NOT NULL,
    "dispute_id" UUID NOT NULL REFERENCES "dispute" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_assembly_se_dispute_094a44" ON "assembly_series" ("dispute_id", "id");
COMMENT ON TABLE "assembly_series" IS '共商联议机制: every so many weeks.';
--
-- Create model Assembly
--
CREATE TABLE "assembly" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "title" VARCHAR(128) NOT NULL,
    "starts_at" TIMESTAMPTZ NOT NULL,
    "place" VARCHAR(128) NOT NULL,
    "status" VARCHAR(32) NOT NULL,
    "agenda_sealed" BYTEA NOT NULL,
    "minutes_sealed" BYTEA,
    "dispute_id" UUID NOT NULL REFERENCES "dispute" ("id") ON DELETE RESTRICT,
    "series_id" UUID REFERENCES "assembly_series" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_assembly_dispute_786140" ON "assembly" ("dispute_id", "starts_at");
COMMENT ON COLUMN "assembly"."status" IS 'PLANNED: planned\nHELD: held\nCANCELLED: cancelled';
--
-- Create model Committee
--
CREATE TABLE "committee" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "formed_at" TIMESTAMPTZ NOT NULL,
    "center_id" UUID NOT NULL REFERENCES "center" ("id") ON DELETE RESTRICT,
    "dispute_id" UUID REFERENCES "dispute" ("id") ON DELETE RESTRICT,
    "lead_id" UUID NOT NULL REFERENCES "organization" ("id") ON DELETE RESTRICT,
    "organization_id" UUID NOT NULL UNIQUE REFERENCES "organization" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_committee_center__6db62b" ON "committee" ("center_id", "id");
CREATE INDEX "idx_committee_dispute_a11bed" ON "committee" ("dispute_id", "id");
COMMENT ON TABLE "committee" IS '联合调解委员会: of several bodies, standing or for one case; it mediates in its own name.';
--
-- Create model CommitteeSeat
--
CREATE TABLE "committee_seat" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "name_sealed" BYTEA NOT NULL,
    "role" VARCHAR(32) NOT NULL,
    "ordinal" SMALLINT NOT NULL,
    "committee_id" UUID NOT NULL REFERENCES "committee" ("id") ON DELETE RESTRICT,
    "organization_id" UUID NOT NULL REFERENCES "organization" ("id") ON DELETE RESTRICT,
    CONSTRAINT "uid_committee_s_committ_5947bc" UNIQUE ("committee_id", "ordinal")
);
COMMENT ON COLUMN "committee_seat"."role" IS 'CHAIR: chair\nMEMBER: member';
--
-- Create model Household
--
CREATE TABLE "household" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "label" VARCHAR(64) NOT NULL,
    "label_key" VARCHAR(64) NOT NULL,
    "contact_sealed" BYTEA,
    "phone_sealed" BYTEA,
    "phone_hash" VARCHAR(64),
    "area_m2" DECIMAL(10,2),
    "owed_fen" BIGINT NOT NULL,
    "settled_fen" BIGINT NOT NULL,
    "may_vote" BOOL NOT NULL,
    "dispute_id" UUID NOT NULL REFERENCES "dispute" ("id") ON DELETE RESTRICT,
    "resident_id" UUID REFERENCES "resident" ("id") ON DELETE RESTRICT,
    CONSTRAINT "uid_household_dispute_942bee" UNIQUE ("dispute_id", "label_key")
);
CREATE INDEX "idx_household_phone_h_49f08d" ON "household" ("phone_hash");
CREATE INDEX "idx_household_residen_ee620a" ON "household" ("resident_id", "dispute_id");
--
-- Create model AssemblyAttendance
--
CREATE TABLE "assembly_attendance" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "recorded_by_id" UUID NOT NULL,
    "at" TIMESTAMPTZ NOT NULL,
    "assembly_id" UUID NOT NULL REFERENCES "assembly" ("id") ON DELETE RESTRICT,
    "household_id" UUID NOT NULL REFERENCES "household" ("id") ON DELETE RESTRICT,
    CONSTRAINT "uid_assembly_at_assembl_5a2df7" UNIQUE ("assembly_id", "household_id")
);
--
-- Create model InvitedConsent
--
CREATE TABLE "invited_consent" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "agreed" BOOL NOT NULL,
    "recorded_by_kind" VARCHAR(32) NOT NULL,
    "recorded_by_id" UUID NOT NULL,
    "at" TIMESTAMPTZ NOT NULL,
    "member_id" UUID NOT NULL REFERENCES "case_member" ("id") ON DELETE RESTRICT,
    "party_id" UUID NOT NULL REFERENCES "party" ("id") ON DELETE RESTRICT,
    CONSTRAINT "uid_invited_con_member__391bba" UNIQUE ("member_id", "party_id")
);
COMMENT ON TABLE "invited_consent" IS 'Whether one party wants an invited person there (人民调解法 20).';
--
-- Create model MemberInvitation
--
CREATE TABLE "member_invitation" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "token_hash" VARCHAR(64) NOT NULL UNIQUE,
    "issuer_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ NOT NULL,
    "expires_at" TIMESTAMPTZ NOT NULL,
    "failures" SMALLINT NOT NULL,
    "used_at" TIMESTAMPTZ,
    "revoked_at" TIMESTAMPTZ,
    "dispute_id" UUID NOT NULL REFERENCES "dispute" ("id") ON DELETE RESTRICT,
    "member_id" UUID REFERENCES "case_member" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_member_invi_dispute_c006a9" ON "member_invitation" ("dispute_id", "id");
COMMENT ON TABLE "member_invitation" IS 'A secret by which a resident joins one case: once as the invited person named, or any number as followers.';
--
-- Create model MemberTask
--
CREATE TABLE "member_task" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "title_sealed" BYTEA NOT NULL,
    "purpose_sealed" BYTEA NOT NULL,
    "status" VARCHAR(32) NOT NULL,
    "given_by_id" UUID NOT NULL,
    "given_at" TIMESTAMPTZ NOT NULL,
    "due_on" DATE NOT NULL,
    "accepted_at" TIMESTAMPTZ,
    "done_at" TIMESTAMPTZ,
    "dispute_id" UUID NOT NULL REFERENCES "dispute" ("id") ON DELETE RESTRICT,
    "member_id" UUID NOT NULL REFERENCES "case_member" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_member_task_dispute_5370c2" ON "member_task" ("dispute_id", "id");
CREATE INDEX "idx_member_task_member__38773f" ON "member_task" ("member_id", "id");
COMMENT ON COLUMN "member_task"."status" IS 'GIVEN: given\nACCEPTED: accepted\nDONE: done';
COMMENT ON TABLE "member_task" IS 'What an assisting organization is to do; the other ones learn nothing of it.';
--
-- Create model Motion
--
CREATE TABLE "motion" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "text_sealed" BYTEA NOT NULL,
    "rule" VARCHAR(32) NOT NULL,
    "terms" JSONB NOT NULL,
    "opened_by_id" UUID NOT NULL,
    "opened_at" TIMESTAMPTZ NOT NULL,
    "closes_at" TIMESTAMPTZ NOT NULL,
    "closed_at" TIMESTAMPTZ,
    "result" JSONB,
    "assembly_id" UUID NOT NULL REFERENCES "assembly" ("id") ON DELETE RESTRICT,
    "dispute_id" UUID NOT NULL REFERENCES "dispute" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_motion_dispute_573303" ON "motion" ("dispute_id", "id");
CREATE INDEX "idx_motion_closed__351f0e" ON "motion" ("closed_at", "closes_at");
COMMENT ON TABLE "motion" IS 'Who may vote is fixed when it opens: a ballot of each household lies ready then.';
--
-- Create model Ballot
--
CREATE TABLE "ballot" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "area_m2" DECIMAL(10,2),
    "choice" VARCHAR(32),
    "cast_by_kind" VARCHAR(32),
    "cast_by_id" UUID,
    "cast_at" TIMESTAMPTZ,
    "household_id" UUID NOT NULL REFERENCES "household" ("id") ON DELETE RESTRICT,
    "motion_id" UUID NOT NULL REFERENCES "motion" ("id") ON DELETE RESTRICT,
    CONSTRAINT "uid_ballot_motion__bab9ef" UNIQUE ("motion_id", "household_id")
);
COMMENT ON COLUMN "ballot"."choice" IS 'YES: yes\nNO: no\nABSTAIN: abstain';
COMMENT ON TABLE "ballot" IS 'One household''s in one motion; empty until it is cast.';
--
-- Create model Matter
--
CREATE TABLE "matter" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "title_sealed" BYTEA NOT NULL,
    "owner_kind" VARCHAR(32) NOT NULL,
    "owner_id" UUID NOT NULL,
    "due_on" DATE NOT NULL,
    "status" VARCHAR(32) NOT NULL,
    "created_at" TIMESTAMPTZ NOT NULL,
    "solved_at" TIMESTAMPTZ,
    "assembly_id" UUID REFERENCES "assembly" ("id") ON DELETE RESTRICT,
    "dispute_id" UUID NOT NULL REFERENCES "dispute" ("id") ON DELETE RESTRICT,
    "motion_id" UUID REFERENCES "motion" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_matter_dispute_4c54e8" ON "matter" ("dispute_id", "id");
COMMENT ON COLUMN "matter"."owner_kind" IS 'CENTER: center\nMEMBER: member\nPARTY: party';
COMMENT ON COLUMN "matter"."status" IS 'OPEN: open\nSOLVED: solved';
COMMENT ON TABLE "matter" IS '议定事项: what was decided, who sees to it, until when; followed until it is solved.';
--
-- Create model MatterUpdate
--
CREATE TABLE "matter_update" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "status" VARCHAR(32) NOT NULL,
    "text_sealed" BYTEA NOT NULL,
    "actor_id" UUID NOT NULL,
    "at" TIMESTAMPTZ NOT NULL,
    "matter_id" UUID NOT NULL REFERENCES "matter" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_matter_upda_matter__a6fe16" ON "matter_update" ("matter_id", "id");
COMMENT ON COLUMN "matter_update"."status" IS 'OPEN: open\nSOLVED: solved';
--
-- Create model Payment
--
CREATE TABLE "household_payment" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "dispute_id" UUID NOT NULL,
    "amount_fen" BIGINT NOT NULL,
    "paid_on" DATE NOT NULL,
    "actor_id" UUID NOT NULL,
    "recorded_at" TIMESTAMPTZ NOT NULL,
    "household_id" UUID NOT NULL REFERENCES "household" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_household_p_househo_6a5e72" ON "household_payment" ("household_id", "id");
CREATE INDEX "idx_household_p_dispute_be3b58" ON "household_payment" ("dispute_id", "id");
--
-- Create model TaskForce
--
CREATE TABLE "task_force" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "name" VARCHAR(128) NOT NULL,
    "purpose_sealed" BYTEA NOT NULL,
    "formed_by_id" UUID NOT NULL,
    "formed_at" TIMESTAMPTZ NOT NULL,
    "dispute_id" UUID NOT NULL UNIQUE REFERENCES "dispute" ("id") ON DELETE RESTRICT
);
--
-- Create model TaskReport
--
CREATE TABLE "task_report" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "text_sealed" BYTEA NOT NULL,
    "actor_id" UUID NOT NULL,
    "at" TIMESTAMPTZ NOT NULL,
    "task_id" UUID NOT NULL REFERENCES "member_task" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_task_report_task_id_41d801" ON "task_report" ("task_id", "id");
--
-- Create model Visit
--
CREATE TABLE "household_visit" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "dispute_id" UUID NOT NULL,
    "at" TIMESTAMPTZ NOT NULL,
    "channel" VARCHAR(32) NOT NULL,
    "outcome" VARCHAR(32) NOT NULL,
    "note_sealed" BYTEA,
    "actor_id" UUID NOT NULL,
    "actor_name" VARCHAR(64) NOT NULL,
    "recorded_at" TIMESTAMPTZ NOT NULL,
    "household_id" UUID NOT NULL REFERENCES "household" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_household_v_househo_0fa70d" ON "household_visit" ("household_id", "id");
CREATE INDEX "idx_household_v_dispute_d2908c" ON "household_visit" ("dispute_id", "id");
COMMENT ON TABLE "household_visit" IS 'A visit or another contact.';
--
-- Add field asked_sealed to CaseMember
--
ALTER TABLE "case_member" ADD COLUMN "asked_sealed" BYTEA;
--
-- Run SQL
--
ALTER TABLE household ADD CONSTRAINT household_settled_within_owed CHECK (settled_fen BETWEEN 0 AND owed_fen);
--
-- Run SQL
--
CREATE UNIQUE INDEX case_member_assisting_once ON case_member (dispute_id, organization_id)
    WHERE kind = 'assisting' AND status IN ('invited', 'accepted');
