-- From 0014_reminders_and_affected_appointments.py, sha256 6ec35540265a48c113edb97e51d6e00f193cae1d01ac33b2de6760811cffb7f3; `hejie makemigrations` writes it anew.
--
-- Create model AffectedAppointment
--
CREATE TABLE "affected_appointment" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "sequence" INT NOT NULL,
    "found_at" TIMESTAMPTZ NOT NULL,
    "kept_at" TIMESTAMPTZ,
    "appointment_id" UUID NOT NULL REFERENCES "appointment" ("id") ON DELETE RESTRICT,
    "kept_by_id" UUID REFERENCES "staff" ("id") ON DELETE RESTRICT,
    CONSTRAINT "uid_affected_ap_appoint_1b483f" UNIQUE ("appointment_id", "sequence")
);
COMMENT ON TABLE "affected_appointment" IS 'A booking whose day a later notice of days off has taken away. Its resident was told, then people decide.';
--
-- Create model Reminder
--
CREATE TABLE "reminder" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "sequence" INT NOT NULL,
    "rule" VARCHAR(32) NOT NULL,
    "sent_at" TIMESTAMPTZ NOT NULL,
    "appointment_id" UUID NOT NULL REFERENCES "appointment" ("id") ON DELETE RESTRICT,
    CONSTRAINT "uid_reminder_appoint_13d57e" UNIQUE ("appointment_id", "sequence", "rule")
);
COMMENT ON TABLE "reminder" IS 'What has been reminded of: once for each rule and each time that the appointment had.';
