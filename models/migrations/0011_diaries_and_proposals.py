"""What a booking takes: diaries of everybody and everything that can be in one place only, and the proposals,
facilities, blocked periods and waiting residents around them."""

import functools
from json import dumps, loads

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from uuid_utils.compat import uuid7

from models.appointments import (
    Answer,
    AppointmentKind,
    AppointmentStatus,
    DiaryKind,
    FacilityKind,
    MissKind,
    Purpose,
    WaitStatus,
)

WHAT_WAS_BOOKED_BEFORE = """
UPDATE appointment SET purpose = 'registration', buffer_minutes = 0;
"""

# An exclusion constraint over (diary, time) would need btree_gist. Diary and seconds in one number need nothing:
# seconds since 1970 fit into 34 bits until the year 2514, which leaves 29 bits for the diary.
# Seconds since 1970 depend on no time zone: the function is as immutable as it says.
NOBODY_IN_TWO_PLACES = """
CREATE FUNCTION diary_span(diary int, starts_at timestamptz, ends_at timestamptz) RETURNS int8range
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN int8range((diary::int8 << 34) + extract(epoch FROM starts_at)::int8,
                     (diary::int8 << 34) + extract(epoch FROM ends_at)::int8);

ALTER TABLE diary ADD CONSTRAINT diary_fits CHECK (id > 0 AND id < 1 << 29);
ALTER TABLE diary_entry
    ADD CONSTRAINT diary_entry_fits CHECK (
        starts_at >= '1970-01-01Z' AND starts_at < ends_at AND ends_at < '2500-01-01Z'
        AND date_trunc('second', starts_at, 'UTC') = starts_at AND date_trunc('second', ends_at, 'UTC') = ends_at),
    ADD CONSTRAINT nobody_in_two_places EXCLUDE USING gist (diary_span(diary_id, starts_at, ends_at) WITH &&);
ALTER TABLE blocked_period ADD CONSTRAINT blocked_period_in_order CHECK (starts_at < ends_at);
"""
BACK_TO_TWO_PLACES = """
ALTER TABLE blocked_period DROP CONSTRAINT blocked_period_in_order;
ALTER TABLE diary_entry DROP CONSTRAINT nobody_in_two_places, DROP CONSTRAINT diary_entry_fits;
ALTER TABLE diary DROP CONSTRAINT diary_fits;
DROP FUNCTION diary_span(int, timestamptz, timestamptz);
"""

THEIR_DIARIES = """
INSERT INTO diary (kind, subject)
SELECT DISTINCT 'resident', resident_id::text FROM appointment
 WHERE status = 'booked' AND resident_id IS NOT NULL AND ends_at > now();
INSERT INTO diary_entry (id, diary_id, appointment_id, starts_at, ends_at)
SELECT gen_random_uuid(), d.id, a.id, a.starts_at, a.ends_at
  FROM appointment a JOIN diary d ON d.kind = 'resident' AND d.subject = a.resident_id::text
 WHERE a.status = 'booked' AND a.ends_at > now();
"""

ONE_OF_A_KIND = """
DROP INDEX appointment_one_live;
CREATE UNIQUE INDEX appointment_one_live ON appointment (dispute_id, purpose) WHERE status IN ('booked', 'proposed');
CREATE INDEX appointment_open ON appointment (ends_at) WHERE status IN ('booked', 'proposed');
CREATE UNIQUE INDEX wait_entry_one_live ON wait_entry (dispute_id) WHERE status IN ('waiting', 'offered');
CREATE INDEX wait_entry_offered ON wait_entry (offered_until) WHERE status = 'offered';
"""
BACK_TO_ONE = """
DROP INDEX wait_entry_offered;
DROP INDEX wait_entry_one_live;
DROP INDEX appointment_open;
DROP INDEX appointment_one_live;
CREATE UNIQUE INDEX appointment_one_live ON appointment (dispute_id) WHERE status = 'booked';
"""


class Migration(migrations.Migration):
    dependencies = [("models", "0010_working_time_clock")]

    initial = False

    operations = [
        ops.CreateModel(
            name="Diary",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "kind",
                    fields.CharEnumField(
                        description="CENTER: center\nWINDOW: window\nROOM: room\nMEDIATOR: mediator\nRESIDENT: resident\nIDENTITY: identity",
                        enum_type=DiaryKind,
                        max_length=32,
                    ),
                ),
                ("subject", fields.CharField(max_length=64)),
            ],
            options={
                "table": "diary",
                "app": "models",
                "unique_together": (("subject", "kind"),),
                "pk_attr": "id",
                "table_description": "One for everything that can be in one place only. `subject` is an id, or a keyed hash of an identity number.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="BlockedPeriod",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "diary",
                    fields.ForeignKeyField(
                        "models.Diary",
                        source_field="diary_id",
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
                ("starts_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("ends_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("reason", fields.CharField(default="", max_length=128)),
                ("created_by", fields.UUIDField()),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "blocked_period",
                "app": "models",
                "indexes": [Index(fields=["diary_id", "ends_at"]), Index(fields=["center_id", "ends_at"])],
                "pk_attr": "id",
                "table_description": "No new appointments in it: leave, a course, a burst pipe. What was booked before stays until it is moved.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="DiaryEntry",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "diary",
                    fields.ForeignKeyField(
                        "models.Diary",
                        source_field="diary_id",
                        db_constraint=True,
                        to_field="id",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "appointment",
                    fields.ForeignKeyField(
                        "models.Appointment",
                        source_field="appointment_id",
                        db_constraint=True,
                        to_field="id",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("starts_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("ends_at", fields.DatetimeField(db_index=True, auto_now=False, auto_now_add=False)),
                ("held_until", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "diary_entry",
                "app": "models",
                "indexes": [Index(fields=["appointment_id"])],
                "pk_attr": "id",
                "table_description": "Nobody can be in two places: the database refuses two entries of one diary that overlap. Entries exist only",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Facility",
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
                        description="WINDOW: window\nROOM: room", enum_type=FacilityKind, max_length=32
                    ),
                ),
                ("name", fields.CharField(max_length=64)),
                (
                    "hours",
                    fields.JSONField(null=True, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads),
                ),
                ("closed_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "facility",
                "app": "models",
                "unique_together": (("center", "kind", "name"),),
                "pk_attr": "id",
                "table_description": "A window or a mediation room of a center.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="MediatorHours",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "mediator",
                    fields.OneToOneField(
                        "models.Staff",
                        source_field="mediator_id",
                        db_constraint=True,
                        to_field="id",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("hours", fields.JSONField(encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads)),
            ],
            options={
                "table": "mediator_hours",
                "app": "models",
                "pk_attr": "id",
                "table_description": "A mediator without a row has the center's hours.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Miss",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "appointment",
                    fields.ForeignKeyField(
                        "models.Appointment",
                        source_field="appointment_id",
                        db_constraint=True,
                        to_field="id",
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
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "kind",
                    fields.CharEnumField(
                        description="NO_SHOW: no_show\nLATE_CANCELLATION: late_cancellation",
                        enum_type=MissKind,
                        max_length=32,
                    ),
                ),
                ("missed_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("excused_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "miss",
                "app": "models",
                "unique_together": (("appointment", "party"),),
                "indexes": [Index(fields=["party_id"])],
                "pk_attr": "id",
                "table_description": "A party who did not come, or cancelled too late. Too many of them limit how far ahead one may book.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Participant",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "appointment",
                    fields.ForeignKeyField(
                        "models.Appointment",
                        source_field="appointment_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="participants",
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
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("is_required", fields.BooleanField()),
                (
                    "answer",
                    fields.CharEnumField(
                        description="PENDING: pending\nACCEPTED: accepted\nDECLINED: declined\nANOTHER_TIME: another_time",
                        enum_type=Answer,
                        max_length=32,
                    ),
                ),
                ("answered_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("recorded_by", fields.UUIDField(null=True)),
                ("checkin_code", fields.CharField(max_length=16)),
                ("checked_in_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "participant",
                "app": "models",
                "unique_together": (("appointment", "party"),),
                "indexes": [Index(fields=["party_id"])],
                "pk_attr": "id",
                "table_description": "A party of the case in a mediation time: what they answered, and whether they came.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="WaitEntry",
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
                ("resident_id", fields.UUIDField(db_index=True)),
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
                ("first_day", fields.DateField()),
                ("last_day", fields.DateField()),
                (
                    "status",
                    fields.CharEnumField(
                        description="WAITING: waiting\nOFFERED: offered\nTAKEN: taken\nLAPSED: lapsed\nLEFT: left",
                        enum_type=WaitStatus,
                        max_length=32,
                    ),
                ),
                ("starts_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("offered_until", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "wait_entry",
                "app": "models",
                "indexes": [Index(fields=["center_id", "kind", "status", "id"])],
                "pk_attr": "id",
                "table_description": "Somebody waits for a place at the window. An offer holds a place of the slot until `offered_until`.",
            },
            bases=["Row"],
        ),
        ops.AlterField(
            model_name="Appointment",
            name="status",
            field=fields.CharEnumField(
                description="PROPOSED: proposed\nBOOKED: booked\nCANCELLED: cancelled\nDECLINED: declined\nEXPIRED: expired\nCHECKED_IN: checked_in\nCOMPLETED: completed\nNO_SHOW: no_show",
                enum_type=AppointmentStatus,
                max_length=32,
            ),
        ),
        ops.AddField(
            model_name="Appointment",
            name="buffer_minutes",
            field=fields.IntField(default=0, null=True),
        ),
        ops.AddField(
            model_name="Appointment",
            name="mediator",
            field=fields.ForeignKeyField(
                "models.Staff",
                source_field="mediator_id",
                null=True,
                db_constraint=True,
                to_field="id",
                on_delete=OnDelete.RESTRICT,
            ),
        ),
        ops.AddField(
            model_name="Appointment",
            name="party",
            field=fields.ForeignKeyField(
                "models.Party",
                source_field="party_id",
                null=True,
                db_constraint=True,
                to_field="id",
                on_delete=OnDelete.RESTRICT,
            ),
        ),
        ops.AddField(
            model_name="Appointment",
            name="purpose",
            field=fields.CharEnumField(
                description="REGISTRATION: registration\nMEDIATION: mediation",
                enum_type=Purpose,
                max_length=32,
                null=True,
            ),
        ),
        ops.AddField(
            model_name="Appointment",
            name="respond_by",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="Appointment",
            name="room",
            field=fields.ForeignKeyField(
                "models.Facility",
                source_field="room_id",
                null=True,
                db_constraint=True,
                to_field="id",
                on_delete=OnDelete.RESTRICT,
            ),
        ),
        ops.AddField(
            model_name="Appointment",
            name="video_room",
            field=fields.CharField(null=True, max_length=32),
        ),
        ops.AddIndex(
            model_name="Appointment",
            index=Index(fields=["mediator_id", "starts_at"]),
        ),
        ops.AlterModelOptions(
            name="SlotCount",
            options={
                "table": "slot_count",
                "app": "models",
                "unique_together": (("center", "kind", "starts_at"),),
                "pk_attr": "id",
                "table_description": "How many places of a slot at the window are taken, by appointments and by offers to those who wait. The row",
            },
        ),
        ops.RunSQL(WHAT_WAS_BOOKED_BEFORE, ""),
        ops.AlterField(
            model_name="Appointment",
            name="buffer_minutes",
            field=fields.IntField(default=0),
        ),
        ops.AlterField(
            model_name="Appointment",
            name="purpose",
            field=fields.CharEnumField(
                description="REGISTRATION: registration\nMEDIATION: mediation", enum_type=Purpose, max_length=32
            ),
        ),
        ops.RunSQL(NOBODY_IN_TWO_PLACES, BACK_TO_TWO_PLACES),
        ops.RunSQL(THEIR_DIARIES, ""),
        ops.RunSQL(ONE_OF_A_KIND, BACK_TO_ONE),
    ]
