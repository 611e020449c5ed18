-- From 0023_talks.py, sha256 1baab782ed2d960bf91bb87e38f1d2089f631215b11ecdff22c45f5fd32e1a8d; `hejie makemigrations` writes it anew.
--
-- Create model Meeting
--
CREATE TABLE "meeting" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "kind" VARCHAR(32) NOT NULL,
    "venue" VARCHAR(32) NOT NULL,
    "status" VARCHAR(32) NOT NULL,
    "planned_at" TIMESTAMPTZ NOT NULL,
    "appointment_id" UUID,
    "agenda_sealed" BYTEA NOT NULL,
    "mediator_id" UUID NOT NULL,
    "handed_over_at" TIMESTAMPTZ,
    "begun_at" TIMESTAMPTZ,
    "ended_at" TIMESTAMPTZ,
    "reason_sealed" BYTEA,
    "created_at" TIMESTAMPTZ NOT NULL,
    "caucus_party_id" UUID REFERENCES "party" ("id") ON DELETE RESTRICT,
    "dispute_id" UUID NOT NULL REFERENCES "dispute" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_meeting_dispute_d6fef9" ON "meeting" ("dispute_id", "id");
COMMENT ON COLUMN "meeting"."venue" IS 'ONSITE: onsite\nVIDEO: video\nPHONE: phone';
COMMENT ON COLUMN "meeting"."status" IS 'PLANNED: planned\nRUNNING: running\nADJOURNED: adjourned\nENDED: ended';
--
-- Create model MeetingParticipant
--
CREATE TABLE "meeting_participant" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "role" VARCHAR(32) NOT NULL,
    "staff_id" UUID,
    "name_sealed" BYTEA,
    "attendance" VARCHAR(32) NOT NULL,
    "reason_sealed" BYTEA,
    "arrived_at" TIMESTAMPTZ,
    "left_at" TIMESTAMPTZ,
    "meeting_id" UUID NOT NULL REFERENCES "meeting" ("id") ON DELETE RESTRICT,
    "member_id" UUID REFERENCES "case_member" ("id") ON DELETE RESTRICT,
    "party_id" UUID REFERENCES "party" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_meeting_par_meeting_851f2d" ON "meeting_participant" ("meeting_id", "id");
CREATE INDEX "idx_meeting_par_party_i_4ed239" ON "meeting_participant" ("party_id");
CREATE INDEX "idx_meeting_par_member__e6baef" ON "meeting_participant" ("member_id");
COMMENT ON COLUMN "meeting_participant"."role" IS 'PARTY: party\nMEMBER: member\nMEDIATOR: mediator\nSTAFF: staff\nOTHER: other';
COMMENT ON COLUMN "meeting_participant"."attendance" IS 'EXPECTED: expected\nPRESENT: present\nLATE: late\nABSENT: absent\nLEFT_EARLY: left_early';
COMMENT ON TABLE "meeting_participant" IS 'One of `party`, `member`, `staff_id` is set, or only a name.';
--
-- Create model Minutes
--
CREATE TABLE "minutes" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "version" SMALLINT NOT NULL,
    "text_sealed" BYTEA NOT NULL,
    "facts_sealed" BYTEA NOT NULL,
    "concessions_sealed" BYTEA NOT NULL,
    "written_by_id" UUID NOT NULL,
    "written_at" TIMESTAMPTZ NOT NULL,
    "meeting_id" UUID NOT NULL REFERENCES "meeting" ("id") ON DELETE RESTRICT,
    CONSTRAINT "uid_minutes_meeting_6367cd" UNIQUE ("meeting_id", "version")
);
COMMENT ON TABLE "minutes" IS 'One version; never edited. Answers are to a version, so that a new one has none.';
--
-- Create model MinutesAnswer
--
CREATE TABLE "minutes_answer" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "answer" VARCHAR(32) NOT NULL,
    "comment_sealed" BYTEA,
    "given_by_kind" VARCHAR(32) NOT NULL,
    "given_by_id" UUID NOT NULL,
    "at" TIMESTAMPTZ NOT NULL,
    "minutes_id" UUID NOT NULL REFERENCES "minutes" ("id") ON DELETE RESTRICT,
    "party_id" UUID NOT NULL REFERENCES "party" ("id") ON DELETE RESTRICT,
    CONSTRAINT "uid_minutes_ans_minutes_43728b" UNIQUE ("minutes_id", "party_id")
);
COMMENT ON COLUMN "minutes_answer"."answer" IS 'CONFIRMED: confirmed\nCOMMENTED: commented\nREFUSED: refused';
--
-- Create model Proposal
--
CREATE TABLE "proposal" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "made_by_id" UUID NOT NULL,
    "in_caucus" BOOL NOT NULL,
    "mediator_id" UUID,
    "handed_over_at" TIMESTAMPTZ,
    "summary_sealed" BYTEA NOT NULL,
    "terms_sealed" BYTEA NOT NULL,
    "status" VARCHAR(32) NOT NULL,
    "expires_at" TIMESTAMPTZ NOT NULL,
    "made_at" TIMESTAMPTZ NOT NULL,
    "closed_at" TIMESTAMPTZ,
    "counter_to_id" UUID REFERENCES "proposal" ("id") ON DELETE RESTRICT,
    "dispute_id" UUID NOT NULL REFERENCES "dispute" ("id") ON DELETE RESTRICT,
    "made_by_party_id" UUID REFERENCES "party" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_proposal_dispute_4eb36b" ON "proposal" ("dispute_id", "id");
COMMENT ON COLUMN "proposal"."status" IS 'OPEN: open\nACCEPTED: accepted\nREFUSED: refused\nWITHDRAWN: withdrawn';
--
-- Create model ProposalAnswer
--
CREATE TABLE "proposal_answer" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "answer" VARCHAR(32) NOT NULL,
    "comment_sealed" BYTEA,
    "answered_by_kind" VARCHAR(32),
    "answered_at" TIMESTAMPTZ,
    "party_id" UUID NOT NULL REFERENCES "party" ("id") ON DELETE RESTRICT,
    "proposal_id" UUID NOT NULL REFERENCES "proposal" ("id") ON DELETE RESTRICT,
    CONSTRAINT "uid_proposal_an_proposa_266e0c" UNIQUE ("proposal_id", "party_id")
);
CREATE INDEX "idx_proposal_an_party_i_53105e" ON "proposal_answer" ("party_id");
COMMENT ON COLUMN "proposal_answer"."answer" IS 'PENDING: pending\nACCEPTED: accepted\nREFUSED: refused';
COMMENT ON TABLE "proposal_answer" IS 'One for each party that it was addressed to.';
--
-- Create model TalkChannel
--
CREATE TABLE "talk_channel" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "last_seq" BIGINT NOT NULL,
    "dispute_id" UUID NOT NULL REFERENCES "dispute" ("id") ON DELETE RESTRICT,
    "party_id" UUID REFERENCES "party" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_talk_channe_dispute_9e058a" ON "talk_channel" ("dispute_id", "id");
COMMENT ON TABLE "talk_channel" IS 'Its id follows from the case and the party. Who writes locks it: its messages are numbered without gaps.';
--
-- Create model TalkMessage
--
CREATE TABLE "talk_message" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "seq" BIGINT NOT NULL,
    "author_kind" VARCHAR(32) NOT NULL,
    "author_id" UUID NOT NULL,
    "author_name" VARCHAR(64) NOT NULL,
    "text_sealed" BYTEA NOT NULL,
    "is_concession" BOOL NOT NULL,
    "consent_sealed" BYTEA,
    "mediator_id" UUID,
    "handed_over_at" TIMESTAMPTZ,
    "ref" VARCHAR(64),
    "at" TIMESTAMPTZ NOT NULL,
    "channel_id" UUID NOT NULL REFERENCES "talk_channel" ("id") ON DELETE RESTRICT,
    "dispute_id" UUID NOT NULL REFERENCES "dispute" ("id") ON DELETE RESTRICT,
    "party_id" UUID REFERENCES "party" ("id") ON DELETE RESTRICT,
    "said_by_id" UUID REFERENCES "party" ("id") ON DELETE RESTRICT,
    CONSTRAINT "uid_talk_messag_channel_fa8398" UNIQUE ("channel_id", "seq"),
    CONSTRAINT "uid_talk_messag_author__f59734" UNIQUE ("author_id", "ref")
);
CREATE INDEX "idx_talk_messag_dispute_6c1cc9" ON "talk_message" ("dispute_id", "id");
COMMENT ON TABLE "talk_message" IS 'Of the joint channel a message; of a party''s own one an item of the separate talk, also what was only said.';
--
-- Alter field subject on ContentCheck
--
COMMENT ON COLUMN "content_check"."subject" IS 'DISPUTE: dispute\nSUPPLEMENT: supplement\nRATING: rating\nFILE: file\nMESSAGE: message';
--
-- Run SQL
--
-- Both sides may accept different proposals at once; only one of them comes into being.
CREATE UNIQUE INDEX proposal_one_accepted ON proposal (dispute_id) WHERE status = 'accepted' AND NOT in_caucus;
