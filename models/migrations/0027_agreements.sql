-- From 0027_agreements.py, sha256 ca63686267d44e0922a69f4bac4fb3d1593663a5947bbe8b94776cab52a13c25; `hejie makemigrations` writes it anew.
--
-- Create model Agreement
--
CREATE TABLE "agreement" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "ordinal" SMALLINT NOT NULL,
    "form" VARCHAR(32) NOT NULL,
    "status" VARCHAR(32) NOT NULL,
    "version" SMALLINT NOT NULL,
    "effective_at" TIMESTAMPTZ,
    "created_by_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ NOT NULL,
    "updated_at" TIMESTAMPTZ NOT NULL,
    "dispute_id" UUID NOT NULL REFERENCES "dispute" ("id") ON DELETE RESTRICT,
    "remediates_id" UUID REFERENCES "agreement" ("id") ON DELETE RESTRICT,
    CONSTRAINT "uid_agreement_dispute_0099d9" UNIQUE ("dispute_id", "ordinal")
);
CREATE INDEX "idx_agreement_dispute_1a25a7" ON "agreement" ("dispute_id", "id");
COMMENT ON COLUMN "agreement"."form" IS 'WRITTEN: written\nORAL: oral';
COMMENT ON COLUMN "agreement"."status" IS 'DRAFT: draft\nFINAL: final\nSIGNING: signing\nEFFECTIVE: effective\nSUPERSEDED: superseded\nVOID: void';
--
-- Create model AgreementVersion
--
CREATE TABLE "agreement_version" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "number" SMALLINT NOT NULL,
    "content_sealed" BYTEA NOT NULL,
    "content_hash" VARCHAR(64) NOT NULL,
    "author_id" UUID NOT NULL,
    "at" TIMESTAMPTZ NOT NULL,
    "frozen_at" TIMESTAMPTZ,
    "agreement_id" UUID NOT NULL REFERENCES "agreement" ("id") ON DELETE RESTRICT,
    CONSTRAINT "uid_agreement_v_agreeme_fc9b73" UNIQUE ("agreement_id", "number")
);
CREATE INDEX "idx_agreement_v_content_953148" ON "agreement_version" ("content_hash");
--
-- Create model AgreementComment
--
CREATE TABLE "agreement_comment" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "text_sealed" BYTEA NOT NULL,
    "given_by_kind" VARCHAR(32) NOT NULL,
    "given_by_id" UUID NOT NULL,
    "at" TIMESTAMPTZ NOT NULL,
    "party_id" UUID NOT NULL REFERENCES "party" ("id") ON DELETE RESTRICT,
    "version_id" UUID NOT NULL REFERENCES "agreement_version" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_agreement_c_version_d60e5c" ON "agreement_comment" ("version_id", "id");
--
-- Create model Confirmation
--
CREATE TABLE "confirmation" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "status" VARCHAR(32) NOT NULL,
    "last_day" DATE NOT NULL,
    "counted" JSONB NOT NULL,
    "exclusion" VARCHAR(32),
    "court" VARCHAR(64),
    "court_level" VARCHAR(32),
    "court_ground" VARCHAR(32),
    "applied_on" DATE,
    "applied_by" VARCHAR(32),
    "decided_on" DATE,
    "refusal" VARCHAR(32),
    "ruling_sealed" BYTEA,
    "note_sealed" BYTEA,
    "updated_at" TIMESTAMPTZ NOT NULL,
    "dispute_id" UUID NOT NULL REFERENCES "dispute" ("id") ON DELETE RESTRICT,
    "agreement_id" UUID NOT NULL UNIQUE REFERENCES "agreement" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_confirmatio_dispute_d6871b" ON "confirmation" ("dispute_id", "id");
CREATE INDEX "idx_confirmatio_status_90bfc0" ON "confirmation" ("status", "last_day");
COMMENT ON COLUMN "confirmation"."status" IS 'OPEN: open\nEXCLUDED: excluded\nAPPLIED: applied\nCONFIRMED: confirmed\nREFUSED: refused\nMISSED: missed';
COMMENT ON TABLE "confirmation" IS '司法确认: one for each clock that has run; another begins only where a court has refused the one before.';
--
-- Create model ConfirmationConsent
--
CREATE TABLE "confirmation_consent" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "agreed" BOOL NOT NULL,
    "way" VARCHAR(32) NOT NULL,
    "actor_id" UUID NOT NULL,
    "at" TIMESTAMPTZ NOT NULL,
    "confirmation_id" UUID NOT NULL REFERENCES "confirmation" ("id") ON DELETE RESTRICT,
    "party_id" UUID NOT NULL REFERENCES "party" ("id") ON DELETE RESTRICT,
    CONSTRAINT "uid_confirmatio_confirm_4ef259" UNIQUE ("confirmation_id", "party_id")
);
COMMENT ON TABLE "confirmation_consent" IS 'Whether one party wants to apply; the court hears both or nobody.';
--
-- Create model ConfirmationNotice
--
CREATE TABLE "confirmation_notice" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "days_before" SMALLINT NOT NULL,
    "at" TIMESTAMPTZ NOT NULL,
    "confirmation_id" UUID NOT NULL REFERENCES "confirmation" ("id") ON DELETE RESTRICT,
    CONSTRAINT "uid_confirmatio_confirm_342d35" UNIQUE ("confirmation_id", "days_before")
);
COMMENT ON TABLE "confirmation_notice" IS 'That the parties were told so many days before the end, each once.';
--
-- Create model Parcel
--
CREATE TABLE "parcel" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "way" VARCHAR(32) NOT NULL,
    "carrier" VARCHAR(32) NOT NULL,
    "tracking_sealed" BYTEA NOT NULL,
    "tracking_hash" VARCHAR(64) NOT NULL,
    "sent_on" DATE NOT NULL,
    "delivered_on" DATE,
    "recorded_by_id" UUID NOT NULL,
    "recorded_at" TIMESTAMPTZ NOT NULL,
    "party_id" UUID NOT NULL REFERENCES "party" ("id") ON DELETE RESTRICT,
    "version_id" UUID NOT NULL REFERENCES "agreement_version" ("id") ON DELETE RESTRICT,
    CONSTRAINT "uid_parcel_carrier_6d8e66" UNIQUE ("carrier", "tracking_hash")
);
CREATE INDEX "idx_parcel_version_2bb8b2" ON "parcel" ("version_id", "party_id");
COMMENT ON COLUMN "parcel"."way" IS 'TO_SIGN: to_sign\nSENT_BACK: sent_back\nCOPY: copy';
COMMENT ON TABLE "parcel" IS 'One copy by post.';
--
-- Create model Signature
--
CREATE TABLE "signature" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "slot" VARCHAR(48) NOT NULL,
    "role" VARCHAR(32) NOT NULL,
    "method" VARCHAR(32) NOT NULL,
    "signed_at" TIMESTAMPTZ NOT NULL,
    "evidence_sealed" BYTEA NOT NULL,
    "recorded_by_kind" VARCHAR(32) NOT NULL,
    "recorded_by_id" UUID NOT NULL,
    "recorded_at" TIMESTAMPTZ NOT NULL,
    "voided_at" TIMESTAMPTZ,
    "party_id" UUID REFERENCES "party" ("id") ON DELETE RESTRICT,
    "representation_id" UUID REFERENCES "representation" ("id") ON DELETE RESTRICT,
    "scan_id" UUID REFERENCES "stored_file" ("id") ON DELETE RESTRICT,
    "version_id" UUID NOT NULL REFERENCES "agreement_version" ("id") ON DELETE RESTRICT,
    CONSTRAINT "uid_signature_version_ad3176" UNIQUE ("version_id", "slot")
);
COMMENT ON COLUMN "signature"."role" IS 'PARTY: party\nGUARDIAN: guardian\nREPRESENTATIVE: representative\nMEDIATOR: mediator\nSEAL: seal';
COMMENT ON COLUMN "signature"."method" IS 'SCREEN: screen\nPAPER: paper\nFINGERPRINT: fingerprint\nPOST: post';
COMMENT ON TABLE "signature" IS 'Of one version; a change of the text leaves it in the history, void.';
