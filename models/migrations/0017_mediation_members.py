from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from uuid_utils.compat import uuid7

from models.accounts import Role
from models.centers import OrganizationKind
from models.mediation import MemberKind, MemberStatus, ShareWith


class Migration(migrations.Migration):
    dependencies = [("models", "0016_calendar_feeds")]

    initial = False

    operations = [
        ops.CreateModel(
            name="CaseMember",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "dispute",
                    fields.ForeignKeyField(
                        "models.Dispute",
                        source_field="dispute_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="members",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "kind",
                    fields.CharEnumField(
                        description="ASSISTING: assisting\nEXPERT: expert\nFOLLOWER: follower\nINVITED: invited",
                        enum_type=MemberKind,
                        max_length=32,
                    ),
                ),
                (
                    "status",
                    fields.CharEnumField(
                        description="INVITED: invited\nACCEPTED: accepted\nDECLINED: declined\nENDED: ended",
                        enum_type=MemberStatus,
                        max_length=32,
                    ),
                ),
                (
                    "organization",
                    fields.ForeignKeyField(
                        "models.Organization",
                        source_field="organization_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="memberships",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "staff",
                    fields.ForeignKeyField(
                        "models.Staff",
                        source_field="staff_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="memberships",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "resident",
                    fields.ForeignKeyField(
                        "models.Resident",
                        source_field="resident_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="memberships",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("name_sealed", fields.BinaryField(null=True)),
                ("part", fields.CharField(default="", max_length=32)),
                ("invited_by_id", fields.UUIDField()),
                ("invited_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("answered_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("ended_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("reason_sealed", fields.BinaryField(null=True)),
            ],
            options={
                "table": "case_member",
                "app": "models",
                "indexes": [
                    Index(fields=["dispute_id", "id"]),
                    Index(fields=["organization_id", "dispute_id"]),
                    Index(fields=["staff_id", "dispute_id"]),
                    Index(fields=["resident_id", "dispute_id"]),
                ],
                "pk_attr": "id",
                "table_description": "One of `organization`, `staff`, `resident` is set, or only a name for who has no account.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Share",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "dispute",
                    fields.ForeignKeyField(
                        "models.Dispute",
                        source_field="dispute_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="shares",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("resource", fields.CharField(max_length=32)),
                ("item_id", fields.UUIDField()),
                (
                    "to_kind",
                    fields.CharEnumField(
                        description="PARTY: party\nMEMBER: member\nFOLLOWERS: followers",
                        enum_type=ShareWith,
                        max_length=32,
                    ),
                ),
                ("to_id", fields.UUIDField()),
                ("shared_by_kind", fields.CharField(max_length=32)),
                ("shared_by_id", fields.UUIDField()),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "share",
                "app": "models",
                "unique_together": (("item_id", "to_kind", "to_id"),),
                "indexes": [Index(fields=["dispute_id", "resource"])],
                "pk_attr": "id",
                "table_description": "One item of the case shown to somebody who does not see it by the table of `mediation.toml`; never edited.",
            },
            bases=["Row"],
        ),
        ops.AlterField(
            model_name="Organization",
            name="kind",
            field=fields.CharEnumField(
                description="PEOPLES_COMMITTEE: peoples_committee\nSPECIALISED_COMMITTEE: specialised_committee\nJOINT_COMMITTEE: joint_committee\nJUSTICE_OFFICE: justice_office\nCOMMERCIAL_INSTITUTION: commercial_institution\nPROFESSIONAL_ORGANIZATION: professional_organization\nLEGAL_AID: legal_aid\nNOTARY: notary\nJUDICIAL_APPRAISAL: judicial_appraisal\nLAW_FIRM: law_firm\nINDUSTRIAL_STATION: industrial_station\nPUBLIC_BODY: public_body",
                enum_type=OrganizationKind,
                max_length=32,
            ),
        ),
        ops.AlterField(
            model_name="Staff",
            name="role",
            field=fields.CharEnumField(
                description="CLERK: clerk\nMEDIATOR: mediator\nDIRECTOR: director\nSUPERVISOR: supervisor\nADMIN: admin\nORGANIZATION: organization\nEXPERT: expert",
                enum_type=Role,
                max_length=32,
            ),
        ),
        ops.AddField(
            model_name="Staff",
            name="organization",
            field=fields.ForeignKeyField(
                "models.Organization",
                source_field="organization_id",
                null=True,
                db_constraint=True,
                to_field="id",
                on_delete=OnDelete.RESTRICT,
            ),
        ),
    ]
