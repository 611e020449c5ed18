-- From 0025_enterprises.py, sha256 0ae7dd17231f36cea9db0f6f3e3b7542b3b956f54ff11f9d5fa9ed2310c0b71c; `hejie makemigrations` writes it anew.
--
-- Create model Enterprise
--
CREATE TABLE "enterprise" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "credit_code" VARCHAR(18) NOT NULL UNIQUE,
    "name" VARCHAR(128) NOT NULL,
    "size" VARCHAR(32) NOT NULL,
    "division_code" VARCHAR(12) NOT NULL,
    "workers" INT,
    "is_key" BOOL NOT NULL,
    "address" VARCHAR(255) NOT NULL,
    "contact_name_sealed" BYTEA,
    "contact_phone_sealed" BYTEA,
    "left_at" TIMESTAMPTZ,
    "created_at" TIMESTAMPTZ NOT NULL,
    "station_id" UUID NOT NULL REFERENCES "organization" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_enterprise_divisio_f9dfd8" ON "enterprise" ("division_code");
CREATE INDEX "idx_enterprise_station_92b425" ON "enterprise" ("station_id", "id");
COMMENT ON COLUMN "enterprise"."size" IS 'LARGE: large\nMEDIUM: medium\nSMALL: small\nMICRO: micro';
--
-- Create model EnterpriseVisit
--
CREATE TABLE "enterprise_visit" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "on" DATE NOT NULL,
    "summary_sealed" BYTEA NOT NULL,
    "by_id" UUID NOT NULL REFERENCES "staff" ("id") ON DELETE RESTRICT,
    "enterprise_id" UUID NOT NULL REFERENCES "enterprise" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_enterprise__enterpr_14ae50" ON "enterprise_visit" ("enterprise_id", "on");
--
-- Create model LawTalk
--
CREATE TABLE "law_talk" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "on" DATE NOT NULL,
    "topic" VARCHAR(128) NOT NULL,
    "participants" INT NOT NULL,
    "by_id" UUID NOT NULL REFERENCES "staff" ("id") ON DELETE RESTRICT,
    "station_id" UUID NOT NULL REFERENCES "organization" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_law_talk_station_a61e3e" ON "law_talk" ("station_id", "on");
--
-- Create model LawTalkGuest
--
CREATE TABLE "law_talk_guest" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "enterprise_id" UUID NOT NULL REFERENCES "enterprise" ("id") ON DELETE RESTRICT,
    "talk_id" UUID NOT NULL REFERENCES "law_talk" ("id") ON DELETE RESTRICT,
    CONSTRAINT "uid_law_talk_gu_talk_id_89e4fb" UNIQUE ("talk_id", "enterprise_id")
);
--
-- Create model LegalPlan
--
CREATE TABLE "legal_plan" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "quarter" VARCHAR(6) NOT NULL,
    "created_at" TIMESTAMPTZ NOT NULL,
    "by_id" UUID NOT NULL REFERENCES "staff" ("id") ON DELETE RESTRICT,
    "enterprise_id" UUID NOT NULL REFERENCES "enterprise" ("id") ON DELETE RESTRICT,
    CONSTRAINT "uid_legal_plan_enterpr_c92346" UNIQUE ("enterprise_id", "quarter")
);
COMMENT ON TABLE "legal_plan" IS 'Made for one enterprise and one quarter.';
--
-- Create model LegalPlanItem
--
CREATE TABLE "legal_plan_item" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "text_sealed" BYTEA NOT NULL,
    "due_on" DATE NOT NULL,
    "done_on" DATE,
    "outcome_sealed" BYTEA,
    "plan_id" UUID NOT NULL REFERENCES "legal_plan" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_legal_plan__plan_id_53f266" ON "legal_plan_item" ("plan_id", "id");
--
-- Create model RiskScreening
--
CREATE TABLE "risk_screening" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "on" DATE NOT NULL,
    "by_id" UUID NOT NULL REFERENCES "staff" ("id") ON DELETE RESTRICT,
    "enterprise_id" UUID NOT NULL REFERENCES "enterprise" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_risk_screen_enterpr_960541" ON "risk_screening" ("enterprise_id", "on");
--
-- Create model RiskFinding
--
CREATE TABLE "risk_finding" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "risk" VARCHAR(32) NOT NULL,
    "text_sealed" BYTEA NOT NULL,
    "advice_sealed" BYTEA NOT NULL,
    "follow_up_on" DATE NOT NULL,
    "done_on" DATE,
    "screening_id" UUID NOT NULL REFERENCES "risk_screening" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_risk_findin_screeni_0af376" ON "risk_finding" ("screening_id", "id");
CREATE INDEX "idx_risk_findin_done_on_1fdcee" ON "risk_finding" ("done_on", "follow_up_on");
COMMENT ON TABLE "risk_finding" IS 'Followed until it is done.';
--
-- Create model FindingFollowUp
--
CREATE TABLE "finding_follow_up" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "on" DATE NOT NULL,
    "text_sealed" BYTEA NOT NULL,
    "by_id" UUID NOT NULL REFERENCES "staff" ("id") ON DELETE RESTRICT,
    "finding_id" UUID NOT NULL REFERENCES "risk_finding" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_finding_fol_finding_831ec6" ON "finding_follow_up" ("finding_id", "id");
