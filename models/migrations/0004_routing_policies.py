from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("models", "0003_open_notices")]

    initial = False

    operations = [
        ops.CreateModel(
            name="CountyBoundary",
            fields=[
                ("code", fields.CharField(primary_key=True, unique=True, db_index=True, max_length=12)),
                ("name", fields.CharField(max_length=64)),
                ("shape", fields.BinaryField()),
                ("source", fields.CharField(max_length=128)),
                ("imported_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "county_boundary",
                "app": "models",
                "pk_attr": "code",
                "table_description": "Where a county ends. Optional: without any row, distance and the names of divisions decide.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="RoutingPolicy",
            fields=[
                ("version", fields.IntField(primary_key=True, generated=False, unique=True, db_index=True)),
                ("name", fields.CharField(max_length=64)),
                ("text", fields.TextField(unique=False)),
                ("effective_from", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("added_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("withdrawn_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "routing_policy",
                "app": "models",
                "pk_attr": "version",
                "table_description": "One version of the routing policy. Rows are added and withdrawn, never changed.",
            },
            bases=["Model"],
        ),
    ]
