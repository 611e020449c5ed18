-- From 0005_residency_and_revision.py, sha256 930d768219097ffba7a151a0b61a6b1dc29630270af2479e6c0fab650bca74d0; `hejie makemigrations` writes it anew.
--
-- Create model CenterRevision
--
CREATE TABLE "center_revision" (
    "id" INT NOT NULL  PRIMARY KEY,
    "revision" BIGINT NOT NULL
);
COMMENT ON TABLE "center_revision" IS 'One row, counted up by triggers whenever what routing reads of centers is written.';
--
-- Create model Residency
--
CREATE TABLE "residency" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "weekdays" JSONB NOT NULL,
    "center_id" UUID NOT NULL REFERENCES "center" ("id") ON DELETE RESTRICT,
    "organization_id" UUID NOT NULL REFERENCES "organization" ("id") ON DELETE RESTRICT,
    CONSTRAINT "uid_residency_organiz_87b02f" UNIQUE ("organization_id", "center_id")
);
COMMENT ON TABLE "residency" IS 'An organization keeps a desk in a center on certain days.';
--
-- Add field successor to Center
--
ALTER TABLE "center" ADD COLUMN "successor_id" UUID REFERENCES "center" ("id") ON DELETE RESTRICT;
--
-- Add field categories to Organization
--
ALTER TABLE "organization" ADD COLUMN "categories" JSONB NOT NULL DEFAULT '[]'::jsonb;
--
-- Run SQL
--
INSERT INTO center_revision (id, revision) VALUES (1, 1);

CREATE FUNCTION count_center_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('hejie.counted_in', true) IS DISTINCT FROM pg_current_xact_id()::text THEN
        UPDATE center_revision SET revision = revision + 1;
        PERFORM set_config('hejie.counted_in', pg_current_xact_id()::text, true);
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER center_changes BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON center
    FOR EACH STATEMENT EXECUTE FUNCTION count_center_change();
CREATE TRIGGER organization_changes BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON organization
    FOR EACH STATEMENT EXECUTE FUNCTION count_center_change();
CREATE TRIGGER residency_changes BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON residency
    FOR EACH STATEMENT EXECUTE FUNCTION count_center_change();
