-- From 0035_statistics_and_exports.py, sha256 442236885dac2e0f39b3fb6d02a20580c997a612d36ebb8759a549606271bc58; `hejie makemigrations` writes it anew.
--
-- Create model Export
--
CREATE TABLE "export" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "kind" VARCHAR(32) NOT NULL,
    "format" VARCHAR(8) NOT NULL,
    "selection" JSONB NOT NULL,
    "columns" JSONB NOT NULL,
    "state" VARCHAR(32) NOT NULL,
    "reason" VARCHAR(32) NOT NULL DEFAULT '',
    "total_rows" INT NOT NULL,
    "done_rows" INT NOT NULL DEFAULT 0,
    "is_read" BOOL NOT NULL DEFAULT FALSE,
    "last_id" UUID,
    "size" BIGINT NOT NULL DEFAULT 0,
    "sha256" VARCHAR(64) NOT NULL DEFAULT '',
    "requested_at" TIMESTAMPTZ NOT NULL,
    "finished_at" TIMESTAMPTZ,
    "expires_at" TIMESTAMPTZ,
    "downloads" INT NOT NULL DEFAULT 0,
    "last_download_at" TIMESTAMPTZ,
    "requester_id" UUID NOT NULL REFERENCES "staff" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_export_request_5975b5" ON "export" ("requester_id", "id");
CREATE INDEX "idx_export_state_1b8b83" ON "export" ("state", "expires_at");
COMMENT ON COLUMN "export"."state" IS 'RUNNING: running\nREADY: ready\nFAILED: failed\nCANCELED: canceled\nEXPIRED: expired';
COMMENT ON TABLE "export" IS 'A table carried out of the system. The row stays when the file is gone: it is the log.';
--
-- Create model ExportPart
--
CREATE TABLE "export_part" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "ordinal" INT NOT NULL,
    "export_id" UUID NOT NULL REFERENCES "export" ("id") ON DELETE RESTRICT,
    "file_id" UUID NOT NULL UNIQUE REFERENCES "stored_file" ("id") ON DELETE RESTRICT,
    CONSTRAINT "uid_export_part_export__f515b6" UNIQUE ("export_id", "ordinal")
);
COMMENT ON TABLE "export_part" IS 'So many rows of it, sealed in the store.';
--
-- Create model RepeatQuarrel
--
CREATE TABLE "repeat_quarrel" (
    "dispute_id" UUID NOT NULL  PRIMARY KEY,
    "earlier_id" UUID NOT NULL
);
COMMENT ON TABLE "repeat_quarrel" IS 'That the same two had quarreled before, as it was seen when the case was first counted.';
--
-- Create model StatisticDue
--
CREATE TABLE "statistic_due" (
    "id" BIGSERIAL NOT NULL PRIMARY KEY,
    "dispute_id" UUID NOT NULL,
    "at" TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE "statistic_due" IS 'Cases in whose history something was written since they were counted. A trigger on `event` writes it in the same';
--
-- Create model StatisticFact
--
CREATE TABLE "statistic_fact" (
    "id" BIGSERIAL NOT NULL PRIMARY KEY,
    "dispute_id" UUID NOT NULL,
    "kind" VARCHAR(32) NOT NULL,
    "day" DATE NOT NULL,
    "center_id" UUID NOT NULL,
    "category" VARCHAR(64) NOT NULL,
    "mode" VARCHAR(32) NOT NULL,
    "source" VARCHAR(32) NOT NULL,
    "fen" BIGINT NOT NULL,
    "next_on" DATE
);
CREATE INDEX "idx_statistic_f_dispute_30c869" ON "statistic_fact" ("dispute_id");
CREATE INDEX "idx_statistic_f_kind_bce91b" ON "statistic_fact" ("kind", "day", "id");
CREATE INDEX "idx_statistic_f_center__834b68" ON "statistic_fact" ("center_id", "kind", "day", "id");
COMMENT ON TABLE "statistic_fact" IS 'One thing that counts, on the day on which it happened and with the center that had the case then.';
--
-- Create model StatisticMonth
--
CREATE TABLE "statistic_month" (
    "id" BIGSERIAL NOT NULL PRIMARY KEY,
    "month" DATE NOT NULL,
    "kind" VARCHAR(32) NOT NULL,
    "dim" VARCHAR(32) NOT NULL,
    "code" VARCHAR(64) NOT NULL,
    "cases" BIGINT NOT NULL,
    "fen" BIGINT NOT NULL,
    CONSTRAINT "uid_statistic_m_month_701bb8" UNIQUE ("month", "kind", "dim", "code")
);
COMMENT ON TABLE "statistic_month" IS 'The city''s facts of a month, summed: in all (`dim` empty), by mode, category, source and center.';
--
-- Run SQL
--
CREATE FUNCTION note_what_is_to_be_counted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO statistic_due (dispute_id, at) SELECT dispute_id, min(at) FROM written GROUP BY dispute_id;
    RETURN NULL;
END $$;

CREATE TRIGGER event_counts AFTER INSERT ON event REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION note_what_is_to_be_counted();

CREATE INDEX statistic_fact_overtaken ON statistic_fact (next_on, day)
    INCLUDE (kind, mode, category, source, center_id, fen) WHERE next_on IS NOT NULL;

INSERT INTO statistic_due (dispute_id, at) SELECT id, created_at FROM dispute ORDER BY id;
