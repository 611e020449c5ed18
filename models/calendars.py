from enum import StrEnum

from tortoise import fields
from tortoise.models import Model

from models.base import ENUM_LENGTH, Row


class DayKind(StrEnum):
    OFF = "off"
    WORK = "work"


class CalendarDay(Model):
    """A day that an official notice moved: a holiday, or a weekend day worked in exchange (调休)."""

    date = fields.DateField(primary_key=True)
    kind = fields.CharEnumField(DayKind, max_length=ENUM_LENGTH)
    name = fields.CharField(max_length=64, default="")
    year = fields.IntField()
    """Of the notice; it may reach into the December before."""

    class Meta:
        table = "calendar_day"


class CalendarYear(Row):
    """Years with an official notice; all others are estimated."""

    year = fields.IntField(unique=True)
    source = fields.CharField(max_length=255)

    class Meta:
        table = "calendar_year"


class CalendarRevision(Model):
    """One row, counted up by triggers whenever days or years are written, by whatever way."""

    id = fields.IntField(primary_key=True, generated=False)
    revision = fields.BigIntField()

    class Meta:
        table = "calendar_revision"
