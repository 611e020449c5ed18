import functools
from json import dumps, loads

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from uuid_utils.compat import uuid7

from models.accounts import ConsentKind, Role
from models.appointments import AppointmentKind, AppointmentStatus
from models.calendars import DayKind
from models.centers import CenterLevel, OrganizationKind
from models.disputes import ActorKind, Audience, PartyKind, Side, Source, Status
from models.files import FileKind, FileStatus
from models.notices import Delivery, GrantSource


class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name="CalendarDay",
            fields=[
                ("date", fields.DateField(primary_key=True, unique=True, db_index=True)),
                ("kind", fields.CharEnumField(description="OFF: off\nWORK: work", enum_type=DayKind, max_length=32)),
                ("name", fields.CharField(default="", max_length=64)),
            ],
            options={
                "table": "calendar_day",
                "app": "models",
                "pk_attr": "date",
                "table_description": "A day that an official notice moved: a holiday, or a weekend day worked in exchange (调休).",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="CalendarYear",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                ("year", fields.IntField(unique=True)),
                ("source", fields.CharField(max_length=255)),
            ],
            options={
                "table": "calendar_year",
                "app": "models",
                "pk_attr": "id",
                "table_description": "Years with an official notice; all others are estimated.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Center",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                ("code", fields.CharField(unique=True, max_length=32)),
                ("name", fields.CharField(max_length=64)),
                ("short_name", fields.CharField(max_length=32)),
                (
                    "level",
                    fields.CharEnumField(
                        description="CITY: city\nCOUNTY: county\nTOWNSHIP: township\nVILLAGE: village",
                        enum_type=CenterLevel,
                        max_length=32,
                    ),
                ),
                ("division_code", fields.CharField(db_index=True, max_length=12)),
                ("address", fields.CharField(default="", max_length=255)),
                ("phone", fields.CharField(default="", max_length=32)),
                ("lon", fields.FloatField(null=True)),
                ("lat", fields.FloatField(null=True)),
                ("crs", fields.CharField(default="gcj02", max_length=8)),
                ("placeholder", fields.BooleanField(default=True)),
                (
                    "categories",
                    fields.JSONField(
                        default=list, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads
                    ),
                ),
                (
                    "opening",
                    fields.JSONField(null=True, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads),
                ),
                ("deactivated_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("updated_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "center",
                "app": "models",
                "pk_attr": "id",
                "table_description": "A governance center hosts mediation; the body that mediates is an `Organization`.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="CaseCounter",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
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
                ("year", fields.IntField()),
                ("given", fields.IntField()),
            ],
            options={
                "table": "case_counter",
                "app": "models",
                "unique_together": (("center", "year"),),
                "pk_attr": "id",
                "table_description": "How many official numbers a center has given in a year.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Division",
            fields=[
                ("code", fields.CharField(primary_key=True, unique=True, db_index=True, max_length=12)),
                ("name", fields.CharField(max_length=64)),
                ("level", fields.CharField(max_length=32)),
                ("parent_code", fields.CharField(null=True, db_index=True, max_length=12)),
                ("lon_gcj02", fields.FloatField(null=True)),
                ("lat_gcj02", fields.FloatField(null=True)),
            ],
            options={
                "table": "division",
                "app": "models",
                "pk_attr": "code",
                "table_description": "NBS code. Nine-digit codes of other sources are never joined with it: they disagree.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="IdempotentRequest",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                ("scope", fields.CharField(unique=True, max_length=64)),
                ("body_hash", fields.CharField(max_length=64)),
                ("status", fields.SmallIntField(null=True)),
                ("answer_sealed", fields.BinaryField(null=True)),
                ("created_at", fields.DatetimeField(db_index=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "idempotent_request",
                "app": "models",
                "pk_attr": "id",
                "table_description": "Inserted first in the transaction of the write it guards: a failed write leaves no row.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Organization",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "kind",
                    fields.CharEnumField(
                        description="PEOPLES_COMMITTEE: peoples_committee\nSPECIALISED_COMMITTEE: specialised_committee\nJOINT_COMMITTEE: joint_committee\nJUSTICE_OFFICE: justice_office\nCOMMERCIAL_INSTITUTION: commercial_institution",
                        enum_type=OrganizationKind,
                        max_length=32,
                    ),
                ),
                ("name", fields.CharField(max_length=128)),
                ("registration_number", fields.CharField(default="", max_length=64)),
                (
                    "center",
                    fields.ForeignKeyField(
                        "models.Center",
                        source_field="center_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("is_own_committee", fields.BooleanField(default=False)),
                ("deactivated_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "organization",
                "app": "models",
                "pk_attr": "id",
                "table_description": "A lawfully established body whose seal an agreement bears (人民调解法 7, 8, 34).",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Resident",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                ("app_id", fields.CharField(max_length=64)),
                ("openid", fields.CharField(max_length=128)),
                ("name_sealed", fields.BinaryField(null=True)),
                ("phone_sealed", fields.BinaryField(null=True)),
                ("phone_hash", fields.CharField(null=True, db_index=True, max_length=64)),
                ("id_number_sealed", fields.BinaryField(null=True)),
                ("id_number_hash", fields.CharField(null=True, db_index=True, max_length=64)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("last_login_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("closed_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "resident",
                "app": "models",
                "unique_together": (("app_id", "openid"),),
                "pk_attr": "id",
                "table_description": "Known by (app, openid): the same person has another openid in another mini-program.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Notice",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "resident",
                    fields.ForeignKeyField(
                        "models.Resident",
                        source_field="resident_id",
                        db_constraint=True,
                        to_field="id",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("dispute_id", fields.UUIDField(null=True)),
                ("kind", fields.CharField(max_length=48)),
                ("title", fields.CharField(max_length=64)),
                ("text_sealed", fields.BinaryField()),
                ("page", fields.CharField(max_length=255)),
                (
                    "push_data",
                    fields.JSONField(
                        default=dict, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads
                    ),
                ),
                ("template_id", fields.CharField(null=True, max_length=64)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("read_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("send_after", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                (
                    "delivery",
                    fields.CharEnumField(
                        description="PENDING: pending\nBEGUN: begun\nINBOX_ONLY: inbox_only\nDELIVERED: delivered\nREFUSED: refused\nNO_CONSENT: no_consent\nFAILED: failed\nUNKNOWN: unknown",
                        enum_type=Delivery,
                        max_length=32,
                    ),
                ),
                ("begun_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("finished_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("errcode", fields.IntField(null=True)),
            ],
            options={
                "table": "notice",
                "app": "models",
                "indexes": [Index(fields=["resident_id", "id"])],
                "pk_attr": "id",
                "table_description": "The in-app inbox. A push is the same words on the phone's screen; the row is there either way.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="PrivacyConsent",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "resident",
                    fields.ForeignKeyField(
                        "models.Resident",
                        source_field="resident_id",
                        db_constraint=True,
                        to_field="id",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "kind",
                    fields.CharEnumField(
                        description="PRIVACY_NOTICE: privacy_notice\nID_NUMBER: id_number\nPRECISE_LOCATION: precise_location",
                        enum_type=ConsentKind,
                        max_length=32,
                    ),
                ),
                ("version", fields.CharField(max_length=16)),
                ("given_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("withdrawn_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "privacy_consent",
                "app": "models",
                "indexes": [Index(fields=["resident_id", "kind"])],
                "pk_attr": "id",
                "table_description": "Append-only but for the withdrawal: what was agreed to, in which wording, when.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="ResidentSession",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                ("token_hash", fields.CharField(unique=True, max_length=64)),
                (
                    "resident",
                    fields.ForeignKeyField(
                        "models.Resident",
                        source_field="resident_id",
                        db_constraint=True,
                        to_field="id",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("expires_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("revoked_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={"table": "resident_session", "app": "models", "pk_attr": "id"},
            bases=["Row"],
        ),
        ops.CreateModel(
            name="SceneCode",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                ("code", fields.CharField(unique=True, max_length=32)),
                ("page", fields.CharField(max_length=128)),
                (
                    "params",
                    fields.JSONField(
                        default=dict, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads
                    ),
                ),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("revoked_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "scene_code",
                "app": "models",
                "pk_attr": "id",
                "table_description": "A short random token in a mini-program code or a shared link; it gives no access by itself.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="SlotCount",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
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
                    "kind",
                    fields.CharEnumField(
                        description="ONSITE: onsite\nVIDEO: video", enum_type=AppointmentKind, max_length=32
                    ),
                ),
                ("starts_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("taken", fields.IntField()),
            ],
            options={
                "table": "slot_count",
                "app": "models",
                "unique_together": (("center", "kind", "starts_at"),),
                "pk_attr": "id",
                "table_description": "How many places of a slot are taken. The row comes into being with the first booking; places are",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Staff",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                ("username", fields.CharField(unique=True, max_length=64)),
                ("name", fields.CharField(max_length=32)),
                ("password_hash", fields.CharField(max_length=255)),
                ("otp_sealed", fields.BinaryField(null=True)),
                (
                    "role",
                    fields.CharEnumField(
                        description="CLERK: clerk\nMEDIATOR: mediator\nDIRECTOR: director\nSUPERVISOR: supervisor\nADMIN: admin",
                        enum_type=Role,
                        max_length=32,
                    ),
                ),
                (
                    "center",
                    fields.ForeignKeyField(
                        "models.Center",
                        source_field="center_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("is_active", fields.BooleanField(default=True)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={"table": "staff", "app": "models", "pk_attr": "id"},
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Dispute",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                ("number", fields.CharField(unique=True, max_length=32)),
                ("case_number", fields.CharField(null=True, db_index=True, max_length=64)),
                (
                    "source",
                    fields.CharEnumField(
                        description="MINI_PROGRAM: mini_program\nWINDOW: window\nPHONE: phone\nGRID: grid\nREFERRAL: referral\nPROACTIVE: proactive",
                        enum_type=Source,
                        max_length=32,
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
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "recorder",
                    fields.ForeignKeyField(
                        "models.Staff",
                        source_field="recorder_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="recorded_disputes",
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
                    "status",
                    fields.CharEnumField(
                        description="SUBMITTED: submitted\nACCEPTED: accepted\nIN_MEDIATION: in_mediation\nAGREED: agreed\nNOT_AGREED: not_agreed\nFULFILLED: fulfilled\nCLOSED: closed\nREFUSED: refused\nWITHDRAWN: withdrawn\nTRANSFERRED: transferred",
                        enum_type=Status,
                        max_length=32,
                    ),
                ),
                ("version", fields.IntField(default=1)),
                ("category", fields.CharField(max_length=64)),
                ("description_sealed", fields.BinaryField(null=True)),
                ("claim_sealed", fields.BinaryField(null=True)),
                ("voice_file_id", fields.UUIDField(null=True)),
                ("occurred_on", fields.DateField(null=True)),
                ("amount_fen", fields.BigIntField(null=True)),
                ("preferred_mode", fields.CharField(max_length=32)),
                ("location_sealed", fields.BinaryField(null=True)),
                ("contact_location_sealed", fields.BinaryField(null=True)),
                ("place_lon", fields.FloatField(null=True)),
                ("place_lat", fields.FloatField(null=True)),
                (
                    "route",
                    fields.JSONField(
                        default=dict, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads
                    ),
                ),
                (
                    "mediator",
                    fields.ForeignKeyField(
                        "models.Staff",
                        source_field="mediator_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="mediated_disputes",
                        on_delete=OnDelete.RESTRICT,
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
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("track", fields.CharField(null=True, max_length=32)),
                ("mode", fields.CharField(null=True, max_length=32)),
                (
                    "transfer_to",
                    fields.ForeignKeyField(
                        "models.Center",
                        source_field="transfer_to_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="incoming_disputes",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "status_before_transfer",
                    fields.CharEnumField(
                        null=True,
                        description="SUBMITTED: submitted\nACCEPTED: accepted\nIN_MEDIATION: in_mediation\nAGREED: agreed\nNOT_AGREED: not_agreed\nFULFILLED: fulfilled\nCLOSED: closed\nREFUSED: refused\nWITHDRAWN: withdrawn\nTRANSFERRED: transferred",
                        enum_type=Status,
                        max_length=32,
                    ),
                ),
                ("outcome", fields.IntField(default=0)),
                ("due_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("yellow_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("updated_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "dispute",
                "app": "models",
                "indexes": [
                    Index(fields=["resident_id", "id"]),
                    Index(fields=["center_id", "status", "id"]),
                    Index(fields=["center_id", "due_at", "id"]),
                    Index(fields=["mediator_id", "status", "id"]),
                    Index(fields=["transfer_to_id", "id"]),
                ],
                "pk_attr": "id",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Appointment",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "dispute",
                    fields.ForeignKeyField(
                        "models.Dispute",
                        source_field="dispute_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="appointments",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("resident_id", fields.UUIDField(null=True)),
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
                    "kind",
                    fields.CharEnumField(
                        description="ONSITE: onsite\nVIDEO: video", enum_type=AppointmentKind, max_length=32
                    ),
                ),
                (
                    "status",
                    fields.CharEnumField(
                        description="BOOKED: booked\nCANCELLED: cancelled\nCHECKED_IN: checked_in\nCOMPLETED: completed\nNO_SHOW: no_show",
                        enum_type=AppointmentStatus,
                        max_length=32,
                    ),
                ),
                ("starts_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("ends_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("sequence", fields.IntField(default=0)),
                ("checkin_code", fields.CharField(max_length=16)),
                ("checked_in_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("updated_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "appointment",
                "app": "models",
                "indexes": [Index(fields=["resident_id", "id"]), Index(fields=["center_id", "starts_at", "id"])],
                "pk_attr": "id",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Event",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "dispute",
                    fields.ForeignKeyField(
                        "models.Dispute",
                        source_field="dispute_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="events",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("kind", fields.CharField(max_length=48)),
                (
                    "audience",
                    fields.CharEnumField(
                        description="PARTIES: parties\nAPPLICANT: applicant\nSTAFF: staff",
                        enum_type=Audience,
                        max_length=32,
                    ),
                ),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                (
                    "actor_kind",
                    fields.CharEnumField(
                        description="RESIDENT: resident\nSTAFF: staff\nSYSTEM: system",
                        enum_type=ActorKind,
                        max_length=32,
                    ),
                ),
                ("actor_id", fields.UUIDField(null=True)),
                ("actor_role", fields.CharField(default="", max_length=32)),
                (
                    "data",
                    fields.JSONField(
                        default=dict, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads
                    ),
                ),
                ("detail_sealed", fields.BinaryField(null=True)),
            ],
            options={
                "table": "event",
                "app": "models",
                "indexes": [Index(fields=["dispute_id", "id"])],
                "pk_attr": "id",
                "table_description": "Append-only. The timeline of each audience is a filter over this one table.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Party",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "dispute",
                    fields.ForeignKeyField(
                        "models.Dispute",
                        source_field="dispute_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="parties",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "side",
                    fields.CharEnumField(
                        description="APPLICANT: applicant\nRESPONDENT: respondent", enum_type=Side, max_length=32
                    ),
                ),
                (
                    "kind",
                    fields.CharEnumField(
                        description="PERSON: person\nORGANIZATION: organization", enum_type=PartyKind, max_length=32
                    ),
                ),
                ("ordinal", fields.SmallIntField()),
                (
                    "resident",
                    fields.ForeignKeyField(
                        "models.Resident",
                        source_field="resident_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="parties",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("name_sealed", fields.BinaryField()),
                ("name_hash", fields.CharField(db_index=True, max_length=64)),
                ("phone_sealed", fields.BinaryField(null=True)),
                ("phone_hash", fields.CharField(null=True, db_index=True, max_length=64)),
                ("id_number_sealed", fields.BinaryField(null=True)),
                ("id_number_hash", fields.CharField(null=True, db_index=True, max_length=64)),
                ("credit_code_sealed", fields.BinaryField(null=True)),
            ],
            options={
                "table": "party",
                "app": "models",
                "indexes": [Index(fields=["resident_id", "dispute_id"])],
                "pk_attr": "id",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Rating",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "dispute",
                    fields.ForeignKeyField(
                        "models.Dispute",
                        source_field="dispute_id",
                        db_constraint=True,
                        to_field="id",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "resident",
                    fields.ForeignKeyField(
                        "models.Resident",
                        source_field="resident_id",
                        db_constraint=True,
                        to_field="id",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("outcome", fields.IntField()),
                ("resolved", fields.BooleanField()),
                ("satisfaction", fields.SmallIntField()),
                ("comment_sealed", fields.BinaryField(null=True)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "rating",
                "app": "models",
                "unique_together": (("dispute", "resident", "outcome"),),
                "pk_attr": "id",
                "table_description": "One per party and outcome. Staff see figures, never who.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="StaffSession",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                ("token_hash", fields.CharField(unique=True, max_length=64)),
                (
                    "staff",
                    fields.ForeignKeyField(
                        "models.Staff",
                        source_field="staff_id",
                        db_constraint=True,
                        to_field="id",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("expires_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("revoked_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={"table": "staff_session", "app": "models", "pk_attr": "id"},
            bases=["Row"],
        ),
        ops.CreateModel(
            name="StoredFile",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "owner",
                    fields.ForeignKeyField(
                        "models.Resident",
                        source_field="owner_id",
                        db_constraint=True,
                        to_field="id",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("dispute_id", fields.UUIDField(null=True, db_index=True)),
                (
                    "kind",
                    fields.CharEnumField(
                        description="IMAGE: image\nAUDIO: audio\nVIDEO: video\nDOCUMENT: document",
                        enum_type=FileKind,
                        max_length=32,
                    ),
                ),
                (
                    "status",
                    fields.CharEnumField(
                        description="CHECKING: checking\nAVAILABLE: available\nREJECTED: rejected",
                        enum_type=FileStatus,
                        max_length=32,
                    ),
                ),
                ("content_type", fields.CharField(max_length=128)),
                ("size", fields.BigIntField()),
                ("sha256", fields.CharField(max_length=64)),
                ("name_sealed", fields.BinaryField(null=True)),
                ("has_thumbnail", fields.BooleanField(default=False)),
                ("has_original", fields.BooleanField(default=False)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("deleted_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "stored_file",
                "app": "models",
                "indexes": [Index(fields=["owner_id", "id"])],
                "pk_attr": "id",
                "table_description": "The bytes lie sealed in the object store under `id`; `size` and `sha256` are of what was uploaded.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="SubscriptionGrant",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "resident",
                    fields.ForeignKeyField(
                        "models.Resident",
                        source_field="resident_id",
                        db_constraint=True,
                        to_field="id",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("template_id", fields.CharField(max_length=64)),
                (
                    "source",
                    fields.CharEnumField(description="PAGE: page\nEVENT: event", enum_type=GrantSource, max_length=32),
                ),
                ("scene", fields.CharField(default="", max_length=48)),
                ("granted_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("paired_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("claimed_by", fields.UUIDField(null=True, db_index=True)),
                ("spent_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("revoked_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "subscription_grant",
                "app": "models",
                "indexes": [Index(fields=["resident_id", "template_id", "granted_at"])],
                "pk_attr": "id",
                "table_description": "One acceptance = one message. Rows are claimed, given back, spent or revoked; never edited otherwise.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Urge",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "dispute",
                    fields.ForeignKeyField(
                        "models.Dispute",
                        source_field="dispute_id",
                        db_constraint=True,
                        to_field="id",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("counted_on", fields.DateField()),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "urge",
                "app": "models",
                "unique_together": (("dispute", "counted_on"),),
                "pk_attr": "id",
                "table_description": "催办: at most one per dispute and working day, which the unique key enforces.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="WechatCallback",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                ("dedupe_key", fields.CharField(unique=True, max_length=191)),
                ("event", fields.CharField(max_length=64)),
                ("payload", fields.JSONField(encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads)),
                ("received_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("handled_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "wechat_callback",
                "app": "models",
                "pk_attr": "id",
                "table_description": "Events that WeChat pushed, kept until handled and then to know a repetition.",
            },
            bases=["Row"],
        ),
    ]
