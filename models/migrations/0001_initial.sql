-- From 0001_initial.py, sha256 83f84e227bc6a46e3b05476702cbd6e981fb4e489ffa22c0a2572fc7b4c95b48; `hejie makemigrations` writes it anew.
--
-- Create model CalendarDay
--
CREATE TABLE "calendar_day" (
    "date" DATE NOT NULL  PRIMARY KEY,
    "kind" VARCHAR(32) NOT NULL,
    "name" VARCHAR(64) NOT NULL
);
COMMENT ON COLUMN "calendar_day"."kind" IS 'OFF: off\nWORK: work';
COMMENT ON TABLE "calendar_day" IS 'A day that an official notice moved: a holiday, or a weekend day worked in exchange (调休).';
--
-- Create model CalendarYear
--
CREATE TABLE "calendar_year" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "year" INT NOT NULL UNIQUE,
    "source" VARCHAR(255) NOT NULL
);
COMMENT ON TABLE "calendar_year" IS 'Years with an official notice; all others are estimated.';
--
-- Create model Center
--
CREATE TABLE "center" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "code" VARCHAR(32) NOT NULL UNIQUE,
    "name" VARCHAR(64) NOT NULL,
    "short_name" VARCHAR(32) NOT NULL,
    "level" VARCHAR(32) NOT NULL,
    "division_code" VARCHAR(12) NOT NULL,
    "address" VARCHAR(255) NOT NULL,
    "phone" VARCHAR(32) NOT NULL,
    "lon" DOUBLE PRECISION,
    "lat" DOUBLE PRECISION,
    "crs" VARCHAR(8) NOT NULL,
    "placeholder" BOOL NOT NULL,
    "categories" JSONB NOT NULL,
    "opening" JSONB,
    "deactivated_at" TIMESTAMPTZ,
    "updated_at" TIMESTAMPTZ NOT NULL
);
CREATE INDEX "idx_center_divisio_091c89" ON "center" ("division_code");
COMMENT ON COLUMN "center"."level" IS 'CITY: city\nCOUNTY: county\nTOWNSHIP: township\nVILLAGE: village';
COMMENT ON TABLE "center" IS 'A governance center hosts mediation; the body that mediates is an `Organization`.';
--
-- Create model CaseCounter
--
CREATE TABLE "case_counter" (
    "id" BIGSERIAL NOT NULL PRIMARY KEY,
    "year" INT NOT NULL,
    "given" INT NOT NULL,
    "center_id" UUID NOT NULL REFERENCES "center" ("id") ON DELETE RESTRICT,
    CONSTRAINT "uid_case_counte_center__143069" UNIQUE ("center_id", "year")
);
COMMENT ON TABLE "case_counter" IS 'How many official numbers a center has given in a year.';
--
-- Create model Division
--
CREATE TABLE "division" (
    "code" VARCHAR(12) NOT NULL  PRIMARY KEY,
    "name" VARCHAR(64) NOT NULL,
    "level" VARCHAR(32) NOT NULL,
    "parent_code" VARCHAR(12),
    "lon_gcj02" DOUBLE PRECISION,
    "lat_gcj02" DOUBLE PRECISION
);
CREATE INDEX "idx_division_parent__e04163" ON "division" ("parent_code");
COMMENT ON TABLE "division" IS 'NBS code. Nine-digit codes of other sources are never joined with it: they disagree.';
--
-- Create model IdempotentRequest
--
CREATE TABLE "idempotent_request" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "scope" VARCHAR(64) NOT NULL UNIQUE,
    "body_hash" VARCHAR(64) NOT NULL,
    "status" SMALLINT,
    "answer_sealed" BYTEA,
    "created_at" TIMESTAMPTZ NOT NULL
);
CREATE INDEX "idx_idempotent__created_c12000" ON "idempotent_request" ("created_at");
COMMENT ON TABLE "idempotent_request" IS 'Inserted first in the transaction of the write it guards: a failed write leaves no row.';
--
-- Create model Organization
--
CREATE TABLE "organization" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "kind" VARCHAR(32) NOT NULL,
    "name" VARCHAR(128) NOT NULL,
    "registration_number" VARCHAR(64) NOT NULL,
    "is_own_committee" BOOL NOT NULL,
    "deactivated_at" TIMESTAMPTZ,
    "center_id" UUID REFERENCES "center" ("id") ON DELETE RESTRICT
);
COMMENT ON COLUMN "organization"."kind" IS 'PEOPLES_COMMITTEE: peoples_committee\nSPECIALISED_COMMITTEE: specialised_committee\nJOINT_COMMITTEE: joint_committee\nJUSTICE_OFFICE: justice_office\nCOMMERCIAL_INSTITUTION: commercial_institution';
COMMENT ON TABLE "organization" IS 'A lawfully established body whose seal an agreement bears (人民调解法 7, 8, 34).';
--
-- Create model Resident
--
CREATE TABLE "resident" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "app_id" VARCHAR(64) NOT NULL,
    "openid" VARCHAR(128) NOT NULL,
    "name_sealed" BYTEA,
    "phone_sealed" BYTEA,
    "phone_hash" VARCHAR(64),
    "id_number_sealed" BYTEA,
    "id_number_hash" VARCHAR(64),
    "created_at" TIMESTAMPTZ NOT NULL,
    "last_login_at" TIMESTAMPTZ NOT NULL,
    "closed_at" TIMESTAMPTZ,
    CONSTRAINT "uid_resident_app_id_56fd65" UNIQUE ("app_id", "openid")
);
CREATE INDEX "idx_resident_phone_h_32059c" ON "resident" ("phone_hash");
CREATE INDEX "idx_resident_id_numb_793f61" ON "resident" ("id_number_hash");
COMMENT ON TABLE "resident" IS 'Known by (app, openid): the same person has another openid in another mini-program.';
--
-- Create model Notice
--
CREATE TABLE "notice" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "dispute_id" UUID,
    "kind" VARCHAR(48) NOT NULL,
    "title" VARCHAR(64) NOT NULL,
    "text_sealed" BYTEA NOT NULL,
    "page" VARCHAR(255) NOT NULL,
    "push_data" JSONB NOT NULL,
    "template_id" VARCHAR(64),
    "created_at" TIMESTAMPTZ NOT NULL,
    "read_at" TIMESTAMPTZ,
    "send_after" TIMESTAMPTZ,
    "delivery" VARCHAR(32) NOT NULL,
    "begun_at" TIMESTAMPTZ,
    "finished_at" TIMESTAMPTZ,
    "errcode" INT,
    "resident_id" UUID NOT NULL REFERENCES "resident" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_notice_residen_3aa1a8" ON "notice" ("resident_id", "id");
COMMENT ON COLUMN "notice"."delivery" IS 'PENDING: pending\nBEGUN: begun\nINBOX_ONLY: inbox_only\nDELIVERED: delivered\nREFUSED: refused\nNO_CONSENT: no_consent\nFAILED: failed\nUNKNOWN: unknown';
COMMENT ON TABLE "notice" IS 'The in-app inbox. A push is the same words on the phone''s screen; the row is there either way.';
--
-- Create model PrivacyConsent
--
CREATE TABLE "privacy_consent" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "kind" VARCHAR(32) NOT NULL,
    "version" VARCHAR(16) NOT NULL,
    "given_at" TIMESTAMPTZ NOT NULL,
    "withdrawn_at" TIMESTAMPTZ,
    "resident_id" UUID NOT NULL REFERENCES "resident" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_privacy_con_residen_63fb40" ON "privacy_consent" ("resident_id", "kind");
COMMENT ON COLUMN "privacy_consent"."kind" IS 'PRIVACY_NOTICE: privacy_notice\nID_NUMBER: id_number\nPRECISE_LOCATION: precise_location';
COMMENT ON TABLE "privacy_consent" IS 'Append-only but for the withdrawal: what was agreed to, in which wording, when.';
--
-- Create model ResidentSession
--
CREATE TABLE "resident_session" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "token_hash" VARCHAR(64) NOT NULL UNIQUE,
    "created_at" TIMESTAMPTZ NOT NULL,
    "expires_at" TIMESTAMPTZ NOT NULL,
    "revoked_at" TIMESTAMPTZ,
    "resident_id" UUID NOT NULL REFERENCES "resident" ("id") ON DELETE RESTRICT
);
--
-- Create model SceneCode
--
CREATE TABLE "scene_code" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "code" VARCHAR(32) NOT NULL UNIQUE,
    "page" VARCHAR(128) NOT NULL,
    "params" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ NOT NULL,
    "revoked_at" TIMESTAMPTZ
);
COMMENT ON TABLE "scene_code" IS 'A short random token in a mini-program code or a shared link; it gives no access by itself.';
--
-- Create model SlotCount
--
CREATE TABLE "slot_count" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "kind" VARCHAR(32) NOT NULL,
    "starts_at" TIMESTAMPTZ NOT NULL,
    "taken" INT NOT NULL,
    "center_id" UUID NOT NULL REFERENCES "center" ("id") ON DELETE RESTRICT,
    CONSTRAINT "uid_slot_count_center__27aab4" UNIQUE ("center_id", "kind", "starts_at")
);
COMMENT ON COLUMN "slot_count"."kind" IS 'ONSITE: onsite\nVIDEO: video';
COMMENT ON TABLE "slot_count" IS 'How many places of a slot are taken. The row comes into being with the first booking; places are';
--
-- Create model Staff
--
CREATE TABLE "staff" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "username" VARCHAR(64) NOT NULL UNIQUE,
    "name" VARCHAR(32) NOT NULL,
    "password_hash" VARCHAR(255) NOT NULL,
    "otp_sealed" BYTEA,
    "role" VARCHAR(32) NOT NULL,
    "is_active" BOOL NOT NULL,
    "created_at" TIMESTAMPTZ NOT NULL,
    "center_id" UUID REFERENCES "center" ("id") ON DELETE RESTRICT
);
COMMENT ON COLUMN "staff"."role" IS 'CLERK: clerk\nMEDIATOR: mediator\nDIRECTOR: director\nSUPERVISOR: supervisor\nADMIN: admin';
--
-- Create model Dispute
--
CREATE TABLE "dispute" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "number" VARCHAR(32) NOT NULL UNIQUE,
    "case_number" VARCHAR(64),
    "source" VARCHAR(32) NOT NULL,
    "status" VARCHAR(32) NOT NULL,
    "version" INT NOT NULL,
    "category" VARCHAR(64) NOT NULL,
    "description_sealed" BYTEA,
    "claim_sealed" BYTEA,
    "voice_file_id" UUID,
    "occurred_on" DATE,
    "amount_fen" BIGINT,
    "preferred_mode" VARCHAR(32) NOT NULL,
    "location_sealed" BYTEA,
    "contact_location_sealed" BYTEA,
    "place_lon" DOUBLE PRECISION,
    "place_lat" DOUBLE PRECISION,
    "route" JSONB NOT NULL,
    "track" VARCHAR(32),
    "mode" VARCHAR(32),
    "status_before_transfer" VARCHAR(32),
    "outcome" INT NOT NULL,
    "due_at" TIMESTAMPTZ,
    "yellow_at" TIMESTAMPTZ,
    "created_at" TIMESTAMPTZ NOT NULL,
    "updated_at" TIMESTAMPTZ NOT NULL,
    "center_id" UUID NOT NULL REFERENCES "center" ("id") ON DELETE RESTRICT,
    "mediator_id" UUID REFERENCES "staff" ("id") ON DELETE RESTRICT,
    "organization_id" UUID REFERENCES "organization" ("id") ON DELETE RESTRICT,
    "recorder_id" UUID REFERENCES "staff" ("id") ON DELETE RESTRICT,
    "resident_id" UUID REFERENCES "resident" ("id") ON DELETE RESTRICT,
    "transfer_to_id" UUID REFERENCES "center" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_dispute_case_nu_a32aab" ON "dispute" ("case_number");
CREATE INDEX "idx_dispute_residen_ff4654" ON "dispute" ("resident_id", "id");
CREATE INDEX "idx_dispute_center__1fd439" ON "dispute" ("center_id", "status", "id");
CREATE INDEX "idx_dispute_center__01ff55" ON "dispute" ("center_id", "due_at", "id");
CREATE INDEX "idx_dispute_mediato_7e73d8" ON "dispute" ("mediator_id", "status", "id");
CREATE INDEX "idx_dispute_transfe_1cf480" ON "dispute" ("transfer_to_id", "id");
COMMENT ON COLUMN "dispute"."source" IS 'MINI_PROGRAM: mini_program\nWINDOW: window\nPHONE: phone\nGRID: grid\nREFERRAL: referral\nPROACTIVE: proactive';
COMMENT ON COLUMN "dispute"."status" IS 'SUBMITTED: submitted\nACCEPTED: accepted\nIN_MEDIATION: in_mediation\nAGREED: agreed\nNOT_AGREED: not_agreed\nFULFILLED: fulfilled\nCLOSED: closed\nREFUSED: refused\nWITHDRAWN: withdrawn\nTRANSFERRED: transferred';
COMMENT ON COLUMN "dispute"."status_before_transfer" IS 'SUBMITTED: submitted\nACCEPTED: accepted\nIN_MEDIATION: in_mediation\nAGREED: agreed\nNOT_AGREED: not_agreed\nFULFILLED: fulfilled\nCLOSED: closed\nREFUSED: refused\nWITHDRAWN: withdrawn\nTRANSFERRED: transferred';
--
-- Create model Appointment
--
CREATE TABLE "appointment" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "resident_id" UUID,
    "kind" VARCHAR(32) NOT NULL,
    "status" VARCHAR(32) NOT NULL,
    "starts_at" TIMESTAMPTZ NOT NULL,
    "ends_at" TIMESTAMPTZ NOT NULL,
    "sequence" INT NOT NULL,
    "checkin_code" VARCHAR(16) NOT NULL,
    "checked_in_at" TIMESTAMPTZ,
    "created_at" TIMESTAMPTZ NOT NULL,
    "updated_at" TIMESTAMPTZ NOT NULL,
    "center_id" UUID NOT NULL REFERENCES "center" ("id") ON DELETE RESTRICT,
    "dispute_id" UUID NOT NULL REFERENCES "dispute" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_appointment_residen_754c53" ON "appointment" ("resident_id", "id");
CREATE INDEX "idx_appointment_center__7a0836" ON "appointment" ("center_id", "starts_at", "id");
COMMENT ON COLUMN "appointment"."kind" IS 'ONSITE: onsite\nVIDEO: video';
COMMENT ON COLUMN "appointment"."status" IS 'BOOKED: booked\nCANCELLED: cancelled\nCHECKED_IN: checked_in\nCOMPLETED: completed\nNO_SHOW: no_show';
--
-- Create model Event
--
CREATE TABLE "event" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "kind" VARCHAR(48) NOT NULL,
    "audience" VARCHAR(32) NOT NULL,
    "at" TIMESTAMPTZ NOT NULL,
    "actor_kind" VARCHAR(32) NOT NULL,
    "actor_id" UUID,
    "actor_role" VARCHAR(32) NOT NULL,
    "data" JSONB NOT NULL,
    "detail_sealed" BYTEA,
    "dispute_id" UUID NOT NULL REFERENCES "dispute" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_event_dispute_8a75d3" ON "event" ("dispute_id", "id");
COMMENT ON COLUMN "event"."audience" IS 'PARTIES: parties\nAPPLICANT: applicant\nSTAFF: staff';
COMMENT ON COLUMN "event"."actor_kind" IS 'RESIDENT: resident\nSTAFF: staff\nSYSTEM: system';
COMMENT ON TABLE "event" IS 'Append-only. The timeline of each audience is a filter over this one table.';
--
-- Create model Party
--
CREATE TABLE "party" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "side" VARCHAR(32) NOT NULL,
    "kind" VARCHAR(32) NOT NULL,
    "ordinal" SMALLINT NOT NULL,
    "name_sealed" BYTEA NOT NULL,
    "name_hash" VARCHAR(64) NOT NULL,
    "phone_sealed" BYTEA,
    "phone_hash" VARCHAR(64),
    "id_number_sealed" BYTEA,
    "id_number_hash" VARCHAR(64),
    "credit_code_sealed" BYTEA,
    "dispute_id" UUID NOT NULL REFERENCES "dispute" ("id") ON DELETE RESTRICT,
    "resident_id" UUID REFERENCES "resident" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_party_name_ha_6547e4" ON "party" ("name_hash");
CREATE INDEX "idx_party_phone_h_ff80cc" ON "party" ("phone_hash");
CREATE INDEX "idx_party_id_numb_b30ffe" ON "party" ("id_number_hash");
CREATE INDEX "idx_party_residen_aa4138" ON "party" ("resident_id", "dispute_id");
COMMENT ON COLUMN "party"."side" IS 'APPLICANT: applicant\nRESPONDENT: respondent';
COMMENT ON COLUMN "party"."kind" IS 'PERSON: person\nORGANIZATION: organization';
--
-- Create model Rating
--
CREATE TABLE "rating" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "outcome" INT NOT NULL,
    "resolved" BOOL NOT NULL,
    "satisfaction" SMALLINT NOT NULL,
    "comment_sealed" BYTEA,
    "created_at" TIMESTAMPTZ NOT NULL,
    "dispute_id" UUID NOT NULL REFERENCES "dispute" ("id") ON DELETE RESTRICT,
    "resident_id" UUID NOT NULL REFERENCES "resident" ("id") ON DELETE RESTRICT,
    CONSTRAINT "uid_rating_dispute_abe059" UNIQUE ("dispute_id", "resident_id", "outcome")
);
COMMENT ON TABLE "rating" IS 'One per party and outcome. Staff see figures, never who.';
--
-- Create model StaffSession
--
CREATE TABLE "staff_session" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "token_hash" VARCHAR(64) NOT NULL UNIQUE,
    "created_at" TIMESTAMPTZ NOT NULL,
    "expires_at" TIMESTAMPTZ NOT NULL,
    "revoked_at" TIMESTAMPTZ,
    "staff_id" UUID NOT NULL REFERENCES "staff" ("id") ON DELETE RESTRICT
);
--
-- Create model StoredFile
--
CREATE TABLE "stored_file" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "dispute_id" UUID,
    "kind" VARCHAR(32) NOT NULL,
    "status" VARCHAR(32) NOT NULL,
    "content_type" VARCHAR(128) NOT NULL,
    "size" BIGINT NOT NULL,
    "sha256" VARCHAR(64) NOT NULL,
    "name_sealed" BYTEA,
    "has_thumbnail" BOOL NOT NULL,
    "has_original" BOOL NOT NULL,
    "created_at" TIMESTAMPTZ NOT NULL,
    "deleted_at" TIMESTAMPTZ,
    "owner_id" UUID NOT NULL REFERENCES "resident" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_stored_file_dispute_501bfc" ON "stored_file" ("dispute_id");
CREATE INDEX "idx_stored_file_owner_i_09fa80" ON "stored_file" ("owner_id", "id");
COMMENT ON COLUMN "stored_file"."kind" IS 'IMAGE: image\nAUDIO: audio\nVIDEO: video\nDOCUMENT: document';
COMMENT ON COLUMN "stored_file"."status" IS 'CHECKING: checking\nAVAILABLE: available\nREJECTED: rejected';
COMMENT ON TABLE "stored_file" IS 'The bytes lie sealed in the object store under `id`; `size` and `sha256` are of what was uploaded.';
--
-- Create model SubscriptionGrant
--
CREATE TABLE "subscription_grant" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "template_id" VARCHAR(64) NOT NULL,
    "source" VARCHAR(32) NOT NULL,
    "scene" VARCHAR(48) NOT NULL,
    "granted_at" TIMESTAMPTZ NOT NULL,
    "paired_at" TIMESTAMPTZ,
    "claimed_by" UUID,
    "spent_at" TIMESTAMPTZ,
    "revoked_at" TIMESTAMPTZ,
    "resident_id" UUID NOT NULL REFERENCES "resident" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_subscriptio_claimed_73642c" ON "subscription_grant" ("claimed_by");
CREATE INDEX "idx_subscriptio_residen_852c15" ON "subscription_grant" ("resident_id", "template_id", "granted_at");
COMMENT ON COLUMN "subscription_grant"."source" IS 'PAGE: page\nEVENT: event';
COMMENT ON TABLE "subscription_grant" IS 'One acceptance = one message. Rows are claimed, given back, spent or revoked; never edited otherwise.';
--
-- Create model Urge
--
CREATE TABLE "urge" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "counted_on" DATE NOT NULL,
    "created_at" TIMESTAMPTZ NOT NULL,
    "dispute_id" UUID NOT NULL REFERENCES "dispute" ("id") ON DELETE RESTRICT,
    CONSTRAINT "uid_urge_dispute_162dbc" UNIQUE ("dispute_id", "counted_on")
);
COMMENT ON TABLE "urge" IS '催办: at most one per dispute and working day, which the unique key enforces.';
--
-- Create model WechatCallback
--
CREATE TABLE "wechat_callback" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "dedupe_key" VARCHAR(191) NOT NULL UNIQUE,
    "event" VARCHAR(64) NOT NULL,
    "payload" JSONB NOT NULL,
    "received_at" TIMESTAMPTZ NOT NULL,
    "handled_at" TIMESTAMPTZ
);
COMMENT ON TABLE "wechat_callback" IS 'Events that WeChat pushed, kept until handled and then to know a repetition.';
