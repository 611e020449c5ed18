-- From 0020_cloud_mediation.py, sha256 472d16ae6003f68be5ad0932f3d030985483cc7014cf869922f34aeddb75908c; `hejie makemigrations` writes it anew.
--
-- Create model Consultation
--
CREATE TABLE "consultation" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "question_sealed" BYTEA NOT NULL,
    "asked_at" TIMESTAMPTZ NOT NULL,
    "yellow_at" TIMESTAMPTZ NOT NULL,
    "due_at" TIMESTAMPTZ NOT NULL,
    "status" VARCHAR(32) NOT NULL,
    "answered_at" TIMESTAMPTZ,
    "asked_by_id" UUID NOT NULL REFERENCES "staff" ("id") ON DELETE RESTRICT,
    "dispute_id" UUID NOT NULL REFERENCES "dispute" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_consultatio_dispute_72c629" ON "consultation" ("dispute_id", "id");
COMMENT ON COLUMN "consultation"."status" IS 'ASKED: asked\nANSWERED: answered';
--
-- Create model ConsultedExpert
--
CREATE TABLE "consulted_expert" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "answer" VARCHAR(32) NOT NULL,
    "answered_at" TIMESTAMPTZ,
    "reason_sealed" BYTEA,
    "consultation_id" UUID NOT NULL REFERENCES "consultation" ("id") ON DELETE RESTRICT,
    "member_id" UUID NOT NULL REFERENCES "case_member" ("id") ON DELETE RESTRICT,
    CONSTRAINT "uid_consulted_e_consult_df24e6" UNIQUE ("consultation_id", "member_id")
);
CREATE INDEX "idx_consulted_e_member__94c04e" ON "consulted_expert" ("member_id");
COMMENT ON COLUMN "consulted_expert"."answer" IS 'INVITED: invited\nACCEPTED: accepted\nDECLINED: declined\nCONFLICT: conflict';
--
-- Create model EvidenceItem
--
CREATE TABLE "evidence_item" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "kind" VARCHAR(32) NOT NULL,
    "actor_id" UUID NOT NULL,
    "title_sealed" BYTEA NOT NULL,
    "source_sealed" BYTEA NOT NULL,
    "proves_sealed" BYTEA NOT NULL,
    "description_sealed" BYTEA,
    "submitted_at" TIMESTAMPTZ NOT NULL,
    "exchanged_at" TIMESTAMPTZ,
    "dispute_id" UUID NOT NULL REFERENCES "dispute" ("id") ON DELETE RESTRICT,
    "file_id" UUID REFERENCES "stored_file" ("id") ON DELETE RESTRICT,
    "member_id" UUID REFERENCES "case_member" ("id") ON DELETE RESTRICT,
    "party_id" UUID REFERENCES "party" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_evidence_it_dispute_bbdaec" ON "evidence_item" ("dispute_id", "id");
COMMENT ON TABLE "evidence_item" IS 'One thing that shall prove something. The submitter''s own until it is shown or exchanged.';
--
-- Create model ConsultationMaterial
--
CREATE TABLE "consultation_material" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "consultation_id" UUID NOT NULL REFERENCES "consultation" ("id") ON DELETE RESTRICT,
    "item_id" UUID NOT NULL REFERENCES "evidence_item" ("id") ON DELETE RESTRICT,
    CONSTRAINT "uid_consultatio_consult_b39eaa" UNIQUE ("consultation_id", "item_id")
);
COMMENT ON TABLE "consultation_material" IS 'Evidence that the experts of one question read, once they have accepted.';
--
-- Create model CustodyEntry
--
CREATE TABLE "custody_entry" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "act" VARCHAR(32) NOT NULL,
    "holder_sealed" BYTEA NOT NULL,
    "note_sealed" BYTEA,
    "at" TIMESTAMPTZ NOT NULL,
    "item_id" UUID NOT NULL REFERENCES "evidence_item" ("id") ON DELETE RESTRICT,
    "staff_id" UUID NOT NULL REFERENCES "staff" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_custody_ent_item_id_af9e63" ON "custody_entry" ("item_id", "id");
COMMENT ON COLUMN "custody_entry"."act" IS 'RECEIVED: received\nMOVED: moved\nRETURNED: returned';
COMMENT ON TABLE "custody_entry" IS 'Who received, moved or returned an original; never edited.';
--
-- Create model Explanation
--
CREATE TABLE "explanation" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "statement_sealed" BYTEA NOT NULL,
    "statutes" JSONB NOT NULL,
    "as_of" DATE NOT NULL,
    "at" TIMESTAMPTZ NOT NULL,
    "dispute_id" UUID NOT NULL REFERENCES "dispute" ("id") ON DELETE RESTRICT,
    "staff_id" UUID NOT NULL REFERENCES "staff" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_explanation_dispute_b5fc6b" ON "explanation" ("dispute_id", "id");
COMMENT ON TABLE "explanation" IS 'The law, made clear to parties: a statement and what it rests on.';
--
-- Create model ExplanationReceipt
--
CREATE TABLE "explanation_receipt" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "sent_at" TIMESTAMPTZ NOT NULL,
    "read_at" TIMESTAMPTZ,
    "question_sealed" BYTEA,
    "asked_at" TIMESTAMPTZ,
    "reply_sealed" BYTEA,
    "replied_at" TIMESTAMPTZ,
    "explanation_id" UUID NOT NULL REFERENCES "explanation" ("id") ON DELETE RESTRICT,
    "party_id" UUID NOT NULL REFERENCES "party" ("id") ON DELETE RESTRICT,
    CONSTRAINT "uid_explanation_explana_63dbb0" UNIQUE ("explanation_id", "party_id")
);
--
-- Create model Objection
--
CREATE TABLE "objection" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "grounds" JSONB NOT NULL,
    "text_sealed" BYTEA NOT NULL,
    "at" TIMESTAMPTZ NOT NULL,
    "item_id" UUID NOT NULL REFERENCES "evidence_item" ("id") ON DELETE RESTRICT,
    "party_id" UUID NOT NULL REFERENCES "party" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_objection_item_id_15feaa" ON "objection" ("item_id", "id");
COMMENT ON TABLE "objection" IS 'What a party that did not submit it says against an item.';
--
-- Create model Opinion
--
CREATE TABLE "opinion" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "version" SMALLINT NOT NULL,
    "text_sealed" BYTEA NOT NULL,
    "is_final" BOOL NOT NULL,
    "sha256" VARCHAR(64) NOT NULL,
    "at" TIMESTAMPTZ NOT NULL,
    "expert_id" UUID NOT NULL REFERENCES "consulted_expert" ("id") ON DELETE RESTRICT,
    CONSTRAINT "uid_opinion_expert__4b4716" UNIQUE ("expert_id", "version")
);
COMMENT ON TABLE "opinion" IS 'One version of what an expert wrote; the final one is fixed by its hash.';
--
-- Create model Room
--
CREATE TABLE "room" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "status" VARCHAR(32) NOT NULL,
    "link_sealed" BYTEA,
    "opened_at" TIMESTAMPTZ,
    "recording_since" TIMESTAMPTZ,
    "ended_at" TIMESTAMPTZ,
    "failed_at" TIMESTAMPTZ,
    "failure_sealed" BYTEA,
    "venue_sealed" BYTEA,
    "fallback_id" UUID,
    "dispute_id" UUID NOT NULL REFERENCES "dispute" ("id") ON DELETE RESTRICT,
    "appointment_id" UUID NOT NULL UNIQUE REFERENCES "appointment" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_room_dispute_a39a21" ON "room" ("dispute_id", "id");
COMMENT ON COLUMN "room"."status" IS 'PLANNED: planned\nOPEN: open\nENDED: ended';
COMMENT ON TABLE "room" IS 'There is none before somebody does something in it: until then an appointment by video has a planned room.';
--
-- Create model RoomGuest
--
CREATE TABLE "room_guest" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "actor_id" UUID NOT NULL,
    "status" VARCHAR(32) NOT NULL,
    "asked_at" TIMESTAMPTZ NOT NULL,
    "identity" VARCHAR(32),
    "identified_at" TIMESTAMPTZ,
    "identified_by_id" UUID,
    "decided_at" TIMESTAMPTZ,
    "decided_by_id" UUID,
    "reason_sealed" BYTEA,
    "left_at" TIMESTAMPTZ,
    "member_id" UUID REFERENCES "case_member" ("id") ON DELETE RESTRICT,
    "party_id" UUID REFERENCES "party" ("id") ON DELETE RESTRICT,
    "room_id" UUID NOT NULL REFERENCES "room" ("id") ON DELETE RESTRICT,
    CONSTRAINT "uid_room_guest_room_id_78a1e4" UNIQUE ("room_id", "actor_id")
);
COMMENT ON COLUMN "room_guest"."status" IS 'WAITING: waiting\nADMITTED: admitted\nTURNED_AWAY: turned_away\nLEFT: left';
COMMENT ON COLUMN "room_guest"."identity" IS 'PHONE: phone\nID_NUMBER: id_number\nACCOUNT: account\nSTAFF: staff';
COMMENT ON TABLE "room_guest" IS 'One who comes by phone or account; who hosts the room is no guest of it.';
--
-- Create model RoomConsent
--
CREATE TABLE "room_consent" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "kind" VARCHAR(32) NOT NULL,
    "version" VARCHAR(16) NOT NULL,
    "given_at" TIMESTAMPTZ NOT NULL,
    "withdrawn_at" TIMESTAMPTZ,
    "guest_id" UUID NOT NULL REFERENCES "room_guest" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_room_consen_guest_i_78c50c" ON "room_consent" ("guest_id", "kind");
COMMENT ON COLUMN "room_consent"."kind" IS 'ONLINE: online\nRECORDING: recording';
COMMENT ON TABLE "room_consent" IS 'Append-only but for the withdrawal: what a guest agreed to, in which wording.';
--
-- Create model Verification
--
CREATE TABLE "verification" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "method" VARCHAR(32) NOT NULL,
    "result" VARCHAR(32) NOT NULL,
    "original_compared" BOOL NOT NULL,
    "note_sealed" BYTEA,
    "at" TIMESTAMPTZ NOT NULL,
    "item_id" UUID NOT NULL REFERENCES "evidence_item" ("id") ON DELETE RESTRICT,
    "staff_id" UUID NOT NULL REFERENCES "staff" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_verificatio_item_id_931abc" ON "verification" ("item_id", "id");
COMMENT ON COLUMN "verification"."result" IS 'CONSISTENT: consistent\nDOUBTFUL: doubtful\nNOT_VERIFIABLE: not_verifiable';
COMMENT ON TABLE "verification" IS 'How an item was examined and what came out; a later one does not replace an earlier one.';
