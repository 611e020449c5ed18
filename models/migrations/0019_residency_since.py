from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields


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
