"""Days know the notice they came with, so that another notice of that year replaces them; and a number that counts
every change of the calendar, by whatever way it is made."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

OWN_YEAR = "UPDATE calendar_day SET year = extract(year FROM date)"

COUNT_CHANGES = """
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
"""
NO_LONGER_COUNT = """
DROP TRIGGER calendar_day_changes ON calendar_day;
DROP TRIGGER calendar_year_changes ON calendar_year;
DROP FUNCTION count_calendar_change();
"""


class Migration(migrations.Migration):
    dependencies = [("models", "0005_residency_and_revision")]

    initial = False

    operations = [
        ops.CreateModel(
            name="CalendarRevision",
            fields=[
                ("id", fields.IntField(primary_key=True, generated=False, unique=True, db_index=True)),
                ("revision", fields.BigIntField()),
            ],
            options={
                "table": "calendar_revision",
                "app": "models",
                "pk_attr": "id",
                "table_description": "One row, counted up by triggers whenever days or years are written, by whatever way.",
            },
            bases=["Model"],
        ),
        ops.AddField(model_name="CalendarDay", name="year", field=fields.IntField(null=True)),
        ops.RunSQL(OWN_YEAR, ""),
        ops.AlterField(model_name="CalendarDay", name="year", field=fields.IntField()),
        ops.RunSQL(COUNT_CHANGES, NO_LONGER_COUNT),
    ]
