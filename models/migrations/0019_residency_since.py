from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("models", "0018_registry")]

    initial = False

    operations = [
        ops.AddField(
            model_name="Residency",
            name="since",
            field=fields.DateField(null=True),
        ),
    ]
