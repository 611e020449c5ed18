import functools
from json import dumps, loads

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from uuid_utils.compat import uuid7

from models.assemblies import AssemblyStatus, Choice, MatterOwner, MatterStatus
from models.joint import SeatRole, TaskStatus

NEVER_ABOVE_WHAT_IS_OWED = """
ALTER TABLE household ADD CONSTRAINT household_settled_within_owed CHECK (settled_fen BETWEEN 0 AND owed_fen)
"""
BACK_TO_ANY_AMOUNT = "ALTER TABLE household DROP CONSTRAINT household_settled_within_owed"
ASKED_ONCE = """
CREATE UNIQUE INDEX case_member_assisting_once ON case_member (dispute_id, organization_id)
    WHERE kind = 'assisting' AND status IN ('invited', 'accepted')
"""
BACK_TO_ANY_NUMBER = "DROP INDEX case_member_assisting_once"


class Migration(migrations.Migration):
    dependencies = [("models", "0025_enterprises")]

    initial = False

    operations = [
        ops.CreateModel(
            name="AssemblySeries",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "dispute",
                    fields.ForeignKeyField(
                        "models.Dispute",
                        source_field="dispute_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="assembly_series",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("title", fields.CharField(max_length=128)),
                ("every_weeks", fields.SmallIntField()),
                ("first_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("created_by_id", fields.UUIDField()),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "assembly_series",
                "app": "models",
                "indexes": [Index(fields=["dispute_id", "id"])],
                "pk_attr": "id",
                "table_description": "共商联议机制: every so many weeks.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Assembly",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "dispute",
                    fields.ForeignKeyField(
                        "models.Dispute",
                        source_field="dispute_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="assemblies",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "series",
                    fields.ForeignKeyField(
                        "models.AssemblySeries",
                        source_field="series_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="assemblies",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("title", fields.CharField(max_length=128)),
                ("starts_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("place", fields.CharField(max_length=128)),
                (
                    "status",
                    fields.CharEnumField(
                        description="PLANNED: planned\nHELD: held\nCANCELLED: cancelled",
                        enum_type=AssemblyStatus,
                        max_length=32,
                    ),
                ),
                ("agenda_sealed", fields.BinaryField()),
                ("minutes_sealed", fields.BinaryField(null=True)),
            ],
            options={
                "table": "assembly",
                "app": "models",
                "indexes": [Index(fields=["dispute_id", "starts_at"])],
                "pk_attr": "id",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Committee",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "organization",
                    fields.OneToOneField(
                        "models.Organization",
                        source_field="organization_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="committee",
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
                    "dispute",
                    fields.ForeignKeyField(
                        "models.Dispute",
                        source_field="dispute_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="committees",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "lead",
                    fields.ForeignKeyField(
                        "models.Organization",
                        source_field="lead_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="led_committees",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("formed_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "committee",
                "app": "models",
                "indexes": [Index(fields=["center_id", "id"]), Index(fields=["dispute_id", "id"])],
                "pk_attr": "id",
                "table_description": "联合调解委员会: of several bodies, standing or for one case; it mediates in its own name.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="CommitteeSeat",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "committee",
                    fields.ForeignKeyField(
                        "models.Committee",
                        source_field="committee_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="seats",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "organization",
                    fields.ForeignKeyField(
                        "models.Organization",
                        source_field="organization_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="committee_seats",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("name_sealed", fields.BinaryField()),
                (
                    "role",
                    fields.CharEnumField(description="CHAIR: chair\nMEMBER: member", enum_type=SeatRole, max_length=32),
                ),
                ("ordinal", fields.SmallIntField()),
            ],
            options={
                "table": "committee_seat",
                "app": "models",
                "unique_together": (("committee", "ordinal"),),
                "pk_attr": "id",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Household",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "dispute",
                    fields.ForeignKeyField(
                        "models.Dispute",
                        source_field="dispute_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="households",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("label", fields.CharField(max_length=64)),
                ("label_key", fields.CharField(max_length=64)),
                ("contact_sealed", fields.BinaryField(null=True)),
                ("phone_sealed", fields.BinaryField(null=True)),
                ("phone_hash", fields.CharField(null=True, max_length=64)),
                (
                    "resident",
                    fields.ForeignKeyField(
                        "models.Resident",
                        source_field="resident_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="households",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("area_m2", fields.DecimalField(null=True, max_digits=10, decimal_places=2)),
                ("owed_fen", fields.BigIntField(default=0)),
                ("settled_fen", fields.BigIntField(default=0)),
                ("may_vote", fields.BooleanField(default=True)),
            ],
            options={
                "table": "household",
                "app": "models",
                "unique_together": (("dispute", "label_key"),),
                "indexes": [Index(fields=["phone_hash"]), Index(fields=["resident_id", "dispute_id"])],
                "pk_attr": "id",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="AssemblyAttendance",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "assembly",
                    fields.ForeignKeyField(
                        "models.Assembly",
                        source_field="assembly_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="attendances",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "household",
                    fields.ForeignKeyField(
                        "models.Household",
                        source_field="household_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="attendances",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("recorded_by_id", fields.UUIDField()),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "assembly_attendance",
                "app": "models",
                "unique_together": (("assembly", "household"),),
                "pk_attr": "id",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="InvitedConsent",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "member",
                    fields.ForeignKeyField(
                        "models.CaseMember",
                        source_field="member_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="consents",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "party",
                    fields.ForeignKeyField(
                        "models.Party",
                        source_field="party_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="invited_consents",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("agreed", fields.BooleanField()),
                ("recorded_by_kind", fields.CharField(max_length=32)),
                ("recorded_by_id", fields.UUIDField()),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "invited_consent",
                "app": "models",
                "unique_together": (("member", "party"),),
                "pk_attr": "id",
                "table_description": "Whether one party wants an invited person there (人民调解法 20).",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="MemberInvitation",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "dispute",
                    fields.ForeignKeyField(
                        "models.Dispute",
                        source_field="dispute_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="member_invitations",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "member",
                    fields.ForeignKeyField(
                        "models.CaseMember",
                        source_field="member_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="tokens",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("token_hash", fields.CharField(unique=True, max_length=64)),
                ("issuer_id", fields.UUIDField()),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("expires_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("failures", fields.SmallIntField(default=0)),
                ("used_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("revoked_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "member_invitation",
                "app": "models",
                "indexes": [Index(fields=["dispute_id", "id"])],
                "pk_attr": "id",
                "table_description": "A secret by which a resident joins one case: once as the invited person named, or any number as followers.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="MemberTask",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "dispute",
                    fields.ForeignKeyField(
                        "models.Dispute",
                        source_field="dispute_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="member_tasks",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "member",
                    fields.ForeignKeyField(
                        "models.CaseMember",
                        source_field="member_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="tasks",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("title_sealed", fields.BinaryField()),
                ("purpose_sealed", fields.BinaryField()),
                (
                    "status",
                    fields.CharEnumField(
                        description="GIVEN: given\nACCEPTED: accepted\nDONE: done", enum_type=TaskStatus, max_length=32
                    ),
                ),
                ("given_by_id", fields.UUIDField()),
                ("given_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("due_on", fields.DateField()),
                ("accepted_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("done_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "member_task",
                "app": "models",
                "indexes": [Index(fields=["dispute_id", "id"]), Index(fields=["member_id", "id"])],
                "pk_attr": "id",
                "table_description": "What an assisting organization is to do; the other ones learn nothing of it.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Motion",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "dispute",
                    fields.ForeignKeyField(
                        "models.Dispute",
                        source_field="dispute_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="motions",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "assembly",
                    fields.ForeignKeyField(
                        "models.Assembly",
                        source_field="assembly_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="motions",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("text_sealed", fields.BinaryField()),
                ("rule", fields.CharField(max_length=32)),
                ("terms", fields.JSONField(encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads)),
                ("opened_by_id", fields.UUIDField()),
                ("opened_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("closes_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("closed_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                (
                    "result",
                    fields.JSONField(null=True, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads),
                ),
            ],
            options={
                "table": "motion",
                "app": "models",
                "indexes": [Index(fields=["dispute_id", "id"]), Index(fields=["closed_at", "closes_at"])],
                "pk_attr": "id",
                "table_description": "Who may vote is fixed when it opens: a ballot of each household lies ready then.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Ballot",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "motion",
                    fields.ForeignKeyField(
                        "models.Motion",
                        source_field="motion_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="ballots",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "household",
                    fields.ForeignKeyField(
                        "models.Household",
                        source_field="household_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="ballots",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("area_m2", fields.DecimalField(null=True, max_digits=10, decimal_places=2)),
                (
                    "choice",
                    fields.CharEnumField(
                        null=True, description="YES: yes\nNO: no\nABSTAIN: abstain", enum_type=Choice, max_length=32
                    ),
                ),
                ("cast_by_kind", fields.CharField(null=True, max_length=32)),
                ("cast_by_id", fields.UUIDField(null=True)),
                ("cast_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "ballot",
                "app": "models",
                "unique_together": (("motion", "household"),),
                "pk_attr": "id",
                "table_description": "One household's in one motion; empty until it is cast.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Matter",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "dispute",
                    fields.ForeignKeyField(
                        "models.Dispute",
                        source_field="dispute_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="matters",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "assembly",
                    fields.ForeignKeyField(
                        "models.Assembly",
                        source_field="assembly_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="matters",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "motion",
                    fields.ForeignKeyField(
                        "models.Motion",
                        source_field="motion_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="matters",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("title_sealed", fields.BinaryField()),
                (
                    "owner_kind",
                    fields.CharEnumField(
                        description="CENTER: center\nMEMBER: member\nPARTY: party", enum_type=MatterOwner, max_length=32
                    ),
                ),
                ("owner_id", fields.UUIDField()),
                ("due_on", fields.DateField()),
                (
                    "status",
                    fields.CharEnumField(
                        description="OPEN: open\nSOLVED: solved", enum_type=MatterStatus, max_length=32
                    ),
                ),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("solved_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "matter",
                "app": "models",
                "indexes": [Index(fields=["dispute_id", "id"])],
                "pk_attr": "id",
                "table_description": "议定事项: what was decided, who sees to it, until when; followed until it is solved.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="MatterUpdate",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "matter",
                    fields.ForeignKeyField(
                        "models.Matter",
                        source_field="matter_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="updates",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "status",
                    fields.CharEnumField(
                        description="OPEN: open\nSOLVED: solved", enum_type=MatterStatus, max_length=32
                    ),
                ),
                ("text_sealed", fields.BinaryField()),
                ("actor_id", fields.UUIDField()),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "matter_update",
                "app": "models",
                "indexes": [Index(fields=["matter_id", "id"])],
                "pk_attr": "id",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Payment",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                ("dispute_id", fields.UUIDField()),
                (
                    "household",
                    fields.ForeignKeyField(
                        "models.Household",
                        source_field="household_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="payments",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("amount_fen", fields.BigIntField()),
                ("paid_on", fields.DateField()),
                ("actor_id", fields.UUIDField()),
                ("recorded_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "household_payment",
                "app": "models",
                "indexes": [Index(fields=["household_id", "id"]), Index(fields=["dispute_id", "id"])],
                "pk_attr": "id",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="TaskForce",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "dispute",
                    fields.OneToOneField(
                        "models.Dispute",
                        source_field="dispute_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="task_force",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("name", fields.CharField(max_length=128)),
                ("purpose_sealed", fields.BinaryField()),
                ("formed_by_id", fields.UUIDField()),
                ("formed_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={"table": "task_force", "app": "models", "pk_attr": "id"},
            bases=["Row"],
        ),
        ops.CreateModel(
            name="TaskReport",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "task",
                    fields.ForeignKeyField(
                        "models.MemberTask",
                        source_field="task_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="reports",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("text_sealed", fields.BinaryField()),
                ("actor_id", fields.UUIDField()),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "task_report",
                "app": "models",
                "indexes": [Index(fields=["task_id", "id"])],
                "pk_attr": "id",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Visit",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                ("dispute_id", fields.UUIDField()),
                (
                    "household",
                    fields.ForeignKeyField(
                        "models.Household",
                        source_field="household_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="visits",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("channel", fields.CharField(max_length=32)),
                ("outcome", fields.CharField(max_length=32)),
                ("note_sealed", fields.BinaryField(null=True)),
                ("actor_id", fields.UUIDField()),
                ("actor_name", fields.CharField(max_length=64)),
                ("recorded_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "household_visit",
                "app": "models",
                "indexes": [Index(fields=["household_id", "id"]), Index(fields=["dispute_id", "id"])],
                "pk_attr": "id",
                "table_description": "A visit or another contact.",
            },
            bases=["Row"],
        ),
        ops.AddField(
            model_name="CaseMember",
            name="asked_sealed",
            field=fields.BinaryField(null=True),
        ),
        ops.RunSQL(NEVER_ABOVE_WHAT_IS_OWED, BACK_TO_ANY_AMOUNT),
        ops.RunSQL(ASKED_ONCE, BACK_TO_ANY_NUMBER),
    ]
