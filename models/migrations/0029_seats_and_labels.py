"""Seats of joint committees have a time; homes on a roll are found by a keyed hash, their labels sealed."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import UniqueConstraint

NOTHING_IN_PLAIN_TEXT = """
DO $$ BEGIN
    IF EXISTS (SELECT FROM household) THEN
        RAISE EXCEPTION 'the labels on this household roll are plain text, which only a running system can seal: '
                        'empty the table household with what refers to it, migrate, and bring the roll in again';
    END IF;
END $$
"""
SINCE_IT_WAS_FORMED = "UPDATE committee_seat s SET since = c.formed_at FROM committee c WHERE c.id = s.committee_id"


class Migration(migrations.Migration):
    dependencies = [("models", "0028_commitments")]

    initial = False

    operations = [
        ops.AddField(
            model_name="CommitteeSeat",
            name="since",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.RunSQL(SINCE_IT_WAS_FORMED, ""),
        ops.AlterField(
            model_name="CommitteeSeat",
            name="since",
            field=fields.DatetimeField(auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="CommitteeSeat",
            name="until",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.RunSQL(NOTHING_IN_PLAIN_TEXT, ""),
        ops.RemoveConstraint(model_name="Household", name=None, fields=["dispute", "label_key"]),
        ops.RemoveField(model_name="Household", name="label"),
        ops.RenameField(model_name="Household", old_name="label_key", new_name="label_hash"),
        ops.AddField(model_name="Household", name="label_sealed", field=fields.BinaryField()),
        ops.AddConstraint(
            model_name="Household", constraint=UniqueConstraint(fields=("dispute", "label_hash"), name=None)
        ),
    ]
