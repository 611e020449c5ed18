-- From 0011_diaries_and_proposals.py, sha256 696027ba0f04b5a30a533e563cb05c4bf9d92eea20e6b24b379ddd264e896206; `hejie makemigrations` writes it anew.
--
-- Create model Diary
--
CREATE TABLE "diary" (
    "id" SERIAL NOT NULL PRIMARY KEY,
    "kind" VARCHAR(32) NOT NULL,
    "subject" VARCHAR(64) NOT NULL,
    CONSTRAINT "uid_diary_subject_7a0343" UNIQUE ("subject", "kind")
);
COMMENT ON COLUMN "diary"."kind" IS 'CENTER: center\nWINDOW: window\nROOM: room\nMEDIATOR: mediator\nRESIDENT: resident\nIDENTITY: identity';
COMMENT ON TABLE "diary" IS 'One for everything that can be in one place only. `subject` is an id, or a keyed hash of an identity number.';
--
-- Create model BlockedPeriod
--
CREATE TABLE "blocked_period" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "starts_at" TIMESTAMPTZ NOT NULL,
    "ends_at" TIMESTAMPTZ NOT NULL,
    "reason" VARCHAR(128) NOT NULL,
    "created_by" UUID NOT NULL,
    "created_at" TIMESTAMPTZ NOT NULL,
    "center_id" UUID NOT NULL REFERENCES "center" ("id") ON DELETE RESTRICT,
    "diary_id" INT NOT NULL REFERENCES "diary" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_blocked_per_diary_i_835a92" ON "blocked_period" ("diary_id", "ends_at");
CREATE INDEX "idx_blocked_per_center__f8336b" ON "blocked_period" ("center_id", "ends_at");
COMMENT ON TABLE "blocked_period" IS 'No new appointments in it: leave, a course, a burst pipe. What was booked before stays until it is moved.';
--
-- Create model DiaryEntry
--
CREATE TABLE "diary_entry" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "starts_at" TIMESTAMPTZ NOT NULL,
    "ends_at" TIMESTAMPTZ NOT NULL,
    "held_until" TIMESTAMPTZ,
    "appointment_id" UUID NOT NULL REFERENCES "appointment" ("id") ON DELETE RESTRICT,
    "diary_id" INT NOT NULL REFERENCES "diary" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_diary_entry_ends_at_649fb7" ON "diary_entry" ("ends_at");
CREATE INDEX "idx_diary_entry_appoint_0f6ede" ON "diary_entry" ("appointment_id");
COMMENT ON TABLE "diary_entry" IS 'Nobody can be in two places: the database refuses two entries of one diary that overlap. Entries exist only';
--
-- Create model Facility
--
CREATE TABLE "facility" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "kind" VARCHAR(32) NOT NULL,
    "name" VARCHAR(64) NOT NULL,
    "hours" JSONB,
    "closed_at" TIMESTAMPTZ,
    "created_at" TIMESTAMPTZ NOT NULL,
    "center_id" UUID NOT NULL REFERENCES "center" ("id") ON DELETE RESTRICT,
    CONSTRAINT "uid_facility_center__4ddb92" UNIQUE ("center_id", "kind", "name")
);
COMMENT ON COLUMN "facility"."kind" IS 'WINDOW: window\nROOM: room';
COMMENT ON TABLE "facility" IS 'A window or a mediation room of a center.';
--
-- Create model MediatorHours
--
CREATE TABLE "mediator_hours" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "hours" JSONB NOT NULL,
    "mediator_id" UUID NOT NULL UNIQUE REFERENCES "staff" ("id") ON DELETE RESTRICT
);
COMMENT ON TABLE "mediator_hours" IS 'A mediator without a row has the center''s hours.';
--
-- Create model Miss
--
CREATE TABLE "miss" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "kind" VARCHAR(32) NOT NULL,
    "missed_at" TIMESTAMPTZ NOT NULL,
    "excused_at" TIMESTAMPTZ,
    "appointment_id" UUID NOT NULL REFERENCES "appointment" ("id") ON DELETE RESTRICT,
    "party_id" UUID NOT NULL REFERENCES "party" ("id") ON DELETE RESTRICT,
    CONSTRAINT "uid_miss_appoint_8ee796" UNIQUE ("appointment_id", "party_id")
);
CREATE INDEX "idx_miss_party_i_4c7f37" ON "miss" ("party_id");
COMMENT ON COLUMN "miss"."kind" IS 'NO_SHOW: no_show\nLATE_CANCELLATION: late_cancellation';
COMMENT ON TABLE "miss" IS 'A party who did not come, or cancelled too late. Too many of them limit how far ahead one may book.';
--
-- Create model Participant
--
CREATE TABLE "participant" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "is_required" BOOL NOT NULL,
    "answer" VARCHAR(32) NOT NULL,
    "answered_at" TIMESTAMPTZ,
    "recorded_by" UUID,
    "checkin_code" VARCHAR(16) NOT NULL,
    "checked_in_at" TIMESTAMPTZ,
    "appointment_id" UUID NOT NULL REFERENCES "appointment" ("id") ON DELETE RESTRICT,
    "party_id" UUID NOT NULL REFERENCES "party" ("id") ON DELETE RESTRICT,
    CONSTRAINT "uid_participant_appoint_150112" UNIQUE ("appointment_id", "party_id")
);
CREATE INDEX "idx_participant_party_i_0c1092" ON "participant" ("party_id");
COMMENT ON COLUMN "participant"."answer" IS 'PENDING: pending\nACCEPTED: accepted\nDECLINED: declined\nANOTHER_TIME: another_time';
COMMENT ON TABLE "participant" IS 'A party of the case in a mediation time: what they answered, and whether they came.';
--
-- Create model WaitEntry
--
CREATE TABLE "wait_entry" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "resident_id" UUID NOT NULL,
    "kind" VARCHAR(32) NOT NULL,
    "first_day" DATE NOT NULL,
    "last_day" DATE NOT NULL,
    "status" VARCHAR(32) NOT NULL,
    "starts_at" TIMESTAMPTZ,
    "offered_until" TIMESTAMPTZ,
    "created_at" TIMESTAMPTZ NOT NULL,
    "center_id" UUID NOT NULL REFERENCES "center" ("id") ON DELETE RESTRICT,
    "dispute_id" UUID NOT NULL REFERENCES "dispute" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_wait_entry_residen_de364c" ON "wait_entry" ("resident_id");
CREATE INDEX "idx_wait_entry_center__f039f7" ON "wait_entry" ("center_id", "kind", "status", "id");
COMMENT ON COLUMN "wait_entry"."kind" IS 'ONSITE: onsite\nVIDEO: video';
COMMENT ON COLUMN "wait_entry"."status" IS 'WAITING: waiting\nOFFERED: offered\nTAKEN: taken\nLAPSED: lapsed\nLEFT: left';
COMMENT ON TABLE "wait_entry" IS 'Somebody waits for a place at the window. An offer holds a place of the slot until `offered_until`.';
--
-- Alter field status on Appointment
--
COMMENT ON COLUMN "appointment"."status" IS 'PROPOSED: proposed\nBOOKED: booked\nCANCELLED: cancelled\nDECLINED: declined\nEXPIRED: expired\nCHECKED_IN: checked_in\nCOMPLETED: completed\nNO_SHOW: no_show';
--
-- Add field buffer_minutes to Appointment
--
ALTER TABLE "appointment" ADD COLUMN "buffer_minutes" INT;
--
-- Add field mediator to Appointment
--
ALTER TABLE "appointment" ADD COLUMN "mediator_id" UUID REFERENCES "staff" ("id") ON DELETE RESTRICT;
--
-- Add field party to Appointment
--
ALTER TABLE "appointment" ADD COLUMN "party_id" UUID REFERENCES "party" ("id") ON DELETE RESTRICT;
--
-- Add field purpose to Appointment
--
ALTER TABLE "appointment" ADD COLUMN "purpose" VARCHAR(32);
--
-- Add field respond_by to Appointment
--
ALTER TABLE "appointment" ADD COLUMN "respond_by" TIMESTAMPTZ;
--
-- Add field room to Appointment
--
ALTER TABLE "appointment" ADD COLUMN "room_id" UUID REFERENCES "facility" ("id") ON DELETE RESTRICT;
--
-- Add field video_room to Appointment
--
ALTER TABLE "appointment" ADD COLUMN "video_room" VARCHAR(32);
--
-- Add index to Appointment
--
CREATE INDEX "idx_appointment_mediato_a60729" ON "appointment" ("mediator_id", "starts_at");
--
-- Alter options for SlotCount
--
-- (no-op)
--
-- Run SQL
--
UPDATE appointment SET purpose = 'registration', buffer_minutes = 0;
--
-- Alter field buffer_minutes on Appointment
--
ALTER TABLE "appointment" ALTER COLUMN "buffer_minutes" SET NOT NULL;
--
-- Alter field purpose on Appointment
--
ALTER TABLE "appointment" ALTER COLUMN "purpose" SET NOT NULL;
--
-- Run SQL
--
CREATE FUNCTION diary_span(diary int, starts_at timestamptz, ends_at timestamptz) RETURNS int8range
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN int8range((diary::int8 << 34) + extract(epoch FROM starts_at)::int8,
                     (diary::int8 << 34) + extract(epoch FROM ends_at)::int8);

ALTER TABLE diary ADD CONSTRAINT diary_fits CHECK (id > 0 AND id < 1 << 29);
ALTER TABLE diary_entry
    ADD CONSTRAINT diary_entry_fits CHECK (
        starts_at >= '1970-01-01Z' AND starts_at < ends_at AND ends_at < '2500-01-01Z'
        AND date_trunc('second', starts_at, 'UTC') = starts_at AND date_trunc('second', ends_at, 'UTC') = ends_at),
    ADD CONSTRAINT nobody_in_two_places EXCLUDE USING gist (diary_span(diary_id, starts_at, ends_at) WITH &&);
ALTER TABLE blocked_period ADD CONSTRAINT blocked_period_in_order CHECK (starts_at < ends_at);
--
-- Run SQL
--
INSERT INTO diary (kind, subject)
SELECT DISTINCT 'resident', resident_id::text FROM appointment
 WHERE status = 'booked' AND resident_id IS NOT NULL AND ends_at > now();
INSERT INTO diary_entry (id, diary_id, appointment_id, starts_at, ends_at)
SELECT gen_random_uuid(), d.id, a.id, a.starts_at, a.ends_at
  FROM appointment a JOIN diary d ON d.kind = 'resident' AND d.subject = a.resident_id::text
 WHERE a.status = 'booked' AND a.ends_at > now();
--
-- Run SQL
--
DROP INDEX appointment_one_live;
CREATE UNIQUE INDEX appointment_one_live ON appointment (dispute_id, purpose) WHERE status IN ('booked', 'proposed');
CREATE INDEX appointment_open ON appointment (ends_at) WHERE status IN ('booked', 'proposed');
CREATE UNIQUE INDEX wait_entry_one_live ON wait_entry (dispute_id) WHERE status IN ('waiting', 'offered');
CREATE INDEX wait_entry_offered ON wait_entry (offered_until) WHERE status = 'offered';
