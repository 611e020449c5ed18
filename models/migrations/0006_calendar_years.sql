-- From 0006_calendar_years.py, sha256 fed207ee637aaf28ce68e74533642a94d4199ba2054185c676525e61d046e627; `hejie makemigrations` writes it anew.
--
-- Create model CalendarRevision
--
CREATE TABLE "calendar_revision" (
    "id" INT NOT NULL  PRIMARY KEY,
    "revision" BIGINT NOT NULL
);
COMMENT ON TABLE "calendar_revision" IS 'One row, counted up by triggers whenever days or years are written, by whatever way.';
--
-- Add field year to CalendarDay
--
ALTER TABLE "calendar_day" ADD COLUMN "year" INT;
--
-- Run SQL
--
UPDATE calendar_day SET year = extract(year FROM date);
--
-- Alter field year on CalendarDay
--
ALTER TABLE "calendar_day" ALTER COLUMN "year" SET NOT NULL;
--
-- Run SQL
--
INSERT INTO calendar_revision (id, revision) VALUES (1, 1);

CREATE FUNCTION count_calendar_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE calendar_revision SET revision = revision + 1;
    RETURN NULL;
END $$;

CREATE TRIGGER calendar_day_changes BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON calendar_day
    FOR EACH STATEMENT EXECUTE FUNCTION count_calendar_change();
CREATE TRIGGER calendar_year_changes BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON calendar_year
    FOR EACH STATEMENT EXECUTE FUNCTION count_calendar_change();
