"""Organizations that keep a desk in a center, successors of closed centers, and a number that counts every change
of what routing reads of centers, by whatever way it is made."""

import functools
from json import dumps, loads

from tortoise import fields, migrations
from tortoise.fields import SqlDefault
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops
from uuid_utils.compat import uuid7

# Before the statement, not after it: who changes centers queues here first, holding no row another one waits for.
# Once per transaction: forty thousand versions of one row in one transaction would take minutes.
COUNT_CHANGES = """
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
"""
NO_LONGER_COUNT = """
DROP TRIGGER center_changes ON center;
DROP TRIGGER organization_changes ON organization;
DROP TRIGGER residency_changes ON residency;
DROP FUNCTION count_center_change();
"""


class Migration(migrations.Migration):
    dependencies = [("models", "0004_routing_policies")]

    initial = False

    operations = [
        ops.CreateModel(
            name="CenterRevision",
            fields=[
                ("id", fields.IntField(primary_key=True, generated=False, unique=True, db_index=True)),
                ("revision", fields.BigIntField()),
            ],
            options={
                "table": "center_revision",
                "app": "models",
                "pk_attr": "id",
                "table_description": "One row, counted up by triggers whenever what routing reads of centers is written.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Residency",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "organization",
                    fields.ForeignKeyField(
                        "models.Organization",
                        source_field="organization_id",
                        db_constraint=True,
                        to_field="id",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "center",
                    fields.ForeignKeyField(
                        "models.Center",
                        source_field="center_id",
                        db_constraint=True,
                        to_field="id",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "weekdays",
                    fields.JSONField(encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads),
                ),
            ],
            options={
                "table": "residency",
                "app": "models",
                "unique_together": (("organization", "center"),),
                "pk_attr": "id",
                "table_description": "An organization keeps a desk in a center on certain days.",
            },
            bases=["Row"],
        ),
        ops.AddField(
            model_name="Center",
            name="successor",
            field=fields.ForeignKeyField(
                "models.Center",
                source_field="successor_id",
                null=True,
                db_constraint=True,
                to_field="id",
                related_name="predecessors",
                on_delete=OnDelete.RESTRICT,
            ),
        ),
        ops.AddField(
            model_name="Organization",
            name="categories",
            field=fields.JSONField(
                default=list,
                db_default=SqlDefault("'[]'::jsonb"),
                encoder=functools.partial(dumps, separators=(",", ":")),
                decoder=loads,
            ),
        ),
        ops.RunSQL(COUNT_CHANGES, NO_LONGER_COUNT),
    ]
