-- From 0017_mediation_members.py, sha256 4f9c729e0b310ad9708687f386511f996ce61a1c20dcc2c72b709457b5eabf05; `hejie makemigrations` writes it anew.
--
-- Create model CaseMember
--
CREATE TABLE "case_member" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "kind" VARCHAR(32) NOT NULL,
    "status" VARCHAR(32) NOT NULL,
    "name_sealed" BYTEA,
    "part" VARCHAR(32) NOT NULL,
    "invited_by_id" UUID NOT NULL,
    "invited_at" TIMESTAMPTZ NOT NULL,
    "answered_at" TIMESTAMPTZ,
    "ended_at" TIMESTAMPTZ,
    "reason_sealed" BYTEA,
    "dispute_id" UUID NOT NULL REFERENCES "dispute" ("id") ON DELETE RESTRICT,
    "organization_id" UUID REFERENCES "organization" ("id") ON DELETE RESTRICT,
    "resident_id" UUID REFERENCES "resident" ("id") ON DELETE RESTRICT,
    "staff_id" UUID REFERENCES "staff" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_case_member_dispute_7d8067" ON "case_member" ("dispute_id", "id");
CREATE INDEX "idx_case_member_organiz_3627d7" ON "case_member" ("organization_id", "dispute_id");
CREATE INDEX "idx_case_member_staff_i_a1f61a" ON "case_member" ("staff_id", "dispute_id");
CREATE INDEX "idx_case_member_residen_df57e0" ON "case_member" ("resident_id", "dispute_id");
COMMENT ON COLUMN "case_member"."kind" IS 'ASSISTING: assisting\nEXPERT: expert\nFOLLOWER: follower\nINVITED: invited';
COMMENT ON COLUMN "case_member"."status" IS 'INVITED: invited\nACCEPTED: accepted\nDECLINED: declined\nENDED: ended';
COMMENT ON TABLE "case_member" IS 'One of `organization`, `staff`, `resident` is set, or only a name for who has no account.';
--
-- Create model Share
--
CREATE TABLE "share" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "resource" VARCHAR(32) NOT NULL,
    "item_id" UUID NOT NULL,
    "to_kind" VARCHAR(32) NOT NULL,
    "to_id" UUID NOT NULL,
    "shared_by_kind" VARCHAR(32) NOT NULL,
    "shared_by_id" UUID NOT NULL,
    "at" TIMESTAMPTZ NOT NULL,
    "dispute_id" UUID NOT NULL REFERENCES "dispute" ("id") ON DELETE RESTRICT,
    CONSTRAINT "uid_share_item_id_3329ed" UNIQUE ("item_id", "to_kind", "to_id")
);
CREATE INDEX "idx_share_dispute_61a128" ON "share" ("dispute_id", "resource");
COMMENT ON COLUMN "share"."to_kind" IS 'PARTY: party\nMEMBER: member\nFOLLOWERS: followers';
COMMENT ON TABLE "share" IS 'One item of the case shown to somebody who does not see it by the table of `mediation.toml`; never edited.';
--
-- Alter field kind on Organization
--
COMMENT ON COLUMN "organization"."kind" IS 'PEOPLES_COMMITTEE: peoples_committee\nSPECIALISED_COMMITTEE: specialised_committee\nJOINT_COMMITTEE: joint_committee\nJUSTICE_OFFICE: justice_office\nCOMMERCIAL_INSTITUTION: commercial_institution\nPROFESSIONAL_ORGANIZATION: professional_organization\nLEGAL_AID: legal_aid\nNOTARY: notary\nJUDICIAL_APPRAISAL: judicial_appraisal\nLAW_FIRM: law_firm\nINDUSTRIAL_STATION: industrial_station\nPUBLIC_BODY: public_body';
--
-- Alter field role on Staff
--
COMMENT ON COLUMN "staff"."role" IS 'CLERK: clerk\nMEDIATOR: mediator\nDIRECTOR: director\nSUPERVISOR: supervisor\nADMIN: admin\nORGANIZATION: organization\nEXPERT: expert';
--
-- Add field organization to Staff
--
ALTER TABLE "staff" ADD COLUMN "organization_id" UUID REFERENCES "organization" ("id") ON DELETE RESTRICT;
